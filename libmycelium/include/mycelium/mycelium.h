/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_H
#define MYCELIUM_H

/*
 * Everything a user needs. In reading order: message.h (payloads), actor.h (what a handler may do),
 * protocol.h (the typed shells), system.h (workers and lifecycle).
 *
 * Then as needed: ask.h (requests and replies), timer.h, watch.h (ends of others), supervisor.h
 * (starting anew), topic.h (publish and subscribe), mailbox.h (what is queued and what dropped),
 * become.h and stash.h (modes), move.h (to another worker), offload.h (work that blocks),
 * registry.h and router.h (names, and one of several), breaker.h, retry.h and proxy.h (asks that
 * fail), stream.h (bytes from outside), framing.h (frames in them), sequence.h (gaps between
 * them), transport.h (other nodes), testkit.h (tests of actors), inspect.h (a look inside),
 * histogram.h (latencies).
 */
#define MYC_VERSION_MAJOR 0
#define MYC_VERSION_MINOR 1
#define MYC_VERSION_PATCH 0

#include <mycelium/actor.h>
#include <mycelium/ask.h>
#include <mycelium/become.h>
#include <mycelium/breaker.h>
#include <mycelium/error.h>
#include <mycelium/export.h>
#include <mycelium/framing.h>
#include <mycelium/histogram.h>
#include <mycelium/inspect.h>
#include <mycelium/mailbox.h>
#include <mycelium/message.h>
#include <mycelium/move.h>
#include <mycelium/offload.h>
#include <mycelium/protocol.h>
#include <mycelium/proxy.h>
#include <mycelium/registry.h>
#include <mycelium/retry.h>
#include <mycelium/router.h>
#include <mycelium/sequence.h>
#include <mycelium/stash.h>
#include <mycelium/stream.h>
#include <mycelium/supervisor.h>
#include <mycelium/system.h>
#include <mycelium/testkit.h>
#include <mycelium/timer.h>
#include <mycelium/topic.h>
#include <mycelium/transport.h>
#include <mycelium/watch.h>

#endif

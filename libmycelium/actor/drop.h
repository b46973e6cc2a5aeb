/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_DROP_H
#define MYC_ACTOR_DROP_H

/*
 * Messages that were accepted and are dropped, by a policy or where memory is out.
 */
#include <mycelium/system.h>

#include "actor/actor.h"

/** Drops a message of a mailbox: releases it (which answers a request), and counts it. */
void myc__drop(myc__shard *shard, myc__actor *actor, const void *payload, myc_drop_reason reason);

/** Counts it only. */
void myc__count_drop(myc__shard *shard, myc__actor *actor, myc_drop_reason reason);

#endif

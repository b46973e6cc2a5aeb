/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_MARKET_OUTLET_H
#define ACTORS_MARKET_OUTLET_H

/* Decoded Ethereum logs as messages of the protocol `market`. */
#include "feeds/eth_logs.h"
#include "outlet.h"

/**
 * Sends the event of `log` (borrowed; one of the kinds with an event) to the receiver of `self`.
 * On OUTLET_AGAIN the calling actor is paused: keep the log and send it once more.
 * Threads: the worker that runs `ctx`, in a handler.
 */
outlet_result market_outlet_send(outlet *self, myc_context *ctx, const eth_log *log);

#endif

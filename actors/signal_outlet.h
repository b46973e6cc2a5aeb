/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SIGNAL_OUTLET_H
#define ACTORS_SIGNAL_OUTLET_H

/*
 * Signals that were found, kept until each has been sent as a message of the protocol `signal`:
 * what one event gives may be more than the receiver has room for.
 *
 *     signal_outlet_keep_arbitrage(&self->out, signal);   any number of times
 *     switch (signal_outlet_send(&self->out, ctx)) ...     as outlet.h says, until OUTLET_TAKEN
 *
 * Threads: belongs to the actor that sends.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/signal.h>

#include "market/quote_watch.h"
#include "outlet.h"

typedef struct kept_signal kept_signal;

/** Members are read-only outside. */
typedef struct signal_outlet {
    outlet outlet;
    kept_signal *kept; /* [next, count) are still to be sent */
    size_t next;
    size_t count;
    size_t capacity;
    uint64_t sent;
    bool is_out_of_memory; /* something could not be kept */
} signal_outlet;

/** Takes memory for the first signals. Returns 0 (free with signal_outlet_fini()) or MYC_ENOMEM. */
MYC_MUST_CHECK int signal_outlet_init(signal_outlet *self, signal_ref to);

/** Frees what is kept. A zeroed outlet is ignored. Returns the count of signals never sent. */
size_t signal_outlet_fini(signal_outlet *self);

/** Keep a copy of `signal` (borrowed) of `user`, a signal_outlet; a callback of market_state. */
void signal_outlet_keep_arbitrage(void *user, const arbitrage_signal *signal);
void signal_outlet_keep_quote_signal(void *user, const quote_signal *signal);

/**
 * Sends what is kept, in the order it was found. On OUTLET_AGAIN the calling actor is paused and
 * goes on where it was. OUTLET_NO_MEMORY also when something could not be kept.
 * Threads: the worker that runs `ctx`, in a handler.
 */
outlet_result signal_outlet_send(signal_outlet *self, myc_context *ctx);

#endif

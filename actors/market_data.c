/* SPDX-License-Identifier: Apache-2.0 */
#include "market_data.h"

#include <stdbool.h>
#include <stdlib.h>

#include "outlet.h"

enum { PENDING_CAPACITY_FIRST = 64 };

struct market_data {
    market_state *state;
    market_data_stats *stats;
    outlet outlet;
    /* The signals of the Sync that is being handled: [sent, count) are still to be sent. */
    arbitrage_signal *pending;
    size_t pending_sent;
    size_t pending_count;
    size_t pending_capacity;
    bool is_in_sync;       /* the message that comes again is applied already */
    bool is_out_of_memory; /* not all signals of the Sync found a place in `pending` */
};

MYC_ACTOR_WITH_LIFECYCLE(market_data, market, MARKET_ROWS)

static bool grow_pending(struct market_data *self)
{
    size_t capacity =
        self->pending_capacity ? self->pending_capacity * 2 : (size_t)PENDING_CAPACITY_FIRST;
    arbitrage_signal *pending = realloc(self->pending, capacity * sizeof *pending);
    if (!pending) {
        return false;
    }
    self->pending = pending;
    self->pending_capacity = capacity;
    return true;
}

static void collect_signal(void *user, const arbitrage_signal *signal)
{
    struct market_data *self = user;
    if (self->pending_count == self->pending_capacity && !grow_pending(self)) {
        self->is_out_of_memory = true;
        return;
    }
    self->pending[self->pending_count++] = *signal;
}

static outlet_result send_signal(struct market_data *self, myc_context *ctx,
                                 const arbitrage_signal *found)
{
    if (!outlet_is_open(&self->outlet, ctx)) {
        return OUTLET_AGAIN;
    }
    arbitrage_signal *signal = arbitrage_signal_new(ctx);
    if (!signal) {
        return OUTLET_NO_MEMORY;
    }
    signal_ref out = {self->outlet.to};
    *signal = *found;
    return outlet_after(&self->outlet, ctx, signal_send_arbitrage(ctx, out, signal));
}

static outlet_result send_pending(struct market_data *self, myc_context *ctx)
{
    while (self->pending_sent < self->pending_count) {
        outlet_result result = send_signal(self, ctx, &self->pending[self->pending_sent]);
        if (result != OUTLET_TAKEN) {
            return result;
        }
        self->pending_sent++;
        self->stats->sent++;
    }
    return OUTLET_TAKEN;
}

static myc_next market_data_on_sync(struct market_data *self, myc_context *ctx,
                                    const pool_sync_event *sync)
{
    if (!self->is_in_sync) {
        self->pending_sent = self->pending_count = 0;
        (void)market_state_on_sync(self->state, sync, collect_signal, self);
        self->is_in_sync = true;
    }
    outlet_result result = send_pending(self, ctx);
    if (result == OUTLET_AGAIN) {
        return MYC_AGAIN;
    }
    if (result == OUTLET_GONE) {
        return MYC_FAIL(MYC_ENOENT);
    }
    if (result == OUTLET_NO_MEMORY || self->is_out_of_memory) {
        return MYC_FAIL(MYC_ENOMEM);
    }
    self->is_in_sync = false;
    return MYC_CONTINUE;
}

static myc_next market_data_on_swap(struct market_data *self, myc_context *ctx,
                                    const pool_swap_event *swap)
{
    (void)ctx;
    market_state_on_swap(self->state, swap);
    return MYC_CONTINUE;
}

static myc_next market_data_on_liquidity(struct market_data *self, myc_context *ctx,
                                         const pool_liquidity_event *liquidity)
{
    (void)ctx;
    market_state_on_liquidity(self->state, liquidity);
    return MYC_CONTINUE;
}

static myc_next market_data_on_quote(struct market_data *self, myc_context *ctx,
                                     const quote_update *quote)
{
    (void)ctx;
    (void)quote;
    self->stats->ignored++;
    return MYC_CONTINUE;
}

static myc_next market_data_on_order_book(struct market_data *self, myc_context *ctx,
                                          const order_book_snapshot *order_book)
{
    (void)ctx;
    (void)order_book;
    self->stats->ignored++;
    return MYC_CONTINUE;
}

static int market_data_on_start(struct market_data *self, myc_context *ctx)
{
    (void)ctx;
    return grow_pending(self) ? 0 : MYC_ENOMEM;
}

static void market_data_on_stop(struct market_data *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    self->stats->unsent = self->pending_count - self->pending_sent;
    free(self->pending);
    self->pending = NULL;
}

int market_data_start(myc_context *ctx, market_state *state, signal_ref out,
                      market_data_stats *stats, const myc_spawn_options *spawn, market_ref *ref)
{
    *stats = (market_data_stats){0};
    return market_data_spawn(
        ctx, &(struct market_data){.state = state, .stats = stats, .outlet = {.to = out.address}},
        spawn, ref);
}

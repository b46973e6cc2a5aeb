/* SPDX-License-Identifier: Apache-2.0 */
#include "market_data.h"

#include <stdbool.h>

#include "signal_outlet.h"

struct market_data {
    market_state *state;
    market_data_stats *stats;
    signal_ref to;
    signal_outlet out;
    bool is_in_event; /* the message that comes again is applied already */
};

MYC_ACTOR_WITH_LIFECYCLE(market_data, market, MARKET_ROWS)

/* After an event was applied: sends what it gave, and asks for the event again until all is sent.
 */
static myc_next send_found(struct market_data *self, myc_context *ctx)
{
    self->is_in_event = true;
    outlet_result result = signal_outlet_send(&self->out, ctx);
    self->stats->sent = self->out.sent;
    switch (result) {
    case OUTLET_TAKEN: self->is_in_event = false; return MYC_CONTINUE;
    case OUTLET_AGAIN: return MYC_AGAIN;
    case OUTLET_GONE: return MYC_FAIL(MYC_ENOENT);
    default: return MYC_FAIL(MYC_ENOMEM);
    }
}

static myc_next market_data_on_sync(struct market_data *self, myc_context *ctx,
                                    const pool_sync_event *sync)
{
    if (!self->is_in_event) {
        (void)market_state_on_sync(self->state, sync, signal_outlet_keep_arbitrage, &self->out);
    }
    return send_found(self, ctx);
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
    if (!self->is_in_event) {
        (void)market_state_on_quote(self->state, quote, signal_outlet_keep_quote_signal,
                                    &self->out);
    }
    return send_found(self, ctx);
}

static myc_next market_data_on_order_book(struct market_data *self, myc_context *ctx,
                                          const order_book_snapshot *order_book)
{
    if (!self->is_in_event) {
        (void)market_state_on_order_book(self->state, order_book, signal_outlet_keep_quote_signal,
                                         &self->out);
    }
    return send_found(self, ctx);
}

static int market_data_on_start(struct market_data *self, myc_context *ctx)
{
    (void)ctx;
    return signal_outlet_init(&self->out, self->to);
}

static void market_data_on_stop(struct market_data *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    self->stats->unsent = signal_outlet_fini(&self->out);
}

int market_data_start(myc_context *ctx, market_state *state, signal_ref out,
                      market_data_stats *stats, const myc_spawn_options *spawn, market_ref *ref)
{
    *stats = (market_data_stats){0};
    return market_data_spawn(ctx, &(struct market_data){.state = state, .stats = stats, .to = out},
                             spawn, ref);
}

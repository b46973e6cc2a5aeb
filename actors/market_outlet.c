/* SPDX-License-Identifier: Apache-2.0 */
#include "market_outlet.h"

static market_ref receiver(const outlet *self)
{
    return (market_ref){self->to};
}

static outlet_result send_swap(outlet *self, myc_context *ctx, const pool_swap_event *event)
{
    pool_swap_event *swap = pool_swap_event_new(ctx);
    if (!swap) {
        return OUTLET_NO_MEMORY;
    }
    *swap = *event;
    return outlet_after(self, ctx, market_send_swap(ctx, receiver(self), swap));
}

static outlet_result send_sync(outlet *self, myc_context *ctx, const pool_sync_event *event)
{
    pool_sync_event *sync = pool_sync_event_new(ctx);
    if (!sync) {
        return OUTLET_NO_MEMORY;
    }
    *sync = *event;
    return outlet_after(self, ctx, market_send_sync(ctx, receiver(self), sync));
}

static outlet_result send_liquidity(outlet *self, myc_context *ctx,
                                    const pool_liquidity_event *event)
{
    pool_liquidity_event *liquidity = pool_liquidity_event_new(ctx);
    if (!liquidity) {
        return OUTLET_NO_MEMORY;
    }
    *liquidity = *event;
    return outlet_after(self, ctx, market_send_liquidity(ctx, receiver(self), liquidity));
}

outlet_result market_outlet_send(outlet *self, myc_context *ctx, const eth_log *log)
{
    if (!outlet_is_open(self, ctx)) {
        return OUTLET_AGAIN;
    }
    switch (log->kind) {
    case ETH_LOG_SYNC_V2: return send_sync(self, ctx, &log->event.sync);
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: return send_liquidity(self, ctx, &log->event.liquidity);
    default: return send_swap(self, ctx, &log->event.swap);
    }
}

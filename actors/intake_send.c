/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_state.h"

static bool is_published(const intake_state *self)
{
    const myc_address none = {0};
    return !myc_address_equal(self->options->publisher.address, none);
}

/* After the receiver has taken it: `copy` is a reference of its own, or NULL. */
static void publish(intake_state *self, myc_context *ctx, uint32_t tag, const void *copy)
{
    if (copy && myc_send(ctx, self->options->publisher.address, tag, copy) != MYC_SENT) {
        self->stats->unpublished++;
    }
}

/* Makes a payload like `message` and sends it; what is taken is published too, with `tag`. */
static outlet_result send_copy(intake_state *self, myc_context *ctx, outlet *to, uint32_t row,
                               const myc_type *type, const void *message, int tag)
{
    if (!outlet_is_open(to, ctx)) {
        return OUTLET_AGAIN;
    }
    void *payload = myc_new_uninitialized(ctx, type);
    if (!payload) {
        return OUTLET_NO_MEMORY;
    }
    __builtin_memcpy(payload, message, type->size_bytes);
    const void *copy = tag >= 0 && is_published(self) ? myc_retain(ctx, payload) : NULL;
    outlet_result result = outlet_after(to, ctx, myc_send(ctx, to->to, row, payload));
    if (result == OUTLET_TAKEN) {
        publish(self, ctx, (uint32_t)tag, copy);
    } else {
        myc_release(ctx, copy);
    }
    return result;
}

#define TO_MARKET(row, T, tag)                                                                     \
    send_copy(self, ctx, &self->market, market_tag_##row, &T##_type, event->message, (tag))
#define TO_SIGNALS(row, T)                                                                         \
    send_copy(self, ctx, &self->signals, signal_tag_##row, &T##_type, event->message, -1)

static outlet_result send_event(intake_state *self, myc_context *ctx, const feed_event *event)
{
    switch (event->kind) {
    case FEED_EVENT_SWAP: return TO_MARKET(swap, pool_swap_event, -1);
    case FEED_EVENT_SYNC: return TO_MARKET(sync, pool_sync_event, -1);
    case FEED_EVENT_LIQUIDITY: return TO_MARKET(liquidity, pool_liquidity_event, -1);
    case FEED_EVENT_QUOTE: return TO_MARKET(quote, quote_update, publisher_tag_quote);
    case FEED_EVENT_ORDER_BOOK:
        return TO_MARKET(order_book, order_book_snapshot, publisher_tag_order_book);
    case FEED_EVENT_ARBITRAGE: return TO_SIGNALS(arbitrage, arbitrage_signal);
    case FEED_EVENT_MOMENTUM: return TO_SIGNALS(momentum, momentum_signal);
    case FEED_EVENT_CROSS_VENUE: return TO_SIGNALS(cross_venue, cross_venue_signal);
    case FEED_EVENT_KINDS: break;
    }
    return OUTLET_TAKEN;
}

outlet_result intake_send(intake_state *self, myc_context *ctx)
{
    feed_event event;
    feed_decoder *decoder = self->sending->feed->decoder;
    outlet_result result = OUTLET_TAKEN;
    if (feed_decoder_event(decoder, &event)) {
        result = send_event(self, ctx, &event);
        if (result == OUTLET_TAKEN) {
            self->events++;
            feed_decoder_sent(decoder);
        }
    }
    if (result == OUTLET_TAKEN && !feed_decoder_event(decoder, &event)) {
        self->sending = NULL;
    }
    return result;
}

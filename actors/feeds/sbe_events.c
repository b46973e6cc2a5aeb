/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/sbe_events.h"

static const feed_event_kind KINDS[] = {
    FEED_EVENT_SWAP,       FEED_EVENT_SYNC,      FEED_EVENT_LIQUIDITY, FEED_EVENT_QUOTE,
    FEED_EVENT_ORDER_BOOK, FEED_EVENT_ARBITRAGE, FEED_EVENT_MOMENTUM,  FEED_EVENT_CROSS_VENUE,
};

_Static_assert(sizeof KINDS / sizeof *KINDS == LIBTYPES_TYPE_COUNT,
               "a kind for each type, in the order of their ids from 1");

feed_event_kind sbe_event_kind(const myc_type *type)
{
    return KINDS[type->id - 1];
}

static const char *adopt_venue(uint16_t *venue, uint16_t number)
{
    if (*venue >= FEED_VENUES_MAX) {
        return "venue: expected one below 256";
    }
    *venue = (uint16_t)(FEED_VENUES_MAX * number + *venue);
    return NULL;
}

static const char *adopt_venues(cross_venue_signal *signal, uint16_t number)
{
    const char *reason = adopt_venue(&signal->buy_venue, number);
    return reason ? reason : adopt_venue(&signal->sell_venue, number);
}

const char *sbe_event_adopt(feed_event_kind kind, sbe_message *message, uint16_t number,
                            uint64_t received_ns)
{
    switch (kind) {
    case FEED_EVENT_SWAP: message->swap.received_ns = received_ns; break;
    case FEED_EVENT_SYNC: message->sync.received_ns = received_ns; break;
    case FEED_EVENT_LIQUIDITY: message->liquidity.received_ns = received_ns; break;
    case FEED_EVENT_ARBITRAGE: message->arbitrage.received_ns = received_ns; break;
    case FEED_EVENT_QUOTE:
        message->quote.received_ns = received_ns;
        return adopt_venue(&message->quote.venue, number);
    case FEED_EVENT_ORDER_BOOK:
        message->order_book.received_ns = received_ns;
        return adopt_venue(&message->order_book.venue, number);
    case FEED_EVENT_MOMENTUM:
        message->momentum.received_ns = received_ns;
        return adopt_venue(&message->momentum.venue, number);
    case FEED_EVENT_CROSS_VENUE:
        message->cross_venue.received_ns = received_ns;
        return adopt_venues(&message->cross_venue, number);
    case FEED_EVENT_KINDS: break;
    }
    return NULL;
}

/* The first field of the block in every message of the schema. */
uint64_t sbe_event_time(const char *bytes, size_t size)
{
    uint64_t time_ns = 0;
    if (size < LIBTYPES_HEADER_BYTES + sizeof time_ns) {
        return 0;
    }
    for (unsigned i = 0; i < sizeof time_ns; i++) {
        time_ns |= (uint64_t)(uint8_t)bytes[LIBTYPES_HEADER_BYTES + i] << (8 * i);
    }
    return time_ns;
}

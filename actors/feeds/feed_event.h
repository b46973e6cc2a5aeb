/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_FEED_EVENT_H
#define FEEDS_FEED_EVENT_H

/* What a feed tells: one message of libtypes. */
#include <libtypes/market.h>
#include <libtypes/signal.h>

/* Quotes of feed N have the venue N. Those of an SBE feed have venues already: v becomes
 * 256 * N + v. */
enum { FEED_VENUES_MAX = 256 };

typedef enum feed_event_kind {
    FEED_EVENT_SWAP,
    FEED_EVENT_SYNC,
    FEED_EVENT_LIQUIDITY,
    FEED_EVENT_QUOTE,
    FEED_EVENT_ORDER_BOOK,
    FEED_EVENT_ARBITRAGE, /* the signals come in SBE messages */
    FEED_EVENT_MOMENTUM,
    FEED_EVENT_CROSS_VENUE,
    FEED_EVENT_KINDS
} feed_event_kind;

typedef struct feed_event {
    feed_event_kind kind;
    const void *message; /* of the type of its kind; borrowed until the next frame */
} feed_event;

#endif

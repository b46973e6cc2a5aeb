/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_BOOK_CLOCK_H
#define FEEDS_BOOK_CLOCK_H

/*
 * Snapshots of the books of a feed, one of each instrument in each interval in which it changed.
 * In time of the events, so that equal input gives equal snapshots.
 *
 * Threads: belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stdint.h>

#include <libtypes/market.h>

#include "feeds/exchange_reader.h"
#include "market/quotes.h"

/** Zero = none are given. Fields are private. */
typedef struct book_clock {
    uint64_t interval_ns;
    book_quotes *quotes; /* of each instrument; only their clocks are used */
} book_clock;

/** Sets one up; `interval_ns` of 0: none are given. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int book_clock_init(book_clock *self, uint64_t interval_ns);

void book_clock_fini(book_clock *self);

/** Fills in the snapshot of `instrument` (number `index` of its feed `venue`), which has just
 * changed, if one is due. Returns whether it did: also not when it does not fit into 64 bits. */
bool book_clock_take(book_clock *self, uint32_t index, const exchange_instrument *instrument,
                     uint16_t venue, order_book_snapshot *snapshot);

#endif

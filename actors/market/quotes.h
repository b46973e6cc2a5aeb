/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_QUOTES_H
#define MARKET_QUOTES_H

/*
 * What leaves a book: quotes when its best levels have changed, and snapshots of its best levels
 * from time to time.
 *
 *     book_quotes quotes;
 *     book_quotes_init(&quotes, &(book_quotes_options){.snapshot_interval_ns = 1000000000});
 *     ... after all changes of one message of the venue:
 *     if (book_quotes_take(&quotes, &book, &stamp, &quote)) send(quote);
 *     if (book_quotes_is_snapshot_due(&quotes, stamp.timestamp_ns) &&
 *         book_snapshot_fill(&book, quotes.levels, &stamp, &snapshot) == 0) send(snapshot);
 *
 * A side without levels, or whose best one does not fit 64 bits at 1e-8, is told as quantity 0 at
 * the last price it had (0 before the first): "nothing stands here". Receivers take such a side
 * for absent; so a book that was cleared after a gap takes its quote back, and nobody goes on
 * reckoning with it.
 *
 * Threads: one at a time. Nothing allocates.
 */
#include <stdbool.h>
#include <stdint.h>

#include <libtypes/market.h>

#include "market/order_book.h"

/** Whence a quote or a snapshot comes. */
typedef struct book_stamp {
    uint64_t timestamp_ns; /* of receipt, that of the recorder if it was recorded */
    uint64_t received_ns;
    uint64_t sequence; /* 0 = the venue has none */
    instrument_name instrument;
    uint16_t venue; /* number of the feed */
} book_stamp;

/** Zero = default. */
typedef struct book_quotes_options {
    uint64_t snapshot_interval_ns; /* in time of the events; 0 = no snapshots by interval */
    uint32_t snapshot_levels;      /* a side; 0 = ORDER_BOOK_LEVELS_MAX, which is also the most */
} book_quotes_options;

/** Members are read-only outside. */
typedef struct book_quotes {
    price_level last[2]; /* by book_side: what the last quote said */
    uint64_t snapshot_interval_ns;
    uint64_t snapshot_due_ns; /* 0 = none was given yet: the first event is due */
    uint32_t levels;
    uint64_t quotes;    /* given */
    uint64_t snapshots; /* given by interval */
    uint64_t unfit;     /* best levels seen that do not fit 64 bits at 1e-8: told as absent */
} book_quotes;

/** Starts with nothing quoted. `options` may be NULL. */
void book_quotes_init(book_quotes *quotes, const book_quotes_options *options);

/**
 * Fills in `*quote` and returns true when the best price or quantity of either side is no longer
 * that of the last quote.
 */
bool book_quotes_take(book_quotes *quotes, const order_book *book, const book_stamp *stamp,
                      quote_update *quote);

/**
 * Whether a snapshot is due at `timestamp_ns`; asking counts it as given.
 *
 * The first event is due, then the first one in each further interval since the epoch: the times
 * do not drift, and equal input gives equal snapshots. Time that goes back is never due.
 */
bool book_quotes_is_snapshot_due(book_quotes *quotes, uint64_t timestamp_ns);

/**
 * Fills in `*snapshot` with the best `levels` levels a side (0 or more than ORDER_BOOK_LEVELS_MAX =
 * that many).
 *
 * Levels whose prices are the same once rounded to 1e-8 become one, with the sum of their
 * quantities.
 * Returns 0, or MYC_ELIMIT when a value does not fit; `*snapshot` is then not to be used.
 */
MYC_MUST_CHECK int book_snapshot_fill(const order_book *book, uint32_t levels,
                                      const book_stamp *stamp, order_book_snapshot *snapshot);

#endif

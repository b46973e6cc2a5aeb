/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_KRAKEN_CHECKSUM_H
#define FEEDS_KRAKEN_CHECKSUM_H

/*
 * Kraken's checksum of a book, as book_checksum_kraken() has it, for a book that changes a little at
 * a time: the digits of a side are written again only when one of its ten best levels was changed,
 * and the checksum of the asks, which come first, is kept for changes of bids.
 *
 * Threads: belongs to one thread at a time.
 */
#include "market/book_checksum.h"

enum {
    /* ten levels of two numbers, and what writing the last one may use beyond */
    KRAKEN_SIDE_BYTES = BOOK_CHECKSUM_KRAKEN_LEVELS * 2 * 19 + 8
};

/** Fields are private. All zero is one that knows of no book. */
typedef struct kraken_checksum {
    bool is_current[2]; /* by book_side: the digits are those of the book */
    uint16_t sizes[2];
    uint32_t asks; /* checksum of their digits */
    uint32_t all;
    char digits[2][KRAKEN_SIDE_BYTES];
} kraken_checksum;

/** Says that the book becomes another one. */
static inline void kraken_checksum_reset(kraken_checksum *self)
{
    self->is_current[BOOK_BIDS] = self->is_current[BOOK_ASKS] = false;
}

/** Says that the level at `price` is going to be set. To be called before that. */
static inline void kraken_checksum_touch(kraken_checksum *self, const order_book *book,
                                         book_side side, int64_t price)
{
    if (!self->is_current[side]) {
        return;
    }
    const uint32_t last = BOOK_CHECKSUM_KRAKEN_LEVELS - 1;
    int64_t last_price =
        order_book_count(book, side) > last ? order_book_at(book, side, last)->price : price;
    self->is_current[side] = side == BOOK_BIDS ? price < last_price : price > last_price;
}

/** The checksum of the book. */
uint32_t kraken_checksum_of(kraken_checksum *self, const order_book *book);

#endif

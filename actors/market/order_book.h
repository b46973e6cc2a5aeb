/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_ORDER_BOOK_H
#define MARKET_ORDER_BOOK_H

/*
 * The two sides of one instrument on one venue: for each price the quantity that stands there.
 *
 *     order_book book;
 *     if (order_book_init(&book, (book_decimals){.price = 8, .quantity = 8}, NULL)) ...
 *     int change = order_book_set(&book, BOOK_BIDS, 6168599000000, 100870000); // 0 removes
 *     if (change < 0) ... the update is refused, the book as before
 *     const book_level *bid = order_book_best(&book, BOOK_BIDS);               // NULL = empty
 *     order_book_fini(&book);
 *
 * Numbers are fixed point with the decimals of the book, chosen when it is made: what the venue
 * sends is then held without loss, and its digits can be had back (which Kraken's checksum is
 * made of). What leaves the book in a message has 8 decimals; see order_book_level_e8().
 *
 * A side is one array sorted by price, the best level at its end, with room before and behind it.
 * An update moves the levels on the shorter side of its place, so it is cheap at the top of the
 * book, and at the far end, where a snapshot is loaded and a depth limit cuts. The search begins at
 * the best level and doubles its steps. What venues send is spread wider than one thinks: of the
 * recorded changes of Binance one in ten hits the best four levels, and half of them lie more than
 * a hundred levels away; such a book of 5,000 levels takes some 55 ns a change.
 *
 * The system is asked for memory only when a side has more levels than it ever had.
 *
 * Threads: one at a time.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/scalar.h>
#include <mycelium/error.h>

#include "market/decimals.h"

typedef enum book_side { BOOK_BIDS = 0, BOOK_ASKS = 1 } book_side;

enum {
    BOOK_SIDE_LEVELS_MAX = 1 << 20, /* of one side: a feed that sends nonsense is stopped here */
    BOOK_SIDE_ROOM_DEFAULT = 1024
};

/** Price and quantity with the decimals of the book. */
typedef struct book_level {
    int64_t price;
    int64_t quantity; /* > 0 */
} book_level;

/** How many decimals prices and quantities have, each 0 to DECIMALS_MAX. No default. */
typedef struct book_decimals {
    uint8_t price;
    uint8_t quantity;
} book_decimals;

/** Zero = default. */
typedef struct order_book_options {
    uint32_t depth_max; /* levels a side that order_book_trim() leaves; 0 = all */
    uint32_t room;      /* levels a side to take memory for at once; 0 = BOOK_SIDE_ROOM_DEFAULT */
} order_book_options;

/** One side; for the book's own use. Sorted by `price ^ flip`, ascending. */
typedef struct book_levels {
    book_level *levels; /* [begin, end) of `room` hold levels, the best one last */
    uint32_t begin;
    uint32_t end;
    uint32_t room;
    int64_t flip; /* 0 for bids; -1 for asks, which turns their order round */
} book_levels;

/** Members are for reading by the functions below. */
typedef struct order_book {
    book_levels sides[2]; /* by book_side */
    book_decimals decimals;
    uint32_t depth_max;
} order_book;

/** What an update did. */
typedef enum book_change {
    BOOK_UNCHANGED = 0, /* the same quantity stood there */
    BOOK_ABSENT,        /* to be removed, but nothing stood there: venues do send this */
    BOOK_ADDED,         /* a new price */
    BOOK_REPLACED,      /* another quantity at a known price */
    BOOK_REMOVED
} book_change;

/**
 * Makes an empty book and takes its memory. `options` may be NULL.
 * Returns 0 (free with order_book_fini()), MYC_EINVAL when there are more decimals than
 * DECIMALS_MAX or more room than BOOK_SIDE_LEVELS_MAX, MYC_ENOMEM.
 */
MYC_MUST_CHECK int order_book_init(order_book *book, book_decimals decimals,
                                   const order_book_options *options);

/** Frees what the book holds. A zeroed book and one whose init failed are ignored. */
void order_book_fini(order_book *book);

/**
 * Puts `quantity` at `price`, in place of what stands there; 0 removes the level.
 *
 * Does not apply the depth limit: see order_book_trim().
 * Returns a book_change, MYC_EINVAL for a negative quantity, MYC_ELIMIT at BOOK_SIDE_LEVELS_MAX
 * levels, MYC_ENOMEM; with an error the book is as before.
 */
MYC_MUST_CHECK int order_book_set(order_book *book, book_side side, int64_t price,
                                  int64_t quantity);

/** Removes the level at `price`; the same as setting its quantity to 0, but cannot fail. */
book_change order_book_remove(order_book *book, book_side side, int64_t price);

/**
 * Drops what lies behind the depth limit of each side, if the book has one.
 *
 * To be called once for each message of the venue, after all its levels: a message may push a
 * level out and then remove a better one.
 * Returns the count of levels dropped.
 */
uint32_t order_book_trim(order_book *book);

/** Empties both sides. Memory is kept. */
void order_book_clear(order_book *book);

/** Empties one side. Memory is kept. */
void order_book_clear_side(order_book *book, book_side side);

/** The quantity at `price`; 0 = no such level. */
int64_t order_book_quantity_at(const order_book *book, book_side side, int64_t price);

static inline uint32_t order_book_count(const order_book *book, book_side side)
{
    return book->sides[side].end - book->sides[side].begin;
}

/** The highest bid or lowest ask, borrowed until the next change; NULL when the side is empty. */
static inline const book_level *order_book_best(const order_book *book, book_side side)
{
    const book_levels *levels = &book->sides[side];
    return levels->begin == levels->end ? NULL : &levels->levels[levels->end - 1];
}

/** The level that `rank` others are better than, borrowed as above. `rank` < the count. */
static inline const book_level *order_book_at(const order_book *book, book_side side, uint32_t rank)
{
    assert(rank < order_book_count(book, side));
    return &book->sides[side].levels[book->sides[side].end - 1 - rank];
}

/** Whether the best bid is at or above the best ask. Never with an empty side. */
static inline bool order_book_is_crossed(const order_book *book)
{
    const book_level *bid = order_book_best(book, BOOK_BIDS);
    const book_level *ask = order_book_best(book, BOOK_ASKS);
    return bid && ask && bid->price >= ask->price;
}

/**
 * Writes the level at `rank` (< the count) in units of 1e-8 to `*result`.
 *
 * Where a price has more than 8 decimals a bid is rounded down and an ask up: what is told is
 * never better than what the venue has, and books that are not crossed stay so. Quantities are
 * rounded down, to 0 if they are below 1e-8.
 * Returns 0, or MYC_ELIMIT when price or quantity do not fit; `*result` is then left alone.
 */
MYC_MUST_CHECK int order_book_level_e8(const order_book *book, book_side side, uint32_t rank,
                                       price_level *result);

#endif

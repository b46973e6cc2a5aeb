/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_NAIVE_BOOK_H
#define TESTS_ACTORS_NAIVE_BOOK_H

/*
 * A book that is too simple to be wrong: levels in no order, everything found by looking at all.
 */
#include <stdbool.h>
#include <stddef.h>

#include <criterion/criterion.h>

#include "market/order_book.h"

enum { NAIVE_LEVELS_MAX = 4096 };

typedef struct naive_side {
    book_level levels[NAIVE_LEVELS_MAX];
    size_t count;
    bool low_is_best;
} naive_side;

MYC_UNUSED static book_level *naive_find(naive_side *side, int64_t price)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->levels[i].price == price)
            return &side->levels[i];
    return NULL;
}

MYC_UNUSED static bool naive_is_better(const naive_side *side, int64_t price, int64_t than)
{
    return side->low_is_best ? price < than : price > than;
}

/* How many levels are better than `level`. */
MYC_UNUSED static size_t naive_rank(const naive_side *side, const book_level *level)
{
    size_t rank = 0;
    for (size_t i = 0; i < side->count; i++)
        rank += naive_is_better(side, side->levels[i].price, level->price);
    return rank;
}

MYC_UNUSED static void naive_drop(naive_side *side, book_level *level)
{
    *level = side->levels[--side->count];
}

MYC_UNUSED static book_change naive_set(naive_side *side, int64_t price, int64_t quantity)
{
    book_level *level = naive_find(side, price);
    if (level && quantity == 0) {
        naive_drop(side, level);
        return BOOK_REMOVED;
    }
    if (level) {
        book_change change = level->quantity == quantity ? BOOK_UNCHANGED : BOOK_REPLACED;
        level->quantity = quantity;
        return change;
    }
    if (quantity == 0)
        return BOOK_ABSENT;
    cr_assert_lt(side->count, (size_t)NAIVE_LEVELS_MAX);
    side->levels[side->count++] = (book_level){.price = price, .quantity = quantity};
    return BOOK_ADDED;
}

MYC_UNUSED static uint32_t naive_trim(naive_side *side, uint32_t depth_max)
{
    uint32_t dropped = 0;
    for (size_t i = 0; i < side->count;) {
        if (naive_rank(side, &side->levels[i]) >= depth_max) {
            naive_drop(side, &side->levels[i]);
            dropped++;
            i = 0; /* ranks of the others are as before: the dropped one was behind them */
        } else {
            i++;
        }
    }
    return dropped;
}

MYC_UNUSED static void naive_assert_equal(naive_side *naive, const order_book *book, book_side side)
{
    uint32_t count = order_book_count(book, side);
    cr_assert_eq(naive->count, count, "%zu levels, not %u", naive->count, count);
    for (uint32_t rank = 0; rank < count; rank++) {
        const book_level *level = order_book_at(book, side, rank);
        const book_level *expected = naive_find(naive, level->price);
        cr_assert(expected, "rank %u: no such price", rank);
        cr_assert_eq(expected->quantity, level->quantity);
        cr_assert_eq(rank, naive_rank(naive, level));
    }
    const book_level *best = order_book_best(book, side);
    cr_assert_eq(count == 0, best == NULL);
    cr_assert(!best || best == order_book_at(book, side, 0));
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "market/order_book.h"

#include <string.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "actors/naive_book.h"
#include "support/leaks.h"

static const book_decimals e8 = {.price = 8, .quantity = 8};

static order_book open_book(uint32_t room, uint32_t depth_max)
{
    order_book book;
    cr_assert_eq(
        0, order_book_init(&book, e8, &(order_book_options){.room = room, .depth_max = depth_max}));
    return book;
}

static void set(order_book *book, book_side side, int64_t price, int64_t quantity)
{
    cr_assert_geq(order_book_set(book, side, price, quantity), 0);
}

Test(order_book, starts_empty)
{
    order_book book = open_book(0, 0);
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++) {
        cr_assert_eq(0, order_book_count(&book, side));
        cr_assert_null(order_book_best(&book, side));
        cr_assert_eq(BOOK_ABSENT, order_book_remove(&book, side, 1));
        cr_assert_eq(0, order_book_quantity_at(&book, side, 1));
    }
    cr_assert_not(order_book_is_crossed(&book));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, has_the_highest_bid_and_the_lowest_ask_first)
{
    order_book book = open_book(0, 0);
    for (int64_t price = 1; price <= 5; price++) {
        set(&book, BOOK_BIDS, 100 + price, price);
        set(&book, BOOK_ASKS, 200 + price, price);
    }
    cr_assert_eq(105, order_book_best(&book, BOOK_BIDS)->price);
    cr_assert_eq(201, order_book_best(&book, BOOK_ASKS)->price);
    cr_assert_eq(101, order_book_at(&book, BOOK_BIDS, 4)->price);
    cr_assert_eq(205, order_book_at(&book, BOOK_ASKS, 4)->price);
    cr_assert_eq(3, order_book_quantity_at(&book, BOOK_BIDS, 103));
    cr_assert_eq(0, order_book_quantity_at(&book, BOOK_BIDS, 203));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, says_what_an_update_did)
{
    order_book book = open_book(0, 0);
    cr_assert_eq(BOOK_ADDED, order_book_set(&book, BOOK_BIDS, 7, 1));
    cr_assert_eq(BOOK_UNCHANGED, order_book_set(&book, BOOK_BIDS, 7, 1));
    cr_assert_eq(BOOK_REPLACED, order_book_set(&book, BOOK_BIDS, 7, 2));
    cr_assert_eq(BOOK_ABSENT, order_book_set(&book, BOOK_BIDS, 8, 0));
    cr_assert_eq(BOOK_REMOVED, order_book_set(&book, BOOK_BIDS, 7, 0));
    cr_assert_eq(0, order_book_count(&book, BOOK_BIDS));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, refuses_a_negative_quantity_and_stays_as_it_was)
{
    order_book book = open_book(0, 0);
    set(&book, BOOK_ASKS, 7, 3);
    cr_assert_eq(MYC_EINVAL, order_book_set(&book, BOOK_ASKS, 7, -1));
    cr_assert_eq(MYC_EINVAL, order_book_set(&book, BOOK_ASKS, 8, INT64_MIN));
    cr_assert_eq(3, order_book_quantity_at(&book, BOOK_ASKS, 7));
    cr_assert_eq(1, order_book_count(&book, BOOK_ASKS));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, refuses_options_outside_of_their_limits)
{
    order_book book;
    cr_assert_eq(MYC_EINVAL, order_book_init(&book, (book_decimals){19, 8}, NULL));
    cr_assert_eq(MYC_EINVAL, order_book_init(&book, (book_decimals){8, 19}, NULL));
    order_book_options options = {.room = BOOK_SIDE_LEVELS_MAX + 1};
    cr_assert_eq(MYC_EINVAL, order_book_init(&book, e8, &options));
    order_book_fini(&book);
    cr_assert_eq(0, order_book_init(&book, (book_decimals){18, 0}, NULL));
    order_book_fini(&book);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, is_crossed_from_equal_prices_on)
{
    order_book book = open_book(0, 0);
    set(&book, BOOK_BIDS, 100, 1);
    cr_assert_not(order_book_is_crossed(&book));
    set(&book, BOOK_ASKS, 101, 1);
    cr_assert_not(order_book_is_crossed(&book));
    set(&book, BOOK_ASKS, 100, 1);
    cr_assert(order_book_is_crossed(&book));
    set(&book, BOOK_ASKS, 99, 1);
    cr_assert(order_book_is_crossed(&book));
    order_book_clear_side(&book, BOOK_ASKS);
    cr_assert_not(order_book_is_crossed(&book));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, applies_the_depth_limit_only_when_told)
{
    order_book book = open_book(0, 2);
    for (int64_t price = 1; price <= 4; price++) {
        set(&book, BOOK_BIDS, price, 1);
        set(&book, BOOK_ASKS, price + 4, 1);
    }
    cr_assert_eq(4, order_book_count(&book, BOOK_BIDS));
    set(&book, BOOK_BIDS, 4, 0); /* 2 comes back within the limit */
    cr_assert_eq(1 + 2, order_book_trim(&book));
    cr_assert_eq(2, order_book_at(&book, BOOK_BIDS, 1)->price);
    cr_assert_eq(6, order_book_at(&book, BOOK_ASKS, 1)->price);
    cr_assert_eq(0, order_book_trim(&book));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, stops_at_its_limit_of_levels)
{
    order_book book = open_book(0, 0);
    for (int64_t price = 0; price < BOOK_SIDE_LEVELS_MAX; price++)
        cr_assert_eq(BOOK_ADDED, order_book_set(&book, BOOK_BIDS, price, 1));
    cr_assert_eq(MYC_ELIMIT, order_book_set(&book, BOOK_BIDS, -1, 1));
    cr_assert_eq(BOOK_REPLACED, order_book_set(&book, BOOK_BIDS, 0, 2));
    cr_assert_eq(BOOK_SIDE_LEVELS_MAX, order_book_count(&book, BOOK_BIDS));
    cr_assert_eq(BOOK_REMOVED, order_book_set(&book, BOOK_BIDS, 5, 0));
    cr_assert_eq(BOOK_ADDED, order_book_set(&book, BOOK_BIDS, -1, 1));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, takes_prices_at_the_ends_of_their_range)
{
    static const int64_t prices[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    enum { PRICES = sizeof prices / sizeof prices[0] };
    order_book book = open_book(4, 0);
    for (size_t i = 0; i < PRICES; i++) {
        set(&book, BOOK_BIDS, prices[i], 1);
        set(&book, BOOK_ASKS, prices[i], 1);
    }
    for (uint32_t i = 0; i < PRICES; i++) {
        cr_assert_eq(prices[PRICES - 1 - i], order_book_at(&book, BOOK_BIDS, i)->price);
        cr_assert_eq(prices[i], order_book_at(&book, BOOK_ASKS, i)->price);
    }
    order_book_fini(&book);
    NO_LEAKS();
}

/* Once a side has had its levels, no update makes it ask for memory. */
Test(order_book, keeps_its_memory)
{
    order_book book = open_book(4, 0);
    test_random random = random_start(5);
    for (int64_t price = 0; price < 1000; price++)
        set(&book, BOOK_BIDS, price, 1);
    const uint32_t room = book.sides[BOOK_BIDS].room;
    const book_level *memory = book.sides[BOOK_BIDS].levels;
    for (int i = 0; i < 100000; i++) {
        int64_t price = (int64_t)random_below(&random, 1000) + i / 50; /* drifts upwards */
        set(&book, BOOK_BIDS, price, (int64_t)random_below(&random, 2));
        if (order_book_count(&book, BOOK_BIDS) > 900)
            set(&book, BOOK_BIDS, order_book_at(&book, BOOK_BIDS, 899)->price, 0);
    }
    order_book_clear(&book);
    for (int64_t price = 1000; price > 0; price--)
        set(&book, BOOK_BIDS, price, 1);
    cr_assert_eq(room, book.sides[BOOK_BIDS].room);
    cr_assert_eq(memory, book.sides[BOOK_BIDS].levels);
    order_book_fini(&book);
    NO_LEAKS();
}

/* How a run of random updates is made. */
typedef struct update_regime {
    uint32_t room;
    uint32_t depth_max;
    uint64_t prices;   /* different ones */
    uint64_t removals; /* in 8 updates */
    int64_t drift;     /* of all prices with each update */
} update_regime;

static int64_t random_price(test_random *random, const update_regime *regime, int64_t step)
{
    /* The smaller of two: most updates are near one end, as in a market. */
    uint64_t a = random_below(random, regime->prices), b = random_below(random, regime->prices);
    return (int64_t)(a < b ? a : b) + regime->drift * step - (int64_t)regime->prices / 2;
}

static void update_both(test_random *random, const update_regime *regime, int64_t step,
                        order_book *book, naive_side *naive)
{
    book_side side = random_below(random, 2) ? BOOK_ASKS : BOOK_BIDS;
    int64_t price = random_price(random, regime, step);
    bool removes = random_below(random, 8) < regime->removals;
    int64_t quantity = removes ? 0 : 1 + (int64_t)random_below(random, 3);
    cr_assert_eq(naive_find(&naive[side], price) ? naive_find(&naive[side], price)->quantity : 0,
                 order_book_quantity_at(book, side, price));
    cr_assert_eq((int)naive_set(&naive[side], price, quantity),
                 order_book_set(book, side, price, quantity));
    if (regime->depth_max && random_below(random, 4) == 0) {
        uint32_t dropped = naive_trim(&naive[BOOK_BIDS], regime->depth_max) +
                           naive_trim(&naive[BOOK_ASKS], regime->depth_max);
        cr_assert_eq(dropped, order_book_trim(book));
    }
    if (random_below(random, 5000) == 0) {
        order_book_clear(book);
        naive[BOOK_BIDS].count = naive[BOOK_ASKS].count = 0;
    }
}

static void compare_with_model(test_random *random, const update_regime *regime)
{
    static naive_side naive[2];
    memset(naive, 0, sizeof naive);
    naive[BOOK_ASKS].low_is_best = true;
    order_book book = open_book(regime->room, regime->depth_max);
    for (int64_t step = 0; step < 20000; step++) {
        update_both(random, regime, step, &book, naive);
        if (step % 97 == 0 || order_book_count(&book, BOOK_BIDS) < 6) {
            naive_assert_equal(&naive[BOOK_BIDS], &book, BOOK_BIDS);
            naive_assert_equal(&naive[BOOK_ASKS], &book, BOOK_ASKS);
        }
    }
    order_book_fini(&book);
}

Test(order_book, equals_a_naive_model)
{
    static const update_regime regimes[] = {
        {.room = 4, .prices = 5, .removals = 4},
        {.room = 4, .prices = 200, .removals = 2},
        {.room = 4, .prices = 200, .removals = 3, .depth_max = 10},
        {.room = 16, .prices = 60, .removals = 5, .depth_max = 40, .drift = 3},
        {.room = 16, .prices = 60, .removals = 3, .depth_max = 25, .drift = -1},
        {.room = 0, .prices = 400, .removals = 4, .depth_max = 100},
    };
    test_random random = random_start(42);
    for (size_t i = 0; i < sizeof regimes / sizeof regimes[0]; i++) {
        compare_with_model(&random, &regimes[i]);
    }
    NO_LEAKS();
}

Test(order_book, tells_levels_in_units_of_1e8_rounded_away_from_the_other_side)
{
    order_book book;
    price_level level;
    cr_assert_eq(0, order_book_init(&book, (book_decimals){.price = 10, .quantity = 9}, NULL));
    set(&book, BOOK_BIDS, 12399, 19);
    set(&book, BOOK_BIDS, -12301, 9);
    set(&book, BOOK_ASKS, 12401, 20);
    set(&book, BOOK_ASKS, -12399, 20);
    cr_assert_eq(0, order_book_level_e8(&book, BOOK_BIDS, 0, &level));
    cr_assert_eq(123, level.price_e8);
    cr_assert_eq(1, level.quantity_e8);
    cr_assert_eq(0, order_book_level_e8(&book, BOOK_BIDS, 1, &level));
    cr_assert_eq(-124, level.price_e8);
    cr_assert_eq(0, level.quantity_e8);
    cr_assert_eq(0, order_book_level_e8(&book, BOOK_ASKS, 0, &level));
    cr_assert_eq(-123, level.price_e8);
    cr_assert_eq(0, order_book_level_e8(&book, BOOK_ASKS, 1, &level));
    cr_assert_eq(125, level.price_e8);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(order_book, does_not_tell_levels_that_do_not_fit)
{
    order_book book;
    price_level level = {.price_e8 = 77};
    const int64_t fits = INT64_MAX / 1000000;
    cr_assert_eq(0, order_book_init(&book, (book_decimals){.price = 2, .quantity = 2}, NULL));
    set(&book, BOOK_BIDS, fits, fits);
    cr_assert_eq(0, order_book_level_e8(&book, BOOK_BIDS, 0, &level));
    cr_assert_eq(fits * 1000000, level.price_e8);
    set(&book, BOOK_BIDS, fits, fits + 1);
    cr_assert_eq(MYC_ELIMIT, order_book_level_e8(&book, BOOK_BIDS, 0, &level));
    cr_assert_eq(fits * 1000000, level.quantity_e8);
    set(&book, BOOK_BIDS, fits + 1, 1);
    cr_assert_eq(MYC_ELIMIT, order_book_level_e8(&book, BOOK_BIDS, 0, &level));
    set(&book, BOOK_ASKS, -fits - 2, 1);
    cr_assert_eq(MYC_ELIMIT, order_book_level_e8(&book, BOOK_ASKS, 0, &level));
    order_book_fini(&book);
    NO_LEAKS();
}

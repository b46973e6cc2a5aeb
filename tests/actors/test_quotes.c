/* SPDX-License-Identifier: Apache-2.0 */
#include "market/quotes.h"

#include <string.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "actors/naive_book.h"
#include "support/leaks.h"

static const book_stamp stamp = {
    .timestamp_ns = 11, .received_ns = 12, .sequence = 13, .instrument = {"BTCUSDT"}, .venue = 3};

static order_book open_book(uint8_t price, uint8_t quantity)
{
    order_book book;
    cr_assert_eq(0, order_book_init(&book, (book_decimals){price, quantity}, NULL));
    return book;
}

static void set(order_book *book, book_side side, int64_t price, int64_t quantity)
{
    cr_assert_geq(order_book_set(book, side, price, quantity), 0);
}

static void assert_level(int64_t price, int64_t quantity, const price_level *level)
{
    cr_assert_eq(price, level->price_e8);
    cr_assert_eq(quantity, level->quantity_e8);
}

Test(quotes, carry_the_stamp_and_the_best_levels)
{
    order_book book = open_book(6, 8);
    book_quotes quotes;
    quote_update quote;
    book_quotes_init(&quotes, NULL);
    cr_assert_not(book_quotes_take(&quotes, &book, &stamp, &quote));
    set(&book, BOOK_BIDS, 100, 1);
    set(&book, BOOK_ASKS, 101, 2);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    cr_assert_eq(11, quote.timestamp_ns);
    cr_assert_eq(12, quote.received_ns);
    cr_assert_eq(13, quote.sequence);
    cr_assert_str_eq("BTCUSDT", quote.instrument.text);
    cr_assert_eq(3, quote.venue);
    assert_level(10000, 1, &quote.bid);
    assert_level(10100, 2, &quote.ask);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(quotes, come_only_when_a_best_price_or_quantity_has_changed)
{
    order_book book = open_book(8, 8);
    book_quotes quotes;
    quote_update quote;
    book_quotes_init(&quotes, NULL);
    set(&book, BOOK_BIDS, 100, 1);
    set(&book, BOOK_ASKS, 101, 2);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    cr_assert_not(book_quotes_take(&quotes, &book, &stamp, &quote));
    set(&book, BOOK_BIDS, 99, 7);
    set(&book, BOOK_ASKS, 102, 7);
    cr_assert_not(book_quotes_take(&quotes, &book, &stamp, &quote));
    set(&book, BOOK_ASKS, 101, 3);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    set(&book, BOOK_BIDS, 100, 0);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    assert_level(99, 7, &quote.bid);
    cr_assert_eq(3, quotes.quotes);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(quotes, take_back_what_a_cleared_book_had)
{
    order_book book = open_book(8, 8);
    book_quotes quotes;
    quote_update quote;
    book_quotes_init(&quotes, NULL);
    set(&book, BOOK_BIDS, 100, 1);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    assert_level(0, 0, &quote.ask);
    order_book_clear(&book);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    assert_level(100, 0, &quote.bid);
    assert_level(0, 0, &quote.ask);
    cr_assert_not(book_quotes_take(&quotes, &book, &stamp, &quote));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(quotes, tell_a_side_that_does_not_fit_as_absent_and_count_it)
{
    order_book book = open_book(0, 8);
    book_quotes quotes;
    quote_update quote;
    book_quotes_init(&quotes, NULL);
    set(&book, BOOK_BIDS, 5, 1);
    set(&book, BOOK_ASKS, 6, 1);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    set(&book, BOOK_BIDS, INT64_MAX, 1);
    cr_assert(book_quotes_take(&quotes, &book, &stamp, &quote));
    assert_level(500000000, 0, &quote.bid);
    assert_level(600000000, 1, &quote.ask);
    cr_assert_eq(1, quotes.unfit);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(quotes, snapshots_are_due_on_the_first_event_of_each_interval)
{
    static const struct {
        uint64_t time_ns;
        bool is_due;
    } events[] = {{1005, true},  {1099, false}, {1100, true},  {1100, false},
                  {1199, false}, {1350, true},  {1399, false}, {1000, false},
                  {1400, true},  {5000, true},  {5099, false}, {5100, true}};
    book_quotes quotes;
    book_quotes_init(&quotes, &(book_quotes_options){.snapshot_interval_ns = 100});
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        cr_assert_eq(events[i].is_due, book_quotes_is_snapshot_due(&quotes, events[i].time_ns),
                     "event %zu", i);
    cr_assert_eq(6, quotes.snapshots);
    book_quotes_init(&quotes, NULL);
    cr_assert_not(book_quotes_is_snapshot_due(&quotes, 5000));
    NO_LEAKS();
}

Test(quotes, a_snapshot_has_the_best_levels_in_order)
{
    order_book book = open_book(8, 8);
    order_book_snapshot snapshot;
    for (int64_t i = 1; i <= 30; i++) {
        set(&book, BOOK_BIDS, 100 - i, i);
        set(&book, BOOK_ASKS, 100 + i, i);
    }
    cr_assert_eq(0, book_snapshot_fill(&book, 0, &stamp, &snapshot));
    cr_assert_eq((int)ORDER_BOOK_LEVELS_MAX, (int)snapshot.bid_count);
    cr_assert_eq((int)ORDER_BOOK_LEVELS_MAX, (int)snapshot.ask_count);
    for (int64_t i = 0; i < ORDER_BOOK_LEVELS_MAX; i++) {
        assert_level(99 - i, 1 + i, &snapshot.bids[i]);
        assert_level(101 + i, 1 + i, &snapshot.asks[i]);
    }
    cr_assert_eq(13, snapshot.sequence);
    cr_assert_eq(0, book_snapshot_fill(&book, 3, &stamp, &snapshot));
    cr_assert_eq(3, snapshot.bid_count);
    order_book_clear_side(&book, BOOK_ASKS);
    cr_assert_eq(0, book_snapshot_fill(&book, 3, &stamp, &snapshot));
    cr_assert_eq(0, snapshot.ask_count);
    order_book_fini(&book);
    NO_LEAKS();
}

/* 10 decimals: a hundred prices of the book are one price of the snapshot. */
Test(quotes, a_snapshot_joins_levels_that_become_one_price)
{
    order_book book = open_book(10, 8);
    order_book_snapshot snapshot;
    set(&book, BOOK_BIDS, 1000, 1);
    set(&book, BOOK_BIDS, 999, 2);
    set(&book, BOOK_BIDS, 901, 4);
    set(&book, BOOK_BIDS, 899, 8);
    set(&book, BOOK_ASKS, 1001, 1);
    set(&book, BOOK_ASKS, 1100, 2);
    set(&book, BOOK_ASKS, 1101, 4);
    cr_assert_eq(0, book_snapshot_fill(&book, 2, &stamp, &snapshot));
    cr_assert_eq(2, snapshot.bid_count);
    assert_level(10, 1, &snapshot.bids[0]);
    assert_level(9, 2 + 4, &snapshot.bids[1]);
    cr_assert_eq(2, snapshot.ask_count);
    assert_level(11, 1 + 2, &snapshot.asks[0]);
    assert_level(12, 4, &snapshot.asks[1]);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(quotes, a_snapshot_of_values_that_do_not_fit_is_refused)
{
    order_book book = open_book(9, 8);
    order_book_snapshot snapshot;
    set(&book, BOOK_BIDS, 10, INT64_MAX);
    cr_assert_eq(0, book_snapshot_fill(&book, 2, &stamp, &snapshot));
    set(&book, BOOK_BIDS, 11, 1); /* joins the one above: their sum is too large */
    cr_assert_eq(MYC_ELIMIT, book_snapshot_fill(&book, 2, &stamp, &snapshot));
    order_book_fini(&book);
    NO_LEAKS();
}

static price_level top_of(const naive_side *side, price_level last)
{
    price_level top = {.price_e8 = last.price_e8};
    for (size_t i = 0; i < side->count; i++)
        if (naive_rank(side, &side->levels[i]) == 0)
            top = (price_level){side->levels[i].price, side->levels[i].quantity};
    return top;
}

/* After any number of changes, a quote comes just when the tops of a naive book differ. */
Test(quotes, come_as_a_naive_book_says)
{
    static naive_side naive[2];
    memset(naive, 0, sizeof naive);
    naive[BOOK_ASKS].low_is_best = true;
    order_book book = open_book(8, 8);
    book_quotes quotes;
    quote_update quote, last = {.sequence = 0};
    test_random random = random_start(77);
    book_quotes_init(&quotes, NULL);
    for (int i = 0; i < 20000; i++) {
        book_side side = random_below(&random, 2) ? BOOK_ASKS : BOOK_BIDS;
        int64_t price = 1 + (int64_t)random_below(&random, 12);
        int64_t quantity = (int64_t)random_below(&random, 3);
        (void)naive_set(&naive[side], price, quantity);
        set(&book, side, price, quantity);
        if (random_below(&random, 3) == 0)
            continue;
        price_level bid = top_of(&naive[BOOK_BIDS], last.bid);
        price_level ask = top_of(&naive[BOOK_ASKS], last.ask);
        bool differs = memcmp(&bid, &last.bid, sizeof bid) || memcmp(&ask, &last.ask, sizeof ask);
        cr_assert_eq(differs, book_quotes_take(&quotes, &book, &stamp, &quote));
        if (differs) {
            assert_level(bid.price_e8, bid.quantity_e8, &quote.bid);
            assert_level(ask.price_e8, ask.quantity_e8, &quote.ask);
            last = quote;
        }
    }
    order_book_fini(&book);
    NO_LEAKS();
}

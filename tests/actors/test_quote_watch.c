/* SPDX-License-Identifier: Apache-2.0 */
#include "market/quote_watch.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <mycelium/error.h>

#include "actors/market_random.h"
#include "support/leaks.h"

#define SECOND_NS UINT64_C(1000000000)

/* The signals of the last quote. */
static quote_signal found[64];
static size_t found_count;

static void keep(void *user, const quote_signal *signal)
{
    (void)user;
    cr_assert_lt(found_count, sizeof found / sizeof *found);
    found[found_count++] = *signal;
}

static quote_watch *watch_with(const quote_watch_options *options)
{
    quote_watch *watch;
    cr_assert_eq(0, quote_watch_create(options, &watch));
    return watch;
}

static quote_source_name source_named(uint16_t venue, const char *instrument)
{
    quote_source_name name = {.venue = venue};
    cr_assert_leq(strlen(instrument), sizeof name.instrument.text);
    memcpy(name.instrument.text, instrument, strlen(instrument));
    return name;
}

static quote_update quote_of(quote_source_name name, int64_t bid, int64_t ask)
{
    return (quote_update){.received_ns = 5,
                          .bid = {bid, 1},
                          .ask = {ask, 1},
                          .instrument = name.instrument,
                          .venue = name.venue};
}

static uint64_t give(quote_watch *watch, uint16_t venue, const char *instrument, int64_t bid,
                     int64_t ask)
{
    quote_update quote = quote_of(source_named(venue, instrument), bid, ask);
    found_count = 0;
    uint64_t count = quote_watch_on_quote(watch, &quote, keep, NULL);
    cr_assert_eq(found_count, count);
    return count;
}

static const quote_watch_options at_1000_ppm = {.cross_ppm = {1000}, .cross_ppm_count = 1};

Test(quote_watch, refuses_options_that_cannot_be)
{
    quote_watch *watch;
    quote_pair_names pairs[QUOTE_PAIRS_CONFIGURED_MAX + 1];
    for (uint16_t i = 0; i < QUOTE_PAIRS_CONFIGURED_MAX + 1; i++)
        pairs[i] = (quote_pair_names){source_named(i, "X"), source_named(i, "Y")};
    quote_watch_options options = {.cross_ppm_count = 1};
    cr_assert_eq(MYC_EINVAL, quote_watch_create(&options, &watch));
    cr_assert_null(watch);
    options = (quote_watch_options){.cross_ppm_count = CROSS_VENUE_THRESHOLDS_MAX + 1};
    cr_assert_eq(MYC_EINVAL, quote_watch_create(&options, &watch));
    options = (quote_watch_options){.momentum = {.fast_tau_ns = 5, .slow_tau_ns = 4, 1}};
    cr_assert_eq(MYC_EINVAL, quote_watch_create(&options, &watch));
    options = (quote_watch_options){.pairs = pairs, .pair_count = QUOTE_PAIRS_CONFIGURED_MAX + 1};
    cr_assert_eq(MYC_EINVAL, quote_watch_create(&options, &watch));
    options.pair_count--;
    cr_assert_eq(0, quote_watch_create(&options, &watch));
    quote_watch_destroy(watch);
    pairs[3].b = pairs[3].a;
    cr_assert_eq(MYC_EINVAL, quote_watch_create(&options, &watch));
    NO_LEAKS();
}

Test(quote_watch, without_options_only_counts)
{
    quote_watch *watch = watch_with(NULL);
    cr_assert_eq(0, give(watch, 1, "BTC", 100, 101));
    cr_assert_eq(0, give(watch, 2, "BTC", 200, 201));
    cr_assert_eq(2, quote_watch_counted(watch)->quotes);
    cr_assert_eq(0, quote_watch_cross_count(watch));
    quote_watch_destroy(watch);
    NO_LEAKS();
}

Test(quote_watch, pairs_the_venues_of_one_instrument)
{
    quote_watch *watch = watch_with(&at_1000_ppm);
    cr_assert_eq(0, give(watch, 9, "BTC", 2000, 2001));
    cr_assert_eq(0, give(watch, 4, "ETH", 1000, 1001));
    cr_assert_eq(0, quote_watch_cross_count(watch));
    cr_assert_eq(1, give(watch, 4, "BTC", 1000, 1001)); /* the first quote of 9 is not forgotten */
    cr_assert_eq(QUOTE_CROSS_VENUE, found[0].kind);
    cr_assert_eq(4, found[0].of.cross_venue.buy_venue);
    cr_assert_eq(9, found[0].of.cross_venue.sell_venue);
    cr_assert_eq(0, give(watch, 9, "ETH", 1000, 1001));
    cr_assert_eq(2, quote_watch_cross_count(watch));
    quote_cross_result result = quote_watch_cross_at(watch, 0);
    cr_assert_eq(4, result.a.venue, "the lower number");
    cr_assert_eq(9, result.b.venue);
    cr_assert_str_eq("BTC", result.a.instrument.text);
    cr_assert_eq(1000, result.threshold_ppm);
    cr_assert_eq(1, result.compared);
    cr_assert_eq(1, result.quotes);
    cr_assert_eq(1, result.episodes);
    cr_assert_eq(1, result.open);
    cr_assert_float_eq(999 * 1e6 / 1001, result.largest_gap_ppm, 1e-6);
    cr_assert_str_eq("ETH", quote_watch_cross_at(watch, 1).b.instrument.text);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

Test(quote_watch, compares_each_of_three_venues_with_each)
{
    quote_watch *watch = watch_with(&at_1000_ppm);
    (void)give(watch, 0, "BTC", 1000, 1001);
    (void)give(watch, 1, "BTC", 1000, 1001);
    cr_assert_eq(2, give(watch, 2, "BTC", 2000, 2001));
    cr_assert_neq(found[0].of.cross_venue.episode_id, found[1].of.cross_venue.episode_id);
    cr_assert_eq(3, quote_watch_cross_count(watch));
    cr_assert_eq(2, give(watch, 2, "BTC", 1000, 1001));
    cr_assert_eq(CROSS_VENUE_END, found[1].of.cross_venue.phase);
    cr_assert_eq(4, quote_watch_counted(watch)->cross_venue_signals);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

Test(quote_watch, pairs_what_was_configured_once_and_in_that_order)
{
    const quote_pair_names pairs[] = {
        {source_named(7, "XBT/USD"), source_named(3, "BTC-USD")},
        {source_named(8, "SAME"), source_named(1, "SAME")},
        {source_named(7, "XBT/USD"), source_named(3, "BTC-USD")},
        {source_named(3, "BTC-USD"), source_named(3, "BTC-USDT")}, /* two of one venue */
    };
    quote_watch_options options = at_1000_ppm;
    options.pairs = pairs;
    options.pair_count = 4;
    quote_watch *watch = watch_with(&options);
    (void)give(watch, 3, "BTC-USD", 1000, 1001);
    cr_assert_eq(1, give(watch, 7, "XBT/USD", 2000, 2001));
    cr_assert_str_eq("BTC-USD", found[0].of.cross_venue.buy_instrument.text);
    cr_assert_str_eq("XBT/USD", found[0].of.cross_venue.sell_instrument.text);
    (void)give(watch, 1, "SAME", 1000, 1001);
    (void)give(watch, 8, "SAME", 1000, 1001);
    cr_assert_eq(1, give(watch, 3, "BTC-USDT", 2000, 2001));
    cr_assert_eq(3, quote_watch_cross_count(watch));
    cr_assert_eq(7, quote_watch_cross_at(watch, 0).a.venue);
    cr_assert_eq(8, quote_watch_cross_at(watch, 1).a.venue);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

Test(quote_watch, watches_the_momentum_of_each_source)
{
    const quote_watch_options options = {.momentum = {.threshold_ppm = 1000}};
    quote_watch *watch = watch_with(&options);
    quote_update one = quote_of(source_named(1, "BTC"), 100000, 100002), other = one;
    other.venue = 2;
    found_count = 0;
    cr_assert_eq(0, quote_watch_on_quote(watch, &one, keep, NULL));
    cr_assert_eq(0, quote_watch_on_quote(watch, &other, keep, NULL));
    one.timestamp_ns += SECOND_NS;
    one.bid.price_e8 = one.ask.price_e8 = 101000;
    other.timestamp_ns += SECOND_NS;
    cr_assert_eq(0, quote_watch_on_quote(watch, &other, keep, NULL));
    cr_assert_eq(1, quote_watch_on_quote(watch, &one, keep, NULL));
    cr_assert_eq(QUOTE_MOMENTUM, found[0].kind);
    cr_assert_eq(1, found[0].of.momentum.venue);
    cr_assert_eq(MOMENTUM_UP, found[0].of.momentum.direction);
    cr_assert_eq(1, quote_watch_counted(watch)->momentum_signals);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

static uint64_t give_book(quote_watch *watch, uint16_t venue, int64_t bid, int64_t ask)
{
    order_book_snapshot book = {.received_ns = 5, .instrument = {"BTC"}, .venue = venue};
    book.bid_count = bid != 0;
    book.ask_count = ask != 0;
    book.bids[0] = (price_level){bid, 1};
    book.asks[0] = (price_level){ask, 1};
    found_count = 0;
    return quote_watch_on_order_book(watch, &book, keep, NULL);
}

Test(quote_watch, books_stand_in_for_quotes_where_there_are_none)
{
    quote_watch *watch = watch_with(&at_1000_ppm);
    (void)give(watch, 1, "BTC", 1000, 1001);
    cr_assert_eq(1, give_book(watch, 2, 2000, 2001));
    cr_assert_eq(CROSS_VENUE_START, found[0].of.cross_venue.phase);
    cr_assert_eq(1, give_book(watch, 2, 0, 2001));
    cr_assert_eq(CROSS_VENUE_END, found[0].of.cross_venue.phase);
    cr_assert_eq(0, give(watch, 2, "BTC", 1000, 1001));
    cr_assert_eq(0, give_book(watch, 2, 2000, 2001));
    cr_assert_eq(3, quote_watch_counted(watch)->order_books);
    cr_assert_eq(2, quote_watch_counted(watch)->quotes);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

Test(quote_watch, holds_no_more_sources_and_pairs_than_its_limits)
{
    quote_watch *watch = watch_with(&at_1000_ppm);
    char name[16];
    for (unsigned i = 0; i < QUOTE_SOURCES_MAX + 5; i++) {
        snprintf(name, sizeof name, "I%u", i / 2);
        (void)give(watch, (uint16_t)(i % 2), name, 1000, 1001);
    }
    cr_assert_eq(5, quote_watch_counted(watch)->quotes_without_room);
    cr_assert_eq(QUOTE_SOURCES_MAX / 2, quote_watch_cross_count(watch));
    cr_assert_eq(1, give(watch, 1, "I17", 2000, 2001), "the first ones go on");
    quote_watch_destroy(watch);

    watch = watch_with(&at_1000_ppm);
    for (uint16_t venue = 0; venue < 400; venue++)
        (void)give(watch, venue, "BTC", 1000, 1001);
    cr_assert_eq(QUOTE_PAIRS_MAX, quote_watch_cross_count(watch));
    cr_assert_eq(400 * 399 / 2 - QUOTE_PAIRS_MAX, quote_watch_counted(watch)->pairs_without_room);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How a Binance book is kept: joins, gaps, what is held, quotes. */
#include "actors/exchange_frames.h"

#define DEPTH(first, last, bids, asks)                                                             \
    "{\"stream\":\"abcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"s\":\"ABCUSDT\","       \
    "\"U\":" #first ",\"u\":" #last ",\"b\":" bids ",\"a\":" asks "}}"
#define FUTURES(first, last, previous, bids, asks)                                                 \
    "{\"e\":\"depthUpdate\",\"s\":\"ABCUSDT\",\"U\":" #first ",\"u\":" #last ",\"pu\":" #previous  \
    ",\"b\":" bids ",\"a\":" asks "}"
#define SNAPSHOT(id, bids, asks) "{\"lastUpdateId\":" #id ",\"bids\":" bids ",\"asks\":" asks "}"
#define TICKER(id, bid, ask)                                                                       \
    "{\"u\":" #id ",\"s\":\"ABCUSDT\",\"b\":\"" bid "\",\"B\":\"1\",\"a\":\"" ask "\",\"A\":"      \
    "\"2\"}"
#define LEVEL(price, quantity) "[[\"" price "\",\"" quantity "\"]]"

enum { E8 = 100000000 };

static exchange_test open_synced(void)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    take(&test, DEPTH(8, 9, "[]", "[]"));
    take(&test, SNAPSHOT(10, LEVEL("5", "1"), LEVEL("7", "1")));
    cr_assert(first_instrument(&test)->is_valid);
    return test;
}

Test(binance, holds_changes_until_the_snapshot_and_joins_them)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    cr_assert_eq(EXCHANGE_RESYNC, take(&test, DEPTH(8, 9, LEVEL("9", "1"), "[]")));
    cr_assert_eq(0, take(&test, DEPTH(10, 12, LEVEL("6", "2"), "[]")), "asked once only");
    take(&test, DEPTH(13, 13, LEVEL("6", "0"), LEVEL("7", "3")));
    cr_assert_eq(3, counts_of(&test)->depth_held);
    cr_assert_eq(EXCHANGE_CHANGED | EXCHANGE_QUOTE,
                 take(&test, SNAPSHOT(10, LEVEL("5", "1"), LEVEL("8", "1"))));
    cr_assert_eq(1, counts_of(&test)->depth_dropped_old);
    cr_assert_eq(2, counts_of(&test)->depth_applied);
    cr_assert_eq(0, counts_of(&test)->depth_held);
    cr_assert_eq(13, first_instrument(&test)->sequence);
    expect_best(&test, 5 * (int64_t)E8, 7 * (int64_t)E8);
    close_exchange(&test);
}

Test(binance, joins_at_each_end_of_the_rule_and_not_beyond)
{
    static const struct {
        const char *event;
        bool joins;
    } cases[] = {
        {DEPTH(11, 12, "[]", "[]"), true},      {DEPTH(9, 11, "[]", "[]"), true},
        {DEPTH(12, 13, "[]", "[]"), false},     {FUTURES(15, 16, 10, "[]", "[]"), true},
        {FUTURES(15, 16, 3, "[]", "[]"), true}, {FUTURES(12, 13, 11, "[]", "[]"), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exchange_test test = open_synced();
        take(&test, cases[i].event);
        cr_assert_eq(cases[i].joins, first_instrument(&test)->is_valid, "%s", cases[i].event);
        cr_assert_eq(!cases[i].joins, counts_of(&test)->gaps);
        cr_assert_eq(!cases[i].joins, counts_of(&test)->depth_held);
        close_exchange(&test);
    }
}

Test(binance, sees_a_gap_empties_the_book_and_starts_anew)
{
    exchange_test test = open_synced();
    take(&test, DEPTH(11, 12, LEVEL("6", "1"), "[]"));
    unsigned flags = take(&test, DEPTH(14, 15, LEVEL("6.5", "1"), "[]"));
    cr_assert(flags & EXCHANGE_RESYNC);
    cr_assert(flags & EXCHANGE_QUOTE, "the quote is taken back");
    cr_assert_eq(0, exchange_reader_quote(test.reader)->bid.quantity_e8);
    cr_assert_eq(1, counts_of(&test)->gaps);
    cr_assert_eq(1, counts_of(&test)->depth_held);
    expect_best(&test, 0, 0);
    cr_assert_eq(0, take(&test, DEPTH(16, 16, LEVEL("6.6", "1"), "[]")));
    take(&test, SNAPSHOT(14, LEVEL("5", "1"), LEVEL("7", "1")));
    cr_assert(first_instrument(&test)->is_valid);
    expect_best(&test, 660000000, 7 * (int64_t)E8);
    cr_assert_eq(1, counts_of(&test)->gaps);
    close_exchange(&test);
}

Test(binance, changes_that_overlap_do_not_follow)
{
    exchange_test test = open_synced();
    take(&test, DEPTH(11, 15, "[]", "[]"));
    take(&test, DEPTH(15, 16, "[]", "[]"));
    cr_assert_eq(1, counts_of(&test)->gaps);
    close_exchange(&test);
}

Test(binance, futures_follow_by_pu)
{
    exchange_test test = open_synced();
    take(&test, FUTURES(15, 20, 10, "[]", "[]"));
    take(&test, FUTURES(30, 31, 20, "[]", "[]"));
    cr_assert_eq(0, counts_of(&test)->gaps);
    take(&test, FUTURES(32, 33, 30, "[]", "[]"));
    cr_assert_eq(1, counts_of(&test)->gaps);
    close_exchange(&test);
}

Test(binance, a_snapshot_too_old_for_what_is_held_is_asked_for_again)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    take(&test, DEPTH(20, 21, "[]", "[]"));
    take(&test, DEPTH(22, 23, LEVEL("6", "1"), "[]"));
    unsigned flags = take(&test, SNAPSHOT(10, LEVEL("5", "1"), LEVEL("7", "1")));
    cr_assert(flags & EXCHANGE_RESYNC);
    cr_assert_not(first_instrument(&test)->is_valid);
    cr_assert_eq(2, counts_of(&test)->depth_held, "they may follow the next one");
    take(&test, SNAPSHOT(21, LEVEL("5", "1"), LEVEL("7", "1")));
    cr_assert(first_instrument(&test)->is_valid);
    expect_best(&test, 6 * (int64_t)E8, 7 * (int64_t)E8);
    close_exchange(&test);
}

/* What follows the gap stays held, with its own levels, for the next snapshot. */
Test(binance, a_gap_in_what_is_held_keeps_what_is_behind_it)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    take(&test, DEPTH(8, 9, LEVEL("1", "1"), LEVEL("9", "1")));
    take(&test, DEPTH(10, 12, LEVEL("2", "1"), LEVEL("8.5", "1")));
    take(&test, DEPTH(15, 16, LEVEL("6", "1"), LEVEL("6.5", "1")));
    cr_assert(take(&test, SNAPSHOT(9, LEVEL("5", "1"), LEVEL("7", "1"))) & EXCHANGE_RESYNC);
    cr_assert_eq(1, counts_of(&test)->depth_dropped_old);
    cr_assert_eq(1, counts_of(&test)->depth_applied);
    cr_assert_eq(1, counts_of(&test)->gaps);
    cr_assert_eq(1, counts_of(&test)->depth_held);
    take(&test, DEPTH(17, 17, LEVEL("3", "1"), LEVEL("8", "1")));
    take(&test, DEPTH(18, 18, LEVEL("3.5", "1"), LEVEL("8.2", "1")));
    take(&test, SNAPSHOT(14, LEVEL("5", "1"), LEVEL("7", "1")));
    expect_best(&test, 6 * (int64_t)E8, 650000000);
    cr_assert_eq(4, order_book_count(&first_instrument(&test)->book, BOOK_BIDS));
    close_exchange(&test);
}

Test(binance, drops_what_is_old_changes_and_snapshots)
{
    exchange_test test = open_synced();
    take(&test, DEPTH(11, 15, LEVEL("6", "1"), "[]"));
    cr_assert_eq(0, take(&test, DEPTH(11, 15, LEVEL("6", "9"), "[]")), "the same once more");
    cr_assert_eq(0, take(&test, SNAPSHOT(14, LEVEL("1", "1"), LEVEL("9", "1"))));
    cr_assert_eq(2, counts_of(&test)->depth_dropped_old);
    cr_assert_eq(1, counts_of(&test)->snapshots_dropped_old);
    expect_best(&test, 6 * (int64_t)E8, 7 * (int64_t)E8);
    cr_assert_eq(0, counts_of(&test)->gaps);
    close_exchange(&test);
}

Test(binance, a_snapshot_needs_an_instrument)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    expect_bad(&test, SNAPSHOT(1, "[]", "[]"), EXCHANGE_BAD_SNAPSHOT,
               "binance:1: bad frame: expected a symbol before a snapshot");
    take(&test, TICKER(1, "1", "2"));
    take(&test, "{\"e\":\"trade\",\"s\":\"XYZ\",\"p\":\"1\",\"q\":\"2\"}");
    expect_bad(&test, SNAPSHOT(1, "[]", "[]"), EXCHANGE_BAD_SNAPSHOT, "there are several");
    close_exchange(&test);

    test =
        open_exchange(&(exchange_reader_options){.format = EXCHANGE_BINANCE, .instrument = "XYZ"});
    take(&test, TICKER(1, "1", "2"));
    take(&test, SNAPSHOT(1, LEVEL("5", "1"), "[]"));
    cr_assert_eq(2, exchange_reader_instruments(test.reader));
    cr_assert_str_eq("XYZ", exchange_reader_instrument(test.reader, 1)->name.text);
    close_exchange(&test);
}

Test(binance, a_bad_change_costs_the_book_and_nothing_half)
{
    exchange_test test = open_synced();
    expect_bad(&test,
               "{\"e\":\"depthUpdate\",\"s\":\"ABCUSDT\",\"U\":11,\"u\":11,"
               "\"b\":[[\"6\",\"1\"],[\"6x\",\"1\"]],\"a\":[]}",
               EXCHANGE_BAD_NUMBER, "b: expected a decimal");
    cr_assert_eq(1, counts_of(&test)->gaps);
    cr_assert(test.flags & EXCHANGE_RESYNC);
    expect_best(&test, 0, 0);
    close_exchange(&test);
}

Test(binance, ids_are_integers_as_json_has_them)
{
    exchange_test test = open_synced();
    expect_bad(&test, DEPTH(011, 12, "[]", "[]"), EXCHANGE_BAD_JSON, "expected a valid JSON value");
    expect_bad(&test, DEPTH(11.0, 12, "[]", "[]"), EXCHANGE_BAD_VALUE, "U: expected an integer");
    expect_bad(&test, DEPTH(11, 18446744073709551616, "[]", "[]"), EXCHANGE_BAD_VALUE,
               "u: expected an integer");
    close_exchange(&test);
}

Test(binance, quotes_are_the_tickers_once_there_are_any)
{
    exchange_test test = open_synced();
    cr_assert(take(&test, DEPTH(11, 11, LEVEL("5.5", "1"), "[]")) & EXCHANGE_QUOTE);
    cr_assert_eq(EXCHANGE_QUOTE, take(&test, TICKER(12, "5.6", "6.5")));
    const quote_update *quote = exchange_reader_quote(test.reader);
    cr_assert_eq(560000000, quote->bid.price_e8);
    cr_assert_eq(2 * (int64_t)E8, quote->ask.quantity_e8);
    cr_assert_eq(12, quote->sequence);
    cr_assert_eq(test.number * UINT64_C(1000000000), quote->timestamp_ns);
    cr_assert_str_eq("ABCUSDT", quote->instrument.text);
    cr_assert_eq(EXCHANGE_CHANGED, take(&test, DEPTH(12, 12, LEVEL("5.7", "1"), "[]")));
    close_exchange(&test);
}

Test(binance, quotes_come_whence_the_options_say)
{
    static const struct {
        exchange_quotes source;
        bool from_book, from_ticker;
    } cases[] = {{EXCHANGE_QUOTES_TICKER, false, true},
                 {EXCHANGE_QUOTES_BOOK, true, false},
                 {EXCHANGE_QUOTES_ALL, true, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exchange_test test = open_exchange(&(exchange_reader_options){
            .format = EXCHANGE_BINANCE, .instrument = "ABCUSDT", .quotes = cases[i].source});
        unsigned book = take(&test, SNAPSHOT(10, LEVEL("5", "1"), LEVEL("7", "1")));
        unsigned ticker = take(&test, TICKER(12, "5.6", "6.5"));
        cr_assert_eq(cases[i].from_book, (book & EXCHANGE_QUOTE) != 0);
        cr_assert_eq(cases[i].from_ticker, (ticker & EXCHANGE_QUOTE) != 0);
        close_exchange(&test);
    }
}

Test(binance, a_crossed_book_is_counted_and_not_quoted)
{
    exchange_test test = open_synced();
    cr_assert_eq(EXCHANGE_CHANGED, take(&test, DEPTH(11, 11, LEVEL("7", "1"), "[]")));
    cr_assert_eq(1, counts_of(&test)->crossed);
    cr_assert(take(&test, DEPTH(12, 12, LEVEL("7", "0"), LEVEL("6.9", "1"))) & EXCHANGE_QUOTE);
    close_exchange(&test);
}

Test(binance, sums_trades_beyond_64_bits)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    for (int i = 0; i < 3; i++)
        take(&test,
             "{\"e\":\"trade\",\"s\":\"ABCUSDT\",\"p\":\"1\",\"q\":\"92233720368.54775807\"}");
    uint128 sum = counts_of(&test)->trade_qty_sum; /* 3 * (2^63 - 1) = 2^64 + 2^63 - 3 */
    cr_assert_eq(1, sum.high);
    cr_assert_eq((UINT64_C(1) << 63) - 3, sum.low);
    close_exchange(&test);
}

Test(binance, losing_the_connection_costs_all_books)
{
    exchange_test test = open_synced();
    exchange_reader_lose(test.reader);
    cr_assert_not(first_instrument(&test)->is_valid);
    cr_assert_eq(1, counts_of(&test)->gaps);
    cr_assert(take(&test, DEPTH(30, 31, LEVEL("6", "1"), "[]")) & EXCHANGE_RESYNC);
    exchange_reader_lose(test.reader);
    cr_assert_eq(0, counts_of(&test)->depth_held);
    cr_assert_eq(1, counts_of(&test)->depth_dropped_invalid);
    take(&test, SNAPSHOT(40, LEVEL("5", "1"), LEVEL("7", "1")));
    cr_assert(first_instrument(&test)->is_valid);
    close_exchange(&test);
}

Test(binance, cuts_books_at_the_depth_limit)
{
    exchange_test test = open_exchange(&(exchange_reader_options){
        .format = EXCHANGE_BINANCE, .instrument = "ABCUSDT", .depth_max = 2});
    take(&test, SNAPSHOT(10, "[[\"5\",\"1\"],[\"4\",\"1\"],[\"3\",\"1\"]]", "[]"));
    cr_assert_eq(2, order_book_count(&first_instrument(&test)->book, BOOK_BIDS));
    close_exchange(&test);
}

Test(binance, knows_answers_errors_and_what_it_does_not_know)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    const exchange_counts *counts = exchange_reader_counted(test.reader);
    take(&test, "{\"result\":null,\"id\":1}");
    cr_assert_eq(1, counts->status);
    expect_bad(&test, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", EXCHANGE_BAD_REFUSED,
               "the exchange answers with an error");
    take(&test, "{\"stream\":\"a@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"a\":5,\"p\":\"x\"}}");
    take(&test, "{\"stream\":\"a@depth20\",\"data\":{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}}");
    cr_assert_eq(2, counts->unknown);
    close_exchange(&test);
}

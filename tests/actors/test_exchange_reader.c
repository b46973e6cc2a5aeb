/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of all exchanges have in common, and the rules of Kraken and Coinbase. */
#include "actors/exchange_frames.h"
#include "market/book_checksum.h"

#define KRAKEN_SNAPSHOT                                                                            \
    "[7,{\"as\":[[\"0.05005\",\"0.00000500\",\"1.1\"]],\"bs\":[[\"0.05000\",\"0.00000500\",\"1."   \
    "1\"]]},"                                                                                      \
    "\"book-10\",\"XBT/USD\"]"
#define COINBASE_SNAPSHOT                                                                          \
    "{\"type\":\"snapshot\",\"product_id\":\"ABC-USD\",\"bids\":[[\"5.0\",\"1\"]],"                \
    "\"asks\":[[\"7\",\"0.5\"]]}"

/* One change with this checksum. */
static unsigned take_checked(exchange_test *test, const char *side, const char *price,
                             const char *quantity, uint32_t expected)
{
    char text[256];
    snprintf(text, sizeof text,
             "[7,{\"%s\":[[\"%s\",\"%s\",\"1.2\",\"r\"]],\"c\":\"%u\"},\"book-10\",\"XBT/USD\"]",
             side, price, quantity, expected);
    return take(test, text);
}

static uint32_t crc_of(const char *digits)
{
    uint32_t crc = ~UINT32_C(0);
    for (; *digits; digits++) {
        crc ^= (unsigned char)*digits;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

Test(kraken, compares_each_checksum)
{
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    cr_assert_eq(EXCHANGE_CHANGED | EXCHANGE_QUOTE, take(&test, KRAKEN_SNAPSHOT));
    cr_assert_eq(5, first_instrument(&test)->book.decimals.price);
    take_checked(&test, "b", "0.04999", "1.00000000",
                 crc_of("5005500"
                        "5000500"
                        "4999100000000"));
    take_checked(&test, "a", "0.05004", "0.00000001",
                 crc_of("50041"
                        "5005500"
                        "5000500"
                        "4999100000000"));
    take_checked(&test, "a", "0.05004", "0.00000000",
                 crc_of("5005500"
                        "5000500"
                        "4999100000000"));
    cr_assert_eq(3, counts_of(&test)->checksums_ok);
    cr_assert_eq(0, counts_of(&test)->checksums_bad);
    cr_assert_eq(3, counts_of(&test)->republished);
    close_exchange(&test);
}

Test(kraken, a_bad_checksum_empties_the_book_until_a_snapshot)
{
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    take(&test, KRAKEN_SNAPSHOT);
    unsigned flags = take_checked(&test, "b", "0.04999", "1.00000000", 1);
    cr_assert_eq(EXCHANGE_CHANGED | EXCHANGE_RESYNC | EXCHANGE_QUOTE, flags);
    cr_assert_eq(1, counts_of(&test)->checksums_bad);
    cr_assert_eq(0, counts_of(&test)->gaps);
    expect_best(&test, 0, 0);
    cr_assert_eq(0, take_checked(&test, "b", "0.04999", "1.00000000", 1));
    cr_assert_eq(1, counts_of(&test)->depth_dropped_invalid);
    take(&test, KRAKEN_SNAPSHOT);
    expect_best(&test, 5000, 5005);
    close_exchange(&test);
}

/* The kept digits of a side against all digits anew, over random changes near the top. */
Test(kraken, keeps_the_checksum_of_a_changing_book)
{
    test_random random = random_start(21);
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    order_book model;
    cr_assert_eq(0, order_book_init(&model, (book_decimals){5, 8}, NULL));
    take(&test, KRAKEN_SNAPSHOT);
    cr_assert_geq(order_book_set(&model, BOOK_ASKS, 5005, 500), 0);
    cr_assert_geq(order_book_set(&model, BOOK_BIDS, 5000, 500), 0);
    for (int round = 0; round < 5000; round++) {
        bool is_bid = random_below(&random, 2);
        int64_t price = is_bid ? 5000 - (int64_t)random_below(&random, 30)
                               : 5001 + (int64_t)random_below(&random, 30);
        int64_t quantity = random_below(&random, 3) ? (int64_t)random_below(&random, 1000) : 0;
        char price_text[32], quantity_text[32];
        snprintf(price_text, sizeof price_text, "0.%05d", (int)price);
        snprintf(quantity_text, sizeof quantity_text, "0.%08d", (int)quantity);
        cr_assert_geq(order_book_set(&model, is_bid ? BOOK_BIDS : BOOK_ASKS, price, quantity), 0);
        model.depth_max = 10;
        (void)order_book_trim(&model);
        take_checked(&test, is_bid ? "b" : "a", price_text, quantity_text,
                     book_checksum_kraken(&model));
    }
    cr_assert_eq(5000, counts_of(&test)->checksums_ok);
    order_book_fini(&model);
    close_exchange(&test);
}

Test(kraken, takes_two_objects_and_keeps_the_depth_of_the_channel)
{
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    take(&test, KRAKEN_SNAPSHOT);
    char text[256];
    snprintf(text, sizeof text,
             "[7,{\"a\":[[\"0.05006\",\"0.00000001\",\"1.2\"]]},{\"b\":[[\"0.05001\",\"0."
             "00000002\",\"1.2\"]],"
             "\"c\":\"%u\"},\"book-10\",\"XBT/USD\"]",
             crc_of("5005500"
                    "50061"
                    "50012"
                    "5000500"));
    take(&test, text);
    cr_assert_eq(1, counts_of(&test)->checksums_ok);
    cr_assert_eq(2, counts_of(&test)->level_changes);
    cr_assert_eq(10, first_instrument(&test)->book.depth_max);
    close_exchange(&test);
}

Test(kraken, refuses_other_decimals_than_the_snapshot_has)
{
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    take(&test, KRAKEN_SNAPSHOT);
    expect_bad(&test, "[7,{\"b\":[[\"0.0499\",\"1.00000000\",\"1\"]]},\"book-10\",\"XBT/USD\"]",
               EXCHANGE_BAD_NUMBER, "expected levels with the decimals of the snapshot");
    cr_assert_eq(1, counts_of(&test)->gaps);
    expect_bad(
        &test,
        "[7,{\"b\":[[\"0.04\",\"1.0\",\"1\"],[\"0.041\",\"1.0\",\"1\"]]},\"book-10\",\"A/B\"]",
        EXCHANGE_BAD_NUMBER, "b: expected all levels with the same count of decimals");
    close_exchange(&test);
}

Test(kraken, knows_events_errors_and_other_channels)
{
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    const exchange_counts *counts = exchange_reader_counted(test.reader);
    take(&test, "{\"event\":\"heartbeat\"}");
    take(&test, "{\"event\":\"subscriptionStatus\",\"status\":\"subscribed\"}");
    take(&test, "{\"event\":\"new\"}");
    take(&test, "[1,[[\"1\",\"2\"]],\"trade\",\"XBT/USD\"]");
    take(&test, "[1,{\"a\":[\"1\",1,\"1\"],\"b\":[],\"c\":[]},\"ticker\",\"XBT/USD\"]");
    cr_assert_eq(2, counts->status);
    cr_assert_eq(3, counts->unknown);
    expect_bad(&test, "{\"event\":\"subscriptionStatus\",\"status\":\"error\"}",
               EXCHANGE_BAD_REFUSED, "the exchange reports an error");
    close_exchange(&test);
}

Test(coinbase, keeps_a_book_and_quotes_its_changes)
{
    exchange_test test = open_format(EXCHANGE_COINBASE);
    cr_assert_eq(EXCHANGE_RESYNC, take(&test, "{\"type\":\"l2update\",\"product_id\":\"ABC-USD\","
                                              "\"changes\":[[\"buy\",\"9\",\"1\"]]}"));
    cr_assert_eq(1, counts_of(&test)->depth_dropped_invalid);
    cr_assert_eq(EXCHANGE_CHANGED | EXCHANGE_QUOTE, take(&test, COINBASE_SNAPSHOT));
    cr_assert_eq(500000000, exchange_reader_quote(test.reader)->bid.price_e8);
    cr_assert_eq(50000000, exchange_reader_quote(test.reader)->ask.quantity_e8);
    cr_assert_eq(EXCHANGE_CHANGED,
                 take(&test, "{\"type\":\"l2update\",\"product_id\":\"ABC-USD\","
                             "\"changes\":[[\"buy\",\"4.5\",\"1\"],[\"sell\",\"8\",\"1\"]]}"));
    cr_assert_eq(EXCHANGE_CHANGED | EXCHANGE_QUOTE,
                 take(&test, "{\"type\":\"l2update\",\"product_id\":\"ABC-USD\","
                             "\"changes\":[[\"buy\",\"5\",\"0.0\"]]}"));
    expect_best(&test, 45000000000, 70000000000);
    close_exchange(&test);
}

Test(coinbase, tickers_are_quotes_only_with_sizes_and_when_asked_for)
{
    exchange_test test = open_exchange(&(exchange_reader_options){
        .format = EXCHANGE_COINBASE, .quotes = EXCHANGE_QUOTES_TICKER, .venue = 3});
    cr_assert_eq(0, take(&test, "{\"type\":\"ticker\",\"product_id\":\"ABC-USD\",\"sequence\":4,"
                                "\"best_bid\":\"1\",\"best_ask\":\"2\"}"));
    cr_assert_eq(EXCHANGE_QUOTE,
                 take(&test, "{\"type\":\"ticker\",\"product_id\":\"ABC-USD\",\"sequence\":5,"
                             "\"best_bid\":\"1.0000000001\",\"best_bid_size\":\"1\","
                             "\"best_ask\":\"2.0000000001\",\"best_ask_size\":\"3\"}"));
    const quote_update *quote = exchange_reader_quote(test.reader);
    cr_assert_eq(100000000, quote->bid.price_e8, "a bid is rounded down");
    cr_assert_eq(200000001, quote->ask.price_e8, "an ask is rounded up");
    cr_assert_eq(5, quote->sequence);
    cr_assert_eq(3, quote->venue);
    cr_assert_eq(2, counts_of(&test)->book_tickers);
    close_exchange(&test);
}

Test(coinbase, counts_matches_and_the_last_one_before)
{
    exchange_test test = open_format(EXCHANGE_COINBASE);
    take(&test, "{\"type\":\"last_match\",\"product_id\":\"A\",\"price\":\"1\",\"size\":\"9\"}");
    take(&test, "{\"type\":\"match\",\"product_id\":\"A\",\"price\":\"1\",\"size\":\"0.25\"}");
    cr_assert_eq(1, counts_of(&test)->trades);
    cr_assert_eq(1, counts_of(&test)->last_trades);
    cr_assert_eq(2500000000, counts_of(&test)->trade_qty_sum.low);
    close_exchange(&test);
}

Test(exchange_reader, takes_times_notes_and_live_frames)
{
    exchange_test test = open_format(EXCHANGE_COINBASE);
    const exchange_counts *counts = exchange_reader_counted(test.reader);
    take(&test, "");
    take(&test, "wss://ws-feed <- 1.5: {\"type\":\"subscribe\"}");
    cr_assert_eq(2, counts->notes);
    take(&test, "7.25: " COINBASE_SNAPSHOT);
    cr_assert_eq(7250000000, exchange_reader_quote(test.reader)->timestamp_ns);
    cr_assert_eq(3000000000, exchange_reader_quote(test.reader)->received_ns);
    take(&test,
         "8000000000 "
         "{\"type\":\"l2update\",\"product_id\":\"ABC-USD\",\"changes\":[[\"buy\",\"6\",\"1\"]]}");
    cr_assert_eq(8000000000, exchange_reader_quote(test.reader)->timestamp_ns);
    take(
        &test,
        "{\"type\":\"l2update\",\"product_id\":\"ABC-USD\",\"changes\":[[\"buy\",\"6.1\",\"1\"]]}");
    cr_assert_eq(5000000000, exchange_reader_quote(test.reader)->timestamp_ns);
    cr_assert_eq(1, counts->time_went_back);
    expect_bad(&test, "7.25 {}", EXCHANGE_BAD_TIME, "expected the time of receipt");
    close_exchange(&test);
}

Test(exchange_reader, a_message_is_never_a_note)
{
    exchange_test test = open_format(EXCHANGE_KRAKEN);
    exchange_input input = {.text = "hello", .size = 5, .number = 1, .is_message = true};
    exchange_reader_take(test.reader, &input, (exchange_report){keep_report, &test});
    cr_assert_eq(1, exchange_reader_counted(test.reader)->bad_kinds[EXCHANGE_BAD_JSON]);
    close_exchange(&test);
}

Test(exchange_reader, names_what_is_wrong)
{
    static const struct {
        exchange_bad kind;
        const char *text, *frame;
    } cases[] = {
        {EXCHANGE_BAD_JSON, "it is cut short", "{\"type\":\"mat"},
        {EXCHANGE_BAD_JSON, "expected nothing behind", "{} {}"},
        {EXCHANGE_BAD_KEY, "product_id: expected this key, it is missing",
         "{\"type\":\"l2update\",\"changes\":[]}"},
        {EXCHANGE_BAD_KEY, "changes: expected this key once",
         "{\"type\":\"l2update\",\"product_id\":\"A\",\"changes\":[],\"changes\":[]}"},
        {EXCHANGE_BAD_VALUE, "product_id: expected a string",
         "{\"type\":\"match\",\"product_id\":1,\"price\":\"1\",\"size\":\"1\"}"},
        {EXCHANGE_BAD_VALUE, "price: expected a decimal in quotes",
         "{\"type\":\"match\",\"product_id\":\"A\",\"price\":1,\"size\":\"1\"}"},
        {EXCHANGE_BAD_VALUE, "changes: expected an array of changes",
         "{\"type\":\"l2update\",\"product_id\":\"A\",\"changes\":[[\"hold\",\"1\",\"1\"]]}"},
        {EXCHANGE_BAD_VALUE, "bids: expected an array of levels",
         "{\"type\":\"snapshot\",\"product_id\":\"A\",\"bids\":[[\"1\"]],\"asks\":[]}"},
        {EXCHANGE_BAD_NUMBER, "size: expected a decimal below 2^63",
         "{\"type\":\"match\",\"product_id\":\"A\",\"price\":\"1\",\"size\":\"922337203."
         "6854775808\"}"},
        {EXCHANGE_BAD_NUMBER, "size: expected no more decimals",
         "{\"type\":\"match\",\"product_id\":\"A\",\"price\":\"1\",\"size\":\"0.00000000001\"}"},
        {EXCHANGE_BAD_INSTRUMENT, "expected an instrument of 1 to 16",
         "{\"type\":\"match\",\"product_id\":\"ABCDEFGH-ABCDEFGH\",\"price\":\"1\",\"size\":"
         "\"1\"}"},
        {EXCHANGE_BAD_INSTRUMENT, "expected an instrument of 1 to 16",
         "{\"type\":\"match\",\"product_id\":\"A\\/B\",\"price\":\"1\",\"size\":\"1\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exchange_test test = open_exchange(
            &(exchange_reader_options){.format = EXCHANGE_COINBASE, .name = "tcp://x"});
        expect_bad(&test, cases[i].frame, cases[i].kind, cases[i].text);
        cr_assert_eq(0, strncmp("tcp://x:1: bad frame: ", test.report, 22), "%s", test.report);
        close_exchange(&test);
    }
}

Test(exchange_reader, reports_the_first_bad_frames_only)
{
    exchange_test test = open_format(EXCHANGE_BINANCE);
    for (int i = 0; i < 50; i++)
        take(&test, "{");
    exchange_reader_refuse(test.reader, 51, "too long", (exchange_report){keep_report, &test});
    cr_assert_eq(EXCHANGE_REPORTS_MAX + 1, test.reports);
    cr_assert_eq(51, exchange_reader_counted(test.reader)->bad);
    cr_assert_eq(1, exchange_reader_counted(test.reader)->bad_kinds[EXCHANGE_BAD_LINE]);
    cr_assert_eq(1, exchange_reader_counted(test.reader)->bad_first_number);
    close_exchange(&test);
}

Test(exchange_reader, bounds_the_count_of_instruments)
{
    exchange_test test = open_format(EXCHANGE_COINBASE);
    char text[128];
    for (int i = 0; i < EXCHANGE_INSTRUMENTS_MAX; i++) {
        snprintf(text, sizeof text,
                 "{\"type\":\"match\",\"product_id\":\"P%d\",\"price\":\"1\",\"size\":\"1\"}", i);
        take(&test, text);
    }
    cr_assert_eq(EXCHANGE_INSTRUMENTS_MAX, exchange_reader_instruments(test.reader));
    expect_bad(&test, "{\"type\":\"match\",\"product_id\":\"Q\",\"price\":\"1\",\"size\":\"1\"}",
               EXCHANGE_BAD_INSTRUMENT, "at most 1024 instruments");
    take(&test, text); /* the last one is still found */
    cr_assert_eq(
        2, exchange_reader_instrument(test.reader, EXCHANGE_INSTRUMENTS_MAX - 1)->counts.trades);
    close_exchange(&test);
}

Test(exchange_reader, knows_its_formats_by_name)
{
    for (exchange_format format = 0; format < EXCHANGE_FORMATS; format++)
        cr_assert_eq(format, exchange_format_of(exchange_format_name(format)));
    cr_assert_eq(EXCHANGE_FORMATS, exchange_format_of("nyse"));
    cr_assert_null(exchange_reader_create(&(exchange_reader_options){.format = EXCHANGE_FORMATS}));
    cr_assert_null(exchange_reader_create(&(exchange_reader_options){.instrument = ""}));
    for (int bad = 0; bad < EXCHANGE_BAD_KINDS; bad++)
        cr_assert_not_null(exchange_bad_name((exchange_bad)bad));
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The recorded captures through the readers, against what independent programs found in them. */
#include "actors/recorded_frames.h"
#include "feeds/exchange_reader.h"
#include "market/book_checksum.h"
#include "support/leaks.h"
#include "text/uint128.h"

static void no_bad_frame(void *user, const char *text)
{
    (void)user;
    cr_assert(false, "%s", text);
}

/* Reads the whole capture. exchange_reader_destroy() it. */
static exchange_reader *read_capture(const char *name, const exchange_reader_options *options)
{
    text_file file;
    line_view line;
    exchange_reader *reader = exchange_reader_create(options);
    cr_assert_not_null(reader);
    cr_assert_eq(0, text_file_open(&file, data_path(name), 0), "%s", text_file_error(&file));
    uint64_t quotes = 0;
    while (text_file_next(&file, &line) == 1) {
        exchange_input input = {.text = line.text, .size = line.size, .number = line.number};
        unsigned flags =
            exchange_reader_take(reader, &input, (exchange_report){no_bad_frame, NULL});
        quotes += (flags & EXCHANGE_QUOTE) != 0;
    }
    text_file_close(&file);
    exchange_reader_publish(reader);
    cr_assert_eq(quotes, live_count_get(&exchange_reader_live(reader)->quotes));
    return reader;
}

static const exchange_instrument *find(const exchange_reader *reader, const char *name)
{
    for (uint32_t i = 0; i < exchange_reader_instruments(reader); i++)
        if (strncmp(name, exchange_reader_instrument(reader, i)->name.text, 16) == 0)
            return exchange_reader_instrument(reader, i);
    cr_assert(false, "no instrument %s", name);
    return NULL;
}

static void expect_level(const json_t *expected, const exchange_instrument *instrument,
                         book_side side)
{
    const book_level *level = order_book_best(&instrument->book, side);
    cr_assert_not_null(level);
    cr_assert_eq(json_integer_value(json_array_get(expected, 0)), level->price);
    cr_assert_eq(json_integer_value(json_array_get(expected, 1)), level->quantity);
}

static void expect_book(const json_t *expected, const exchange_instrument *instrument,
                        const char *bid, const char *ask, uint32_t decimals)
{
    cr_assert(instrument->is_valid);
    cr_assert_eq(0, instrument->counts.gaps);
    cr_assert_eq(0, instrument->counts.crossed);
    cr_assert_eq(0, instrument->counts.depth_dropped_invalid);
    cr_assert_eq(0, instrument->counts.depth_held);
    expect_level(json_object_get(expected, bid), instrument, BOOK_BIDS);
    expect_level(json_object_get(expected, ask), instrument, BOOK_ASKS);
    cr_assert_eq(count_at(expected, "final_bid_levels"),
                 order_book_count(&instrument->book, BOOK_BIDS));
    cr_assert_eq(count_at(expected, "final_ask_levels"),
                 order_book_count(&instrument->book, BOOK_ASKS));
    cr_assert_eq(count_at(expected, "final_book_crc32"),
                 book_checksum_final(&instrument->book, decimals));
}

static void expect_sum(const char *expected, const exchange_instrument *instrument)
{
    uint128 sum = instrument->counts.trade_qty_sum;
    cr_assert_eq(0, sum.high);
    cr_assert_eq((uint64_t)scaled(expected, instrument->book.decimals.quantity), sum.low);
}

static void expect_binance_counts(const json_t *expected, const exchange_instrument *instrument)
{
    const exchange_instrument_counts *counts = &instrument->counts;
    const json_t *all = json_object_get(expected, "counts");
    cr_assert_eq(count_at(all, "depth"), counts->depth);
    cr_assert_eq(count_at(all, "depth_applied"), counts->depth_applied);
    cr_assert_eq(count_at(all, "depth_dropped_older_than_snapshot"), counts->depth_dropped_old);
    cr_assert_eq(count_at(all, "bookTicker"), counts->book_tickers);
    cr_assert_eq(count_at(all, "bookTicker"), counts->quotes, "each ticker is a quote");
    cr_assert_eq(count_at(all, "trade"), counts->trades);
    cr_assert_eq(count_at(all, "snapshot"), counts->snapshots);
    cr_assert_eq(count_at(expected, "final_update_id"), instrument->sequence);
    expect_sum(json_string_value(json_object_get(expected, "trade_qty_sum")), instrument);
}

static void expect_binance(const char *name, const char *symbol)
{
    char path[64];
    snprintf(path, sizeof path, "binance_ws/%s.gz", name);
    NEED_DATA(path);
    exchange_reader *reader =
        read_capture(path, &(exchange_reader_options){.format = EXCHANGE_BINANCE});
    json_t *all = load_expected("oracle/binance_expected.json");
    const json_t *expected = json_object_get(all, name);
    const exchange_counts *counts = exchange_reader_counted(reader);
    cr_assert_eq(count_at(expected, "lines"), counts->frames);
    cr_assert_eq(counts->lines, counts->frames);
    cr_assert_eq(0, counts->bad + counts->unknown + counts->status + counts->time_went_back);
    cr_assert_eq(1, exchange_reader_instruments(reader));
    expect_binance_counts(expected, find(reader, symbol));
    expect_book(expected, find(reader, symbol), "final_best_bid_e8", "final_best_ask_e8", 8);
    json_decref(all);
    exchange_reader_destroy(reader);
    NO_LEAKS();
}

Test(exchange_recorded, binance_spot_btcusdt, .timeout = 120)
{
    expect_binance("spot_btcusdt_20240808", "BTCUSDT");
}

Test(exchange_recorded, binance_spot_ethusdt, .timeout = 120)
{
    expect_binance("spot_ethusdt_20240808", "ETHUSDT");
}

Test(exchange_recorded, binance_perpetual_btcusdt, .timeout = 120)
{
    expect_binance("usdm_btcusdt_20240808", "BTCUSDT");
}

/* The quote of the exchange and the book's own are the same whenever no newer one is on its way. */
Test(exchange_recorded, binance_quotes_from_the_book, .timeout = 120)
{
    NEED_DATA("binance_ws/spot_btcusdt_20240808.gz");
    exchange_reader *reader = read_capture(
        "binance_ws/spot_btcusdt_20240808.gz",
        &(exchange_reader_options){.format = EXCHANGE_BINANCE, .quotes = EXCHANGE_QUOTES_BOOK});
    const exchange_instrument *instrument = find(reader, "BTCUSDT");
    const quote_update *quote = exchange_reader_quote(reader);
    cr_assert_eq(order_book_best(&instrument->book, BOOK_BIDS)->price, quote->bid.price_e8);
    cr_assert_eq(order_book_best(&instrument->book, BOOK_ASKS)->price, quote->ask.price_e8);
    cr_assert(instrument->counts.quotes > 0);
    cr_assert_leq(instrument->counts.quotes, instrument->counts.depth_applied);
    exchange_reader_destroy(reader);
    NO_LEAKS();
}

static void expect_written(const json_t *expected, const exchange_instrument *instrument,
                           book_side side)
{
    const book_level *level = order_book_best(&instrument->book, side);
    book_decimals decimals = instrument->book.decimals;
    cr_assert_eq(scaled(text_of(expected, 0), decimals.price), level->price);
    cr_assert_eq(scaled(text_of(expected, 1), decimals.quantity), level->quantity);
}

static void expect_kraken_pair(const char *pair, const json_t *expected,
                               const exchange_instrument *instrument)
{
    const exchange_instrument_counts *counts = &instrument->counts;
    cr_assert_eq(count_at(expected, "updates"), counts->depth_applied, "%s", pair);
    cr_assert_eq(count_at(expected, "checksum_ok"), counts->checksums_ok, "%s", pair);
    cr_assert_eq(0, counts->checksums_bad, "%s", pair);
    cr_assert_eq(count_at(expected, "last_checksum"), instrument->last_checksum, "%s", pair);
    cr_assert_eq(count_at(expected, "snapshots"), counts->snapshots, "%s", pair);
    cr_assert_eq(count_at(expected, "level_changes"), counts->level_changes, "%s", pair);
    cr_assert_eq(count_at(expected, "republished"), counts->republished, "%s", pair);
    cr_assert_eq(count_at(expected, "final_ask_levels"),
                 order_book_count(&instrument->book, BOOK_ASKS), "%s", pair);
    cr_assert_eq(count_at(expected, "final_bid_levels"),
                 order_book_count(&instrument->book, BOOK_BIDS), "%s", pair);
    expect_written(json_object_get(expected, "final_best_ask"), instrument, BOOK_ASKS);
    expect_written(json_object_get(expected, "final_best_bid"), instrument, BOOK_BIDS);
}

static uint64_t sum_kinds(const json_t *kinds, const char *prefix)
{
    const char *kind;
    json_t *value;
    uint64_t sum = 0;
    json_object_foreach((json_t *)kinds, kind, value)
    {
        if (strncmp(kind, prefix, strlen(prefix)) == 0)
            sum += (uint64_t)json_integer_value(value);
    }
    return sum;
}

Test(exchange_recorded, kraken, .timeout = 120)
{
    NEED_DATA("kraken_book_ws/kraken_book_20210417.log.gz");
    exchange_reader *reader = read_capture("kraken_book_ws/kraken_book_20210417.log.gz",
                                           &(exchange_reader_options){.format = EXCHANGE_KRAKEN});
    json_t *expected = load_expected("oracle/kraken_expected.json");
    const exchange_counts *counts = exchange_reader_counted(reader);
    const char *pair;
    json_t *values;
    uint64_t checked = 0;
    json_object_foreach(json_object_get(expected, "pairs"), pair, values)
    {
        expect_kraken_pair(pair, values, find(reader, pair));
        checked += find(reader, pair)->counts.checksums_ok;
    }
    cr_assert_eq(3256, checked);
    cr_assert_eq(json_object_size(json_object_get(expected, "pairs")),
                 exchange_reader_instruments(reader));
    cr_assert_eq(0, counts->bad + counts->unknown);
    cr_assert_eq(sum_kinds(json_object_get(expected, "kinds"), "status:"), counts->status);
    json_decref(expected);
    exchange_reader_destroy(reader);
    NO_LEAKS();
}

static void expect_product(const json_t *expected, const exchange_instrument *instrument)
{
    const exchange_instrument_counts *counts = &instrument->counts;
    cr_assert_eq(count_at(expected, "l2update"), counts->depth_applied);
    cr_assert_eq(count_at(expected, "snapshot"), counts->snapshots);
    cr_assert_eq(count_at(expected, "level_changes"), counts->level_changes);
    cr_assert_eq(count_at(expected, "ticker"), counts->book_tickers);
    cr_assert_eq(count_at(expected, "match"), counts->trades);
    cr_assert_eq(count_at(expected, "last_match"), counts->last_trades);
    cr_assert_eq(count_at(expected, "match_size_e10"), counts->trade_qty_sum.low);
    expect_book(expected, instrument, "final_best_bid_e10", "final_best_ask_e10", 10);
}

Test(exchange_recorded, coinbase, .timeout = 120)
{
    NEED_DATA("coinbase_l2_ws/coinbase_l2_20210417.log.gz");
    exchange_reader *reader = read_capture("coinbase_l2_ws/coinbase_l2_20210417.log.gz",
                                           &(exchange_reader_options){.format = EXCHANGE_COINBASE});
    json_t *expected = load_expected("oracle/coinbase_expected.json");
    const json_t *kinds = json_object_get(expected, "kinds");
    const exchange_counts *counts = exchange_reader_counted(reader);
    const char *product;
    json_t *values;
    json_object_foreach(json_object_get(expected, "products"), product, values)
        expect_product(values, find(reader, product));
    cr_assert_eq(7, exchange_reader_instruments(reader));
    cr_assert_eq(0, counts->bad + counts->unknown);
    cr_assert_eq(count_at(kinds, "subscriptions"), counts->status);
    cr_assert_eq(7223, counts->frames);
    json_decref(expected);
    exchange_reader_destroy(reader);
    NO_LEAKS();
}

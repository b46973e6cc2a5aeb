/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "market/signal_json.h"
#include "support/leaks.h"

static eth_address filled(uint8_t byte)
{
    eth_address address;
    memset(address.bytes, byte, sizeof address.bytes);
    return address;
}

static arbitrage_signal sample(void)
{
    return (arbitrage_signal){.timestamp_ns = 1614321789000000000,
                              .received_ns = 5,
                              .opportunity_id = 1,
                              .position = {11931272, 9, 235},
                              .amount_in = {.low = 153450817637812912},
                              .profit = {.low = 60795951264450},
                              .profit_usd = 0.08886542516295783,
                              .trigger_pool = filled(0xab),
                              .buy_pool = filled(0x01),
                              .sell_pool = filled(0x20),
                              .token_in = filled(0xff),
                              .token_mid = filled(0x00),
                              .kind = ARBITRAGE_TWO_POOL};
}

static arbitrage_signal longest(void)
{
    arbitrage_signal signal = sample();
    signal.timestamp_ns = signal.opportunity_id = UINT64_MAX;
    signal.position = (chain_position){UINT64_MAX, UINT32_MAX, UINT32_MAX};
    signal.amount_in = signal.profit = (uint128){.low = UINT64_MAX, .high = UINT64_MAX};
    signal.profit_usd = -DBL_TRUE_MIN * 3;
    return signal;
}

Test(signal_json, writes_the_line_that_is_documented)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    arbitrage_signal signal = sample();
    const char *expected =
        "{\"kind\":\"two_pool\",\"opportunity_id\":1,\"block\":11931272,\"log_index\":235,"
        "\"trigger_pool\":\"0xabababababababababababababababababababab\","
        "\"buy_pool\":\"0x0101010101010101010101010101010101010101\","
        "\"sell_pool\":\"0x2020202020202020202020202020202020202020\","
        "\"token_in\":\"0xffffffffffffffffffffffffffffffffffffffff\","
        "\"token_mid\":\"0x0000000000000000000000000000000000000000\","
        "\"amount_in\":\"153450817637812912\",\"profit\":\"60795951264450\","
        "\"profit_usd\":0.088865425162957826,\"timestamp_ns\":1614321789000000000}\n";
    size_t size = signal_json_write(&signal, line, sizeof line);
    cr_assert_str_eq(expected, line);
    cr_assert_eq(strlen(expected), size);
    NO_LEAKS();
}

Test(signal_json, an_unknown_value_is_null)
{
    const double unknown[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < 3; i++) {
        char line[SIGNAL_JSON_BYTES_MAX];
        arbitrage_signal signal = sample();
        signal.profit_usd = unknown[i];
        cr_assert_gt(signal_json_write(&signal, line, sizeof line), 0);
        cr_assert_not_null(strstr(line, ",\"profit_usd\":null,"));
    }
    NO_LEAKS();
}

Test(signal_json, the_longest_line_fits_and_a_short_buffer_gives_0)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    arbitrage_signal signal = longest();
    size_t size = signal_json_write(&signal, line, sizeof line);
    cr_assert_gt(size, 0);
    cr_assert_not_null(strstr(line, "\"amount_in\":\"340282366920938463463374607431768211455\""));
    for (size_t capacity = 0; capacity <= size; capacity++)
        cr_assert_eq(0, signal_json_write(&signal, line, capacity));
    cr_assert_eq(size, signal_json_write(&signal, line, size + 1));
    NO_LEAKS();
}

Test(signal_json, any_value_is_read_back_as_it_was)
{
    test_random random = random_start(31);
    for (int i = 0; i < 20000; i++) {
        char line[SIGNAL_JSON_BYTES_MAX];
        arbitrage_signal signal = sample();
        uint64_t bits = random_next(&random);
        memcpy(&signal.profit_usd, &bits, sizeof bits);
        cr_assert_gt(signal_json_write(&signal, line, sizeof line), 0);
        json_t *read = json_loads(line, 0, NULL);
        cr_assert_not_null(read, "%s", line);
        json_t *value = json_object_get(read, "profit_usd");
        if (isfinite(signal.profit_usd))
            cr_assert_eq(signal.profit_usd, json_number_value(value), "%s", line);
        else
            cr_assert(json_is_null(value));
        json_decref(read);
    }
    NO_LEAKS();
}

Test(signal_json, the_locale_does_not_matter)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    char plain[SIGNAL_JSON_BYTES_MAX], line[SIGNAL_JSON_BYTES_MAX];
    const char *found = NULL;
    arbitrage_signal signal = sample();
    signal_json_write(&signal, plain, sizeof plain);
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]);
    if (!found)
        cr_skip_test("no locale with a decimal comma is installed");
    signal_json_write(&signal, line, sizeof line);
    setlocale(LC_NUMERIC, "C");
    cr_assert_str_eq(plain, line);
    NO_LEAKS();
}

static cross_venue_signal sample_cross_venue(void)
{
    return (cross_venue_signal){.timestamp_ns = 1723161560364906791,
                                .received_ns = 1723161560364906792,
                                .episode_id = 3,
                                .duration_ns = 17,
                                .gap_ppm = 501.25,
                                .largest_gap_ppm = 502.5,
                                .buy_ask = {6165000000000, 150000000},
                                .sell_bid = {-6168090000000, 3000000},
                                .buy_instrument = {"BTCUSDT"},
                                .sell_instrument = {"BTC-USD"},
                                .threshold_ppm = 500,
                                .buy_venue = 1,
                                .phase = CROSS_VENUE_TURN};
}

Test(signal_json, writes_an_episode_between_two_venues)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    cross_venue_signal signal = sample_cross_venue();
    const char *expected =
        "{\"kind\":\"cross_venue\",\"phase\":\"turn\",\"episode_id\":3,\"threshold_ppm\":500,"
        "\"buy_venue\":1,\"buy_instrument\":\"BTCUSDT\",\"buy_ask_e8\":[6165000000000,150000000],"
        "\"sell_venue\":0,\"sell_instrument\":\"BTC-USD\",\"sell_bid_e8\":[-6168090000000,3000000],"
        "\"gap_ppm\":501.25,\"largest_gap_ppm\":502.5,\"duration_ns\":17,"
        "\"timestamp_ns\":1723161560364906791,\"received_ns\":1723161560364906792}\n";
    size_t size = signal_json_write_cross_venue(&signal, line, sizeof line);
    cr_assert_str_eq(expected, line);
    cr_assert_eq(strlen(expected), size);
    signal.phase = CROSS_VENUE_START;
    cr_assert_gt(signal_json_write_cross_venue(&signal, line, sizeof line), 0);
    cr_assert_not_null(strstr(line, "\"phase\":\"start\""));
    signal.phase = CROSS_VENUE_END;
    cr_assert_gt(signal_json_write_cross_venue(&signal, line, sizeof line), 0);
    cr_assert_not_null(strstr(line, "\"phase\":\"end\""));
    NO_LEAKS();
}

Test(signal_json, writes_momentum)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    momentum_signal signal = {.timestamp_ns = 5,
                              .received_ns = 6,
                              .fast_price = 61685.5,
                              .slow_price = 61650.25,
                              .deviation_ppm = -572,
                              .instrument = {"ETH/CHF"},
                              .venue = 2,
                              .direction = MOMENTUM_DOWN};
    const char *expected =
        "{\"kind\":\"momentum\",\"direction\":\"down\",\"venue\":2,\"instrument\":\"ETH/CHF\","
        "\"fast_price\":61685.5,\"slow_price\":61650.25,\"deviation_ppm\":-572,"
        "\"timestamp_ns\":5,\"received_ns\":6}\n";
    size_t size = signal_json_write_momentum(&signal, line, sizeof line);
    cr_assert_str_eq(expected, line);
    cr_assert_eq(strlen(expected), size);
    for (size_t capacity = 0; capacity <= size; capacity++)
        cr_assert_eq(0, signal_json_write_momentum(&signal, line, capacity));
    signal.direction = MOMENTUM_UP;
    cr_assert_gt(signal_json_write_momentum(&signal, line, sizeof line), 0);
    cr_assert_not_null(strstr(line, "\"direction\":\"up\""));
    NO_LEAKS();
}

/* Each of the 16 characters may need an escape, and then no zero byte ends the name. */
Test(signal_json, names_are_escaped_and_the_longest_episode_fits)
{
    char line[SIGNAL_JSON_BYTES_MAX], expected[17];
    cross_venue_signal signal = sample_cross_venue();
    signal.timestamp_ns = signal.received_ns = signal.episode_id = signal.duration_ns = UINT64_MAX;
    signal.gap_ppm = signal.largest_gap_ppm = -DBL_TRUE_MIN * 3;
    signal.buy_ask = signal.sell_bid = (price_level){INT64_MIN, INT64_MAX};
    signal.threshold_ppm = UINT32_MAX;
    signal.buy_venue = signal.sell_venue = UINT16_MAX;
    for (size_t i = 0; i < sizeof signal.buy_instrument.text; i++)
        signal.buy_instrument.text[i] = i % 2 ? '"' : '\\';
    signal.sell_instrument = signal.buy_instrument;
    size_t size = signal_json_write_cross_venue(&signal, line, sizeof line);
    cr_assert_gt(size, 0);
    for (size_t capacity = 0; capacity <= size; capacity++)
        cr_assert_eq(0, signal_json_write_cross_venue(&signal, line, capacity));
    (void)signal_json_write_cross_venue(&signal, line, sizeof line);
    json_t *read = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL); /* 64 bits are too many */
    cr_assert_not_null(read, "%s", line);
    memcpy(expected, signal.buy_instrument.text, 16);
    expected[16] = '\0';
    cr_assert_str_eq(expected, json_string_value(json_object_get(read, "buy_instrument")));
    cr_assert_str_eq(expected, json_string_value(json_object_get(read, "sell_instrument")));
    json_decref(read);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "actors/recorded_frames.h"
#include "market/cross_venue.h"
#include "support/leaks.h"

#define SPOT "binance_ws/spot_btcusdt_20240808.gz"
#define PERPETUAL "binance_ws/usdm_btcusdt_20240808.gz"

static const uint32_t thresholds_ppm[] = {300, 400, 500, 600, 700, 800};
enum { THRESHOLDS = sizeof thresholds_ppm / sizeof *thresholds_ppm, QUOTES_MAX = 100000 };

typedef struct quote_list {
    quote_update *quotes;
    size_t count;
    uint16_t venue;
} quote_list;

static void on_frame_of_list(void *user, const char *time, json_t *frame)
{
    quote_list *list = user;
    const char *stream = json_string_value(json_object_get(frame, "stream"));
    if (!stream || !strstr(stream, "@bookTicker"))
        return;
    json_t *data = json_object_get(frame, "data");
    cr_assert_lt(list->count, (size_t)QUOTES_MAX);
    list->quotes[list->count++] = (quote_update){
        .received_ns = strtoull(time, NULL, 10),
        .bid = {scaled(json_string_value(json_object_get(data, "b")), 8),
                scaled(json_string_value(json_object_get(data, "B")), 8)},
        .ask = {scaled(json_string_value(json_object_get(data, "a")), 8),
                scaled(json_string_value(json_object_get(data, "A")), 8)},
        .instrument = {"BTCUSDT"},
        .venue = list->venue,
    };
}

static quote_list read_list(const char *name, uint16_t venue)
{
    quote_list list = {.quotes = calloc(QUOTES_MAX, sizeof(quote_update)), .venue = venue};
    cr_assert_not_null(list.quotes);
    for_each_frame(name, on_frame_of_list, &list);
    return list;
}

/* Signals by phase, of one threshold. */
static uint64_t told[THRESHOLDS][3];
static uint64_t last_id;

static void give(cross_venue *pair, cross_venue_place place, const quote_update *quote)
{
    cross_venue_signal signals[CROSS_VENUE_THRESHOLDS_MAX];
    size_t count = cross_venue_on_quote(pair, place, quote, &last_id, signals);
    for (size_t i = 0; i < count; i++)
        told[signals[i].threshold_ppm / 100 - 3][signals[i].phase]++;
}

/* By receive time, the first file first when it is the same. */
static void merge(cross_venue *pair, const quote_list *a, const quote_list *b)
{
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        bool is_a =
            j == b->count || (i < a->count && a->quotes[i].received_ns <= b->quotes[j].received_ns);
        if (is_a)
            give(pair, CROSS_VENUE_A, &a->quotes[i++]);
        else
            give(pair, CROSS_VENUE_B, &b->quotes[j++]);
    }
}

static void assert_threshold(const json_t *expected, const cross_venue *pair, size_t i)
{
    char key[16];
    snprintf(key, sizeof key, "%u", thresholds_ppm[i]);
    const json_t *counts = json_object_get(json_object_get(expected, "by_threshold_ppm"), key);
    const cross_venue_threshold *threshold = &pair->thresholds[i];
    cr_assert_eq(integer_at(counts, "quotes_at_or_above"), threshold->quotes, "%s ppm", key);
    cr_assert_eq(integer_at(counts, "episodes"), threshold->episodes, "%s ppm", key);
    cr_assert_eq(threshold->episodes, told[i][CROSS_VENUE_START]);
    cr_assert_eq(threshold->episodes - threshold->is_open, told[i][CROSS_VENUE_END]);
    cr_assert_eq(0, told[i][CROSS_VENUE_TURN]);
}

static void assert_largest(const json_t *expected, const cross_venue *pair)
{
    double largest = json_number_value(json_object_get(expected, "largest_gap_ppm"));
    cr_assert_float_eq(largest, cross_venue_largest_gap_ppm(pair), 5e-7);
    cr_assert_eq(integer_at(expected, "largest_gap_receive_ns"), pair->largest.received_ns);
    cr_assert_eq(integer_at(expected, "largest_gap_sell_bid_e8"), pair->largest.bid_e8);
    cr_assert_eq(integer_at(expected, "largest_gap_buy_ask_e8"), pair->largest.ask_e8);
    cr_assert_eq(CROSS_VENUE_B, pair->largest.buy);
}

Test(recorded_cross_venue, has_the_quotes_and_episodes_of_the_oracle, .timeout = 120)
{
    NEED_DATA(SPOT);
    cross_venue pair;
    quote_list spot = read_list(SPOT, 0), perpetual = read_list(PERPETUAL, 1);
    cr_assert_eq(0, cross_venue_init(&pair, thresholds_ppm, THRESHOLDS));
    merge(&pair, &spot, &perpetual);
    json_t *all = load_expected("oracle/binance_expected.json");
    const json_t *expected = json_object_get(all, "cross_spot_btcusdt_vs_usdm_btcusdt");
    cr_assert_eq(integer_at(expected, "quotes_with_both_sides_known"), pair.compared);
    for (size_t i = 0; i < THRESHOLDS; i++)
        assert_threshold(expected, &pair, i);
    assert_largest(expected, &pair);
    json_decref(all);
    free(spot.quotes);
    free(perpetual.quotes);
    NO_LEAKS();
}

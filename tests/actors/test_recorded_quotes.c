/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "actors/recorded_frames.h"
#include "market/quote_watch.h"
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
        .timestamp_ns = strtoull(time, NULL, 10),
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

static void tell_episode(void *user, const quote_signal *signal)
{
    (void)user;
    cr_assert_eq(QUOTE_CROSS_VENUE, signal->kind);
    told[signal->of.cross_venue.threshold_ppm / 100 - 3][signal->of.cross_venue.phase]++;
}

/* By receive time, the first file first when it is the same. */
static void merge(quote_watch *watch, const quote_list *a, const quote_list *b,
                  quote_on_signal tell)
{
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        bool is_a = j == b->count ||
                    (i < a->count && a->quotes[i].timestamp_ns <= b->quotes[j].timestamp_ns);
        (void)quote_watch_on_quote(watch, is_a ? &a->quotes[i++] : &b->quotes[j++], tell, NULL);
    }
}

static void assert_threshold(const json_t *expected, const quote_watch *watch, size_t i)
{
    char key[16];
    snprintf(key, sizeof key, "%u", thresholds_ppm[i]);
    const json_t *counts = json_object_get(json_object_get(expected, "by_threshold_ppm"), key);
    quote_cross_result result = quote_watch_cross_at(watch, i);
    cr_assert_eq(thresholds_ppm[i], result.threshold_ppm);
    cr_assert_eq(count_at(expected, "quotes_with_both_sides_known"), result.compared);
    cr_assert_eq(count_at(counts, "quotes_at_or_above"), result.quotes, "%s ppm", key);
    cr_assert_eq(count_at(counts, "episodes"), result.episodes, "%s ppm", key);
    cr_assert_float_eq(json_number_value(json_object_get(expected, "largest_gap_ppm")),
                       result.largest_gap_ppm, 5e-7);
    cr_assert_eq(result.episodes, told[i][CROSS_VENUE_START]);
    cr_assert_eq(result.episodes - result.open, told[i][CROSS_VENUE_END]);
    cr_assert_eq(0, told[i][CROSS_VENUE_TURN]);
}

Test(recorded_cross_venue, has_the_quotes_and_episodes_of_the_oracle, .timeout = 120)
{
    NEED_DATA(SPOT);
    quote_watch *watch;
    quote_watch_options options = {.cross_ppm_count = THRESHOLDS};
    memcpy(options.cross_ppm, thresholds_ppm, sizeof thresholds_ppm);
    cr_assert_eq(0, quote_watch_create(&options, &watch));
    quote_list spot = read_list(SPOT, 0), perpetual = read_list(PERPETUAL, 1);
    merge(watch, &spot, &perpetual, tell_episode);
    json_t *all = load_expected("oracle/binance_expected.json");
    cr_assert_eq(THRESHOLDS, quote_watch_cross_count(watch));
    for (size_t i = 0; i < THRESHOLDS; i++)
        assert_threshold(json_object_get(all, "cross_spot_btcusdt_vs_usdm_btcusdt"), watch, i);
    json_decref(all);
    free(spot.quotes);
    free(perpetual.quotes);
    quote_watch_destroy(watch);
    NO_LEAKS();
}

/* Signals by direction. */
static uint64_t directions[2];

static void tell_momentum(void *user, const quote_signal *signal)
{
    (void)user;
    cr_assert_eq(QUOTE_MOMENTUM, signal->kind);
    directions[signal->of.momentum.direction]++;
}

/* What a program of its own counts, in another language, with the same formula. */
Test(recorded_momentum, has_the_signals_of_a_separate_program, .timeout = 120)
{
    static const struct {
        uint32_t threshold_ppm;
        uint64_t up;
        uint64_t down;
    } expected[] = {{50, 16, 23}, {100, 12, 26}, {200, 7, 12}};
    NEED_DATA(SPOT);
    quote_list spot = read_list(SPOT, 0), perpetual = read_list(PERPETUAL, 1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        quote_watch *watch;
        quote_watch_options options = {.momentum = {.threshold_ppm = expected[i].threshold_ppm}};
        cr_assert_eq(0, quote_watch_create(&options, &watch));
        directions[MOMENTUM_UP] = directions[MOMENTUM_DOWN] = 0;
        merge(watch, &spot, &perpetual, tell_momentum);
        cr_assert_eq(expected[i].up, directions[MOMENTUM_UP], "%u ppm",
                     options.momentum.threshold_ppm);
        cr_assert_eq(expected[i].down, directions[MOMENTUM_DOWN]);
        quote_watch_destroy(watch);
    }
    free(spot.quotes);
    free(perpetual.quotes);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "market/cross_venue.h"

#include <string.h>

#include <criterion/criterion.h>
#include <mycelium/error.h>

#include "actors/market_random.h"
#include "support/leaks.h"

static const cross_venue_place A = CROSS_VENUE_A, B = CROSS_VENUE_B;

static cross_venue_signal signals[CROSS_VENUE_THRESHOLDS_MAX];
static uint64_t last_id;

static cross_venue pair_at(uint32_t threshold_ppm)
{
    cross_venue pair;
    last_id = 0;
    cr_assert_eq(0, cross_venue_init(&pair, &threshold_ppm, 1));
    return pair;
}

static quote_update quote_at(uint64_t now_ns, int64_t bid, int64_t ask)
{
    return (quote_update){.timestamp_ns = now_ns,
                          .received_ns = now_ns + 1,
                          .bid = {bid, 5},
                          .ask = {ask, 7},
                          .instrument = {"BTCUSDT"}};
}

static size_t give(cross_venue *pair, cross_venue_place place, quote_update quote)
{
    quote.venue = place == CROSS_VENUE_A ? 10 : 20;
    return cross_venue_on_quote(pair, place, &quote, &last_id, signals);
}

static size_t quote(cross_venue *pair, cross_venue_place place, uint64_t now_ns, int64_t bid,
                    int64_t ask)
{
    return give(pair, place, quote_at(now_ns, bid, ask));
}

Test(cross_venue, refuses_thresholds_of_nothing_and_too_many)
{
    cross_venue pair;
    static const uint32_t zero[] = {500, 0}, many[CROSS_VENUE_THRESHOLDS_MAX + 1];
    cr_assert_eq(MYC_EINVAL, cross_venue_init(&pair, zero, 2));
    cr_assert_eq(MYC_EINVAL, cross_venue_init(&pair, many, CROSS_VENUE_THRESHOLDS_MAX + 1));
    cr_assert_eq(0, cross_venue_init(&pair, NULL, 0));
    cr_assert_eq(0, quote(&pair, A, 1, 100, 101));
    NO_LEAKS();
}

Test(cross_venue, an_episode_has_one_signal_at_its_start_and_one_at_its_end)
{
    cross_venue pair = pair_at(500);
    cr_assert_eq(0, quote(&pair, A, 1, 1000000, 1000010));
    cr_assert_eq(0, quote(&pair, B, 2, 1000480, 1000490));
    cr_assert_eq(1, quote(&pair, B, 3, 1000511, 1000520)); /* 501 of 1000010 */
    const cross_venue_signal *signal = &signals[0];
    cr_assert_eq(CROSS_VENUE_START, signal->phase);
    cr_assert_eq(3, signal->timestamp_ns);
    cr_assert_eq(4, signal->received_ns);
    cr_assert_eq(1, signal->episode_id);
    cr_assert_eq(0, signal->duration_ns);
    cr_assert_eq(1000010, signal->buy_ask.price_e8);
    cr_assert_eq(7, signal->buy_ask.quantity_e8);
    cr_assert_eq(1000511, signal->sell_bid.price_e8);
    cr_assert_eq(5, signal->sell_bid.quantity_e8);
    cr_assert_eq(10, signal->buy_venue);
    cr_assert_eq(20, signal->sell_venue);
    cr_assert_eq(500, signal->threshold_ppm);
    cr_assert_float_eq(501 * 1e6 / 1000010, signal->gap_ppm, 1e-9);
    cr_assert_eq(signal->gap_ppm, signal->largest_gap_ppm);
    cr_assert_str_eq("BTCUSDT", signal->buy_instrument.text);

    cr_assert_eq(0, quote(&pair, B, 5, 1000910, 1000920)); /* 900: it goes on */
    cr_assert_eq(1, quote(&pair, A, 9, 1000400, 1000410));
    cr_assert_eq(CROSS_VENUE_END, signal->phase);
    cr_assert_eq(1, signal->episode_id);
    cr_assert_eq(9 - 3, signal->duration_ns);
    cr_assert_float_eq(500 * 1e6 / 1000410, signal->gap_ppm, 1e-9);
    cr_assert_float_eq(900 * 1e6 / 1000010, signal->largest_gap_ppm, 1e-9);
    cr_assert_eq(20, signal->sell_venue);
    cr_assert_eq(0, quote(&pair, A, 10, 1000400, 1000410));
    cr_assert_eq(1, pair.thresholds[0].episodes);
    cr_assert_eq(2, pair.thresholds[0].quotes);
    cr_assert_eq(5, pair.compared);
    NO_LEAKS();
}

/* The threshold itself counts, one unit of the price below does not. */
Test(cross_venue, thresholds_are_met_exactly)
{
    cross_venue pair = pair_at(500);
    (void)quote(&pair, A, 1, 1, INT64_C(6000000000000));
    cr_assert_eq(0, quote(&pair, B, 2, INT64_C(6002999999999), INT64_MAX));
    cr_assert_eq(1, quote(&pair, B, 3, INT64_C(6003000000000), INT64_MAX));
    (void)quote(&pair, A, 4, 1, INT64_MAX);
    (void)quote(&pair, B, 5, INT64_MAX, INT64_MAX);
    cr_assert_eq(2, pair.thresholds[0].quotes + pair.thresholds[0].episodes);
    NO_LEAKS();
}

Test(cross_venue, keeps_the_largest_gap_of_all)
{
    cross_venue pair = pair_at(500);
    cr_assert_eq(0, cross_venue_largest_gap_ppm(&pair));
    (void)quote(&pair, A, 1, 1000, 1010);
    cr_assert_eq(0, pair.compared);
    (void)quote(&pair, B, 2, 1000, 1020);
    cr_assert_float_eq(-10 * 1e6 / 1010, cross_venue_largest_gap_ppm(&pair), 1e-9);
    (void)quote(&pair, B, 3, 1050, 1060);
    (void)quote(&pair, B, 4, 1040, 1060);
    cr_assert_float_eq(40 * 1e6 / 1010, cross_venue_largest_gap_ppm(&pair), 1e-9);
    cr_assert_eq(3, pair.largest.timestamp_ns);
    cr_assert_eq(1050, pair.largest.bid_e8);
    cr_assert_eq(1010, pair.largest.ask_e8);
    cr_assert_eq(CROSS_VENUE_A, pair.largest.buy);
    (void)quote(&pair, A, 5, 1200, 1210);
    cr_assert_float_eq(140 * 1e6 / 1060, cross_venue_largest_gap_ppm(&pair), 1e-9);
    cr_assert_eq(CROSS_VENUE_B, pair.largest.buy);
    NO_LEAKS();
}

Test(cross_venue, either_venue_may_be_the_dear_one)
{
    cross_venue pair = pair_at(500);
    (void)quote(&pair, A, 1, 2000, 2001);
    cr_assert_eq(1, quote(&pair, B, 2, 999, 1000));
    cr_assert_eq(20, signals[0].buy_venue);
    cr_assert_eq(10, signals[0].sell_venue);
    cr_assert_eq(1000, signals[0].buy_ask.price_e8);
    cr_assert_eq(2000, signals[0].sell_bid.price_e8);
    NO_LEAKS();
}

Test(cross_venue, an_episode_that_changes_its_direction_turns)
{
    cross_venue pair = pair_at(500);
    (void)quote(&pair, A, 1, 2000, 2001);
    cr_assert_eq(1, quote(&pair, B, 2, 999, 1000));
    cr_assert_eq(1, quote(&pair, B, 5, 3000, 3001));
    cr_assert_eq(CROSS_VENUE_TURN, signals[0].phase);
    cr_assert_eq(1, signals[0].episode_id);
    cr_assert_eq(10, signals[0].buy_venue);
    cr_assert_eq(2001, signals[0].buy_ask.price_e8);
    cr_assert_eq(3, signals[0].duration_ns);
    cr_assert_eq(1e6, signals[0].largest_gap_ppm);
    cr_assert_eq(1, pair.thresholds[0].episodes);
    cr_assert_eq(2, pair.thresholds[0].quotes);
    NO_LEAKS();
}

Test(cross_venue, a_side_that_is_gone_ends_the_episode)
{
    cross_venue pair = pair_at(500);
    (void)quote(&pair, A, 1, 2000, 2001);
    cr_assert_eq(1, quote(&pair, B, 2, 999, 1000));
    quote_update gone = quote_at(3, 999, 1000);
    gone.ask.quantity_e8 = 0;
    cr_assert_eq(1, give(&pair, B, gone));
    cr_assert_eq(CROSS_VENUE_END, signals[0].phase);
    cr_assert_eq(0, signals[0].buy_ask.quantity_e8);
    cr_assert_eq(1000, signals[0].buy_ask.price_e8);
    cr_assert_eq(1e6, signals[0].gap_ppm);
    cr_assert_eq(2, pair.compared); /* to sell to b is still compared */
    gone.bid.quantity_e8 = 0;
    cr_assert_eq(0, give(&pair, B, gone));
    cr_assert_eq(2, pair.compared);
    NO_LEAKS();
}

Test(cross_venue, an_ask_that_is_not_above_zero_has_no_gap)
{
    cross_venue pair = pair_at(1);
    (void)quote(&pair, A, 1, 2000, 2001);
    cr_assert_eq(1, quote(&pair, B, 2, 999, 1000));
    cr_assert_eq(1, quote(&pair, B, 3, -5, 0));
    cr_assert_eq(CROSS_VENUE_END, signals[0].phase);
    cr_assert_eq(0, signals[0].gap_ppm);
    cr_assert_eq(0, quote(&pair, B, 3, INT64_MIN, INT64_MIN));
    NO_LEAKS();
}

Test(cross_venue, each_threshold_has_episodes_of_its_own)
{
    static const uint32_t thresholds[] = {1000, 2000, 3000};
    cross_venue pair;
    last_id = 40;
    cr_assert_eq(0, cross_venue_init(&pair, thresholds, 3));
    (void)quote(&pair, A, 1, 1, 100000);
    cr_assert_eq(2, quote(&pair, B, 2, 100250, 100251));
    cr_assert_eq(41, signals[0].episode_id);
    cr_assert_eq(1000, signals[0].threshold_ppm);
    cr_assert_eq(42, signals[1].episode_id);
    cr_assert_eq(2000, signals[1].threshold_ppm);
    cr_assert_eq(1, quote(&pair, B, 3, 100150, 100251));
    cr_assert_eq(42, signals[0].episode_id);
    cr_assert_eq(1, quote(&pair, B, 4, 100050, 100251));
    cr_assert_eq(41, signals[0].episode_id);
    cr_assert_eq(3, quote(&pair, B, 5, 100900, 100951));
    cr_assert_float_eq(9000, signals[0].largest_gap_ppm, 1e-9);
    cr_assert_eq(45, last_id);
    NO_LEAKS();
}

Test(cross_venue, time_that_goes_back_has_no_duration)
{
    cross_venue pair = pair_at(500);
    (void)quote(&pair, A, 100, 2000, 2001);
    (void)quote(&pair, B, 100, 999, 1000);
    cr_assert_eq(1, quote(&pair, B, 50, 2000, 2001));
    cr_assert_eq(0, signals[0].duration_ns);
    NO_LEAKS();
}

/* What the definition says, with all quotes complete and numbers so small that 64 bits do. */
typedef struct plain_pair {
    int64_t bid[2], ask[2];
    uint64_t quotes, episodes;
    bool is_on;
} plain_pair;

static void plain_quote(plain_pair *model, int place, int64_t bid, int64_t ask,
                        uint32_t threshold_ppm)
{
    model->bid[place] = bid;
    model->ask[place] = ask;
    if (model->ask[1 - place] == 0)
        return;
    int64_t gain_a = (model->bid[B] - model->ask[A]) * 1000000 - threshold_ppm * model->ask[A];
    int64_t gain_b = (model->bid[A] - model->ask[B]) * 1000000 - threshold_ppm * model->ask[B];
    bool hit = gain_a >= 0 || gain_b >= 0;
    model->quotes += hit;
    model->episodes += hit && !model->is_on;
    model->is_on = hit;
}

Test(cross_venue, counts_as_a_plain_model_does)
{
    test_random random = random_start(12);
    cross_venue pair = pair_at(20000);
    plain_pair plain = {.quotes = 0};
    uint64_t starts = 0, ends = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        int place = (int)random_below(&random, 2);
        int64_t bid = 1000 + (int64_t)random_below(&random, 40), ask = bid + 1;
        size_t count = quote(&pair, (cross_venue_place)place, i, bid, ask);
        plain_quote(&plain, place, bid, ask, 20000);
        starts += count && signals[0].phase == CROSS_VENUE_START;
        ends += count && signals[0].phase == CROSS_VENUE_END;
        cr_assert_eq(plain.is_on, pair.thresholds[0].is_open);
        cr_assert_eq(plain.quotes, pair.thresholds[0].quotes);
        cr_assert_eq(plain.episodes, pair.thresholds[0].episodes);
        cr_assert_eq(starts, plain.episodes);
        cr_assert_eq(ends, starts - plain.is_on);
    }
    cr_assert_gt(starts, 1000);
    NO_LEAKS();
}

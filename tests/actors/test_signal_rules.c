/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "market/signal_rules.h"
#include "support/leaks.h"

static eth_address numbered(uint8_t number)
{
    return (eth_address){.bytes = {[19] = number}};
}

static arbitrage_signal signal_at(uint64_t block, uint32_t log_index)
{
    return (arbitrage_signal){.timestamp_ns = 1000,
                              .position = {.block_number = block, .log_index = log_index},
                              .profit = {.low = 1},
                              .profit_usd = 10,
                              .buy_pool = numbered(1),
                              .sell_pool = numbered(2)};
}

static signal_verdict judge(signal_rules *rules, arbitrage_signal signal)
{
    return signal_rules_check(rules, &signal, 1000);
}

Test(signal_rules, without_options_everything_passes_once)
{
    signal_rules *rules = signal_rules_create(NULL);
    arbitrage_signal unpriced = signal_at(1, 2), worthless = signal_at(1, 3);
    unpriced.profit_usd = (double)NAN;
    worthless.profit_usd = 0;
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, signal_at(1, 1)));
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, unpriced));
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, worthless));
    cr_assert_eq(SIGNAL_DUPLICATE, judge(rules, signal_at(1, 1)));
    cr_assert_eq(3, signal_rules_count(rules, SIGNAL_ACCEPTED));
    cr_assert_eq(1, signal_rules_count(rules, SIGNAL_DUPLICATE));
    signal_rules_destroy(rules);
    signal_rules_destroy(NULL);
    NO_LEAKS();
}

Test(signal_rules, a_minimum_refuses_what_is_worth_less_or_of_unknown_worth)
{
    signal_rules *rules = signal_rules_create(&(signal_rules_options){.profit_usd_min = 10});
    arbitrage_signal less = signal_at(1, 1), more = signal_at(1, 2), unpriced = signal_at(1, 3);
    less.profit_usd = nextafter(10, 0);
    more.profit_usd = 10.01;
    unpriced.profit_usd = (double)NAN;
    cr_assert_eq(SIGNAL_BELOW_MINIMUM, judge(rules, less));
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, more));
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, signal_at(1, 4)), "exactly the minimum");
    cr_assert_eq(SIGNAL_UNPRICED, judge(rules, unpriced));
    cr_assert_eq(1, signal_rules_count(rules, SIGNAL_BELOW_MINIMUM));
    cr_assert_eq(1, signal_rules_count(rules, SIGNAL_UNPRICED));
    signal_rules_destroy(rules);
    NO_LEAKS();
}

Test(signal_rules, refuses_what_is_older_than_the_maximum_age)
{
    signal_rules *rules = signal_rules_create(&(signal_rules_options){.age_max_ns = 500});
    arbitrage_signal first = signal_at(1, 1), second = signal_at(1, 2), third = signal_at(1, 3);
    cr_assert_eq(SIGNAL_ACCEPTED, signal_rules_check(rules, &first, 1500));
    cr_assert_eq(SIGNAL_STALE, signal_rules_check(rules, &second, 1501));
    cr_assert_eq(SIGNAL_ACCEPTED, signal_rules_check(rules, &third, 3), "from the future");
    cr_assert_eq(SIGNAL_ACCEPTED, signal_rules_check(rules, &second, 1500),
                 "a stale signal is not remembered as seen");
    cr_assert_eq(1, signal_rules_count(rules, SIGNAL_STALE));
    signal_rules_destroy(rules);
    NO_LEAKS();
}

Test(signal_rules, a_duplicate_has_the_same_pools_block_and_log_index)
{
    signal_rules *rules = signal_rules_create(NULL);
    arbitrage_signal signal = signal_at(1, 1), other;
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, signal));
    other = signal, other.buy_pool = numbered(3);
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, other));
    other = signal, other.sell_pool = numbered(3);
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, other));
    other = signal, other.buy_pool = signal.sell_pool, other.sell_pool = signal.buy_pool;
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, other));
    other = signal, other.position.block_number = 2;
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, other));
    other = signal, other.position.log_index = 2;
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, other));
    other = signal, other.profit_usd = 99, other.opportunity_id = 5, other.timestamp_ns = 4;
    cr_assert_eq(SIGNAL_DUPLICATE, judge(rules, other));
    signal_rules_destroy(rules);
    NO_LEAKS();
}

Test(signal_rules, remembers_the_recent_signals_and_no_more)
{
    signal_rules *rules = signal_rules_create(NULL);
    for (uint64_t block = 0; block < SIGNAL_RULES_RECENT_MAX; block++)
        cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, signal_at(block, 0)));
    for (uint64_t block = 0; block < SIGNAL_RULES_RECENT_MAX; block++)
        cr_assert_eq(SIGNAL_DUPLICATE, judge(rules, signal_at(block, 0)));
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, signal_at(SIGNAL_RULES_RECENT_MAX, 0)));
    cr_assert_eq(SIGNAL_ACCEPTED, judge(rules, signal_at(0, 0)), "the oldest was forgotten");
    cr_assert_eq(SIGNAL_DUPLICATE, judge(rules, signal_at(2, 0)), "the third was not");
    signal_rules_destroy(rules);
    NO_LEAKS();
}

/* The model: for each possible signal the number of the acceptance it was last remembered at. */
Test(signal_rules, finds_duplicates_as_a_plain_model_does)
{
    enum { SIGNALS = 100000, STEPS = 600000 };
    test_random random = random_start(21);
    signal_rules *rules = signal_rules_create(NULL);
    uint64_t *remembered_at = calloc(SIGNALS, sizeof *remembered_at), accepted = 0;
    for (int i = 0; i < STEPS; i++) {
        uint64_t number = random_below(&random, SIGNALS);
        bool recent = remembered_at[number] != 0 &&
                      accepted - remembered_at[number] < SIGNAL_RULES_RECENT_MAX;
        signal_verdict expected = recent ? SIGNAL_DUPLICATE : SIGNAL_ACCEPTED;
        cr_assert_eq(expected, judge(rules, signal_at(number / 7, (uint32_t)(number % 7))));
        if (!recent)
            remembered_at[number] = ++accepted;
    }
    cr_assert_gt(accepted, 2 * SIGNAL_RULES_RECENT_MAX, "the ring did not go round");
    cr_assert_eq(accepted, signal_rules_count(rules, SIGNAL_ACCEPTED));
    free(remembered_at);
    signal_rules_destroy(rules);
    NO_LEAKS();
}

Test(signal_rules, names_its_verdicts)
{
    cr_assert_str_eq("accepted", signal_verdict_name(SIGNAL_ACCEPTED));
    cr_assert_str_eq("unpriced", signal_verdict_name(SIGNAL_UNPRICED));
    cr_assert_str_eq("below_minimum", signal_verdict_name(SIGNAL_BELOW_MINIMUM));
    cr_assert_str_eq("stale", signal_verdict_name(SIGNAL_STALE));
    cr_assert_str_eq("duplicate", signal_verdict_name(SIGNAL_DUPLICATE));
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "market/momentum.h"

#include <math.h>

#include <criterion/criterion.h>
#include <mycelium/error.h>

#include "actors/market_random.h"
#include "support/leaks.h"

#define SECOND_NS UINT64_C(1000000000)

static momentum_signal signal;

static momentum_rule rule_at(uint32_t threshold_ppm)
{
    momentum_rule rule = {.threshold_ppm = threshold_ppm};
    cr_assert_eq(0, momentum_rule_check(&rule));
    return rule;
}

static quote_update quote_at(uint64_t now_ns, double mid)
{
    int64_t half = (int64_t)(mid * 1e8);
    return (quote_update){.timestamp_ns = now_ns,
                          .received_ns = now_ns + 1,
                          .bid = {half - 5, 1},
                          .ask = {half + 5, 1},
                          .instrument = {"ETHUSDT"},
                          .venue = 4};
}

static bool give(momentum *state, const momentum_rule *rule, uint64_t now_ns, double mid)
{
    quote_update quote = quote_at(now_ns, mid);
    return momentum_on_quote(state, rule, &quote, &signal);
}

Test(momentum, a_rule_has_defaults_and_limits)
{
    momentum_rule rule = rule_at(1);
    cr_assert_eq(SECOND_NS, rule.fast_tau_ns);
    cr_assert_eq(10 * SECOND_NS, rule.slow_tau_ns);
    cr_assert_eq(MYC_EINVAL, momentum_rule_check(&(momentum_rule){.threshold_ppm = 0}));
    cr_assert_eq(MYC_EINVAL, momentum_rule_check(&(momentum_rule){
                                 .fast_tau_ns = 5, .slow_tau_ns = 5, .threshold_ppm = 1}));
    cr_assert_eq(MYC_EINVAL, momentum_rule_check(&(momentum_rule){.fast_tau_ns = 10 * SECOND_NS,
                                                                  .threshold_ppm = 1}));
    NO_LEAKS();
}

Test(momentum, the_first_price_starts_both_averages)
{
    momentum state = {.has_started = false};
    const momentum_rule rule = rule_at(10);
    cr_assert_not(give(&state, &rule, 7 * SECOND_NS, 250));
    cr_assert_eq(250, state.fast_price);
    cr_assert_eq(250, state.slow_price);
    NO_LEAKS();
}

/* The answer to a step is known: what is left of the distance after dt is exp(-dt / tau). */
Test(momentum, averages_approach_a_new_price_exponentially)
{
    const momentum_rule rule = rule_at(1000000000);
    for (uint64_t dt_ns = 1; dt_ns < 100 * SECOND_NS; dt_ns *= 7) {
        momentum state = {.has_started = false};
        (void)give(&state, &rule, SECOND_NS, 100);
        (void)give(&state, &rule, SECOND_NS + dt_ns, 110);
        cr_assert_float_eq(110 - 10 * exp((double)dt_ns * -1e-9), state.fast_price, 1e-12);
        cr_assert_float_eq(110 - 10 * exp((double)dt_ns * -1e-10), state.slow_price, 1e-12);
    }
    NO_LEAKS();
}

Test(momentum, it_does_not_matter_how_often_a_price_is_repeated)
{
    const momentum_rule rule = rule_at(1000000000);
    momentum once = {.has_started = false}, often = once;
    (void)give(&once, &rule, 0, 100);
    (void)give(&often, &rule, 0, 100);
    (void)give(&once, &rule, SECOND_NS, 130);
    for (uint64_t i = 1; i <= 1000; i++)
        (void)give(&often, &rule, i * SECOND_NS / 1000, 130);
    cr_assert_float_eq(once.fast_price, often.fast_price, 1e-9);
    cr_assert_float_eq(once.slow_price, often.slow_price, 1e-9);
    NO_LEAKS();
}

Test(momentum, one_signal_until_the_averages_came_together_again)
{
    const momentum_rule rule = rule_at(1000);
    momentum state = {.has_started = false};
    (void)give(&state, &rule, 0, 100);
    cr_assert_not(give(&state, &rule, SECOND_NS / 100, 100.2)); /* some 18 ppm */
    cr_assert(give(&state, &rule, SECOND_NS, 100.2));
    cr_assert_eq(MOMENTUM_UP, signal.direction);
    cr_assert_eq(SECOND_NS, signal.timestamp_ns);
    cr_assert_eq(SECOND_NS + 1, signal.received_ns);
    cr_assert_str_eq("ETHUSDT", signal.instrument.text);
    cr_assert_eq(4, signal.venue);
    cr_assert_eq(state.fast_price, signal.fast_price);
    cr_assert_eq(state.slow_price, signal.slow_price);
    cr_assert_float_eq((state.fast_price / state.slow_price - 1) * 1e6,
                       (double)signal.deviation_ppm, 0.5);
    cr_assert_not(give(&state, &rule, 2 * SECOND_NS, 100.4));
    cr_assert(fabs(state.fast_price / state.slow_price - 1) > 1e-3);
    cr_assert_not(give(&state, &rule, 100 * SECOND_NS, 100.4));
    cr_assert_not(state.is_disarmed);
    cr_assert(give(&state, &rule, 101 * SECOND_NS, 100));
    cr_assert_eq(MOMENTUM_DOWN, signal.direction);
    cr_assert_lt(signal.deviation_ppm, -1000);
    NO_LEAKS();
}

/* Below the threshold is not enough to be armed again, below its half is. */
Test(momentum, is_armed_again_below_half_of_the_threshold)
{
    const momentum_rule rule = rule_at(1000);
    momentum state = {.fast_price = 100.2, .slow_price = 100, .has_started = true};
    cr_assert(give(&state, &rule, 0, 100.2)); /* no time went by: as it stands */
    state.fast_price = 100.0501;
    cr_assert_not(give(&state, &rule, 0, 100));
    cr_assert(state.is_disarmed);
    state.fast_price = 100.2;
    cr_assert_not(give(&state, &rule, 0, 100));
    state.fast_price = 100.0499;
    cr_assert_not(give(&state, &rule, 0, 100));
    cr_assert_not(state.is_disarmed);
    state.fast_price = 99.8;
    cr_assert(give(&state, &rule, 0, 100));
    NO_LEAKS();
}

Test(momentum, passes_over_what_has_no_mid_price)
{
    const momentum_rule rule = rule_at(10);
    momentum state = {.has_started = false};
    quote_update quote = quote_at(5, 100);
    quote.bid.quantity_e8 = 0;
    cr_assert_not(momentum_on_quote(&state, &rule, &quote, &signal));
    quote = quote_at(5, 100);
    quote.ask.quantity_e8 = 0;
    cr_assert_not(momentum_on_quote(&state, &rule, &quote, &signal));
    cr_assert_not(give(&state, &rule, 5, 0));
    cr_assert_not(give(&state, &rule, 5, -3));
    cr_assert_not(state.has_started);
    NO_LEAKS();
}

Test(momentum, time_that_goes_back_changes_nothing)
{
    const momentum_rule rule = rule_at(10);
    momentum state = {.has_started = false};
    (void)give(&state, &rule, 5 * SECOND_NS, 100);
    (void)give(&state, &rule, 4 * SECOND_NS, 200);
    (void)give(&state, &rule, 5 * SECOND_NS, 200);
    cr_assert_eq(100, state.fast_price);
    cr_assert(give(&state, &rule, 6 * SECOND_NS, 200));
    NO_LEAKS();
}

Test(momentum, a_growth_that_no_integer_holds_is_cut)
{
    const momentum_rule rule = {.fast_tau_ns = 1, .slow_tau_ns = UINT64_MAX, .threshold_ppm = 1};
    momentum state = {.has_started = false};
    (void)give(&state, &rule, 0, 5.1e-8);
    cr_assert(give(&state, &rule, 1000, 9e10));
    cr_assert_eq(INT64_C(9000000000000000000), signal.deviation_ppm);
    NO_LEAKS();
}

/* The average as a sum over all prices there were, each weighted by when it stood. */
static double average_of(const double *mids, const uint64_t *times_ns, size_t count, double tau_ns)
{
    double now = (double)times_ns[count - 1];
    double average = mids[0] * exp(((double)times_ns[0] - now) / tau_ns);
    for (size_t i = 1; i < count; i++)
        average += mids[i] * (exp(((double)times_ns[i] - now) / tau_ns) -
                              exp(((double)times_ns[i - 1] - now) / tau_ns));
    return average;
}

Test(momentum, averages_are_the_weighted_sum_of_all_prices)
{
    enum { PRICES = 500 };
    double mids[PRICES];
    uint64_t times_ns[PRICES], now_ns = 0;
    test_random random = random_start(8);
    const momentum_rule rule = rule_at(100);
    momentum state = {.has_started = false};
    double mid = 60000;
    for (size_t i = 0; i < PRICES; i++) {
        now_ns += 1 + (random_next(&random) >> (34 + random_below(&random, 16)));
        mid += (double)random_below(&random, 2001) / 100 - 10;
        mids[i] = mid;
        times_ns[i] = now_ns;
        (void)give(&state, &rule, now_ns, mid);
        cr_assert_float_eq(average_of(mids, times_ns, i + 1, 1e9), state.fast_price, 1e-6);
        cr_assert_float_eq(average_of(mids, times_ns, i + 1, 1e10), state.slow_price, 1e-6);
    }
    NO_LEAKS();
}

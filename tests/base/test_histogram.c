/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/logging.h>

#include <mycelium/histogram.h>

#include "support/leaks.h"

static const double quantiles[] = {0,    0.0001, 0.01, 0.07,  0.25,   0.5,
                                   0.75, 0.9,    0.99, 0.999, 0.9999, 1};
enum { QUANTILE_COUNT = sizeof quantiles / sizeof *quantiles };

static uint64_t start_seed(uint64_t seed)
{
    const char *chosen = getenv("MYC_TEST_SEED");
    if (chosen)
        seed = strtoull(chosen, NULL, 0);
    cr_log_info("seed %" PRIu64 " (MYC_TEST_SEED sets it)", seed);
    return seed;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

static uint64_t random_of_any_size(uint64_t *state)
{
    unsigned shift = (unsigned)(next_random(state) % 64);
    return next_random(state) >> shift;
}

static int compare_values(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

Test(histogram, is_all_zero_when_empty)
{
    myc_histogram *histogram = myc_histogram_create();
    cr_assert_eq(0, myc_histogram_count(histogram));
    cr_assert_eq(0, myc_histogram_min(histogram));
    cr_assert_eq(0, myc_histogram_max(histogram));
    cr_assert_eq(0, myc_histogram_mean(histogram));
    for (size_t i = 0; i < QUANTILE_COUNT; i++)
        cr_assert_eq(0, myc_histogram_quantile(histogram, quantiles[i]));
    myc_histogram_destroy(histogram);
    myc_histogram_destroy(NULL);
    NO_LEAKS();
}

Test(histogram, is_exact_for_one_value_of_any_size)
{
    myc_histogram *histogram = myc_histogram_create();
    for (unsigned bit = 0; bit < 64; bit++)
        for (int nudge = -1; nudge <= 1; nudge++) {
            uint64_t value = (UINT64_C(1) << bit) + (uint64_t)(int64_t)nudge;
            myc_histogram_reset(histogram);
            myc_histogram_record(histogram, value);
            for (size_t i = 0; i < QUANTILE_COUNT; i++)
                cr_assert_eq(value, myc_histogram_quantile(histogram, quantiles[i]));
            cr_assert_eq(value, myc_histogram_min(histogram));
            cr_assert_eq(value, myc_histogram_max(histogram));
            cr_assert_eq((double)value, myc_histogram_mean(histogram));
        }
    myc_histogram_destroy(histogram);
    NO_LEAKS();
}

/* The definition, on a sorted copy. */
static uint64_t sorted_quantile(const uint64_t *sorted, size_t count, double quantile)
{
    double exact = quantile * (double)count - 1e-9;
    size_t rank = exact > 0 ? (size_t)exact : 0;
    rank += (double)rank < exact;
    return sorted[rank == 0 ? 0 : rank - 1];
}

static void assert_quantiles_of(const uint64_t *values, size_t count)
{
    myc_histogram *histogram = myc_histogram_create();
    uint64_t *sorted = malloc(count * sizeof *sorted);
    long double sum = 0;
    for (size_t i = 0; i < count; i++) {
        myc_histogram_record(histogram, values[i]);
        sorted[i] = values[i];
        sum += values[i];
    }
    qsort(sorted, count, sizeof *sorted, compare_values);
    for (size_t i = 0; i < QUANTILE_COUNT; i++) {
        uint64_t exact = sorted_quantile(sorted, count, quantiles[i]);
        uint64_t found = myc_histogram_quantile(histogram, quantiles[i]);
        cr_assert_geq(found, exact, "quantile %g", quantiles[i]);
        cr_assert_leq(found - exact, exact / 1000, "quantile %g", quantiles[i]);
    }
    cr_assert_eq(count, myc_histogram_count(histogram));
    cr_assert_eq(sorted[0], myc_histogram_min(histogram));
    cr_assert_eq(sorted[count - 1], myc_histogram_max(histogram));
    cr_assert_eq(sorted[count - 1], myc_histogram_quantile(histogram, 1));
    double mean = (double)(sum / (long double)count);
    cr_assert_leq(fabs(mean - myc_histogram_mean(histogram)), mean * 1e-15);
    free(sorted);
    myc_histogram_destroy(histogram);
}

Test(histogram, quantiles_are_those_of_the_sorted_values_to_three_digits)
{
    enum { COUNT_MAX = 3000 };
    uint64_t state = start_seed(51), values[COUNT_MAX];
    for (int round = 0; round < 100; round++) {
        size_t count = 1 + next_random(&state) % COUNT_MAX;
        uint64_t bound = random_of_any_size(&state) | 1;
        for (size_t i = 0; i < count; i++)
            values[i] = round % 2 ? random_of_any_size(&state) : next_random(&state) % bound;
        assert_quantiles_of(values, count);
    }
    NO_LEAKS();
}

Test(histogram, small_values_are_exact)
{
    myc_histogram *histogram = myc_histogram_create();
    for (uint64_t value = 0; value < 2048; value++)
        myc_histogram_record(histogram, value);
    for (uint64_t rank = 1; rank <= 2048; rank++)
        cr_assert_eq(rank - 1, myc_histogram_quantile(histogram, (double)rank / 2048));
    myc_histogram_destroy(histogram);
    NO_LEAKS();
}

Test(histogram, a_quantile_of_a_round_count_is_not_one_too_high)
{
    myc_histogram *histogram = myc_histogram_create();
    for (uint64_t value = 1; value <= 100; value++)
        myc_histogram_record(histogram, value);
    for (uint64_t percent = 1; percent <= 100; percent++)
        cr_assert_eq(percent, myc_histogram_quantile(histogram, (double)percent / 100));
    cr_assert_eq(1, myc_histogram_quantile(histogram, -1));
    cr_assert_eq(1, myc_histogram_quantile(histogram, (double)NAN));
    cr_assert_eq(100, myc_histogram_quantile(histogram, 2));
    myc_histogram_destroy(histogram);
    NO_LEAKS();
}

static void assert_equal(const myc_histogram *expected, const myc_histogram *actual)
{
    cr_assert_eq(myc_histogram_count(expected), myc_histogram_count(actual));
    cr_assert_eq(myc_histogram_min(expected), myc_histogram_min(actual));
    cr_assert_eq(myc_histogram_max(expected), myc_histogram_max(actual));
    cr_assert_eq(myc_histogram_mean(expected), myc_histogram_mean(actual));
    for (double quantile = 0; quantile <= 1; quantile += 1.0 / 512)
        cr_assert_eq(myc_histogram_quantile(expected, quantile),
                     myc_histogram_quantile(actual, quantile));
}

Test(histogram, adding_gives_what_recording_all_in_one_gives)
{
    uint64_t state = start_seed(52);
    myc_histogram *whole = myc_histogram_create(), *sum = myc_histogram_create();
    myc_histogram *part = myc_histogram_create();
    myc_histogram_add(sum, part);
    assert_equal(whole, sum);
    for (int round = 0; round < 4; round++) {
        myc_histogram_reset(part);
        for (int i = 0; i < 1000; i++) {
            uint64_t value = random_of_any_size(&state);
            myc_histogram_record(part, value);
            myc_histogram_record(whole, value);
        }
        myc_histogram_add(sum, part);
        assert_equal(whole, sum);
    }
    myc_histogram_reset(sum);
    myc_histogram_reset(whole);
    cr_assert_eq(0, myc_histogram_count(sum));
    cr_assert_eq(0, myc_histogram_max(sum));
    myc_histogram_add(whole, part);
    assert_equal(part, whole);
    myc_histogram_destroy(whole);
    myc_histogram_destroy(sum);
    myc_histogram_destroy(part);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/feed_support.h"
#include "support/leaks.h"
#include "text/digits.h"
#include "text/json_decimal.h"

/* With `behind` readable bytes after the text: the quick way needs some. */
static decimal_result parse(const char *text, size_t behind, unsigned decimals, int64_t *value)
{
    size_t size = strlen(text);
    char *copy = malloc(size + behind + 1);
    memcpy(copy, text, size);
    memset(copy + size, '9', behind);
    decimal_result result =
        json_decimal_fixed((json_text){copy, size}, copy + size + behind, decimals, value);
    free(copy);
    return result;
}

Test(decimal, reads_fixed_point_exactly)
{
    static const struct {
        const char *text;
        unsigned decimals;
        int64_t value;
    } good[] = {
        {"0", 8, 0},
        {"61685.99000000", 8, 6168599000000},
        {"1", 0, 1},
        {"000012.50", 2, 1250},
        {"0.00000001", 8, 1},
        {"0.100000000000000000000", 1, 1},
        {"9223372036854775807", 0, INT64_MAX},
        {"92233720368.54775807", 8, INT64_MAX},
        {"123456789012345", 0, 123456789012345},
        {"1234567890.12345", 5, 123456789012345},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        for (size_t behind = 0; behind < 20; behind++) {
            int64_t value = -1;
            cr_assert_eq(DECIMAL_OK, parse(good[i].text, behind, good[i].decimals, &value), "%s",
                         good[i].text);
            cr_assert_eq(good[i].value, value, "%s: %lld", good[i].text, (long long)value);
        }
    }
    NO_LEAKS();
}

Test(decimal, refuses_what_it_cannot_hold_or_does_not_know)
{
    static const struct {
        const char *text;
        unsigned decimals;
        decimal_result result;
    } bad[] = {
        {"", 8, DECIMAL_MALFORMED},
        {".", 8, DECIMAL_MALFORMED},
        {".5", 8, DECIMAL_MALFORMED},
        {"5.", 8, DECIMAL_MALFORMED},
        {"1.2.3", 8, DECIMAL_MALFORMED},
        {"-1", 8, DECIMAL_MALFORMED},
        {"+1", 8, DECIMAL_MALFORMED},
        {"1e5", 8, DECIMAL_MALFORMED},
        {" 1", 8, DECIMAL_MALFORMED},
        {"1 ", 8, DECIMAL_MALFORMED},
        {"12:4", 8, DECIMAL_MALFORMED},
        {"12/4", 8, DECIMAL_MALFORMED},
        {"1\xb2", 8, DECIMAL_MALFORMED},
        {"0x10", 8, DECIMAL_MALFORMED},
        {"0.123456789", 8, DECIMAL_TOO_FINE},
        {"0.9223372036854775807", 18, DECIMAL_TOO_FINE},
        {"92233720368.54775808", 8, DECIMAL_TOO_LARGE},
        {"92233720369", 8, DECIMAL_TOO_LARGE},
        {"99999999999999999999999999", 0, DECIMAL_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (size_t behind = 0; behind < 20; behind++) {
            int64_t value = -1;
            cr_assert_eq(bad[i].result, parse(bad[i].text, behind, bad[i].decimals, &value), "%s",
                         bad[i].text);
            cr_assert_eq(-1, value, "it is left alone");
        }
        cr_assert_not_null(decimal_reason(bad[i].result));
    }
    NO_LEAKS();
}

Test(decimal, keeps_decimals_as_written)
{
    decimal number;
    cr_assert_eq(DECIMAL_OK, decimal_written("0.043110", 8, &number));
    cr_assert_eq(43110, number.digits);
    cr_assert_eq(6, number.decimals);
    cr_assert_eq(DECIMAL_OK, decimal_written("2190", 4, &number));
    cr_assert_eq(0, number.decimals);
    cr_assert_eq(DECIMAL_TOO_FINE, decimal_written("0.0000000000000000001", 21, &number));
    NO_LEAKS();
}

/* Random texts of up to 15 characters, the quick way against the long one. */
Test(decimal, quick_way_agrees_with_the_long_one)
{
    static const char characters[] = "0123456789012345678901234567890.x";
    test_random random = random_start(31);
    unsigned valid = 0;
    for (int round = 0; round < 200000; round++) {
        char text[17] = "";
        size_t size = 1 + random_below(&random, 15);
        for (size_t i = 0; i < size; i++)
            text[i] = characters[random_below(&random, sizeof characters - 1)];
        int64_t quick = 0, plain = 0;
        decimal_result result = parse(text, 16, 8, &quick);
        cr_assert_eq(decimal_fixed(text, size, 8, &plain), result, "%s", text);
        cr_assert_eq(plain, quick, "%s", text);
        valid += result == DECIMAL_OK;
    }
    cr_assert(valid > 20000 && valid < 180000, "%u", valid);
    NO_LEAKS();
}

Test(digits, are_those_of_printf)
{
    test_random random = random_start(32);
    for (int round = 0; round < 200000; round++) {
        uint64_t value = random_next(&random) >> random_below(&random, 64);
        char expected[24], found[DIGITS_MAX + 1];
        value = round < 100 ? (uint64_t)round : value;
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)value);
        *digits_put(found, value) = '\0';
        cr_assert_str_eq(expected, found);
    }
    NO_LEAKS();
}

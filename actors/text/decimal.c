/* SPDX-License-Identifier: Apache-2.0 */
#include "text/decimal.h"

#define TEN(n) INT64_C(1##n)
#define LIMIT(n) (INT64_MAX / TEN(n))
#define EACH_POWER(X)                                                                              \
    X(), X(0), X(00), X(000), X(0000), X(00000), X(000000), X(0000000), X(00000000), X(000000000), \
        X(0000000000), X(00000000000), X(000000000000), X(0000000000000), X(00000000000000),       \
        X(000000000000000), X(0000000000000000), X(00000000000000000), X(000000000000000000)

const int64_t decimal_powers[DECIMAL_DECIMALS_MAX + 1] = {EACH_POWER(TEN)};
const int64_t decimal_limits[DECIMAL_DECIMALS_MAX + 1] = {EACH_POWER(LIMIT)};

/* The text, split at its dot. */
typedef struct parts {
    const char *whole;
    size_t whole_size;
    const char *fraction;
    size_t fraction_size;
} parts;

static bool are_digits(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned)(text[i] - '0') > 9) {
            return false;
        }
    }
    return size > 0;
}

static bool split(const char *text, size_t size, parts *to)
{
    const char *dot = memchr(text, '.', size);
    size_t whole_size = dot ? (size_t)(dot - text) : size;
    *to = (parts){.whole = text, .whole_size = whole_size, .fraction = text + whole_size};
    if (dot) {
        to->fraction = dot + 1;
        to->fraction_size = size - whole_size - 1;
    }
    return are_digits(to->whole, to->whole_size) &&
           (!dot || are_digits(to->fraction, to->fraction_size));
}

/* Appends digits to `sum`. Returns whether the result is below 2^63. */
static bool append(int64_t *sum, const char *digits, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (__builtin_mul_overflow(*sum, 10, sum) ||
            __builtin_add_overflow(*sum, digits[i] - '0', sum)) {
            return false;
        }
    }
    return true;
}

static bool are_zeros(const char *digits, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (digits[i] != '0') {
            return false;
        }
    }
    return true;
}

decimal_result decimal_fixed(const char *text, size_t size, unsigned decimals, int64_t *value)
{
    parts in;
    int64_t sum = 0;
    if (!split(text, size, &in)) {
        return DECIMAL_MALFORMED;
    }
    size_t used = in.fraction_size < decimals ? in.fraction_size : decimals;
    if (!are_zeros(in.fraction + used, in.fraction_size - used)) {
        return DECIMAL_TOO_FINE;
    }
    if (!append(&sum, in.whole, in.whole_size) || !append(&sum, in.fraction, used) ||
        sum > decimal_limits[decimals - used]) {
        return DECIMAL_TOO_LARGE;
    }
    *value = sum * decimal_powers[decimals - used];
    return DECIMAL_OK;
}

decimal_result decimal_written(const char *text, size_t size, decimal *value)
{
    parts in;
    int64_t sum = 0;
    if (!split(text, size, &in)) {
        return DECIMAL_MALFORMED;
    }
    if (in.fraction_size > DECIMAL_DECIMALS_MAX) {
        return DECIMAL_TOO_FINE;
    }
    if (!append(&sum, in.whole, in.whole_size) || !append(&sum, in.fraction, in.fraction_size)) {
        return DECIMAL_TOO_LARGE;
    }
    *value = (decimal){.digits = sum, .decimals = (unsigned)in.fraction_size};
    return DECIMAL_OK;
}

const char *decimal_reason(decimal_result result)
{
    switch (result) {
    case DECIMAL_TOO_LARGE: return "expected a decimal below 2^63 units";
    case DECIMAL_TOO_FINE: return "expected no more decimals than the unit has";
    default: return "expected a decimal: digits, or digits, a dot and digits";
    }
}

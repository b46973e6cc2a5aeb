/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/capture_line.h"

#include <stdbool.h>

enum { SECOND_NS = 1000000000, NS_DIGITS = 9, FRACTION_DIGITS_MAX = 18 };

/* A cursor; take_* step behind what they accept. */
typedef struct text {
    const char *at;
    const char *end;
} text;

static bool is_digit_next(const text *in)
{
    return in->at < in->end && (unsigned)(*in->at - '0') <= 9;
}

static bool take(text *in, char c)
{
    bool is_there = in->at < in->end && *in->at == c;
    in->at += is_there;
    return is_there;
}

static bool take_integer(text *in, uint64_t *value)
{
    *value = 0;
    while (is_digit_next(in)) {
        unsigned digit = (unsigned)(*in->at++ - '0');
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, digit, value)) {
            return false;
        }
    }
    return true;
}

/* Decimals of a second, the first nine of them, as ns. */
static bool take_fraction(text *in, uint64_t *ns)
{
    unsigned digits = 0;
    *ns = 0;
    for (; is_digit_next(in) && digits <= FRACTION_DIGITS_MAX; digits++, in->at++) {
        *ns = digits < NS_DIGITS ? *ns * 10 + (unsigned)(*in->at - '0') : *ns;
    }
    for (unsigned i = digits; i < NS_DIGITS; i++) {
        *ns *= 10;
    }
    return digits > 0 && digits <= FRACTION_DIGITS_MAX;
}

/* "s.decimal: " behind the seconds. */
static bool take_seconds(text *in, uint64_t seconds, uint64_t *ns)
{
    uint64_t fraction = 0;
    if (take(in, '.') && !take_fraction(in, &fraction)) {
        return false;
    }
    return take(in, ':') && take(in, ' ') && !__builtin_mul_overflow(seconds, SECOND_NS, ns) &&
           !__builtin_add_overflow(*ns, fraction, ns);
}

capture_form capture_line_split(const char *bytes, size_t size, capture_line *line)
{
    text in = {bytes, bytes + size};
    uint64_t number;
    *line = (capture_line){0};
    if (size > 0 && (*bytes == '{' || *bytes == '[')) {
        *line = (capture_line){.frame = bytes, .size = size};
        return CAPTURE_LIVE;
    }
    if (!is_digit_next(&in)) {
        return CAPTURE_NOTE;
    }
    if (!take_integer(&in, &number)) {
        return CAPTURE_BAD;
    }
    uint64_t received_ns = number;
    if (!take(&in, ' ') && !take_seconds(&in, number, &received_ns)) {
        return CAPTURE_BAD;
    }
    *line = (capture_line){
        .frame = in.at, .size = (size_t)(in.end - in.at), .received_ns = received_ns};
    return CAPTURE_TIMED;
}

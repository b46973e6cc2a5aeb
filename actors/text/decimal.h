/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_DECIMAL_H
#define TEXT_DECIMAL_H

/*
 * Exact reading of decimal text, such as "61685.99000000", as fixed point: an integer in units of
 * 10^-decimals. No doubles, no rounding.
 *
 * The form is digits, or digits, a dot and digits: no sign, no exponent, no white space. Zeros
 * before and behind are allowed in any number. Refused are values of 2^63 units or more, and values
 * with more decimals than the unit has, unless the decimals too many are zeros: nothing is cut off.
 *
 * Up to 15 characters with 16 readable bytes are read at once, see decimal_quick(); the rest goes
 * digit by digit.
 *
 * Threads: all functions are pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "text/bytes16.h"

enum { DECIMAL_DECIMALS_MAX = 18 };

typedef enum decimal_result {
    DECIMAL_OK,
    DECIMAL_MALFORMED,
    DECIMAL_TOO_LARGE, /* 2^63 units or more */
    DECIMAL_TOO_FINE   /* a decimal behind the last of the unit is not 0 */
} decimal_result;

/** A number as it is written: "0.0430" is 430 with 4 decimals. */
typedef struct decimal {
    int64_t digits;
    unsigned decimals; /* at most DECIMAL_DECIMALS_MAX */
} decimal;

/**
 * Reads the text in units of 10^-`decimals` (at most DECIMAL_DECIMALS_MAX). Borrows `text`, reads
 * nothing past `size`. With another answer than DECIMAL_OK `*value` is left alone.
 */
decimal_result decimal_fixed(const char *text, size_t size, unsigned decimals, int64_t *value);

/** Reads the text with the decimals it is written with; DECIMAL_TOO_FINE = there are too many. */
decimal_result decimal_written(const char *text, size_t size, decimal *value);

/** What was expected instead; static. */
const char *decimal_reason(decimal_result result);

/** 10^0 to 10^18. */
extern const int64_t decimal_powers[DECIMAL_DECIMALS_MAX + 1];

/** The largest number of units that 10^n times of still fit 63 bits: INT64_MAX / 10^n. */
extern const int64_t decimal_limits[DECIMAL_DECIMALS_MAX + 1];

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && defined(__SIZEOF_INT128__)
#define DECIMAL_HAS_QUICK 1

/* Eight values 0 to 9, the most significant in the lowest byte. Neighbours are joined to two
 * digits, these to four, these to eight: three multiplications in place of eight. */
static inline uint64_t decimal__join8(uint64_t digits)
{
    uint64_t pairs = digits * 10 + (digits >> 8);
    uint64_t even = (pairs & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32));
    uint64_t odd = (pairs >> 16 & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32));
    return (even + odd) >> 32;
}

static inline bool decimal__are_digits(uint64_t values)
{
    uint64_t over = (values + UINT64_C(0x7676767676767676)) | values; /* 0x76 + 10 = 0x80 */
    return (over & UINT64_C(0x8080808080808080)) == 0;
}

/**
 * Reads `size` characters, 1 to 15, of which 16 are readable, as written. Returns false when it
 * takes the long way to say: the text is not such a decimal.
 *
 * The bytes behind the dot move over it, then all to the upper end, so that zeros come before the
 * digits; the upper end is the lower one of the number.
 */
static inline bool decimal_quick(const char *text, unsigned size, decimal *value)
{
    unsigned __int128 bytes;
    unsigned dots = bytes16_equal(text, '.') & ((1u << size) - 1);
    unsigned dot = dots ? (unsigned)__builtin_ctz(dots) : size;
    unsigned digits = size - (dots != 0);
    if (dot == 0 || dot + 1 == size) {
        return false;
    }
    memcpy(&bytes, text, sizeof bytes);
    bytes ^= (unsigned __int128)UINT64_C(0x3030303030303030) << 64 | UINT64_C(0x3030303030303030);
    unsigned __int128 whole = bytes & (((unsigned __int128)1 << 8 * dot) - 1);
    unsigned __int128 rest = dots ? bytes >> (8 * dot + 8) << 8 * dot : 0;
    bytes = (whole | rest) << 8 * (BYTES16 - digits);
    uint64_t high = (uint64_t)bytes, low = (uint64_t)(bytes >> 64);
    if (!decimal__are_digits(high) || !decimal__are_digits(low)) {
        return false;
    }
    value->digits = (int64_t)(decimal__join8(high) * 100000000 + decimal__join8(low));
    value->decimals = digits - dot;
    return true;
}

#else
#define DECIMAL_HAS_QUICK 0
#endif

#endif

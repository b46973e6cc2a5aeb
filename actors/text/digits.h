/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_DIGITS_H
#define TEXT_DIGITS_H

/*
 * Integers as decimal digits, eight at a time.
 *
 * Threads: all functions are pure.
 */
#include <stdint.h>
#include <string.h>

enum { DIGITS_MAX = 20 /* of a 64-bit integer; so many bytes must be writable */ };

/** Eight digits of `value`, below 10^8, one a byte, the first in the lowest: halves, quarters and
 * digits are split off in all lanes at once, by multiplication in place of division. */
static inline uint64_t digits_split8(uint32_t value)
{
    uint64_t halves = value / 10000 | (uint64_t)(value % 10000) << 32;
    uint64_t hundreds = (halves * 10486 >> 20) & UINT64_C(0x0000007f0000007f); /* / 100 */
    uint64_t pairs = hundreds | (halves - 100 * hundreds) << 16;
    uint64_t tens = (pairs * 103 >> 10) & UINT64_C(0x000f000f000f000f); /* / 10 */
    return tens | (pairs - 10 * tens) << 8;
}

static inline char *digits__store(char *at, uint64_t digits, unsigned skipped)
{
    digits = (digits | UINT64_C(0x3030303030303030)) >> 8 * skipped;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    digits = __builtin_bswap64(digits);
#endif
    memcpy(at, &digits, sizeof digits);
    return at + sizeof digits - skipped;
}

/** Writes `value` without leading zeros, "0" for 0. Uses up to DIGITS_MAX bytes from `at` on as it
 * likes. Returns the place behind the last digit. */
static inline char *digits_put(char *at, uint64_t value)
{
    const uint64_t eight = 100000000;
    uint64_t rest = value / eight;
    uint64_t low = digits_split8((uint32_t)(value % eight));
    if (rest == 0) {
        unsigned zeros = low ? (unsigned)__builtin_ctzll(low) / 8 : 7;
        return digits__store(at, low, zeros);
    }
    return digits__store(digits_put(at, rest), low, 0);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_UINT128_H
#define TEXT_UINT128_H

/*
 * uint128 from and to the forms it is read and written in: event words and decimal text.
 *
 * Threads: all functions are pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/scalar.h>

#include "text/hex.h"

/* 2^128 - 1 has 39 digits; one more for the zero byte. */
enum { UINT128_TEXT_SIZE = 39 + 1 };

/** Below 0, 0 or above 0 as `a` is below, equal to or above `b`. */
int uint128_compare(uint128 a, uint128 b);

/** Whether `value` is below 2^`bits`. `bits` is 0 to 128. */
bool uint128_fits(uint128 value, unsigned bits);

/** Reads a word as an unsigned integer. Returns false when it is 2^128 or more. */
bool uint128_from_word(const hex_word *word, uint128 *value);

/**
 * Reads a word as a signed 256-bit integer (two's complement) and splits it by sign: a value above
 * zero goes to `positive`, the magnitude of one below zero to `negative`, the other is set to 0.
 * Returns false when the magnitude is 2^128 or more.
 */
bool int256_split(const hex_word *word, uint128 *positive, uint128 *negative);

/** Parses digits 0 to 9 only, at least one. Returns false for other text or 2^128 or more. */
bool uint128_from_decimal(const char *text, size_t size, uint128 *value);

/** The same for 64 bits: returns false for other text or 2^64 or more. */
bool uint64_from_decimal(const char *text, size_t size, uint64_t *value);

/** Writes decimal digits and a zero byte. Returns the count of digits. */
size_t uint128_to_decimal(uint128 value, char text[UINT128_TEXT_SIZE]);

#endif

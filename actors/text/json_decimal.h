/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_JSON_DECIMAL_H
#define TEXT_JSON_DECIMAL_H

/*
 * Decimals in JSON strings, as exchanges write prices: the hot part of their frames. Both functions
 * take any string, and the short way through the usual ones.
 *
 * `end` is where the bytes around the text end: up to there it is readable.
 *
 * Threads: all functions are pure.
 */
#include "text/decimal.h"
#include "text/json_scan.h"

static inline bool json_decimal__quick(json_text text, const char *end, decimal *value)
{
#if DECIMAL_HAS_QUICK
    return text.size - 1 < BYTES16 - 1 && end - text.text >= BYTES16 &&
           decimal_quick(text.text, (unsigned)text.size, value);
#else
    (void)text, (void)end, (void)value;
    return false;
#endif
}

/** As decimal_written(). */
static inline decimal_result json_decimal_written(json_text text, const char *end, decimal *value)
{
    return json_decimal__quick(text, end, value) ? DECIMAL_OK
                                                 : decimal_written(text.text, text.size, value);
}

/** As decimal_fixed(). */
static inline decimal_result json_decimal_fixed(json_text text, const char *end, unsigned decimals,
                                                int64_t *value)
{
    decimal number;
    if (json_decimal__quick(text, end, &number) && number.decimals <= decimals &&
        number.digits <= decimal_limits[decimals - number.decimals]) {
        *value = number.digits * decimal_powers[decimals - number.decimals];
        return DECIMAL_OK;
    }
    return decimal_fixed(text.text, text.size, decimals, value);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_LEVELS_H
#define FEEDS_EXCHANGE_LEVELS_H

/*
 * Lists of price levels in frames: [["61737.63","0.5"], ...], with anything behind the two numbers
 * of a level. Part of the decoders of exchange_frame.h.
 *
 * Threads: a list belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stdint.h>

#include "market/order_book.h"
#include "text/json_decimal.h"

/** What became of reading a value. The first ones are those of decimal_result. */
typedef enum exchange_value {
    EXCHANGE_VALUE_OK = DECIMAL_OK,
    EXCHANGE_VALUE_MALFORMED = DECIMAL_MALFORMED,
    EXCHANGE_VALUE_TOO_LARGE = DECIMAL_TOO_LARGE,
    EXCHANGE_VALUE_TOO_FINE = DECIMAL_TOO_FINE,
    EXCHANGE_VALUE_NO_STRING,
    EXCHANGE_VALUE_NO_DECIMAL, /* not even a string */
    EXCHANGE_VALUE_NO_INTEGER,
    EXCHANGE_VALUE_NO_LEVELS,
    EXCHANGE_VALUE_NO_CHANGES,
    EXCHANGE_VALUE_NO_CHECKSUM,
    EXCHANGE_VALUE_MIXED, /* levels with different decimals */
    EXCHANGE_VALUE_TWICE,
    EXCHANGE_VALUE_NO_MEMORY
} exchange_value;

/** Levels in the order they were given; quantities of 0 among them. */
typedef struct exchange_levels {
    book_level *levels;
    uint32_t count;
    uint32_t room;
} exchange_levels;

/** How levels are read, and what was seen in them. */
typedef struct exchange_level_form {
    book_decimals decimals; /* with `as_written` those of the levels so far */
    bool as_written;        /* they are what the first level has, and all others must have */
    bool has_decimals;      /* as written: some level was read */
    uint32_t republished;   /* levels with an "r" behind the numbers */
} exchange_level_form;

/** Appends the levels of the array that stands here. When it is none, the place in the text is
 * undefined: the caller goes back and skips the value. */
exchange_value exchange_levels_read(json_scan *in, exchange_level_form *form, exchange_levels *to);

/** Reads price and quantity of one level: two elements, what is behind them is left. As above. */
exchange_value exchange_level_read(json_scan *in, exchange_level_form *form, book_level *level);

/** Appends a level. Returns OK or NO_MEMORY. */
exchange_value exchange_levels_add(exchange_levels *to, book_level level);

/** Reads a string with a decimal. As above. */
exchange_value exchange_decimal_read(json_scan *in, unsigned decimals, int64_t *value);

#endif

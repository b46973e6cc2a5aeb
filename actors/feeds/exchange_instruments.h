/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_INSTRUMENTS_H
#define FEEDS_EXCHANGE_INSTRUMENTS_H

/*
 * The instruments of one feed, found by name. Part of the reader of exchange_reader.h.
 *
 * Threads: a table belongs to one thread at a time.
 */
#include "feeds/exchange_frame.h"
#include "feeds/exchange_held.h"
#include "feeds/kraken_checksum.h"
#include "market/quotes.h"

/** An instrument with what is not for the users of the reader. */
typedef struct exchange_entry {
    exchange_instrument shown;
    book_quotes quotes;
    kraken_checksum checksum;
    exchange_held held; /* Binance: depth events that wait for a snapshot */
    uint32_t depth_max; /* of the options */
    bool has_joined;    /* Binance: an event was applied since the last snapshot */
    bool has_ticker;    /* quotes come from there */
    bool has_asked;     /* for a new snapshot */
} exchange_entry;

/** Fields are private, but for `count` and `entries`. */
typedef struct exchange_instruments {
    exchange_entry *entries[EXCHANGE_INSTRUMENTS_MAX];
    uint32_t count;
    uint32_t last;                                /* found last: frames come in bursts */
    uint16_t slots[2 * EXCHANGE_INSTRUMENTS_MAX]; /* by hash of the name: index + 1, 0 = free */
} exchange_instruments;

/** What came of looking for an instrument. */
typedef enum exchange_find {
    EXCHANGE_FIND_OK,
    EXCHANGE_FIND_NO_NAME, /* not 1 to 16 printable ASCII characters */
    EXCHANGE_FIND_FULL,    /* it would be one too many */
    EXCHANGE_FIND_NO_MEMORY
} exchange_find;

/** Reads a name. Returns false when it is none, or has an escape. */
bool exchange_name_read(json_text text, instrument_name *name);

/** Finds the instrument, or makes it with an empty book. */
exchange_find exchange_instruments_find(exchange_instruments *self, const instrument_name *name,
                                        book_decimals decimals, uint32_t depth_max,
                                        uint32_t *index);

/** Looks for an instrument. Returns whether it is there. */
bool exchange_instruments_peek(exchange_instruments *self, const instrument_name *name,
                               uint32_t *index);

/** Frees all entries. */
void exchange_instruments_fini(exchange_instruments *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_FRAME_H
#define FEEDS_EXCHANGE_FRAME_H

/*
 * One frame of an exchange, decoded: what it is about and its numbers, without a book. The decoders
 * of the three formats fill it in; nothing of the frame before is kept but memory.
 *
 * A frame is told by its keys, in any order. A value of a wrong form makes a frame bad only when
 * its kind needs the value: what other frames have under the same key is their business. Keys and
 * names with escapes are none that is known.
 *
 * Threads: a frame belongs to one thread at a time.
 */
#include "feeds/exchange_levels.h"
#include "feeds/exchange_reader.h"
#include "text/json_scan.h"

typedef enum exchange_frame_kind {
    EXCHANGE_FRAME_BAD,      /* see `fault` */
    EXCHANGE_FRAME_UNKNOWN,  /* valid JSON */
    EXCHANGE_FRAME_STATUS,   /* of the connection or a subscription */
    EXCHANGE_FRAME_SNAPSHOT, /* of a whole book */
    EXCHANGE_FRAME_DEPTH,    /* changes of a book */
    EXCHANGE_FRAME_TICKER,   /* best prices */
    EXCHANGE_FRAME_TRADE,
    EXCHANGE_FRAME_LAST_TRADE, /* the last one before the stream began */
    EXCHANGE_FRAME_KINDS
} exchange_frame_kind;

/** Why a frame is bad, or a value. The texts are static. */
typedef struct exchange_fault {
    exchange_bad kind;
    const char *key;    /* the JSON key it is about; NULL = the whole frame */
    const char *reason; /* NULL = no fault */
} exchange_fault;

/** Which members a kind fills in is said at each. */
typedef struct exchange_frame {
    exchange_frame_kind kind;
    exchange_frame_kind meant; /* of a bad frame with an instrument: what it was to be */
    exchange_fault fault;
    json_text instrument;     /* all but status, unknown, Binance's snapshot; borrowed */
    book_decimals decimals;   /* of all numbers below */
    exchange_levels sides[2]; /* by book_side: of snapshot and depth */
    book_level best[2];       /* by book_side: of a ticker; quantities only with `has_sizes` */
    book_level trade;         /* price and quantity */
    uint64_t first_id;        /* Binance depth: U */
    uint64_t last_id;         /* Binance: u, lastUpdateId; Coinbase: sequence; 0 = it has none */
    uint64_t previous_id;     /* Binance futures depth: pu */
    uint32_t checksum;        /* Kraken depth */
    uint32_t depth_max;       /* Kraken: levels a side, by the name of the channel */
    uint32_t republished;     /* Kraken: levels marked "r" */
    bool has_previous;
    bool has_checksum;
    bool has_sizes;
} exchange_frame;

/** Decodes a Binance frame, with or without the {"stream":..,"data":..} around it, or a REST
 * snapshot. Borrows `text` as long as `frame` is used; reads nothing past `size`. */
void binance_decode(const char *text, size_t size, exchange_frame *frame);

/** Decodes a frame of Kraken's WebSocket version 1. As above. */
void kraken_decode(const char *text, size_t size, exchange_frame *frame);

/** Decodes a Coinbase frame. As above. */
void coinbase_decode(const char *text, size_t size, exchange_frame *frame);

/** For the decoders: empties the frame, but keeps the memory of its levels. */
void exchange_frame_begin(exchange_frame *frame, unsigned decimals);

/** For the decoders: makes the frame one of `meant` that is bad, for the first cause given. */
void exchange_frame_fail(exchange_frame *frame, exchange_frame_kind meant, exchange_fault fault);

/** Frees the memory of the levels. */
void exchange_frame_fini(exchange_frame *frame);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBTYPES_MARKET_H
#define LIBTYPES_MARKET_H

/*
 * Market events and the protocol `market` that carries them.
 *
 * Times are ns since the Unix epoch: `timestamp_ns` is the event's own time (the chain's for
 * on-chain events, the receive time otherwise), `received_ns` when this process read it.
 */
#include <mycelium/protocol.h>

#include <libtypes/scalar.h>

MYC_EXTERN_C_BEGIN

/** A swap in a V2 or V3 pool. V3's signed amounts are split into in (> 0) and out (< 0). */
typedef struct pool_swap_event {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    chain_position position;
    uint128 amount0_in; /* token units, as all amounts here */
    uint128 amount1_in;
    uint128 amount0_out;
    uint128 amount1_out;
    eth_address pool;
    uint8_t pool_version; /* 2 or 3 */
    uint8_t reserved[3];
} pool_swap_event;

/** The reserves of a V2 pool after an event. */
typedef struct pool_sync_event {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    chain_position position;
    uint128 reserve0; /* below 2^112 */
    uint128 reserve1;
    eth_address pool;
    uint8_t reserved[4];
} pool_sync_event;

typedef enum pool_liquidity_kind {
    POOL_LIQUIDITY_MINT = 0,
    POOL_LIQUIDITY_BURN = 1
} pool_liquidity_kind;

/** Liquidity added to or taken from a V2 pool. */
typedef struct pool_liquidity_event {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    chain_position position;
    uint128 amount0;
    uint128 amount1;
    eth_address pool;
    uint8_t kind; /* pool_liquidity_kind */
    uint8_t reserved[3];
} pool_liquidity_event;

/** The best bid and ask of one instrument on one venue. */
typedef struct quote_update {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    uint64_t sequence; /* the venue's update id; 0 = it has none */
    price_level bid;
    price_level ask;
    instrument_name instrument;
    uint16_t venue; /* number of the feed that reported it */
    uint8_t reserved[6];
} quote_update;

enum { ORDER_BOOK_LEVELS_MAX = 20 };

/** The best levels of a book. bids from high to low, asks from low to high, no price twice. */
typedef struct order_book_snapshot {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    uint64_t sequence;
    instrument_name instrument;
    uint16_t venue;
    uint8_t bid_count; /* 0 to ORDER_BOOK_LEVELS_MAX */
    uint8_t ask_count;
    uint8_t reserved[4];
    price_level bids[ORDER_BOOK_LEVELS_MAX];
    price_level asks[ORDER_BOOK_LEVELS_MAX];
} order_book_snapshot;

MYC_MESSAGE(pool_swap_event)
MYC_MESSAGE(pool_sync_event)
MYC_MESSAGE(pool_liquidity_event)
MYC_MESSAGE(quote_update)
MYC_MESSAGE(order_book_snapshot)

#define MARKET_ROWS(ROW, P)                                                                        \
    ROW(P, swap, pool_swap_event)                                                                  \
    ROW(P, sync, pool_sync_event)                                                                  \
    ROW(P, liquidity, pool_liquidity_event)                                                        \
    ROW(P, quote, quote_update)                                                                    \
    ROW(P, order_book, order_book_snapshot)
MYC_PROTOCOL(market, MARKET_ROWS)

MYC_EXTERN_C_END

#endif

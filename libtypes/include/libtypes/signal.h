/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBTYPES_SIGNAL_H
#define LIBTYPES_SIGNAL_H

/*
 * What market data finds, and the protocol `signal` that carries it.
 */
#include <mycelium/protocol.h>

#include <libtypes/scalar.h>

MYC_EXTERN_C_BEGIN

typedef enum arbitrage_kind {
    ARBITRAGE_TWO_POOL = 0 /* buy in one V2 pool, sell in another of the same pair */
} arbitrage_kind;

/** A trade that ends with more of the token it starts with. Exact integers in token units. */
typedef struct arbitrage_signal {
    uint64_t timestamp_ns; /* of the event that opened it */
    uint64_t received_ns;  /* when that event was read */
    uint64_t opportunity_id;
    chain_position position; /* of that event */
    uint128 amount_in;
    uint128 profit;    /* > 0 */
    double profit_usd; /* NaN when no price is known */
    eth_address trigger_pool;
    eth_address buy_pool;  /* token_in -> token_mid */
    eth_address sell_pool; /* token_mid -> token_in */
    eth_address token_in;
    eth_address token_mid;
    uint8_t kind; /* arbitrage_kind */
    uint8_t reserved[3];
} arbitrage_signal;

typedef enum momentum_direction { MOMENTUM_UP = 0, MOMENTUM_DOWN = 1 } momentum_direction;

/** A fast moving average that has left a slow one. */
typedef struct momentum_signal {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    double fast_price; /* quote currency */
    double slow_price;
    int64_t deviation_ppm; /* (fast / slow - 1) * 1e6 */
    instrument_name instrument;
    uint16_t venue;
    uint8_t direction; /* momentum_direction */
    uint8_t reserved[5];
} momentum_signal;

typedef enum cross_venue_phase {
    CROSS_VENUE_START = 0, /* the gap has reached the threshold */
    CROSS_VENUE_TURN = 1,  /* it is as large again, but buying and selling have changed places */
    CROSS_VENUE_END = 2    /* it is below the threshold, or a side is gone */
} cross_venue_phase;

/**
 * An instrument that is sold on one venue for less than is bid on another: an episode of such
 * quotes has begun, turned or ended. An episode has one start and at most one end.
 */
typedef struct cross_venue_signal {
    uint64_t timestamp_ns; /* of the quote that made it so */
    uint64_t received_ns;
    uint64_t episode_id;    /* the same from start to end */
    uint64_t duration_ns;   /* from the start, by the times of the quotes; 0 at the start */
    double gap_ppm;         /* (bid - ask) / ask * 1e6, of the two prices below */
    double largest_gap_ppm; /* of the episode so far */
    price_level buy_ask;    /* the best ask of the buy venue; quantity 0 = it is gone */
    price_level sell_bid;   /* the best bid of the sell venue; likewise */
    instrument_name buy_instrument;
    instrument_name sell_instrument;
    uint32_t threshold_ppm;
    uint16_t buy_venue; /* number of the feed */
    uint16_t sell_venue;
    uint8_t phase; /* cross_venue_phase */
    uint8_t reserved[7];
} cross_venue_signal;

MYC_MESSAGE(arbitrage_signal)
MYC_MESSAGE(momentum_signal)
MYC_MESSAGE(cross_venue_signal)

#define SIGNAL_ROWS(ROW, P)                                                                        \
    ROW(P, arbitrage, arbitrage_signal)                                                            \
    ROW(P, momentum, momentum_signal)                                                              \
    ROW(P, cross_venue, cross_venue_signal)
MYC_PROTOCOL(signal, SIGNAL_ROWS)

MYC_EXTERN_C_END

#endif

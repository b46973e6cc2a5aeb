/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIBTYPES_SCHEMA_MEMBERS_H
#define TESTS_LIBTYPES_SCHEMA_MEMBERS_H

/*
 * The members of the C structs as the compiler lays them out, for the comparison with the schema.
 */
#include <stddef.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/signal.h>

typedef struct c_leaf {
    const char *type;
    const char *path;
    const char *kind; /* NULL: not on the wire */
    size_t offset;
    size_t size_bytes;
} c_leaf;

/* clang-format off */
#define KIND(expression)                                                                           \
    _Generic((expression),                                                                         \
        uint8_t: "uint8", uint16_t: "uint16", uint32_t: "uint32", uint64_t: "uint64",              \
        int64_t: "int64", double: "double", uint8_t *: "uint8", char *: "char")
/* clang-format on */
#define AT(T, path) (((T *)0)->path) /* only for sizes and kinds */
#define LEAF(T, path) {#T, #path, KIND(AT(T, path)), offsetof(T, path), sizeof(AT(T, path))},
#define HIDDEN(T, path) {#T, #path, NULL, offsetof(T, path), sizeof(AT(T, path))},
#define POSITION(T)                                                                                \
    LEAF(T, position.block_number)                                                                 \
    LEAF(T, position.transaction_index)                                                            \
    LEAF(T, position.log_index)
#define AMOUNT(T, field) LEAF(T, field.low) LEAF(T, field.high)
#define LEVEL(T, field) LEAF(T, field.price_e8) LEAF(T, field.quantity_e8)

/* Every member of every struct, in the order of the schema. */
/* clang-format off */
static const c_leaf c_leaves[] = {
    LEAF(pool_swap_event, timestamp_ns) LEAF(pool_swap_event, received_ns)
    POSITION(pool_swap_event)
    AMOUNT(pool_swap_event, amount0_in) AMOUNT(pool_swap_event, amount1_in)
    AMOUNT(pool_swap_event, amount0_out) AMOUNT(pool_swap_event, amount1_out)
    LEAF(pool_swap_event, pool.bytes) LEAF(pool_swap_event, pool_version)
    HIDDEN(pool_swap_event, reserved)

    LEAF(pool_sync_event, timestamp_ns) LEAF(pool_sync_event, received_ns)
    POSITION(pool_sync_event)
    AMOUNT(pool_sync_event, reserve0) AMOUNT(pool_sync_event, reserve1)
    LEAF(pool_sync_event, pool.bytes)
    HIDDEN(pool_sync_event, reserved)

    LEAF(pool_liquidity_event, timestamp_ns) LEAF(pool_liquidity_event, received_ns)
    POSITION(pool_liquidity_event)
    AMOUNT(pool_liquidity_event, amount0) AMOUNT(pool_liquidity_event, amount1)
    LEAF(pool_liquidity_event, pool.bytes) LEAF(pool_liquidity_event, kind)
    HIDDEN(pool_liquidity_event, reserved)

    LEAF(quote_update, timestamp_ns) LEAF(quote_update, received_ns)
    LEAF(quote_update, sequence)
    LEVEL(quote_update, bid) LEVEL(quote_update, ask)
    LEAF(quote_update, instrument.text) LEAF(quote_update, venue)
    HIDDEN(quote_update, reserved)

    LEAF(order_book_snapshot, timestamp_ns) LEAF(order_book_snapshot, received_ns)
    LEAF(order_book_snapshot, sequence)
    LEAF(order_book_snapshot, instrument.text) LEAF(order_book_snapshot, venue)
    LEVEL(order_book_snapshot, bids[0]) LEVEL(order_book_snapshot, bids[1])
    LEVEL(order_book_snapshot, asks[0]) LEVEL(order_book_snapshot, asks[1])
    HIDDEN(order_book_snapshot, bid_count) HIDDEN(order_book_snapshot, ask_count)
    HIDDEN(order_book_snapshot, reserved)

    LEAF(arbitrage_signal, timestamp_ns) LEAF(arbitrage_signal, received_ns)
    LEAF(arbitrage_signal, opportunity_id)
    POSITION(arbitrage_signal)
    AMOUNT(arbitrage_signal, amount_in) AMOUNT(arbitrage_signal, profit)
    LEAF(arbitrage_signal, profit_usd)
    LEAF(arbitrage_signal, trigger_pool.bytes) LEAF(arbitrage_signal, buy_pool.bytes)
    LEAF(arbitrage_signal, sell_pool.bytes) LEAF(arbitrage_signal, token_in.bytes)
    LEAF(arbitrage_signal, token_mid.bytes) LEAF(arbitrage_signal, kind)
    HIDDEN(arbitrage_signal, reserved)

    LEAF(momentum_signal, timestamp_ns) LEAF(momentum_signal, received_ns)
    LEAF(momentum_signal, fast_price) LEAF(momentum_signal, slow_price)
    LEAF(momentum_signal, deviation_ppm)
    LEAF(momentum_signal, instrument.text) LEAF(momentum_signal, venue)
    LEAF(momentum_signal, direction)
    HIDDEN(momentum_signal, reserved)

    LEAF(cross_venue_signal, timestamp_ns) LEAF(cross_venue_signal, received_ns)
    LEAF(cross_venue_signal, episode_id) LEAF(cross_venue_signal, duration_ns)
    LEAF(cross_venue_signal, gap_ppm) LEAF(cross_venue_signal, largest_gap_ppm)
    LEVEL(cross_venue_signal, buy_ask) LEVEL(cross_venue_signal, sell_bid)
    LEAF(cross_venue_signal, buy_instrument.text) LEAF(cross_venue_signal, sell_instrument.text)
    LEAF(cross_venue_signal, threshold_ppm)
    LEAF(cross_venue_signal, buy_venue) LEAF(cross_venue_signal, sell_venue)
    LEAF(cross_venue_signal, phase)
    HIDDEN(cross_venue_signal, reserved)
};
/* clang-format on */

enum { C_LEAF_COUNT = sizeof c_leaves / sizeof *c_leaves };

#endif

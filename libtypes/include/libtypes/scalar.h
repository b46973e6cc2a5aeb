/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBTYPES_SCALAR_H
#define LIBTYPES_SCALAR_H

/*
 * The scalars the market messages are made of. Plain structs: readable from C, C++ and Rust.
 */
#include <stdint.h>

/** An unsigned 128-bit integer. On-chain amounts in the token's smallest unit do not fit 64 bits.
 */
typedef struct uint128 {
    uint64_t low;
    uint64_t high;
} uint128;

/** A 20-byte Ethereum address, in the order it is written in. */
typedef struct eth_address {
    uint8_t bytes[20];
} eth_address;

/** Where on the chain an event stands. Ordered by block, then log index. */
typedef struct chain_position {
    uint64_t block_number;
    uint32_t transaction_index;
    uint32_t log_index; /* counts from 0 in each block */
} chain_position;

/** Price and quantity in units of 1e-8: signed fixed point. A quantity is at least 0. */
typedef struct price_level {
    int64_t price_e8;
    int64_t quantity_e8;
} price_level;

/** A name such as "BTCUSDT": 1 to 16 printable ASCII characters, then zero bytes if any are left.
 */
typedef struct instrument_name {
    char text[16];
} instrument_name;

#endif

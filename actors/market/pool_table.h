/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_POOL_TABLE_H
#define MARKET_POOL_TABLE_H

/*
 * Every pool by its address, and for each pair of tokens the pools that trade it.
 *
 * A pool is *known* when the pools file names its tokens; only known pools stand in a pair. It is
 * *live* when its reserves were seen since the last pool_table_forget(). The last seen reserves
 * stay readable whether it is live or not.
 *
 * Lookup, insertion and forgetting take constant time: the index grows a few slots at each
 * insertion, so no single insertion pays for a million pools. Records never move.
 *
 * Threads: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>

#include <libtypes/scalar.h>
#include <mycelium/export.h>

enum { POOL_NO_PAIR = -1 };

typedef struct pool_record {
    uint128 reserve0; /* token units; last seen */
    uint128 reserve1;
    uint64_t last_block; /* of the last seen reserves */
    eth_address address;
    uint32_t epoch;   /* the table's when the reserves were seen; 0 = never seen */
    uint32_t fee_ppm; /* meaningful for known pools */
    uint32_t token0;  /* numbers for pool_table_token(); likewise */
    uint32_t token1;
    int32_t pair;  /* POOL_NO_PAIR = unknown pool */
    uint32_t rank; /* place in the list of the pair */
} pool_record;

/** A pool in the list of its pair, with what screening needs side by side. */
typedef struct pair_member {
    double price;      /* reserve1 / reserve0; NaN when either is 0 */
    double kept_share; /* after the fee, see arbitrage_kept_share() */
    uint32_t epoch;    /* as in pool_record */
    uint32_t pool;     /* number for pool_table_at() */
} pair_member;

typedef struct pool_table pool_table;

/** Gives an empty table; NULL when memory is out. */
pool_table *pool_table_create(void);

/** Takes `table`; NULL is ignored. */
void pool_table_destroy(pool_table *table);

/**
 * Makes a pool known. One that was seen before as unknown keeps its reserves.
 *
 * Returns 0; MYC_EINVAL when `fee_ppm` is a whole or more or both tokens are the same; MYC_EBUSY
 * when the pool is known already with the same facts (nothing changes) or others (the first stay);
 * MYC_ELIMIT at 2^31 pools; MYC_ENOMEM.
 * The time grows with the count of pools of the pair that have higher addresses: load in ascending
 * order.
 */
MYC_MUST_CHECK int pool_table_add_known(pool_table *table, const eth_address *address,
                                        const eth_address *token0, const eth_address *token1,
                                        uint32_t fee_ppm);

/** The pool at `address`, or NULL. Borrowed from the table, valid until it is destroyed. */
pool_record *pool_table_find(const pool_table *table, const eth_address *address);

/** The pool at `address`, made as unknown when it is not there. NULL when memory is out. */
pool_record *pool_table_find_or_add(pool_table *table, const eth_address *address);

/** Sets the reserves of `pool` (borrowed from this table) and makes it live. */
void pool_table_set_reserves(pool_table *table, pool_record *pool, uint128 reserve0,
                             uint128 reserve1, uint64_t block_number);

/** Makes no pool live. Constant time. */
void pool_table_forget(pool_table *table);

bool pool_table_is_live(const pool_table *table, const pool_record *pool);

/** The epoch a live pool or member carries. */
uint32_t pool_table_epoch(const pool_table *table);

/**
 * The known pools of the pair of `pool`, itself among them, in ascending order of address, live or
 * not. Gives their count; 0 and NULL for an unknown pool. Borrowed until the next pool is added.
 */
const pair_member *pool_table_pair(const pool_table *table, const pool_record *pool, size_t *count);

/** How many pools there are, and the one with number `index` (by order of insertion). */
size_t pool_table_count(const pool_table *table);
pool_record *pool_table_at(const pool_table *table, size_t index);

/** How many tokens and pairs the known pools have. */
size_t pool_table_token_count(const pool_table *table);
size_t pool_table_pair_count(const pool_table *table);

/** The address of token `token`. */
const eth_address *pool_table_token(const pool_table *table, uint32_t token);

/** Negative, 0 or positive as `a` is before, equal to or after `b`. */
int eth_address_compare(const eth_address *a, const eth_address *b);

#endif

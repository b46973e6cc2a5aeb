/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_SIMULATE_H
#define SIMULATE_SIMULATE_H

/*
 * A made-up market, written as Ethereum event logs.
 *
 * V2 pools of several factories share pairs of tokens. Trades keep the constant product with a
 * 0.3 % fee. Now and then a large trade opens a gap between two pools of a pair, which a later
 * trade closes. Liquidity events, V3 swaps and logs of other contracts are mixed in.
 *
 * Only integers are used: equal seeds give equal bytes on every machine.
 */
#include <stdint.h>
#include <stdio.h>

#include <mycelium/export.h>

/** Zero = default. */
typedef struct simulate_options {
    uint64_t seed;        /* any value; 0 is a seed like others */
    uint64_t event_count; /* logs to write; default 100000 */
    uint32_t pool_count;  /* V2 pools, 2 to 1000000; default 400 */
} simulate_options;

/** What was written. */
typedef struct simulate_summary {
    uint64_t lines; /* all kinds together: equal to event_count */
    uint64_t sync_v2;
    uint64_t swap_v2;
    uint64_t swap_v3;
    uint64_t mint_v2;
    uint64_t burn_v2;
    uint64_t other;
    uint64_t blocks;
    uint64_t pools; /* rows of the pools file, V3 pools included */
} simulate_summary;

/**
 * Writes a market: logs to `logs` (one JSON object a line), pools to `pools` and blocks to `blocks`
 * as CSV with a header. Borrows the files; `pools`, `blocks` and `summary` may be NULL.
 *
 * The last few logs are unrelated ones, since no transaction is cut short.
 * Returns 0, MYC_EINVAL (an option out of range), MYC_ENOMEM or MYC_EIO (a write failed).
 */
MYC_MUST_CHECK int simulate_market(const simulate_options *options, FILE *logs, FILE *pools,
                                   FILE *blocks, simulate_summary *summary);

/**
 * Writes PATH, PATH.pools.csv and PATH.blocks.csv. On failure `*failed_path` (may be NULL) is set
 * to the file that could not be written; free() it.
 * Returns as simulate_market(), or MYC_ENOENT or MYC_EACCES when a file cannot be made.
 */
MYC_MUST_CHECK int simulate_market_to_path(const simulate_options *options, const char *path,
                                           simulate_summary *summary, char **failed_path);

#endif

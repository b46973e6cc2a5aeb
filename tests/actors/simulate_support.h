/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_SIMULATE_SUPPORT_H
#define TESTS_ACTORS_SIMULATE_SUPPORT_H

/*
 * Simulated markets in memory and in files.
 */
#include "actors/feed_support.h"
#include "simulate/simulate.h"

/* A market written to memory. */
typedef struct written_market {
    char *logs, *pools, *blocks;
    size_t logs_size, pools_size, blocks_size;
    simulate_summary summary;
} written_market;

MYC_UNUSED static written_market write_market(const simulate_options *options)
{
    written_market market;
    FILE *logs = open_memstream(&market.logs, &market.logs_size);
    FILE *pools = open_memstream(&market.pools, &market.pools_size);
    FILE *blocks = open_memstream(&market.blocks, &market.blocks_size);
    cr_assert_eq(0, simulate_market(options, logs, pools, blocks, &market.summary));
    fclose(logs), fclose(pools), fclose(blocks);
    return market;
}

MYC_UNUSED static void release(written_market *market)
{
    free(market->logs), free(market->pools), free(market->blocks);
}

/* The files of a market; names are made from that of a file of its own. */
typedef struct market_paths {
    temporary_file base;
    char logs[64], pools[64], blocks[64];
} market_paths;

MYC_UNUSED static market_paths make_paths(void)
{
    market_paths paths = {.base = temporary_write("", 0)};
    snprintf(paths.logs, sizeof paths.logs, "%s", paths.base.path);
    snprintf(paths.pools, sizeof paths.pools, "%s.pools.csv", paths.base.path);
    snprintf(paths.blocks, sizeof paths.blocks, "%s.blocks.csv", paths.base.path);
    return paths;
}

MYC_UNUSED static void remove_paths(const market_paths *paths)
{
    unlink(paths->logs), unlink(paths->pools), unlink(paths->blocks);
}

MYC_UNUSED static void simulate_to(const market_paths *paths, const simulate_options *options,
                                   simulate_summary *summary)
{
    char *failed = NULL;
    cr_assert_eq(0, simulate_market_to_path(options, paths->logs, summary, &failed));
    cr_assert_null(failed);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_ETH_FEED_H
#define ACTORS_ETH_FEED_H

/*
 * An actor that reads files of Ethereum logs, plain or gzip, and sends their pool events to an
 * actor that speaks `market`.
 *
 * The files are read one after the other in the order given, so that equal input gives equal
 * state. Nothing is lost: when the receiver has no room the feed pauses inside a chunk, and no more
 * is read than the chunks in flight. A bad line is reported to the log and counted; the rest goes
 * on. A file that cannot be read on ends the feed: what follows would be built on a gap.
 */
#include <stdbool.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <mycelium/mycelium.h>

#include "feeds/eth_logs.h"
#include "live_count.h"

enum {
    ETH_FEED_REPORTS_MAX = 10, /* bad lines that are reported in full */
    ETH_FEED_LINES_PER_TURN = 64,
    ETH_FEED_ERROR_SIZE = 512
};

/** Zero = default. */
typedef struct eth_feed_options {
    const char *const *paths; /* borrowed until the actor has stopped; "-" is standard input */
    uint32_t path_count;
    uint32_t rounds;           /* how often the list of files is read; default 1 */
    const blocks_file *blocks; /* times of blocks; borrowed likewise; NULL = none known */
} eth_feed_options;

/** What a feed did. `bytes`, `lines` and `events` may be read at any time, the rest when the actor
 * has stopped. */
typedef struct eth_feed_stats {
    live_count bytes; /* read from the files, before decompression */
    live_count lines;
    live_count events;
    eth_logs_counters counts;
    uint64_t unsent;                 /* decoded, but the actor was stopped before it could send */
    uint32_t files_read;             /* to their end */
    bool is_complete;                /* all files of all rounds were */
    char error[ETH_FEED_ERROR_SIZE]; /* why the feed ended early; "" = it did not */
} eth_feed_stats;

/**
 * Starts a feed that sends to `out`. Borrows `stats` until the actor has stopped.
 * Returns as myc_spawn(), MYC_EINVAL when there is no path.
 */
MYC_MUST_CHECK int eth_feed_start(myc_context *ctx, const eth_feed_options *options, market_ref out,
                                  eth_feed_stats *stats, const myc_spawn_options *spawn,
                                  myc_stream_ref *ref);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_ETH_LOGS_H
#define FEEDS_ETH_LOGS_H

/*
 * Decoder of Ethereum logs, one JSON object a line or message: what eth_getLogs returns as an array
 * element, or the whole notification of eth_subscribe("logs") with the log as params.result. Key
 * order is free, unknown keys are ignored.
 *
 * Pool events by topics[0]: V2 Swap, Sync, Mint, Burn and V3 Swap. All other logs are filtered:
 * they must be JSON with valid topics, the rest of them is not looked at.
 *
 *     eth_logs *feed = eth_logs_create(&(eth_logs_options){.blocks = &blocks});
 *     switch (eth_logs_decode(feed, line.text, line.size, now_ns, &log)) { ... }
 *
 * The line is not copied and nothing is allocated once the token array is warm.
 *
 * Threads: a decoder belongs to one thread at a time.
 */
#include <stddef.h>
#include <stdint.h>

#include <libtypes/market.h>

#include "feeds/blocks_file.h"

typedef enum eth_log_kind {
    ETH_LOG_BAD,      /* see key and reason */
    ETH_LOG_FILTERED, /* no pool event */
    ETH_LOG_REMOVED,  /* undone by a chain reorganisation ("removed": true) */
    ETH_LOG_ANSWER,   /* JSON-RPC without a log: the answer to the subscribe request */
    ETH_LOG_SWAP_V2,  /* event.swap */
    ETH_LOG_SWAP_V3,  /* event.swap */
    ETH_LOG_SYNC_V2,  /* event.sync */
    ETH_LOG_MINT_V2,  /* event.liquidity */
    ETH_LOG_BURN_V2,  /* event.liquidity */
    ETH_LOG_KINDS
} eth_log_kind;

/** A decoded log. Only the member of `event` that `kind` names is filled in. */
typedef struct eth_log {
    eth_log_kind kind;
    const char *key;    /* ETH_LOG_BAD: the JSON key it is about, or NULL for the whole line */
    const char *reason; /* ETH_LOG_BAD: what was expected. Both texts are static */
    union {
        pool_swap_event swap;
        pool_sync_event sync;
        pool_liquidity_event liquidity;
    } event;
} eth_log;

/** lines = bad + filtered + removed + answers + the events, which are the sum over their kinds. */
typedef struct eth_logs_counters {
    uint64_t lines;
    uint64_t kinds[ETH_LOG_KINDS]; /* also of the lines that are no events */
    uint64_t untimed;              /* events that carry the receive time for want of a block time */
} eth_logs_counters;

typedef struct eth_logs_options {
    /* Times of blocks, for logs without blockTimestamp. Borrowed as long as the decoder lives;
     * NULL = none known. */
    const blocks_file *blocks;
} eth_logs_options;

/** Opaque. */
typedef struct eth_logs eth_logs;

/** Gives a decoder, or NULL when memory is out. NULL options = all defaults. */
eth_logs *eth_logs_create(const eth_logs_options *options);

/** Frees the decoder. NULL is ignored. */
void eth_logs_destroy(eth_logs *self);

/**
 * Decodes one line into `log` and counts it. Borrows `line`; reads nothing past `size`.
 *
 * timestamp_ns of the event is the key blockTimestamp (seconds as "0x" hex, decimal text or JSON
 * number; null counts as absent), else the time of its block from the options, else `received_ns`.
 * Returns log->kind.
 */
eth_log_kind eth_logs_decode(eth_logs *self, const char *line, size_t size, uint64_t received_ns,
                             eth_log *log);

/** Counts a line as bad that never reached the decoder, such as one over the size limit. */
void eth_logs_count_bad_line(eth_logs *self);

/** What was decoded so far. Borrowed from `self`. */
const eth_logs_counters *eth_logs_counted(const eth_logs *self);

/** "swap_v2", "sync_v2" and so on; static. */
const char *eth_log_kind_name(eth_log_kind kind);

#endif

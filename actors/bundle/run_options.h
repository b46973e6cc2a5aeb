/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_RUN_OPTIONS_H
#define BUNDLE_RUN_OPTIONS_H

/* The options of `market-bundle run`. */
#include <stdbool.h>
#include <stdint.h>

#include <mycelium/system.h>

#include "bundle/option_table.h"
#include "feeds/feed_spec.h"
#include "feeds/pace.h"
#include "intake.h"
#include "market/quote_watch.h"
#include "market/usd.h"

enum {
    RUN_FEEDS_MAX = 64,
    RUN_PUBLISH_MAX = 16,
    RUN_TARGET_SIZE = 512,
    RUN_SUBSCRIBERS_MAX = 256,
    RUN_MAILBOX_MAX = 16 * 1024 * 1024,
    RUN_WORKERS_MAX = 64
};

typedef enum run_place {
    RUN_SPREAD = 0,  /* the actors on different workers, as far as there are */
    RUN_TOGETHER = 1 /* all actors on worker 0 */
} run_place;

typedef enum run_hot_path { RUN_ACTORS = 0, RUN_RELAY = 1 } run_hot_path;

/** Where market data is published: the target as it was given, and as a stream is opened. */
typedef struct run_target {
    const char *text;
    char target[RUN_TARGET_SIZE];
} run_target;

/** Texts are borrowed from argv. */
typedef struct run_options {
    feed_spec feeds[RUN_FEEDS_MAX]; /* feed N is feeds[N - 1] */
    uint32_t feed_count;
    const char *instruments[RUN_FEEDS_MAX]; /* FEED=NAME, until the feeds are known */
    uint32_t instrument_count;
    intake_subscription subscriptions[INTAKE_SUBSCRIPTIONS_MAX]; /* FEED=TEXT first, then TEXT */
    uint32_t subscription_count;
    const char *ca_path;
    bool is_merged;
    pace_options pace;
    uint32_t connections;    /* a listening feed is done after so many; 0 = never */
    bool reconnects;         /* connections are made again */
    uint64_t run_ns;         /* then the run ends; 0 = when its feeds do */
    const char *record_path; /* NULL = none, as for all paths */
    const char *books_path;  /* "-" is standard output, as for signals, state and stats */
    uint64_t book_interval_ns;
    run_target publish[RUN_PUBLISH_MAX];
    uint32_t publish_count;
    uint32_t subscribers; /* to wait for before the feeds are opened */
    quote_watch_options quotes;
    const char *pools_path;
    const char *blocks_path;
    const char *signals_path;
    const char *state_path;
    const char *stats_path;
    usd_config usd;
    bool has_own_stables; /* --stable was given, so the defaults are gone */
    double profit_usd_min;
    uint64_t age_max_ns; /* 0 = any age */
    bool use_pool_fees;
    bool forget_pools_per_block;
    uint32_t rounds;
    run_hot_path hot_path;
    const char *actors_option; /* one that was given and only actors have; NULL = none */
    uint32_t workers;          /* 0 = as many as are of use */
    run_place place;
    myc_idle idle;
    myc_io_backend io;
    uint32_t mailbox_bound;
    bool is_quiet;
} run_options;

/** Parses argv[1] on; see option_table_parse(). */
option_outcome run_options_parse(run_options *options, int argc, char **argv,
                                 char error[OPTION_ERROR_SIZE]);

void run_options_print_help(FILE *out);

/** Whether a result goes to standard output. */
bool run_options_use_stdout(const run_options *options);

/** Whether one of the feeds is a WebSocket; over TLS. */
bool run_options_use_websockets(const run_options *options);
bool run_options_use_tls(const run_options *options);

/** Whether one of the feeds is standard input. */
bool run_options_read_stdin(const run_options *options);

/** Whether the feed is a recording of others. It is the only one then. */
bool run_options_replay(const run_options *options);

/** Whether all feeds are Ethereum logs that end by themselves: what a relay can read. */
bool run_options_read_log_files(const run_options *options);

/** Whether all feeds are files, so that what they tell is from another time. */
bool run_options_read_files(const run_options *options);

/** "auto", "uring" or "epoll". */
const char *run_options_io_name(myc_io_backend io);

#endif

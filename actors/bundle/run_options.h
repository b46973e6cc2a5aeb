/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_RUN_OPTIONS_H
#define BUNDLE_RUN_OPTIONS_H

/* The options of `market-bundle run`. */
#include <stdbool.h>
#include <stdint.h>

#include <mycelium/system.h>

#include "bundle/option_table.h"
#include "market/usd.h"

enum { RUN_FEEDS_MAX = 64, RUN_MAILBOX_MAX = 16 * 1024 * 1024, RUN_WORKERS_MAX = 64 };

typedef enum run_place {
    RUN_SPREAD = 0,  /* the actors on different workers, as far as there are */
    RUN_TOGETHER = 1 /* all actors on worker 0 */
} run_place;

typedef enum run_hot_path { RUN_ACTORS = 0, RUN_RELAY = 1 } run_hot_path;

/** Texts are borrowed from argv. */
typedef struct run_options {
    const char *feeds[RUN_FEEDS_MAX]; /* paths; "-" is standard input */
    uint32_t feed_count;
    const char *pools_path; /* NULL = none, as for all paths */
    const char *blocks_path;
    const char *signals_path; /* "-" is standard output, as for the two below */
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

/** Whether one of the feeds is standard input. */
bool run_options_read_stdin(const run_options *options);

/** "auto", "uring" or "epoll". */
const char *run_options_io_name(myc_io_backend io);

#endif

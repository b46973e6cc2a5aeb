/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_PIPELINE_H
#define BUNDLE_PIPELINE_H

/*
 * The bundle itself: a system with feed, market data and signal generator in a row, and what they
 * work with.
 *
 * Threads: the main thread. While the system runs, what the actors borrow is theirs: only the live
 * counts and the sink may be touched.
 */
#include <stdbool.h>
#include <stdint.h>

#include <mycelium/mycelium.h>

#include "bundle/console.h"
#include "bundle/run_options.h"
#include "eth_feed.h"
#include "feeds/blocks_file.h"
#include "market_data.h"
#include "signal_generator.h"
#include "signal_sink.h"

/** Zero-initialise. */
typedef struct bundle_pipeline {
    const run_options *options; /* borrowed, as the console */
    bundle_console *console;
    uint64_t feed_bytes; /* of all rounds; 0 = not known */
    blocks_file blocks;
    market_state *state;
    signal_sink sink;
    bool has_sink;
    signal_judge judge; /* with its rules and histogram */
    myc_system *system;
    eth_log_reader_stats feed_stats;
    market_data_stats market_stats;
    signal_generator_stats signal_stats;
} bundle_pipeline;

/** Checks and reads all inputs and opens the sink. Returns 0, or -1 after telling the console. */
int pipeline_open(bundle_pipeline *self, const run_options *options, bundle_console *console);

/** Starts system and actors: from now on it runs. Returns 0, or -1 after telling the console. */
int pipeline_start(bundle_pipeline *self);

/** Stops taking input, handles all that was read, and ends the threads. */
void pipeline_stop(bundle_pipeline *self);

/** Frees everything, also after a failure. */
void pipeline_close(bundle_pipeline *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_PIPELINE_H
#define BUNDLE_PIPELINE_H

/*
 * The bundle itself: feed, market data and signal generator in a row, and what they work with. How
 * an event gets from one to the next is the business of the hot path that was chosen.
 *
 * Threads: the main thread. While it runs, what the hot path borrows is its own: only the live
 * counts and the sink may be touched.
 */
#include <stdbool.h>
#include <stdint.h>

#include <mycelium/mycelium.h>

#include "bundle/console.h"
#include "bundle/run_options.h"
#include "feeds/blocks_file.h"
#include "feeds/eth_log_reader.h"
#include "market_data.h"
#include "relay/relay.h"
#include "signal_generator.h"
#include "signal_sink.h"

typedef struct hot_path hot_path; /* see hot_path.h */

/** What only the path of actors has. */
typedef struct pipeline_actors {
    myc_system *system;
    market_data_stats market_stats;
    signal_generator_stats signal_stats;
} pipeline_actors;

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
    eth_log_reader_stats feed_stats;
    const hot_path *path; /* the one that was chosen; its part is one of the two below */
    pipeline_actors actors;
    relay relay;
} bundle_pipeline;

/** Checks and reads all inputs and opens the sink. Returns 0, or -1 after telling the console. */
int pipeline_open(bundle_pipeline *self, const run_options *options, bundle_console *console);

/** Starts the hot path: from now on it runs. Returns 0, or -1 after telling the console. */
int pipeline_start(bundle_pipeline *self);

/** Waits until all is read and handled. Returns false after `timeout_ns`. */
bool pipeline_await(bundle_pipeline *self, uint64_t timeout_ns);

/**
 * Stops taking input, handles all that was read, and ends the threads. Returns 0, or -1 after
 * telling the console that something had failed.
 */
int pipeline_stop(bundle_pipeline *self);

/** Frees everything, also after a failure. */
void pipeline_close(bundle_pipeline *self);

#endif

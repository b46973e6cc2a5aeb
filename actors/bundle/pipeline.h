/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_PIPELINE_H
#define BUNDLE_PIPELINE_H

/*
 * The bundle itself: feeds, market data and signal generator in a row, and what they work with. How
 * an event gets from one to the next is the business of the hot path that was chosen.
 *
 * Threads: the main thread. While it runs, what the hot path borrows is its own: only the live
 * counts and the sink may be touched.
 */
#include <stdbool.h>
#include <stdint.h>

#include <mycelium/mycelium.h>

#include "bundle/console.h"
#include "bundle/feed_set.h"
#include "bundle/run_options.h"
#include "feeds/blocks_file.h"
#include "feeds/eth_log_reader.h"
#include "intake.h"
#include "market_data.h"
#include "relay/relay.h"
#include "signal_generator.h"
#include "signal_sink.h"

typedef struct hot_path hot_path; /* see hot_path.h */

/** What only the path of actors has. */
typedef struct pipeline_actors {
    struct myc_tls *tls; /* NULL = no feed needs it, as for the pool */
    myc_pool *resolver;
    myc_system *system;
    intake_options intake_options;
    publisher_options publisher_options;
    const char *publish_targets[RUN_PUBLISH_MAX];
    intake_ref intake; /* once it is started */
    intake_stats intake_stats;
    recorder_ref recorder; /* all zero: there is none, as for the publisher */
    recorder_stats recorder_stats;
    publisher_ref publisher;
    publisher_stats publisher_stats;
    market_data_stats market_stats;
    signal_generator_stats signal_stats;
    bool has_intake;
} pipeline_actors;

/** What only the relay has. */
typedef struct pipeline_relay {
    relay relay;
    const char *paths[RUN_FEEDS_MAX];
    eth_log_reader_stats feed_stats;
} pipeline_relay;

/** Zero-initialise. */
typedef struct bundle_pipeline {
    const run_options *options; /* borrowed, as the console */
    bundle_console *console;
    uint64_t feed_bytes; /* of all rounds; 0 = not known */
    blocks_file blocks;
    feed_set feeds;
    market_state *state;
    signal_sink sink;
    bool has_sink;
    signal_judge judge;   /* with its rules and histogram */
    const hot_path *path; /* the one that was chosen; its part is one of the two below */
    pipeline_actors actors;
    pipeline_relay relay;
} bundle_pipeline;

/** How far it is, while it runs. */
typedef struct pipeline_progress {
    uint64_t bytes;
    uint64_t frames;
    uint64_t events;
    uint64_t signals;
} pipeline_progress;

/** Checks and reads all inputs and opens the sink. Returns 0, or -1 after telling the console. */
int pipeline_open(bundle_pipeline *self, const run_options *options, bundle_console *console);

/** Starts the hot path: from now on it runs. Returns 0, or -1 after telling the console. */
int pipeline_start(bundle_pipeline *self);

/** Waits until all is read and handled. Returns false after `timeout_ns`. */
bool pipeline_await(bundle_pipeline *self, uint64_t timeout_ns);

pipeline_progress pipeline_look(const bundle_pipeline *self);

/**
 * Stops taking input, handles all that was read, and ends the threads. Returns 0, or -1 after
 * telling the console that something had failed.
 */
int pipeline_stop(bundle_pipeline *self);

/** Frees everything, also after a failure. */
void pipeline_close(bundle_pipeline *self);

#endif

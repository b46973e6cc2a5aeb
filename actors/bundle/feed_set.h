/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_FEED_SET_H
#define BUNDLE_FEED_SET_H

/*
 * The feeds of a run and their decoders: those of the options, or those that a recording has.
 *
 * Threads: the main thread; while a run is on the intake has them.
 */
#include "bundle/console.h"
#include "bundle/run_options.h"
#include "feeds/blocks_file.h"
#include "feeds/recording_feeds.h"
#include "intake.h"

/** Zero-initialise. */
typedef struct feed_set {
    intake_feed feeds[RUN_FEEDS_MAX];
    uint32_t count;
    recording_feeds recorded;
} feed_set;

/** Makes the decoders. Borrows `options` and `blocks` as long as the set lives. Returns 0, or -1
 * after telling the console; call the close in any case. */
int feed_set_open(feed_set *self, const run_options *options, const blocks_file *blocks,
                  bundle_console *console);

void feed_set_close(feed_set *self);

/** What feed `number` (from 1) is. */
const feed_spec *feed_set_spec(const feed_set *self, uint32_t number);

/** Sums over the feeds of Ethereum logs. */
eth_logs_counters feed_set_logs(const feed_set *self);

#endif

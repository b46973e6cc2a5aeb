/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_INPUTS_H
#define BUNDLE_INPUTS_H

/*
 * What is looked at before anything is started: whether feeds and outputs can be opened, and the
 * small files that are read as a whole. All failures are told on the console.
 */
#include <stdint.h>

#include "bundle/console.h"
#include "bundle/run_options.h"
#include "feeds/blocks_file.h"
#include "market/market_state.h"

/**
 * Checks that every feed can be read, every output written, and that no output is also an input.
 * Sets `*bytes` to the size of all feeds in all rounds; 0 = not known.
 * Returns 0 or -1.
 */
int inputs_check(const run_options *options, bundle_console *console, uint64_t *bytes);

/** Reads the blocks file, if there is one. Release with blocks_file_fini(). Returns 0 or -1. */
int inputs_read_blocks(const run_options *options, bundle_console *console, blocks_file *blocks);

/** Makes the V2 pools of the pools file, if there is one, known to `state`. Returns 0 or -1. */
int inputs_read_pools(const run_options *options, bundle_console *console, market_state *state);

#endif

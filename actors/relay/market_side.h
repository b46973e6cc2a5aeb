/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELAY_MARKET_SIDE_H
#define RELAY_MARKET_SIDE_H

#include "relay/relay.h"

/**
 * The market thread: reads all feeds, keeps the reserves, writes the signals to `writer`. Returns
 * when all is read, a feed or the writer has failed (the stats of the feed say so), or `stop_fd`
 * became readable.
 */
void market_side_run(const relay_options *options, signal_writer *writer, int stop_fd);

/** Gives `log` (borrowed; of a kind with an event) to `state`. */
void market_side_apply(market_state *state, const eth_log *log, market_on_signal on_signal,
                       void *user);

/** Now, in ns since the Unix epoch. */
uint64_t relay_wall_ns(void);

#endif

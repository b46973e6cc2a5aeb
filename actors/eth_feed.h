/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_ETH_FEED_H
#define ACTORS_ETH_FEED_H

/*
 * An actor that reads files of Ethereum logs, plain or gzip, and sends their pool events to an
 * actor that speaks `market`. What it makes of the bytes is in feeds/eth_log_reader.h.
 *
 * The files are read one after the other in the order given, so that equal input gives equal
 * state. Nothing is lost: when the receiver has no room the feed pauses inside a chunk, and no more
 * is read than the chunks in flight. Bad lines go to the log.
 */
#include <libtypes/market.h>
#include <mycelium/mycelium.h>

#include "feeds/eth_log_reader.h"

enum { ETH_FEED_LINES_PER_TURN = 64 };

/**
 * Starts a feed that sends to `out`. Borrows `stats` and what the options name until the actor has
 * stopped.
 * Returns as myc_spawn(), MYC_EINVAL when there is no path.
 */
MYC_MUST_CHECK int eth_feed_start(myc_context *ctx, const eth_log_reader_options *options,
                                  market_ref out, eth_log_reader_stats *stats,
                                  const myc_spawn_options *spawn, myc_reader_ref *ref);

#endif

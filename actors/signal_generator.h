/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SIGNAL_GENERATOR_H
#define ACTORS_SIGNAL_GENERATOR_H

/*
 * An actor that judges signals and prepares the accepted ones for execution (see signal_judge.h),
 * and has them published.
 */
#include <stdint.h>

#include <libtypes/signal.h>
#include <mycelium/mycelium.h>

#include "publisher.h"
#include "signal_judge.h"

/** What it did. To be read when the actor has stopped; the judge knows the rest. */
typedef struct signal_generator_stats {
    uint64_t arbitrage; /* signals handled, by kind */
    uint64_t cross_venue;
    uint64_t momentum;
    uint64_t unpublished; /* that the publisher had no room for */
} signal_generator_stats;

/**
 * Starts the actor. Borrows `judge` and `stats` until the actor has stopped. `publisher` gets the
 * accepted signals; all zero: nobody does.
 * Returns as myc_spawn(), MYC_EINVAL without rules or histogram.
 */
MYC_MUST_CHECK int signal_generator_start(myc_context *ctx, signal_judge *judge,
                                          signal_generator_stats *stats, publisher_ref publisher,
                                          const myc_spawn_options *spawn, signal_ref *ref);

#endif

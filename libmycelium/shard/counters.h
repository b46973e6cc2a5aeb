/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_COUNTERS_H
#define MYC_SHARD_COUNTERS_H

/*
 * What became of messages, counted by the endpoint where it happened. One writer each; others read
 * them at any time. The sum over all endpoints is myc_counts.
 *
 * A message is counted as accepted before it can be counted as anything else: the end of a message
 * is counted with release, after the sends of its handler, and read with acquire. So whoever reads
 * all ends first and then all beginnings, and finds them equal, has seen a moment when nothing was
 * queued (system/quiescence.c).
 */
#include <mycelium/system.h>

#include "base/sync.h"

typedef struct myc__counters {
    uint64_t accepted;
    uint64_t refused;
    uint64_t handled;
    uint64_t dropped_by[MYC_DROP_REASONS];
    uint64_t dead_by[MYC_DEAD_REASONS];
    uint64_t circled; /* waits that ended since a circle of them was opened */
    /* What is no message, yet must be over before a system is quiet: a spawn until the actor's
     * first turn, a condemned actor until its end, an order until it is obeyed. */
    uint64_t begun;
    uint64_t done;
} myc__counters;

/** A beginning, or a refusal. Owner only. */
static inline void myc__count(uint64_t *counter, uint64_t amount)
{
    myc__store_relaxed_u64(counter, *counter + amount);
}

/** An end: handled, dropped, dead. Owner only. */
static inline void myc__count_end(uint64_t *counter, uint64_t amount)
{
    myc__store_release_u64(counter, *counter + amount);
}

#endif

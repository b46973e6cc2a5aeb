/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_PACE_H
#define MYC_SHARD_PACE_H

/*
 * How much a worker does in a pass when a test decides it: the lanes in another order, parts of what
 * is in them, fewer turns, shorter ones. A worker of its own knows none of it.
 */
#include <mycelium/actor.h>

typedef struct myc__pace {
    /** A number below `bound`, which is not 0. */
    uint32_t (*below)(void *user, uint32_t bound);
    /** An actor had a turn with so many messages. */
    void (*turned)(void *user, myc_address actor, uint32_t handled);
    void *user;
} myc__pace;

static inline uint32_t myc__pace_below(const myc__pace *pace, uint32_t bound)
{
    return pace->below(pace->user, bound);
}

enum { MYC__PACE_SHORT = 4 };

/** How many of at most `most` (1 or more) at a time: one to all of them, every other time few. */
static inline uint32_t myc__pace_share(const myc__pace *pace, uint32_t most)
{
    bool few = most > MYC__PACE_SHORT && myc__pace_below(pace, 2);
    return 1 + myc__pace_below(pace, few ? MYC__PACE_SHORT : most);
}

#endif

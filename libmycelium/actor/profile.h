/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_PROFILE_H
#define MYC_ACTOR_PROFILE_H

/*
 * How long an actor's messages wait and take. A step around the dispatch reads the clock before and
 * after; when a message was queued is in a ring of stamps beside the mailbox, which needs every
 * message to come the uneasy way (easy_depth = 0).
 *
 * Messages are numbered as they are queued. Of `depth` messages that are left, the oldest has number
 * `next - depth`, so the one that was taken just before it has the number below that, if it was in
 * the mailbox at all: what an idle actor handles at once, what comes again and what goes ahead of the
 * mailbox finds a number below `taken`, that of an earlier message.
 *
 * Home worker only.
 */
#include "actor/interpose.h"
#include "base/tally.h"

typedef struct myc__profile_row {
    myc__tally queueing;
    myc__tally handling;
} myc__profile_row;

typedef struct myc__profile {
    myc__step step; /* first */
    uint64_t busy_ns;
    uint32_t high; /* of the mailbox */

    uint64_t *stamps_ns;   /* of number n: at n modulo capacity */
    uint32_t capacity;     /* a power of two; 0 = none */
    uint64_t next;         /* the number of the message queued next */
    uint64_t taken;        /* messages below this number have been taken out */
    uint64_t unstamped_to; /* those below this number have no stamp: memory was out, or they came
                              before the profile */

    uint32_t row_count;
    myc__profile_row *rows[]; /* of each row, and of what is no row; NULL until its first message */
} myc__profile;

/** Begins a profile, unless there is one. False when memory is out. */
bool myc__profile_begin(myc__shard *shard, myc__actor *actor);

/** Ends and frees it, if there is one. Not while a handler of the actor runs. */
void myc__profile_end(myc__shard *shard, myc__actor *actor);

/** The newest message of the mailbox has just been queued. */
void myc__profile_queued(myc__shard *shard, myc__actor *actor);

/** Adds up what is known of a row, or of all of them (UINT32_MAX). */
void myc__profile_sum(const myc__profile *profile, uint32_t tag, myc__profile_row *sum);

static inline bool myc__is_profiled(const myc__actor *actor)
{
    return actor->annex && actor->annex->profile;
}

#endif

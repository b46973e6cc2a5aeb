/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_TIMER_H
#define MYC_ACTOR_TIMER_H

/*
 * Timers of actors (mycelium/timer.h): what the wheel and the urgent queue do for them.
 *
 * A timer that is due begins something (counters.h), which ends when its turn comes: then its
 * message is accepted and handled. One that is cancelled before has never been a message; one whose
 * actor ends before is accepted as a dead letter.
 */
#include "actor/timer_table.h"

/** Arms a timer that is complete and in no list. */
void myc__timer_arm(myc__shard *shard, myc__timer *timer, uint64_t due_ns);

/** Cancels a timer that an id names, and gives its payload back. */
void myc__timer_cancel(myc_context *ctx, myc__timer *timer);

/** A time beyond the last one is the last one. */
static inline uint64_t myc__timer_later(uint64_t time_ns, uint64_t delay_ns)
{
    return delay_ns > UINT64_MAX - time_ns ? UINT64_MAX : time_ns + delay_ns;
}

/** Ends what is left of the actor's timers. After its urgent queue has ended. Home worker. */
void myc__timers_end(myc__shard *shard, struct myc__actor *actor);

/** Cancels all of the actor's timers, also those that are queued: it begins anew. Not while the
 * handler of one runs. Home worker. */
void myc__timers_cancel(myc__shard *shard, struct myc__actor *actor);

/** The actor leaves this worker: takes its timers off the wheel. Those that are queued go with the
 * urgent queue. Takes a time that grows with the actor's timers. */
void myc__timers_detach(myc__shard *shard, struct myc__actor *actor);

/** The actor, which may lie elsewhere now, has come to this worker with its annex. Its timers keep
 * their deadlines; those of one deadline fire in the order of their places. */
void myc__timers_attach(myc__shard *shard, struct myc__actor *actor);

#endif

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

/** Ends what is left of the actor's timers. After its urgent queue has ended. Home worker. */
void myc__timers_end(myc__shard *shard, struct myc__actor *actor);

/** The actor leaves this worker: takes its timers off the wheel. Those that are queued go with the
 * urgent queue. Takes a time that grows with the actor's timers. */
void myc__timers_detach(myc__shard *shard, struct myc__actor *actor);

/** The actor, which may lie elsewhere now, has come to this worker with its annex. Its timers keep
 * their deadlines; those of one deadline fire in the order of their places. */
void myc__timers_attach(myc__shard *shard, struct myc__actor *actor);

#endif

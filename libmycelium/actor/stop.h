/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_STOP_H
#define MYC_ACTOR_STOP_H

#include "actor/actor.h"

/** Makes the actor's next turn its last: what is queued becomes dead letters. Home worker. */
void myc__actor_interrupt(myc__shard *shard, myc__actor *actor, myc_exit_reason reason);

/**
 * Ends the actor's life, in its own turn: on_stop, its slot, dead letters, those who wait for room,
 * its memory. Home worker.
 */
void myc__actor_end(myc__shard *shard, myc__actor *actor, myc_exit why);

/** Interrupts every actor of the worker; returns how many are alive. */
uint32_t myc__actors_stop_all(myc__shard *shard);

#endif

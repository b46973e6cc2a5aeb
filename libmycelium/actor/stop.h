/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_STOP_H
#define MYC_ACTOR_STOP_H

#include "actor/actor.h"

/** Condemns the actor and schedules its last turn: what is queued becomes dead letters. */
void myc__actor_interrupt(myc__shard *shard, myc__actor *actor, myc_exit_reason reason);

/**
 * Ends the life of a condemned actor, in its own turn: on_stop, its slot, dead letters, those who
 * wait for room, its memory. Home worker.
 */
void myc__actor_end(myc__shard *shard, myc__actor *actor);

/** Interrupts every actor of the worker; returns how many are alive. */
uint32_t myc__actors_stop_all(myc__shard *shard);

#endif

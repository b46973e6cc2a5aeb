/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_STOP_H
#define MYC_ACTOR_STOP_H

#include "actor/actor.h"

/** Condemns the actor and schedules its last turn: what is queued becomes dead letters. */
void myc__actor_interrupt(myc__shard *shard, myc__actor *actor, myc_exit why);

/** Sends such an interrupt to wherever the actor lives. */
void myc__stop_for(myc_context *ctx, myc_address actor, myc_exit why);

/** An exit in the payload word of an order. */
static inline const void *myc__exit_pack(myc_exit why)
{
    return (const void *)(uintptr_t)((uint64_t)why.reason << 32 | (uint32_t)why.code);
}

static inline myc_exit myc__exit_unpack(const void *word)
{
    uint64_t bits = (uintptr_t)word;
    return (myc_exit){(myc_exit_reason)(bits >> 32), (int32_t)bits};
}

/**
 * Ends the life of a condemned actor, in its own turn: on_stop, its slot, dead letters, those who
 * wait for room, its memory. Home worker.
 */
void myc__actor_end(myc__shard *shard, myc__actor *actor);

/** on_stop, if the actor was started. */
void myc__actor_say_goodbye(myc__shard *shard, myc__actor *actor);

/** Interrupts every actor of the worker; returns how many are alive. */
uint32_t myc__actors_stop_all(myc__shard *shard);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_STAND_IN_H
#define MYC_ACTOR_STAND_IN_H

/*
 * What lies in a slot instead of an actor that has moved (actor/move.h). To all who find it it is an
 * actor, of AWAY activity, so that it never has a turn, and of easy_depth 0, so that every message
 * comes here. It never counts one as handled: what it passes on is still on its way.
 *
 *   state      lies in                        what comes
 *   FORWARDS   the first home's slot          goes on in the lane to where the actor lives; in order,
 *                                             since what finds the lane full waits at the outbox
 *   HOLDS      the same, while the actor is   waits in the mailbox of the stand-in
 *              between two other workers
 *   BURIES     the slot where it lived away   becomes a dead letter
 *              from home, after its end
 *
 * While the way on is full the stand-in presses its slot, as the actor does when its mailbox is: each
 * has its bit in the pressure word.
 */
#include "actor/actor.h"

typedef enum myc__stand_in_state {
    MYC__FORWARDS,
    MYC__HOLDS,
    MYC__BURIES,
} myc__stand_in_state;

typedef struct myc__stand_in {
    myc__stand_in_state state;
    bool presses;
    myc_address there; /* FORWARDS: the slot the actor lives in; HOLDS: the one it lived in */
    myc_address next;  /* HOLDS: the one it goes to */
    uint32_t wanted;   /* HOLDS: the worker to move it to after that, or MYC__NO_WORKER */
} myc__stand_in;

/** A stand-in of that state for `actor`; NULL when memory is out. Freed by the function below. */
myc__actor *myc__stand_in_new(myc_context *ctx, const myc__actor *actor, myc__stand_in_state state);

/** It holds nothing any more. Takes `cell`. Any worker. */
void myc__stand_in_free(myc_context *ctx, myc__actor *cell);

/** Any thread: the field is constant. */
static inline bool myc__is_stand_in(const myc__actor *actor)
{
    return actor->batch_max == 0;
}

static inline myc__stand_in *myc__stand_in_of(myc__actor *cell)
{
    MYC__DEBUG_CHECK(myc__is_stand_in(cell));
    return myc__actor_state(cell);
}

/** Takes an accepted message or an order, which is counted as begun and is over where it gets to. */
void myc__stand_in_take(myc__shard *shard, myc__actor *cell, myc__envelope opened);

/** Takes an order of this worker. */
void myc__stand_in_order(myc__shard *shard, myc__actor *cell, myc__control what,
                         const void *argument);

/** How many messages it would take from this worker now. */
uint32_t myc__stand_in_room(const myc_context *ctx, myc__actor *cell);

/** Passes on what it held to `there`, from now on. */
void myc__stand_in_open(myc__shard *shard, myc__actor *cell, myc_address there);

/** Begins to hold what comes. */
void myc__stand_in_close(myc__shard *shard, myc__actor *cell, myc_address next);

/** Takes the oldest message or order out that it holds. False when there is none. */
bool myc__stand_in_give(myc__actor *cell, myc__envelope *opened);

/** No more pressure of it at its slot. */
void myc__stand_in_ease(myc__shard *shard, myc__actor *cell);

/** The lane it waits for has room; or who waits for it there is the actor. */
void myc__stand_in_resume(myc__shard *shard, myc__actor *cell);

/** The slot where a moved actor lives, as far as is known at its first home; else life 0. */
static inline myc_address myc__moved_to(myc__actor *actor)
{
    bool moved = myc__is_stand_in(actor) && myc__stand_in_of(actor)->state == MYC__FORWARDS;
    return moved ? myc__stand_in_of(actor)->there : (myc_address){0, 0};
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_JOURNEY_H
#define MYC_ACTOR_JOURNEY_H

/*
 * The way of an actor from one worker to another: it is taken out of all that is the one's, goes into
 * the lane, and is put into all that is the other's; markers go down the other lanes meanwhile. What
 * its first home has to do with it is in move.c, with the table of states; what its end away from
 * there takes, in move_end.c.
 */
#include "actor/move.h"

typedef struct myc__move {
    myc__errand errand;
    uint32_t worker;   /* where to */
    myc_address there; /* the slot there */
} myc__move;

static inline void myc__move_free(myc__shard *shard, void *block)
{
    myc__memory_free(&shard->context.memory, myc__header_of(block));
}

static inline myc__move *myc__move_of(myc__errand *errand)
{
    return (myc__move *)(void *)errand;
}

/** Takes the actor out of all that is this worker's, and puts it into all that is. */
void myc__journey_pack(myc__shard *shard, struct myc__actor *actor);
void myc__journey_unpack(myc__shard *shard, struct myc__actor *actor);

/** Gives it a turn. A first turn with nothing to do does it no harm. */
void myc__journey_set_going(myc__shard *shard, struct myc__actor *actor);

/** False when something keeps it on its worker, which the log says, or it is about to end. */
bool myc__journey_may_leave(const myc__shard *shard, const struct myc__actor *actor);

/** Before the actor goes: from then on the trip is not this worker's. Returns how many there are. */
uint32_t myc__journey_make_markers(myc__shard *shard, myc__trip *trip);

/** `markers` of a trip to `to`, which may be gone with the last of them. */
void myc__journey_send_markers(myc__shard *shard, myc__marker *markers, uint32_t count,
                               uint32_t to);

/** Errands: the actor comes to a worker; the move comes to where it lives, or lived. */
void myc__journey_arrive(myc__shard *shard, struct myc__actor *nobody, myc__errand *errand);
void myc__journey_leave(myc__shard *shard, struct myc__actor *actor, myc__errand *errand);

/** The actor is home again, or has ended. Takes `trip`. */
void myc__trip_end(myc__shard *shard, myc__trip *trip);

/** move.c, errands at its first home: a move is wanted; the actor lives where the move says. */
void myc__move_set_out(myc__shard *shard, struct myc__actor *actor, myc__errand *errand);
void myc__move_settle(myc__shard *shard, struct myc__actor *cell, myc__errand *errand);

/** move.c: a slot that was taken for an actor that did not come. */
void myc__move_give_slot_back(const myc__shard *shard, myc_address there);

#endif

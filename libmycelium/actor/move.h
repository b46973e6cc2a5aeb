/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_MOVE_H
#define MYC_ACTOR_MOVE_H

/*
 * Actors away from their first home: what the rest of the actor layer has to know. The protocol is at
 * the head of move.c.
 */
#include "actor/errand.h"

/** Goes down a lane, behind what the actor has sent there, and then to where the actor is. */
typedef struct myc__marker {
    myc__errand errand;
    struct myc__trip *trip;
    myc_address to; /* the slot it goes to then */
} myc__marker;

/** Goes with an actor while it is away from its first home; for its whole time away. */
typedef struct myc__trip {
    myc__errand errand;
    struct myc__actor *actor;
    struct myc__actor *grave; /* a stand-in for the slot it lives in, for when it ends */
    myc_address here;         /* that slot: nobody knows it but the stand-in at its first home */
    struct myc__move *move;   /* the order it is under way by; NULL on the first one */
    struct myc__move *then;   /* an order that came before all markers; or NULL */
    uint32_t missing;         /* of itself and its markers, until it may run where it has come to */
    bool home;                /* that is its first home */
    myc__marker markers[];    /* one for each worker */
} myc__trip;

static inline bool myc__actor_is_away(const myc__actor *actor)
{
    return actor->annex && actor->annex->trip;
}

/** The actor ends: its slot is free, or, when it is away, gets a grave. Gives the trip then, to be
 * passed to the next function when all else of the actor is gone; or NULL. */
myc__trip *myc__move_leave_slot(myc__shard *shard, struct myc__actor *actor);

/** Tells the first home that the actor has ended. Takes `trip`; NULL is ignored. */
void myc__move_ended(myc__shard *shard, myc__trip *trip);

#endif

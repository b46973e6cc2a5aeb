/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_INTERPOSE_H
#define MYC_ACTOR_INTERPOSE_H

/*
 * Steps around an actor's dispatch, for those few actors that need them: mailbox policies, measuring,
 * faults of a test. The actor gets a behaviour of its own that goes through them, so an actor without
 * steps is not asked whether it has any.
 *
 *     behaviour->dispatch = walk  ->  step->around()  ->  next step ...  ->  the plain behaviour
 *
 * Home worker only.
 */
#include "actor/actor.h"

/** Begins the block of whoever interposes. */
typedef struct myc__step {
    struct myc__step *inner; /* NULL: the plain behaviour is next */
    /** Handles the message, most often by myc__step_inward(). */
    myc_next (*around)(struct myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                       const void *payload);
} myc__step;

/** Adds `step`, outermost. Borrows it until it is removed. False when memory is out. */
bool myc__interpose(myc_context *ctx, myc__actor *actor, myc__step *step);

/** Removes `step`; not in a call of its own. */
void myc__interpose_end(myc__actor *actor, myc__step *step);

/** The rest of the way, from within a step. */
myc_next myc__step_inward(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                          const void *payload);

/** What the actor behaves like now, without steps. */
const myc_behaviour *myc__behaviour_plain(const myc__actor *actor);

/** Lets the actor behave like `behaviour` from the next message on; its steps stay. */
void myc__behaviour_become(myc__actor *actor, const myc_behaviour *behaviour);

#endif

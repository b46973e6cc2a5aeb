/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_BECOME_H
#define MYC_ACTOR_BECOME_H

/*
 * The modes an actor is in. The actor gets a behaviour of its own, a copy of the plain one with the
 * mode's dispatcher: a turn reads the behaviour for each message, so a change needs nothing there.
 */
#include <mycelium/become.h>

#include "actor/actor.h"

typedef struct myc__modes {
    const myc_behaviour *base; /* what the actor was spawned with */
    myc_behaviour now;         /* what it has instead, in a mode */
    uint32_t depth;
    const myc_mode *stack[MYC_MODES_MAX];
} myc__modes;

/** Out of all modes: for an actor that begins anew. */
void myc__modes_reset(myc__actor *actor);

/** The mode on top, or NULL. Home worker. */
const myc_mode *myc__mode_of(const myc__actor *actor);

/** Frees what is known of modes; the actor ends. */
void myc__modes_end(myc__shard *shard, myc__actor *actor);

#endif

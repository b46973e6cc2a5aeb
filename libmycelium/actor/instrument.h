/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_INSTRUMENT_H
#define MYC_ACTOR_INSTRUMENT_H

/*
 * What every actor of a worker gets when it starts, if its system wants it.
 */
#include "actor/actor.h"

enum {
    MYC__INSTRUMENT_PROFILE = 1, /* actor/profile.h */
    MYC__INSTRUMENT_TRACE = 2,   /* actor/trace.h */
};

/** Gives a starting actor what its worker wants it to have; as far as there is memory. */
void myc__instrument(myc__shard *shard, myc__actor *actor);

#endif

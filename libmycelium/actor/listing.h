/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_LISTING_H
#define MYC_ACTOR_LISTING_H

/*
 * What there is to say about an actor.
 *
 * All of it is known to the home worker alone, which fills it in when it is asked. What others may
 * read, while the lock of the slot table keeps the actor from being freed: its address, its count of
 * handled messages, and by way of two pointers that are set with release (`annex` and `behaviour`)
 * its name and protocol.
 */
#include <mycelium/inspect.h>

#include "actor/actor.h"

/** Fills in all. Of an actor of this worker, or a stand-in for one that moves. */
void myc__describe(const myc__shard *shard, const myc__actor *actor, myc_actor_info *info);

/** Fills in what others know. Under the lock of the slot table of `shard`. */
void myc__describe_from_outside(const myc__shard *shard, const myc__actor *actor,
                                myc_actor_info *info);

/** The protocol, likewise. */
const myc_protocol *myc__protocol_from_outside(const myc__actor *actor);

#endif

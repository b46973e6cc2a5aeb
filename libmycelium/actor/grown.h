/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_GROWN_H
#define MYC_ACTOR_GROWN_H

/*
 * The actors of a worker whose mailboxes have grown, in a circle whose links lie in the rings. An
 * actor that gets no more messages after a burst has no turn to give its ring back in: the worker
 * goes round the circle at quiet moments.
 */
#include "actor/actor.h"

/** Takes `actor` into the circle if its mailbox has grown. */
void myc__grown_note(myc__shard *shard, myc__actor *actor);

/** Takes `actor` out, if it is in the circle. Before its ring is freed in any other way. */
void myc__grown_forget(myc__shard *shard, myc__actor *actor);

/** Called when its mailbox has run empty: gives the ring back that was not needed for many runs. */
void myc__grown_rest(myc__shard *shard, myc__actor *actor);

/**
 * Looks at the next `count` actors of the circle and frees the rings that were not needed since the
 * last time. Returns true when some may be freed at the next look.
 */
bool myc__grown_look(myc__shard *shard, uint32_t count);

#endif

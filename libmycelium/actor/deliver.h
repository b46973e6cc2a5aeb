/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_DELIVER_H
#define MYC_ACTOR_DELIVER_H

/*
 * From lanes into mailboxes, on the receiver's worker.
 */
#include "actor/actor.h"
#include "shard/pace.h"

/**
 * Takes up to a batch from each lane and delivers it. Returns how many envelopes were taken; adds to
 * `*handled` how many messages were handled at once. Worker thread.
 */
uint32_t myc__receive(myc__shard *shard, uint32_t *handled);

/** The same by a test's pace. */
uint32_t myc__receive_paced(myc__shard *shard, const myc__pace *pace, uint32_t *handled);

/** Obeys an order of this worker for `to`, which is none of another one; it may not live. */
void myc__control_here(myc__shard *shard, myc_address to, myc__control what, const void *argument);

/** True when a lane has something to take: the last look before parking. Worker thread. */
bool myc__inbox_pending(myc__shard *shard);

/**
 * Queues an accepted message for a live actor: what its policy says happens at the bound, except
 * that a policy to refuse lets it pass, since the sender has been told it was sent. Takes the
 * payload.
 */
void myc__deliver(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** Does an order for a live actor that lives here; then it is done. */
void myc__obey(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *argument);

/** Does an order for an actor that is no more, or for none; then it is done. */
void myc__obey_for_dead(myc__shard *shard, myc_address to, uint32_t tag, const void *argument);

/** The message that fills the mailbox, or comes beyond its bound, or needs a larger ring. */
bool myc__enqueue_uneasy(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** Queues, whatever the bound says. False when memory for a larger ring is out. */
static inline bool myc__enqueue(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    if (MYC__UNLIKELY(actor->mailbox.depth >= actor->easy_depth)) {
        return myc__enqueue_uneasy(shard, actor, envelope);
    }
    myc__mailbox_put(&actor->mailbox, envelope);
    myc__schedule(shard, actor);
    return true;
}

#endif

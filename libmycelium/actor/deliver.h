/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_DELIVER_H
#define MYC_ACTOR_DELIVER_H

/*
 * From lanes into mailboxes, on the receiver's worker.
 */
#include "actor/actor.h"

/**
 * Takes up to a batch from each lane and delivers it. Returns how many envelopes were taken.
 * Worker thread.
 */
uint32_t myc__receive(myc__shard *shard);

/** True when a lane has something to take: the last look before parking. Worker thread. */
bool myc__inbox_pending(myc__shard *shard);

/**
 * Queues an accepted message for a live actor: what its policy says happens at the bound, except
 * that a policy to refuse lets it pass, since the sender has been told it was sent. Takes the
 * payload.
 */
void myc__deliver(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** Drops the oldest message of a full mailbox and queues this one. */
void myc__displace_oldest(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** Queues below the bound; sets the pressure word when that fills the mailbox. */
static inline bool myc__enqueue(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    if (MYC__UNLIKELY(!myc__mailbox_push(&actor->mailbox, &shard->context.memory, envelope))) {
        return false;
    }
    if (MYC__UNLIKELY(actor->mailbox.depth >= actor->bound) && !actor->pressured) {
        actor->pressured = true;
        myc__store_relaxed_u32(&actor->slot->pressure, actor->overflow == MYC_OVERFLOW_REFUSE);
    }
    if (!(actor->interrupts & MYC__PAUSED)) {
        myc__schedule(shard, actor);
    }
    return true;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_OUTBOX_H
#define MYC_SHARD_OUTBOX_H

/*
 * The sending end of one lane. What is posted is on its way at once, and the receiver is woken if
 * it is parked. Some slots of a lane are kept for control envelopes; those that find even these
 * filled wait here, so none is lost. User messages are refused while any control waits, so nothing
 * overtakes.
 */
#include "shard/lane.h"
#include "shard/mailbox.h"
#include "shard/parking.h"

typedef struct myc__outbox {
    myc__lane *lane;
    myc__parking *receiver;
    struct myc__outbox *next_blocked; /* list of outboxes where control waits */
    bool blocked;
    bool asked; /* the receiver will wake us when it has emptied the lane */
    struct myc__waiters
        *waiters;         /* actors here that wait for room in the lane; the actor layer's */
    myc__mailbox waiting; /* control envelopes the lane had no room for */
} myc__outbox;

/** Borrows both for its life. */
void myc__outbox_init(myc__outbox *outbox, myc__lane *lane, myc__parking *receiver);

/** Posts a control envelope, or lets it wait. False when the lane is full and memory is out. */
bool myc__outbox_post_control(myc__outbox *outbox, myc__memory *memory, myc__envelope envelope);

/** Posts what waits, as far as there is room. Returns true when nothing waits any more. */
bool myc__outbox_retry(myc__outbox *outbox);

/** Posts a message. False when the lane is full: nothing was taken. */
static inline bool myc__outbox_post(myc__outbox *outbox, myc__envelope envelope)
{
    if (MYC__UNLIKELY(outbox->waiting.depth) ||
        !myc__lane_put(outbox->lane, envelope, MYC__LANE_CONTROL_SLOTS)) {
        return false;
    }
    myc__parking_notify(outbox->receiver);
    return true;
}

/** How many messages could be posted now. Looks at the receiver's progress only below `wanted`. */
static inline uint32_t myc__outbox_room(myc__outbox *outbox, uint32_t wanted)
{
    uint32_t room = myc__lane_room(outbox->lane, wanted + MYC__LANE_CONTROL_SLOTS);
    bool open = outbox->waiting.depth == 0 && room > MYC__LANE_CONTROL_SLOTS;
    return open ? room - MYC__LANE_CONTROL_SLOTS : 0;
}

#endif

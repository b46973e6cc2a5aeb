/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_OUTBOX_H
#define MYC_SHARD_OUTBOX_H

/*
 * The sending end of one lane. What is posted is published when a cache line of envelopes has
 * gathered and when the sender flushes, which a worker does at the end of each turn; the receiver
 * is woken by the flush only. Control envelopes that find the lane full wait here, so none is lost;
 * user messages are refused then, and while any control waits, so nothing overtakes.
 */
#include "shard/lane.h"
#include "shard/mailbox.h"
#include "shard/parking.h"

typedef struct myc__outbox {
    myc__lane *lane;
    myc__parking *receiver;
    struct myc__outbox *next_dirty; /* list of outboxes to flush */
    bool dirty;
    myc__mailbox waiting; /* control envelopes the lane had no room for */
} myc__outbox;

/** Borrows both for its life. */
void myc__outbox_init(myc__outbox *outbox, myc__lane *lane, myc__parking *receiver);

/** Posts a control envelope. False when the lane is full and memory is out. */
bool myc__outbox_post_control(myc__outbox *outbox, myc__memory *memory, myc__envelope envelope);

/** Publishes all and wakes the receiver. Returns true when nothing waits any more. */
bool myc__outbox_flush(myc__outbox *outbox);

/** Posts a message. False when the lane is full: nothing was taken. */
static inline bool myc__outbox_post(myc__outbox *outbox, myc__envelope envelope)
{
    if (MYC__UNLIKELY(outbox->waiting.depth) || !myc__lane_fill(outbox->lane, envelope)) {
        return false;
    }
    if (myc__spsc_unpublished(&outbox->lane->ring) >= MYC__LANE_LINE_SLOTS) {
        myc__spsc_publish(&outbox->lane->ring);
    }
    return true;
}

/** How many messages could be posted now, at least. */
static inline uint32_t myc__outbox_room(myc__outbox *outbox)
{
    return outbox->waiting.depth ? 0 : myc__spsc_room(&outbox->lane->ring);
}

#endif

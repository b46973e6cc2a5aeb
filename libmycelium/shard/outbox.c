/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/outbox.h"

void myc__outbox_init(myc__outbox *outbox, myc__lane *lane, myc__parking *receiver)
{
    *outbox = (myc__outbox){.lane = lane, .receiver = receiver};
    myc__mailbox_init(&outbox->waiting);
}

bool myc__outbox_post_control(myc__outbox *outbox, myc__memory *memory, myc__envelope envelope)
{
    return myc__outbox_post(outbox, envelope) ||
           myc__mailbox_push(&outbox->waiting, memory, envelope);
}

static void post_waiting(myc__outbox *outbox)
{
    while (outbox->waiting.depth &&
           myc__lane_fill(outbox->lane, *myc__mailbox_front(&outbox->waiting))) {
        myc__mailbox_pop(&outbox->waiting);
    }
}

bool myc__outbox_flush(myc__outbox *outbox)
{
    post_waiting(outbox);
    if (myc__spsc_unpublished(&outbox->lane->ring)) {
        myc__spsc_publish(&outbox->lane->ring);
    }
    myc__parking_notify(outbox->receiver);
    return outbox->waiting.depth == 0;
}

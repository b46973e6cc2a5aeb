/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/outbox.h"

void myc__outbox_init(myc__outbox *outbox, myc__lane *lane, myc__parking *receiver)
{
    *outbox = (myc__outbox){.lane = lane, .receiver = receiver};
    myc__mailbox_init(&outbox->waiting);
}

bool myc__outbox_post_control(myc__outbox *outbox, myc__memory *memory, myc__envelope envelope)
{
    if (outbox->waiting.depth || !myc__lane_put(outbox->lane, envelope, 0)) {
        return myc__mailbox_push(&outbox->waiting, memory, envelope);
    }
    myc__parking_notify(outbox->receiver);
    return true;
}

bool myc__outbox_retry(myc__outbox *outbox)
{
    while (outbox->waiting.depth &&
           myc__lane_put(outbox->lane, *myc__mailbox_front(&outbox->waiting), 0)) {
        myc__mailbox_pop(&outbox->waiting);
    }
    myc__parking_notify(outbox->receiver);
    return outbox->waiting.depth == 0;
}

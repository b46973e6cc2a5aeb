/* SPDX-License-Identifier: Apache-2.0 */
#include "io/owner.h"

#include <mycelium/stream.h>

enum { LOOKED_AT_MAX = 4 * MYC__READ_DEPTH_MAX };

static bool is_chunk_of(const myc__envelope *envelope, uint32_t source)
{
    if (myc__envelope_opened_tag(envelope) >= MYC__CONTROL_TAG) {
        return false;
    }
    const myc_chunk *chunk = myc_chunk_cast(envelope->payload);
    return chunk && chunk->stream.number == source;
}

uint32_t myc__owner_backlog_of(const myc__actor *owner, uint32_t source)
{
    const myc__mailbox *mailbox = &owner->mailbox;
    if (mailbox->depth > LOOKED_AT_MAX) {
        return mailbox->depth;
    }
    bool is_held = (owner->interrupts & MYC__HOLDING) && is_chunk_of(&owner->held, source);
    uint32_t count = is_held;
    for (uint32_t ahead = 0; ahead < mailbox->depth; ahead++) {
        count += is_chunk_of(myc__mailbox_at(mailbox, ahead), source);
    }
    return count;
}

/* There may be room and no memory for it, and a send takes the payload in any case: so it is held
 * until the answer is known; unless a slot is there, which cannot be refused. */
bool myc__owner_send(myc__shard *shard, const myc__actor *owner, uint32_t tag, const void *payload)
{
    myc_context *ctx = &shard->context;
    if (MYC__LIKELY(owner->mailbox.depth < owner->easy_depth)) {
        myc_sent sent = myc_send(ctx, owner->address, tag, payload);
        MYC__CHECK(sent == MYC_SENT);
        return true;
    }
    if (myc_room(ctx, owner->address) == 0) {
        return false;
    }
    myc_retain(ctx, payload);
    bool is_accepted = myc_send(ctx, owner->address, tag, payload) == MYC_SENT;
    if (is_accepted) {
        myc_release(ctx, payload);
    }
    return is_accepted;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_OWNER_H
#define MYC_IO_OWNER_H

/*
 * The actor a source reads for, as the source sees it: on the same worker, between its turns.
 */
#include "actor/actor.h"

/** Messages it has not handled yet. */
static inline uint32_t myc__owner_backlog(const myc__actor *owner)
{
    return owner->mailbox.depth + ((owner->interrupts & MYC__HOLDING) != 0);
}

/** Chunks of `source` it has not handled yet. Takes a look at each message; in a mailbox too long
 * for that, all count. */
uint32_t myc__owner_backlog_of(const myc__actor *owner, uint32_t source);

/**
 * Sends, if it can be accepted now. Takes `payload` when it is accepted; the caller keeps it
 * otherwise. Returns true when it is accepted.
 */
bool myc__owner_send(myc__shard *shard, const myc__actor *owner, uint32_t tag, const void *payload);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_STASH_H
#define MYC_ACTOR_STASH_H

/*
 * Messages put aside by their actor. Two lists: what is stashed, and what was put back and waits
 * for its turn. The second goes ahead of the mailbox as one urgent item that handles a message and
 * queues itself again: so it needs no room in the mailbox, and unstashing cannot fail.
 *
 * Putting back is to place the first list before the second, in one step however long they are.
 */
#include <mycelium/stash.h>

#include "actor/urgent.h"

typedef struct myc__stashed {
    struct myc__stashed *next;
    uint32_t tag;
    const void *payload;
} myc__stashed;

typedef struct myc__stash_list {
    myc__stashed *first;
    myc__stashed *last; /* while there is a first */
} myc__stash_list;

typedef struct myc__stash {
    myc__urgent urgent; /* queued while `is_back` */
    bool is_back;       /* something put back is left, or is being handled */
    uint32_t bound;
    uint32_t count; /* of `kept` */
    myc__stash_list kept;
    myc__stash_list back;
} myc__stash;

/** Sets the bound of an actor that is being spawned. False when memory is out. */
bool myc__stash_make(myc_context *ctx, myc__actor *actor, uint32_t bound);

/** What a spawn that failed made of a stash goes; nothing is in it. */
void myc__stash_abandon(myc_context *ctx, myc__actor *actor);

/** The actor ends: what is stashed becomes dead letters. After its urgent items. */
void myc__stash_end(myc__shard *shard, myc__actor *actor);

/** Puts everything back, as if the actor had asked for it: for one that begins anew. */
uint32_t myc__stash_put_back(myc__shard *shard, myc__actor *actor);

/** How many messages of the actor are aside, stashed or put back. Home worker. */
uint32_t myc__stash_depth(const myc__actor *actor);

#endif

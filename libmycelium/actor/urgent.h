/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_URGENT_H
#define MYC_ACTOR_URGENT_H

/*
 * What goes ahead of an actor's mailbox and is never refused: replies, timers, watch notices, the
 * orders of a supervisor. Each lies in a block of its own, made before it can be needed, so to
 * queue one takes no memory.
 *
 *     struct notice { myc__urgent urgent; ... };            begins the block
 *     notice->urgent.kind = &notice_kind;
 *     myc__urge(ctx, watcher, &notice->urgent);             from any thread with a context
 *
 * On its way to another worker it is a control envelope. On the actor's worker it is linked into
 * its annex and the actor gets the interrupt URGENT; a paused actor runs none until it is resumed.
 */
#include "actor/actor.h"

typedef enum myc__urgent_done {
    MYC__URGENT_HANDLED, /* a message was: it counts as handled */
    MYC__URGENT_SILENT,  /* it was no message */
    MYC__URGENT_AGAIN,   /* it stays first, until the next turn */
    MYC__URGENT_LATER,   /* it has queued itself behind the others, for the next turn */
} myc__urgent_done;

/** What to do with one. Both take the block, `handle` unless it answers AGAIN. */
typedef struct myc__urgent_kind {
    /** In a turn of `actor`. */
    myc__urgent_done (*handle)(myc__shard *shard, struct myc__actor *actor,
                               struct myc__urgent *item);
    /** Its actor has ended, or never was, or cannot be reached. On any thread. */
    void (*abandon)(myc_context *ctx, myc_address to, struct myc__urgent *item);
} myc__urgent_kind;

typedef struct myc__urgent {
    struct myc__urgent *next;
    const myc__urgent_kind *kind;
} myc__urgent;

/** Queues `item` for `to` ahead of its mailbox, or abandons it. Takes it. */
void myc__urge(myc_context *ctx, myc_address to, myc__urgent *item);

/** The same for a live actor of this worker. */
void myc__urge_here(myc__shard *shard, struct myc__actor *actor, myc__urgent *item);

/** The same for one that has an annex. */
static inline void myc__urge_annexed(myc__shard *shard, struct myc__actor *actor, myc__urgent *item)
{
    myc__annex *annex = actor->annex;
    item->next = NULL;
    if (annex->urgent_last) {
        annex->urgent_last->next = item;
    } else {
        annex->urgent_first = item;
    }
    annex->urgent_last = item;
    actor->interrupts |= MYC__URGENT;
    if (myc__actor_ready(actor)) {
        myc__schedule(shard, actor);
    }
}

/** One has arrived from another thread; its actor may have ended. */
void myc__urgent_arrived(myc__shard *shard, myc_address to, myc__urgent *item);

/** One has come to where its actor lives, or where it has ended. */
void myc__urgent_take(myc__shard *shard, struct myc__actor *actor, myc__urgent *item);
void myc__urgent_bury(myc__shard *shard, myc_address to, myc__urgent *item);

/** Handles what is queued, up to a batch, in the actor's turn. Returns how many messages it was. */
uint32_t myc__urgent_run(myc__shard *shard, struct myc__actor *actor);

/** Calls the actor's handler for a message that is no part of the mailbox. Borrows the payload: the
 * reference is released with it unless the handler moved it or wants it again. */
myc__urgent_done myc__urgent_dispatch(myc__shard *shard, struct myc__actor *actor, uint32_t tag,
                                      const void *payload);

/** Abandons what is queued: the actor ends. */
void myc__urgent_end(myc__shard *shard, struct myc__actor *actor);

#endif

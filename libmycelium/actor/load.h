/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_LOAD_H
#define MYC_ACTOR_LOAD_H

/*
 * How loaded an actor is, for those who choose between several.
 *
 * On its own worker that is the depth of its mailbox. Elsewhere nobody may touch the mailbox, so an
 * actor that was asked to publishes its depth in the upper bits of its slot's `pressure` word, a
 * step around its dispatch (interpose.h): others pay nothing.
 *
 *   bits   8-31 depth        2-7 version        0-1 MYC__PRESSURE_FULL, or 0
 *
 * How fresh is it? It is written when a message is taken in hand (what is queued, and that one) and
 * when the last one is done. So it does not show what has come in since the actor's last message,
 * nor what is still on its way. The version counts publications: a reader that sees the same one
 * again knows that whatever it has sent in between is not in the depth yet. 63 publications
 * between two looks of a reader look like none, which does no harm: the depth is then as it was.
 *
 *   writer    of these bits the worker that runs the actor, alone: it adds the difference to what
 *             it has published before, so it does not matter who changes the low bits meanwhile
 *   reader    anybody; relaxed: a hint, nothing hangs on its order
 */
#include "actor/stand_in.h"

enum {
    MYC__LOAD_DEPTH_SHIFT = 8,
    MYC__LOAD_DEPTH_MAX = (1 << 24) - 1,
    MYC__LOAD_VERSION_SHIFT = 2,
    MYC__LOAD_VERSION_MAX = 63,
};

typedef struct myc__load {
    uint32_t depth;   /* queued messages, with the one in hand; a full mailbox counts as the most */
    uint32_t version; /* 0: it was never published; MYC__LOAD_EXACT: it is no hint */
} myc__load;

#define MYC__LOAD_EXACT UINT32_MAX

/** The slot of an actor of this node that lives, else NULL. Any thread. */
static inline myc__slot *myc__slot_of(const myc_context *ctx, myc_address address)
{
    const myc__fabric *fabric = ctx->fabric;
    return myc__is_placed(fabric, address)
               ? myc__slot_alive(&fabric->shards[myc__address_worker(address)]->slots, address)
               : NULL;
}

/** True while the actor lives, as far as is known here: one of another node is taken to. */
static inline bool myc__is_alive(const myc_context *ctx, myc_address address)
{
    return myc__slot_of(ctx, address) || myc__address_node(address) != 0;
}

static inline myc__load myc__load_exact(const myc__actor *actor)
{
    uint32_t depth = actor->mailbox.depth;
    return (myc__load){depth < actor->bound ? depth : MYC__LOAD_DEPTH_MAX, MYC__LOAD_EXACT};
}

static inline myc__load myc__load_published(const myc__slot *slot)
{
    uint32_t word = myc__load_relaxed_u32(&slot->pressure);
    bool full = (word & MYC__PRESSURE_MASK) != 0;
    return (myc__load){full ? MYC__LOAD_DEPTH_MAX : word >> MYC__LOAD_DEPTH_SHIFT,
                       word >> MYC__LOAD_VERSION_SHIFT & MYC__LOAD_VERSION_MAX};
}

/** The load of an actor that lives; 0 for one that does not. Any thread. */
static inline myc__load myc__load_of(const myc_context *ctx, myc_address address)
{
    const myc__slot *slot = myc__slot_of(ctx, address);
    if (!slot) {
        return (myc__load){0, 0};
    }
    bool here = myc__address_worker(address) == ctx->worker && !myc__is_stand_in(slot->actor);
    return here ? myc__load_exact(slot->actor) : myc__load_published(slot);
}

/** Asks the actor to publish its load from now on; it does soon. False when memory is out. */
bool myc__load_publish(myc_context *ctx, myc_address address);

/** Publishes no more: the actor ends. It has an annex. */
void myc__load_end(myc__shard *shard, myc__actor *actor);

#endif

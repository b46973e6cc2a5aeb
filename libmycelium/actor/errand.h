/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_ERRAND_H
#define MYC_ACTOR_ERRAND_H

/*
 * A block that travels to where an actor lives and runs a function there, between turns. Unlike an
 * urgent item it is not the actor's to handle, so it also gets at one that is paused.
 *
 *     struct wait { myc__errand errand; ... };              begins the block
 *     myc__errand_init(&wait->errand, arrive);
 *     myc__errand_send(ctx, to, &wait->errand);             arrive(shard, actor or NULL, errand)
 *
 * It takes the lane, behind what was sent there before. Where there is no lane (from a foreign
 * thread, to the own worker), or no memory to wait in for a full one, it takes the order box, for
 * which all it needs is part of it: so it always arrives.
 */
#include "actor/actor.h"

typedef struct myc__errand {
    myc__order order;
    bool for_place; /* it is for whatever lies in the slot, also for a stand-in */
    /** Takes the errand. `actor` is NULL when the one it was sent to does not live. */
    void (*run)(myc__shard *shard, struct myc__actor *actor, struct myc__errand *errand);
} myc__errand;

static inline void myc__errand_init(myc__errand *errand,
                                    void (*run)(myc__shard *, struct myc__actor *, myc__errand *))
{
    *errand = (myc__errand){.order.lent = true, .run = run};
}

/** Takes `errand`. `to` is of this node, and on a worker there is. Cannot fail. */
void myc__errand_send(myc_context *ctx, myc_address to, myc__errand *errand);

/** What myc__errand_send() does where it arrives. Takes `errand`. `actor` is what lies in the slot. */
void myc__errand_run(myc__shard *shard, struct myc__actor *actor, myc__errand *errand);

#endif

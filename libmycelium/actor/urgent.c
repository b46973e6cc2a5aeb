/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/urgent.h"

#include "actor/control.h"
#include "actor/request.h"
#include "actor/stand_in.h"
#include "actor/turn.h"

static myc__urgent *unlink_first(myc__annex *annex)
{
    myc__urgent *item = annex->urgent_first;
    annex->urgent_first = item->next;
    if (!annex->urgent_first) {
        annex->urgent_last = NULL;
    }
    return item;
}

static void link_first(myc__annex *annex, myc__urgent *item)
{
    item->next = annex->urgent_first;
    annex->urgent_first = item;
    if (!annex->urgent_last) {
        annex->urgent_last = item;
    }
}

void myc__urge_here(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__annex *annex = myc__annex_of(&shard->context, actor);
    if (!annex) {
        item->kind->abandon(&shard->context, actor->address, item);
        return;
    }
    myc__urge_annexed(shard, actor, item);
}

void myc__urgent_take(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    if (item->kind == &myc__ask_answer) {
        myc__ask_arrive(shard, item); /* it may be too late, though its actor lives */
    } else {
        myc__urge_here(shard, actor, item);
    }
}

void myc__urgent_bury(myc__shard *shard, myc_address to, myc__urgent *item)
{
    if (item->kind == &myc__ask_answer) {
        myc__ask_arrive(shard, item);
    } else {
        item->kind->abandon(&shard->context, to, item);
    }
}

void myc__urgent_arrived(myc__shard *shard, myc_address to, myc__urgent *item)
{
    myc__actor *actor = myc__actor_find(shard, to);
    if (actor && myc__is_stand_in(actor)) {
        myc__stand_in_order(shard, actor, MYC__CONTROL_URGENT, item);
    } else if (actor) {
        myc__urgent_take(shard, actor, item);
    } else {
        myc__urgent_bury(shard, to, item);
    }
}

void myc__urge(myc_context *ctx, myc_address to, myc__urgent *item)
{
    bool known = myc__is_reachable(ctx->fabric, to);
    if (known && myc__address_worker(to) == ctx->worker) {
        myc__urgent_arrived(ctx->shard, to, item);
    } else if (!known || !myc__control_send(ctx, to, MYC__CONTROL_URGENT, item)) {
        item->kind->abandon(ctx, to, item);
    }
}

myc__urgent_done myc__urgent_dispatch(myc__shard *shard, myc__actor *actor, uint32_t tag,
                                      const void *payload)
{
    shard->context.handling = payload;
    myc__context_do(&shard->context, MYC__DOING_MESSAGE);
    myc_next next =
        actor->behaviour->dispatch(myc__actor_state(actor), &shard->context, tag, payload);
    if (myc_next_verdict(next) == MYC__AGAIN && shard->context.handling) {
        shard->context.handling = NULL;
        return MYC__URGENT_AGAIN;
    }
    myc__turn_obey(shard, actor, next);
    myc__turn_bury(shard, actor, tag, payload, next);
    if (shard->context.handling) {
        shard->context.handling = NULL;
        myc_release(&shard->context, payload);
    }
    return MYC__URGENT_HANDLED;
}

static bool comes_again(myc__urgent_done done)
{
    return done == MYC__URGENT_AGAIN || done == MYC__URGENT_LATER;
}

uint32_t myc__urgent_run(myc__shard *shard, myc__actor *actor)
{
    uint32_t handled = 0;
    myc__annex *annex = actor->annex;
    myc__urgent_done done = MYC__URGENT_HANDLED;
    for (uint32_t i = 0; i < actor->batch_max && annex->urgent_first && !comes_again(done) &&
                         !(actor->interrupts & (MYC__STOPPING | MYC__PAUSED));
         i++) {
        myc__urgent *item = unlink_first(annex);
        myc__context_do(&shard->context, MYC__DOING_URGENT);
        done = item->kind->handle(shard, actor, item);
        handled += done == MYC__URGENT_HANDLED;
        if (done == MYC__URGENT_AGAIN) {
            link_first(annex, item);
        }
    }
    myc__context_do(&shard->context, MYC__DOING_MESSAGE);
    if (!annex->urgent_first) {
        actor->interrupts &= (uint8_t)~MYC__URGENT;
    }
    return handled;
}

void myc__urgent_end(myc__shard *shard, myc__actor *actor)
{
    while (actor->annex->urgent_first) {
        myc__urgent *item = unlink_first(actor->annex);
        item->kind->abandon(&shard->context, actor->address, item);
    }
}

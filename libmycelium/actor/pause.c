/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/pause.h"

#include "actor/control.h"
#include "actor/restart.h"

enum { LANE_DRAINED = MYC__LANE_SLOTS / 2 }; /* room at which those who wait for a lane go on */

void myc__resume(myc__shard *shard, myc__actor *actor)
{
    if ((actor->interrupts & MYC__PAUSED) && !myc__is_dormant(actor)) {
        actor->interrupts &= (uint8_t)~MYC__PAUSED;
        myc__actor_wake(shard, actor);
    }
}

void myc__grant_room(myc__shard *shard, const void *waiter)
{
    myc_address address = myc__address_unpack(waiter);
    if (myc__address_worker(address) != shard->index) {
        myc__control_send(&shard->context, address, MYC__CONTROL_ROOM, NULL);
        return;
    }
    myc__actor *actor = myc__actor_find(shard, address);
    if (actor) {
        myc__resume(shard, actor);
    }
}

/* The room goes to those who have waited longest. All at once would use it up and wait again, most of
 * them for nothing. */
static void grant_first(myc__shard *shard, myc__waiters **list)
{
    myc_address granted[MYC__GRANTED_PER_TURN];
    uint32_t count = myc__waiters_take(list, &shard->context.memory, granted);
    for (uint32_t i = 0; i < count; i++) {
        myc__grant_room(shard, myc__address_pack(granted[i]));
    }
}

void myc__grant_some(myc__shard *shard, myc__actor *actor)
{
    grant_first(shard, &actor->annex->waiters);
}

void myc__grant_all(myc__shard *shard, myc__actor *actor)
{
    while (myc__actor_has_waiters(actor)) {
        grant_first(shard, &actor->annex->waiters);
    }
}

static bool add_waiter(myc__shard *shard, myc__actor *actor, myc_address waiter)
{
    myc__annex *annex = myc__annex_of(&shard->context, actor);
    return annex && myc__waiters_add(&annex->waiters, &shard->context.memory, waiter);
}

void myc__await_room(myc__shard *shard, myc__actor *actor, const void *waiter)
{
    if (myc__has_drained(actor) || !add_waiter(shard, actor, myc__address_unpack(waiter))) {
        myc__grant_room(shard, waiter); /* without memory to wait in, it tries again and again */
        return;
    }
    actor->interrupts |= MYC__CROWDED;
}

static bool has_lane_waiters(const myc__shard *shard, uint32_t worker)
{
    const myc__outbox *outbox = shard->context.outbox[worker];
    return outbox && outbox->waiters;
}

/* Returns true when somebody still waits. */
static bool grant_lane(myc__shard *shard, myc__outbox *outbox)
{
    if (myc__outbox_room(outbox, LANE_DRAINED) < LANE_DRAINED) {
        return true;
    }
    grant_first(shard, &outbox->waiters);
    return outbox->waiters != NULL;
}

void myc__grant_lanes(myc__shard *shard)
{
    bool awaits = false;
    for (uint32_t i = 0; i < shard->context.fabric->shard_count; i++) {
        if (has_lane_waiters(shard, i)) {
            awaits |= grant_lane(shard, shard->context.outbox[i]);
        }
    }
    shard->awaits_lanes = awaits;
}

/* The question is from nobody to nobody: life 0. The answer names the lane by its index. */
static bool ask_for_lane(myc__shard *shard, uint32_t worker)
{
    myc__outbox *outbox = shard->context.outbox[worker];
    myc_address nobody_there = {worker << MYC__INDEX_BITS, 0};
    myc_address nobody_here = {shard->index << MYC__INDEX_BITS | worker, 0};
    if (!outbox->asked) {
        outbox->asked = myc__control_send(&shard->context, nobody_there, MYC__CONTROL_AWAIT_ROOM,
                                          myc__address_pack(nobody_here));
    }
    return outbox->asked;
}

void myc__lane_answered(myc__shard *shard, myc_address nobody)
{
    if (nobody.life == 0) {
        shard->context.outbox[myc__address_index(nobody)]->asked = false;
    }
}

bool myc__ask_for_lanes(myc__shard *shard)
{
    bool asked = true;
    for (uint32_t i = 0; i < shard->context.fabric->shard_count; i++) {
        asked &= !has_lane_waiters(shard, i) || ask_for_lane(shard, i);
    }
    return asked;
}

static bool await_lane(myc_context *ctx, uint32_t worker, myc_address self)
{
    myc__outbox *outbox = myc__context_outbox(ctx, worker);
    bool awaits = outbox && myc__waiters_add(&outbox->waiters, &ctx->memory, self);
    ctx->shard->awaits_lanes |= awaits;
    return awaits;
}

static void pause_on_other_worker(myc_context *ctx, myc_address to, myc_address self)
{
    uint32_t worker = myc__address_worker(to);
    const myc__slot *slot = myc__slot_alive(&ctx->fabric->shards[worker]->slots, to);
    bool pressed = slot && myc__slot_is_full(slot);
    if (pressed || !await_lane(ctx, worker, self)) {
        myc__control_send(ctx, to, MYC__CONTROL_AWAIT_ROOM, myc__address_pack(self));
    }
}

static void pause_on_own_worker(myc_context *ctx, myc_address to, myc_address self)
{
    myc__actor *receiver = myc__actor_find(ctx->shard, to);
    if (receiver) {
        myc__await_room(ctx->shard, receiver, myc__address_pack(self));
    } else {
        myc__resume(ctx->shard, ctx->current);
    }
}

void myc_pause_until_room(myc_context *ctx, myc_address to)
{
    bool here = myc__address_node(to) == 0;
    bool self = ctx->current && myc_address_equal(to, ctx->current->address);
    if (!ctx->current || !here || self || myc__address_worker(to) >= ctx->fabric->shard_count) {
        return;
    }
    ctx->current->interrupts |= MYC__PAUSED;
    if (myc__address_worker(to) == ctx->worker) {
        pause_on_own_worker(ctx, to, ctx->current->address);
    } else {
        pause_on_other_worker(ctx, to, ctx->current->address);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/pause.h"

#include "actor/control.h"

enum { LANE_DRAINED = MYC__LANE_SLOTS / 2 }; /* room at which those who wait for a lane go on */

void myc__resume(myc__shard *shard, myc__actor *actor)
{
    if (actor->interrupts & MYC__PAUSED) {
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

/* Takes the list off first: who is resumed may wait again. */
static void grant_list(myc__shard *shard, myc__waiters **list)
{
    myc__waiters *waiters = *list;
    *list = NULL;
    for (uint32_t i = 0; waiters && i < waiters->count; i++) {
        myc__grant_room(shard, myc__address_pack(waiters->addresses[i]));
    }
    myc__waiters_free(waiters, &shard->context.memory);
}

void myc__grant_all(myc__shard *shard, myc__actor *actor)
{
    grant_list(shard, &actor->waiters);
}

void myc__await_room(myc__shard *shard, myc__actor *actor, const void *waiter)
{
    if (myc__has_drained(actor) ||
        !myc__waiters_add(&actor->waiters, &shard->context.memory, myc__address_unpack(waiter))) {
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

void myc__grant_lanes(myc__shard *shard)
{
    shard->awaits_lanes = false;
    for (uint32_t i = 0; i < shard->context.fabric->shard_count; i++) {
        if (!has_lane_waiters(shard, i)) {
            continue;
        }
        if (myc__outbox_room(shard->context.outbox[i], LANE_DRAINED) >= LANE_DRAINED) {
            grant_list(shard, &shard->context.outbox[i]->waiters);
        } else {
            shard->awaits_lanes = true;
        }
    }
}

void myc__ask_for_lanes(myc__shard *shard)
{
    shard->awaits_lanes = false;
    for (uint32_t i = 0; i < shard->context.fabric->shard_count; i++) {
        if (has_lane_waiters(shard, i)) {
            myc__outbox *outbox = shard->context.outbox[i];
            myc_address nobody = {i << MYC__INDEX_BITS, 0};
            for (uint32_t k = 0; k < outbox->waiters->count; k++) {
                myc__control_send(&shard->context, nobody, MYC__CONTROL_AWAIT_ROOM,
                                  myc__address_pack(outbox->waiters->addresses[k]));
            }
            myc__waiters_free(outbox->waiters, &shard->context.memory);
            outbox->waiters = NULL;
        }
    }
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
    bool pressed = slot && myc__load_relaxed_u32(&slot->pressure);
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

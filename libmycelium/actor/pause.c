/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/pause.h"

#include "actor/control.h"

enum { WAITERS_FIRST = 5 }; /* with its header and the block's, one cache line */

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

void myc__grant_all(myc__shard *shard, myc__actor *actor)
{
    myc__waiters *waiters = actor->waiters;
    actor->waiters = NULL;
    if (!waiters) {
        return;
    }
    for (uint32_t i = 0; i < waiters->count; i++) {
        myc__grant_room(shard, myc__address_pack(waiters->addresses[i]));
    }
    myc__memory_free(&shard->context.memory, myc__header_of(waiters));
}

static bool make_place(myc__shard *shard, myc__actor *actor)
{
    myc__waiters *old = actor->waiters;
    uint32_t count = old ? old->count : 0;
    if (old && count < old->capacity) {
        return true;
    }
    uint32_t capacity = old ? 2 * old->capacity : WAITERS_FIRST;
    myc__waiters *waiters = myc__memory_new_internal(
        &shard->context.memory,
        (uint32_t)(sizeof *waiters + capacity * sizeof waiters->addresses[0]));
    if (!waiters) {
        return false;
    }
    *waiters = (myc__waiters){count, capacity};
    for (uint32_t i = 0; i < count; i++) {
        waiters->addresses[i] = old->addresses[i];
    }
    if (old) {
        myc__memory_free(&shard->context.memory, myc__header_of(old));
    }
    actor->waiters = waiters;
    actor->crowded = true;
    return true;
}

/* One that was woken by something else may pause again before it was granted room. */
static bool is_waiting(const myc__actor *actor, myc_address address)
{
    for (uint32_t i = 0; actor->waiters && i < actor->waiters->count; i++) {
        if (myc_address_equal(actor->waiters->addresses[i], address)) {
            return true;
        }
    }
    return false;
}

void myc__await_room(myc__shard *shard, myc__actor *actor, const void *waiter)
{
    myc_address address = myc__address_unpack(waiter);
    if (is_waiting(actor, address)) {
        return;
    }
    if (myc__has_drained(actor) || !make_place(shard, actor)) {
        myc__grant_room(shard, waiter); /* without memory to wait in, it tries again and again */
        return;
    }
    actor->waiters->addresses[actor->waiters->count++] = address;
}

static void pause_on(myc_context *ctx, myc_address to, myc_address self)
{
    if (myc__address_worker(to) != ctx->worker) {
        myc__control_send(ctx, to, MYC__CONTROL_AWAIT_ROOM, myc__address_pack(self));
        return;
    }
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
    if (ctx->current && here && !self && myc__address_worker(to) < ctx->fabric->shard_count) {
        ctx->current->interrupts |= MYC__PAUSED;
        pause_on(ctx, to, ctx->current->address);
    }
}

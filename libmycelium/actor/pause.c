/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/pause.h"

#include "actor/control.h"
#include "actor/move.h"
#include "actor/restart.h"
#include "actor/stand_in.h"
#include "actor/wait.h"
#include "actor/waiters.h"

enum { LANE_DRAINED = MYC__LANE_SLOTS / 2 }; /* room at which those who wait for a lane go on */

void myc__resume(myc__shard *shard, myc__actor *actor)
{
    if ((actor->interrupts & MYC__PAUSED) && !myc__is_dormant(actor) &&
        !myc__actor_is_sending(actor)) {
        actor->interrupts &= (uint8_t)~MYC__PAUSED;
        myc__actor_wake(shard, actor);
    }
}

/* The room goes to those who have waited longest. All at once would use it up and wait again, most of
 * them for nothing. */
static void grant_first(myc__shard *shard, myc__waiters **list)
{
    myc_address granted[MYC__GRANTED_PER_TURN];
    uint32_t count = myc__waiters_take(list, &shard->context.memory, granted);
    for (uint32_t i = 0; i < count; i++) {
        myc__actor *actor = myc__actor_find(shard, granted[i]);
        if (actor && myc__is_stand_in(actor)) {
            myc__stand_in_resume(shard, actor);
        } else if (actor) {
            myc__resume(shard, actor);
        }
    }
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
        outbox->asked = myc__control_send(&shard->context, nobody_there, MYC__CONTROL_AWAIT_LANE,
                                          myc__address_pack(nobody_here));
    }
    return outbox->asked;
}

void myc__lane_answer(myc__shard *shard, const void *asker)
{
    myc__control_send(&shard->context, myc__address_unpack(asker), MYC__CONTROL_ROOM, NULL);
}

void myc__lane_answered(myc__shard *shard, myc_address nobody)
{
    shard->context.outbox[myc__address_index(nobody)]->asked = false;
}

bool myc__ask_for_lanes(myc__shard *shard)
{
    bool asked = true;
    for (uint32_t i = 0; i < shard->context.fabric->shard_count; i++) {
        asked &= !has_lane_waiters(shard, i) || ask_for_lane(shard, i);
    }
    return asked;
}

bool myc__await_lane(myc__shard *shard, uint32_t worker, myc_address waiter)
{
    myc__outbox *outbox = myc__context_outbox(&shard->context, worker);
    bool awaits = outbox && myc__waiters_add(&outbox->waiters, &shard->context.memory, waiter);
    shard->awaits_lanes |= awaits;
    return awaits;
}

/* True when what is full is the lane, not the mailbox. */
static bool is_lane_full(const myc_context *ctx, myc_address to)
{
    if (myc__address_worker(to) == ctx->worker) {
        return false;
    }
    const myc__slot *slot =
        myc__slot_alive(&ctx->fabric->shards[myc__address_worker(to)]->slots, to);
    return !slot || !myc__slot_is_full(slot);
}

void myc_pause_until_room(myc_context *ctx, myc_address to)
{
    myc__actor *self = ctx->current;
    if (!self || !myc__is_reachable(ctx->fabric, to) || myc_address_equal(to, self->address)) {
        return;
    }
    if (is_lane_full(ctx, to) && !myc__actor_is_away(self) &&
        myc__await_lane(ctx->shard, myc__address_worker(to), self->address)) {
        self->interrupts |= MYC__PAUSED;
    } else {
        (void)myc__wait_begin(ctx, to, 0, NULL); /* without memory it tries again and again */
    }
}

/* One that lives on this worker, or NULL. */
static const myc__actor *find_beside(const myc_context *ctx, myc_address to)
{
    bool here = myc__address_worker(to) == ctx->worker;
    const myc__actor *actor = here ? myc__actor_find(ctx->shard, to) : NULL;
    return actor && !myc__is_stand_in(actor) ? actor : NULL;
}

static bool is_full(const myc__actor *actor)
{
    return actor->mailbox.depth >= actor->bound && actor->overflow == MYC_OVERFLOW_REFUSE;
}

static myc_sent park(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    myc__count(&ctx->counters.accepted, 1); /* before it can end */
    if (!myc__wait_begin(ctx, to, tag, payload)) {
        myc__count(&ctx->counters.accepted, (uint64_t)-1);
        myc__count(&ctx->counters.refused, 1);
        myc_release(ctx, payload);
        return MYC_FULL;
    }
    return MYC_SENT;
}

/* Another worker may fill it at any time, so only the send can tell, which takes the message. */
static myc_sent send_or_park(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    uint64_t refused = ctx->counters.refused;
    myc_retain(ctx, payload);
    myc_sent sent = myc_send(ctx, to, tag, payload);
    if (sent == MYC_FULL) {
        myc__store_relaxed_u64(&ctx->counters.refused, refused);
        return park(ctx, to, tag, payload);
    }
    myc_release(ctx, payload);
    return sent;
}

myc_sent myc_send_or_pause(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    const myc__actor *self = ctx->current;
    if (!self || !payload || tag >= MYC__ROWS_MAX || !myc__is_reachable(ctx->fabric, to)) {
        return myc_send(ctx, to, tag, payload);
    }
    const myc__actor *beside = find_beside(ctx, to);
    if (myc__actor_is_sending(self) || (beside && is_full(beside))) {
        return park(ctx, to, tag, payload);
    }
    return beside ? myc_send(ctx, to, tag, payload) : send_or_park(ctx, to, tag, payload);
}

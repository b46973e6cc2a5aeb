/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/deliver.h"

#include "actor/dead_letter.h"
#include "actor/grown.h"
#include "actor/pause.h"
#include "actor/stop.h"

enum { PREFETCH_AHEAD = 8 };

static void press(myc__actor *actor)
{
    bool refuses = actor->overflow == MYC_OVERFLOW_REFUSE;
    actor->pressured = true;
    actor->crowded = true;
    myc__store_relaxed_u32(&actor->slot->pressure, refuses);
}

MYC__COLD bool myc__enqueue_uneasy(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    if (!myc__mailbox_push(&actor->mailbox, &shard->context.memory, envelope)) {
        return false;
    }
    myc__actor_refit(actor);
    myc__grown_note(shard, actor);
    if (actor->mailbox.depth >= actor->bound && !actor->pressured) {
        press(actor);
    }
    myc__schedule(shard, actor);
    return true;
}

static void drop_newest(myc__shard *shard, const void *payload)
{
    myc_release(&shard->context, payload);
    myc__count_end(&shard->context.counters.dropped_newest, 1);
}

static void displace_oldest(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    const void *oldest = myc__mailbox_front(&actor->mailbox)->payload;
    myc__mailbox_pop(&actor->mailbox);
    myc_release(&shard->context, oldest);
    myc__count_end(&shard->context.counters.dropped_oldest, 1);
    bool queued = myc__enqueue(shard, actor, envelope);
    MYC__CHECK(queued); /* its slot has just become free */
}

void myc__deliver(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    bool full = actor->mailbox.depth >= actor->bound;
    if (MYC__UNLIKELY(full) && actor->overflow == MYC_OVERFLOW_DROP_OLDEST) {
        displace_oldest(shard, actor, envelope);
    } else if (MYC__UNLIKELY(full && actor->overflow == MYC_OVERFLOW_DROP_NEWEST) ||
               !myc__enqueue(shard, actor, envelope)) {
        drop_newest(shard, envelope.payload); /* also when memory for the ring is out */
    }
}

static void obey(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *argument)
{
    switch (tag) {
    case MYC__CONTROL_START: myc__schedule(shard, actor); break;
    case MYC__CONTROL_STOP: myc__actor_interrupt(shard, actor, MYC_EXIT_REQUESTED); break;
    case MYC__CONTROL_AWAIT_ROOM: myc__await_room(shard, actor, argument); break;
    case MYC__CONTROL_ROOM: myc__resume(shard, actor); break;
    default: MYC__CHECK(!"a control tag");
    }
}

static void control(myc__shard *shard, const myc__envelope *envelope)
{
    uint32_t tag = myc__envelope_tag(envelope);
    myc__actor *actor = myc__actor_find(shard, myc__envelope_to(envelope));
    if (actor) {
        obey(shard, actor, tag, envelope->payload);
    } else if (tag == MYC__CONTROL_AWAIT_ROOM) {
        myc__grant_room(shard, envelope->payload); /* a dead actor has room: the send will tell */
    }
    myc__count_end(&shard->context.counters.done, 1);
}

static void take(myc__shard *shard, const myc__envelope *envelope)
{
    uint32_t tag = myc__envelope_tag(envelope);
    if (MYC__UNLIKELY(tag >= MYC__CONTROL_TAG)) {
        control(shard, envelope);
        return;
    }
    myc_address to = myc__envelope_to(envelope);
    myc__actor *actor = myc__actor_find(shard, to);
    if (MYC__LIKELY(actor != NULL)) {
        myc__deliver(shard, actor, *envelope);
    } else {
        myc__dead_letter(&shard->context, to, tag, envelope->payload,
                         myc__dead_reason_of(shard, to));
    }
}

static uint32_t take_lane(myc__shard *shard, myc__lane *lane)
{
    uint32_t count = myc__spsc_available(&lane->ring);
    if (count > MYC__TAKEN_PER_LANE) {
        count = MYC__TAKEN_PER_LANE;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i + PREFETCH_AHEAD < count) {
            uintptr_t later = (uintptr_t)myc__lane_at(lane, i + PREFETCH_AHEAD)->payload;
            __builtin_prefetch((const void *)(later - sizeof(myc__header))); /* may be NULL's */
        }
        take(shard, myc__lane_at(lane, i));
    }
    if (count) {
        myc__spsc_read_done(&lane->ring, count);
        myc__spsc_retire(&lane->ring);
    }
    return count;
}

static myc__lane *lane_from(myc__shard *shard, uint32_t endpoint)
{
    return myc__load_acquire_ptr((void **)&shard->inbox[endpoint]);
}

MYC__COLD static uint32_t take_orders(myc__shard *shard)
{
    uint32_t taken = 0;
    myc__order *order = myc__order_box_take(&shard->orders);
    while (order) {
        control(shard, &order->envelope);
        order = myc__order_free(order, &shard->context.memory);
        taken++;
    }
    return taken;
}

uint32_t myc__receive(myc__shard *shard)
{
    uint32_t taken = 0;
    if (MYC__UNLIKELY(myc__order_box_pending(&shard->orders))) {
        taken = take_orders(shard);
    }
    uint32_t high = myc__load_acquire_u32(&shard->context.fabric->endpoint_high);
    for (uint32_t i = 0; i < high; i++) {
        myc__lane *lane = lane_from(shard, i);
        if (lane) {
            taken += take_lane(shard, lane);
        }
    }
    return taken;
}

bool myc__inbox_pending(myc__shard *shard)
{
    if (myc__order_box_pending(&shard->orders)) {
        return true;
    }
    uint32_t high = myc__load_acquire_u32(&shard->context.fabric->endpoint_high);
    for (uint32_t i = 0; i < high; i++) {
        myc__lane *lane = lane_from(shard, i);
        if (lane && myc__spsc_available(&lane->ring)) {
            return true;
        }
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/deliver.h"

#include "actor/dead_letter.h"
#include "actor/drop.h"
#include "actor/errand.h"
#include "actor/grown.h"
#include "actor/pause.h"
#include "actor/policy.h"
#include "actor/profile.h"
#include "actor/restart.h"
#include "actor/stand_in.h"
#include "actor/stop.h"
#include "actor/turn.h"
#include "actor/urgent.h"
#include "actor/watch.h"

static void press(myc__shard *shard, myc__actor *actor)
{
    actor->interrupts |= MYC__PRESSED | MYC__CROWDED;
    if (myc__presses_senders(actor)) {
        myc__actor_set_pressure(shard, actor, true);
    }
}

MYC__COLD bool myc__enqueue_uneasy(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    if (myc__is_stand_in(actor)) {
        myc__stand_in_take(shard, actor, envelope);
        return true;
    }
    if (!myc__mailbox_push(&actor->mailbox, &shard->context.memory, envelope)) {
        return false;
    }
    myc__actor_refit(actor);
    myc__grown_note(shard, actor);
    if (myc__is_profiled(actor)) {
        myc__profile_queued(shard, actor);
    }
    if (actor->mailbox.depth >= actor->bound && !(actor->interrupts & MYC__PRESSED)) {
        press(shard, actor);
    }
    myc__schedule(shard, actor);
    return true;
}

static void displace_oldest(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    const void *oldest = myc__mailbox_front(&actor->mailbox)->payload;
    myc__mailbox_pop(&actor->mailbox);
    myc__drop(shard, actor, oldest, MYC_DROP_OLDEST);
    bool queued = myc__enqueue(shard, actor, envelope);
    MYC__CHECK(queued); /* its slot has just become free */
}

/* The mailbox is at its bound, or its ring is full, or a policy is to be asked. */
MYC__COLD static void deliver_uneasy(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    bool full = actor->mailbox.depth >= actor->bound;
    if (myc__has_policy(actor)) {
        myc__policy_deliver(shard, actor, envelope);
    } else if (full && actor->overflow == MYC_OVERFLOW_DROP_OLDEST) {
        displace_oldest(shard, actor, envelope);
    } else if ((full && actor->overflow == MYC_OVERFLOW_DROP_NEWEST) ||
               !myc__enqueue(shard, actor, envelope)) {
        myc__drop(shard, actor, envelope.payload, MYC_DROP_NEWEST); /* also when memory is out */
    }
}

void myc__deliver(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    if (MYC__UNLIKELY(actor->mailbox.depth >= actor->easy_depth)) {
        deliver_uneasy(shard, actor, envelope);
        return;
    }
    myc__mailbox_put(&actor->mailbox, envelope);
    myc__schedule(shard, actor);
}

void myc__obey(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *argument)
{
    void *item = (void *)(uintptr_t)argument;
    switch (tag) {
    case MYC__CONTROL_START: myc__schedule(shard, actor); break;
    case MYC__CONTROL_STOP: myc__actor_interrupt(shard, actor, myc__exit_unpack(argument)); break;
    case MYC__CONTROL_ROOM: myc__resume(shard, actor); break;
    case MYC__CONTROL_URGENT: myc__urgent_take(shard, actor, item); break;
    case MYC__CONTROL_ERRAND: ((myc__errand *)item)->run(shard, actor, item); break;
    case MYC__CONTROL_REVIVE: myc__revive_obey(shard, actor, argument); break;
    case MYC__CONTROL_SUSPEND: myc__suspend_obey(shard, actor); break;
    case MYC__CONTROL_WATCH:
    case MYC__CONTROL_UNWATCH:
    case MYC__CONTROL_DOWN:
    case MYC__CONTROL_UNWATCHED: myc__watch_obey(shard, actor, (myc__control)tag, item); break;
    default: MYC__CHECK(!"a control tag");
    }
    myc__count_end(&shard->context.counters.done, 1);
}

void myc__obey_for_dead(myc__shard *shard, myc_address to, uint32_t tag, const void *argument)
{
    void *item = (void *)(uintptr_t)argument;
    if (tag == MYC__CONTROL_ERRAND) {
        ((myc__errand *)item)->run(shard, NULL, item);
    } else if (tag == MYC__CONTROL_URGENT) {
        myc__urgent_bury(shard, to, item);
    } else if (tag >= MYC__CONTROL_WATCH && tag <= MYC__CONTROL_UNWATCHED) {
        myc__watch_obey(shard, NULL, (myc__control)tag, item);
    } else if (tag == MYC__CONTROL_AWAIT_LANE) {
        myc__lane_answer(shard, argument);
    } else if (tag == MYC__CONTROL_ROOM && to.life == 0) {
        myc__lane_answered(shard, to);
    }
    myc__count_end(&shard->context.counters.done, 1);
}

static bool is_for_place(uint32_t tag, const void *argument)
{
    return tag == MYC__CONTROL_ERRAND && ((const myc__errand *)argument)->for_place;
}

static void control(myc__shard *shard, const myc__envelope *envelope)
{
    uint32_t tag = myc__envelope_tag(envelope);
    myc_address to = myc__envelope_to(envelope);
    myc__actor *actor = myc__actor_find(shard, to);
    if (!actor) {
        myc__obey_for_dead(shard, to, tag, envelope->payload);
    } else if (myc__is_stand_in(actor) && !is_for_place(tag, envelope->payload)) {
        myc__stand_in_take(shard, actor, myc__envelope_opened(tag, envelope->payload));
    } else {
        myc__obey(shard, actor, tag, envelope->payload);
    }
}

void myc__control_here(myc__shard *shard, myc_address to, myc__control what, const void *argument)
{
    myc__envelope envelope = myc__envelope_make(to, what, argument);
    myc__count(&shard->context.counters.begun, 1);
    control(shard, &envelope);
}

static bool may_run_now(const myc__actor *actor)
{
    return actor->activity == MYC__IDLE && !(actor->interrupts & MYC__INTERRUPTS);
}

/* Takes the next envelope, and with it those behind it that its actor can handle at once. Returns how
 * many messages were handled. */
static uint32_t take(myc__shard *shard, myc__lane_visit *visit, const myc__envelope *envelope)
{
    uint32_t tag = myc__envelope_tag(envelope);
    myc_address to = myc__envelope_to(envelope);
    myc__actor *actor = myc__actor_find(shard, to);
    if (MYC__LIKELY(actor && tag < MYC__CONTROL_TAG && may_run_now(actor))) {
        return myc__run_from_lane(shard, actor, visit, to);
    }
    visit->taken++;
    if (tag >= MYC__CONTROL_TAG) {
        control(shard, envelope);
    } else if (actor) {
        myc__deliver(shard, actor, myc__envelope_opened(tag, envelope->payload));
    } else {
        myc__dead_letter(&shard->context, to, tag, envelope->payload,
                         myc__dead_reason_of(shard, to));
    }
    return 0;
}

/* A receiver at its sender's heels takes each cache line away while it is being filled. So after some
 * messages in a row it lets more gather, unless there is something else to do. */
enum { STREAM = 8, PAUSES = 32 };
static void let_gather(void)
{
    for (uint32_t i = 0; i < PAUSES; i++) {
        myc__pause();
    }
}

static inline uint32_t take_lane(myc__shard *shard, myc__lane *lane, uint32_t limit,
                                 uint32_t *handled)
{
    myc__lane_visit visit = {.lane = lane, .limit = limit};
    myc__envelope envelope;
    while (visit.taken < limit && myc__lane_next(&visit, &envelope)) {
        *handled += take(shard, &visit, &envelope);
    }
    if (visit.taken) {
        myc__lane_retire(lane, visit.taken);
        if (visit.dry && visit.taken >= STREAM && !shard->run_first) {
            let_gather();
        }
    }
    return visit.taken;
}

static myc__lane *lane_from(myc__shard *shard, uint32_t endpoint)
{
    return myc__load_acquire_ptr((void **)&shard->inbox[endpoint]);
}

/* Returns the next one. One that is part of a block is who obeys it has. */
static myc__order *take_order(myc__shard *shard, myc__order *order)
{
    myc__envelope envelope = order->envelope;
    myc__order *next = order->lent ? order->next : myc__order_free(order, &shard->context.memory);
    control(shard, &envelope);
    return next;
}

MYC__COLD static uint32_t take_orders(myc__shard *shard)
{
    uint32_t taken = 0;
    myc__order *order = myc__order_box_take(&shard->orders);
    while (order) {
        order = take_order(shard, order);
        taken++;
    }
    return taken;
}

uint32_t myc__receive(myc__shard *shard, uint32_t *handled)
{
    uint32_t taken = 0;
    if (MYC__UNLIKELY(myc__order_box_pending(&shard->orders))) {
        taken = take_orders(shard);
    }
    uint32_t high = myc__load_acquire_u32(&shard->context.fabric->endpoint_high);
    for (uint32_t i = 0; i < high; i++) {
        myc__lane *lane = lane_from(shard, i);
        if (lane) {
            taken += take_lane(shard, lane, MYC__TAKEN_PER_LANE, handled);
        }
    }
    return taken;
}

/* Sometimes a lane is as if nothing had arrived yet. */
static uint32_t take_lane_paced(myc__shard *shard, const myc__pace *pace, myc__lane *lane,
                                uint32_t *handled)
{
    bool late = !lane || myc__pace_below(pace, 4) == 0;
    return late ? 0 : take_lane(shard, lane, myc__pace_share(pace, MYC__TAKEN_PER_LANE), handled);
}

uint32_t myc__receive_paced(myc__shard *shard, const myc__pace *pace, uint32_t *handled)
{
    uint32_t taken = myc__order_box_pending(&shard->orders) ? take_orders(shard) : 0;
    uint32_t high = myc__load_acquire_u32(&shard->context.fabric->endpoint_high);
    uint32_t first = myc__pace_below(pace, high);
    for (uint32_t i = 0; i < high; i++) {
        taken += take_lane_paced(shard, pace, lane_from(shard, (first + i) % high), handled);
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
        if (lane && myc__lane_pending(lane)) {
            return true;
        }
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/turn.h"

#include "actor/grown.h"
#include "actor/pause.h"
#include "actor/stop.h"

static void fail(myc__shard *shard, myc__actor *actor, int32_t code)
{
    myc__actor_condemn(shard, actor, MYC_EXIT_FAILED, code);
    myc__log_line(&shard->context.fabric->log, MYC_LOG_ERROR, "actor %s failed: %s (%d)",
                  myc__actor_name(actor), myc_error_text(code), (int)code);
}

/* A verdict other than to continue. Returns true when the message is done. */
MYC__COLD static bool obey_verdict(myc__shard *shard, myc__actor *actor, uint32_t tag,
                                   const void *payload, myc_next next)
{
    switch (next.verdict) {
    case MYC__AGAIN:
        actor->held = myc__envelope_make(actor->address, tag, payload);
        actor->interrupts |= MYC__HOLDING;
        return false;
    case MYC__STOP: myc__actor_condemn(shard, actor, MYC_EXIT_DONE, 0); return true;
    default: fail(shard, actor, next.code); return true;
    }
}

/* Returns true when the message is done, false when it is to come again. */
static inline bool handle(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *payload)
{
    myc_next next =
        actor->behaviour->dispatch(myc__actor_state(actor), &shard->context, tag, payload);
    if (MYC__UNLIKELY(next.verdict != MYC__CONTINUE) &&
        !obey_verdict(shard, actor, tag, payload, next)) {
        return false;
    }
    myc__release_header(&shard->context.memory, myc__header_of(payload));
    return true;
}

static void start(myc__shard *shard, myc__actor *actor)
{
    int (*on_start)(void *, myc_context *) = actor->behaviour->on_start;
    int code = on_start ? on_start(myc__actor_state(actor), &shard->context) : 0;
    if (code < 0) {
        fail(shard, actor, code); /* still STARTING: it never was, so it has no on_stop */
    } else {
        actor->interrupts &= (uint8_t)~MYC__STARTING;
    }
}

/* What comes before the mailbox. Returns how many messages were handled. */
MYC__COLD static uint32_t handle_interrupts(myc__shard *shard, myc__actor *actor)
{
    if (actor->interrupts & MYC__STARTING) {
        if (!(actor->interrupts & MYC__STOPPING)) {
            start(shard, actor);
        }
        myc__count_end(&shard->context.counters.done, 1);
    }
    if ((actor->interrupts & (MYC__HOLDING | MYC__STOPPING)) != MYC__HOLDING) {
        return 0;
    }
    actor->interrupts &= (uint8_t)~MYC__HOLDING;
    return handle(shard, actor, myc__envelope_tag(&actor->held), actor->held.payload);
}

static inline uint32_t handle_mailbox(myc__shard *shard, myc__actor *actor, uint32_t handled)
{
    while (actor->mailbox.depth && !actor->interrupts && handled < actor->batch_max) {
        /* Field by field: a copy of 16 bytes would wait for the two stores of a fresh send. */
        const myc__envelope *front = myc__mailbox_front(&actor->mailbox);
        uint32_t tag = myc__envelope_tag(front);
        const void *payload = front->payload;
        myc__mailbox_pop(&actor->mailbox);
        handled += handle(shard, actor, tag, payload);
    }
    return handled;
}

MYC__COLD static void ease_pressure(myc__shard *shard, myc__actor *actor)
{
    if (actor->pressured && actor->mailbox.depth < actor->bound) {
        actor->pressured = false;
        myc__store_relaxed_u32(&actor->slot->pressure, 0);
    }
    if (actor->waiters && myc__has_drained(actor)) {
        myc__grant_all(shard, actor);
    }
    actor->crowded = actor->pressured || actor->waiters;
}

/* Its mailbox is empty or it is paused. */
static inline void go_idle(myc__shard *shard, myc__actor *actor)
{
    if (MYC__UNLIKELY(actor->interrupts & MYC__PAUSED)) {
        actor->activity = MYC__ASLEEP;
        return;
    }
    if (myc__mailbox_has_ring(&actor->mailbox)) {
        myc__grown_rest(shard, actor);
    }
}

static inline void go_on(myc__shard *shard, myc__actor *actor)
{
    actor->activity = MYC__IDLE;
    if (MYC__UNLIKELY(actor->crowded)) {
        ease_pressure(shard, actor);
    }
    if (myc__actor_ready(actor)) {
        myc__schedule(shard, actor);
    } else {
        go_idle(shard, actor);
    }
}

static inline uint32_t run_turn(myc__shard *shard, myc__actor *actor)
{
    uint32_t handled = 0;
    shard->context.current = actor;
    myc__mailbox_mark(&actor->mailbox);
    if (MYC__UNLIKELY(actor->interrupts)) {
        handled = handle_interrupts(shard, actor);
    }
    handled = handle_mailbox(shard, actor, handled);
    myc__count_end(&shard->context.counters.handled, handled);
    if (MYC__UNLIKELY(actor->interrupts & MYC__STOPPING)) {
        myc__actor_end(shard, actor);
    } else {
        go_on(shard, actor);
    }
    if (shard->context.dirty) {
        myc__context_flush(&shard->context);
    }
    return handled;
}

static inline myc__actor *pop_ready(myc__shard *shard)
{
    myc__actor *actor = shard->run_first;
    if (actor) {
        shard->run_first = actor->run_next;
        if (!shard->run_first) {
            shard->run_last = NULL;
        }
        actor->activity = MYC__RUNNING;
    }
    return actor;
}

uint32_t myc__run_turns(myc__shard *shard, uint32_t *handled)
{
    uint32_t turns = 0;
    uint32_t messages = 0;
    myc__actor *actor;
    while (turns < MYC__TURNS_PER_PASS && messages < MYC__MESSAGES_PER_PASS &&
           (actor = pop_ready(shard)) != NULL) {
        messages += run_turn(shard, actor);
        turns++;
    }
    shard->context.current = NULL;
    *handled = messages;
    return turns;
}

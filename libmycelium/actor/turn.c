/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/turn.h"

#include "actor/dead_letter.h"
#include "actor/pause.h"
#include "actor/stop.h"

/* What a turn found out: how the actor goes on is decided at its end. */
typedef struct turn_outcome {
    uint32_t handled;
    bool ends;
    myc_exit why;
} turn_outcome;

static void fail(myc__shard *shard, const myc__actor *actor, turn_outcome *turn, int32_t code)
{
    turn->ends = true;
    turn->why = (myc_exit){MYC_EXIT_FAILED, code};
    myc__log_line(&shard->context.fabric->log, MYC_LOG_ERROR, "actor %s failed: %s (%d)",
                  myc__actor_name(actor), myc_error_text(code), (int)code);
}

static void start(myc__shard *shard, myc__actor *actor, turn_outcome *turn)
{
    actor->interrupts &= (uint8_t)~MYC__STARTING;
    int code = actor->behaviour->on_start
                   ? actor->behaviour->on_start(myc__actor_state(actor), &shard->context)
                   : 0;
    if (code < 0) {
        actor->interrupts |= MYC__STARTING; /* it never was, so it has no on_stop */
        fail(shard, actor, turn, code);
    }
    myc__count_end(&shard->context.counters.started, 1);
}

static void interrupted(myc__shard *shard, myc__actor *actor, turn_outcome *turn)
{
    if (actor->interrupts & MYC__STOPPING) {
        turn->ends = true;
        turn->why = (myc_exit){(myc_exit_reason)actor->stop_reason, 0};
        if (actor->interrupts & MYC__STARTING) { /* stopped before it began */
            myc__count_end(&shard->context.counters.started, 1);
        }
    } else if (actor->interrupts & MYC__STARTING) {
        start(shard, actor, turn);
    }
}

/* The message to handle now: the one held back, or the oldest. */
static inline bool next_message(myc__actor *actor, myc__envelope *envelope)
{
    if (MYC__UNLIKELY(actor->held_back)) {
        actor->held_back = false;
        *envelope = actor->held;
        return true;
    }
    if (actor->mailbox.depth == 0) {
        return false;
    }
    *envelope = *myc__mailbox_front(&actor->mailbox);
    myc__mailbox_pop(&actor->mailbox);
    return true;
}

/* A verdict other than to continue. Returns true when the message is done. */
static bool obey_verdict(myc__shard *shard, myc__actor *actor, const myc__envelope *envelope,
                         myc_next next, turn_outcome *turn)
{
    switch (next.verdict) {
    case MYC__AGAIN:
        actor->held = *envelope;
        actor->held_back = true;
        return false;
    case MYC__STOP:
        turn->ends = true;
        turn->why = (myc_exit){MYC_EXIT_DONE, 0};
        return true;
    default: fail(shard, actor, turn, next.code); return true;
    }
}

/* The only loop messages are handled in. */
static inline void handle_batch(myc__shard *shard, myc__actor *actor, turn_outcome *turn)
{
    void *state = myc__actor_state(actor);
    const myc_behaviour *behaviour = actor->behaviour;
    myc__envelope envelope;
    while (turn->handled < actor->batch_max && !actor->interrupts && !turn->ends &&
           next_message(actor, &envelope)) {
        myc_next next = behaviour->dispatch(state, &shard->context, myc__envelope_tag(&envelope),
                                            envelope.payload);
        if (MYC__UNLIKELY(next.verdict != MYC__CONTINUE) &&
            !obey_verdict(shard, actor, &envelope, next, turn)) {
            return;
        }
        myc__release_header(&shard->context.memory, myc__header_of(envelope.payload));
        turn->handled++;
    }
}

static void ease_pressure(myc__shard *shard, myc__actor *actor)
{
    if (actor->pressured && actor->mailbox.depth < actor->bound) {
        actor->pressured = false;
        myc__store_relaxed_u32(&actor->slot->pressure, 0);
    }
    if (actor->waiters && myc__has_drained(actor)) {
        myc__grant_all(shard, actor);
    }
}

static void go_on(myc__shard *shard, myc__actor *actor)
{
    if (MYC__UNLIKELY(actor->pressured || actor->waiters)) {
        ease_pressure(shard, actor);
    }
    if (myc__actor_ready(actor)) {
        myc__schedule(shard, actor);
    } else if (actor->mailbox.depth == 0) {
        myc__mailbox_rest(&actor->mailbox, &shard->context.memory);
    }
}

static uint32_t run_turn(myc__shard *shard, myc__actor *actor)
{
    turn_outcome turn = {0};
    if (actor->mailbox.depth > actor->mailbox.high_water) {
        actor->mailbox.high_water = actor->mailbox.depth;
    }
    actor->running = true;
    shard->context.current = actor;
    if (MYC__UNLIKELY(actor->interrupts)) {
        interrupted(shard, actor, &turn);
    }
    handle_batch(shard, actor, &turn);
    myc__count_end(&shard->context.counters.handled, turn.handled);
    shard->context.current = NULL;
    if (MYC__UNLIKELY(turn.ends)) {
        myc__actor_end(shard, actor, turn.why);
    } else {
        actor->running = false;
        go_on(shard, actor);
    }
    myc__context_flush(&shard->context);
    return turn.handled;
}

static myc__actor *pop_ready(myc__shard *shard)
{
    myc__actor *actor = shard->run_first;
    if (actor) {
        shard->run_first = actor->run_next;
        if (!shard->run_first) {
            shard->run_last = NULL;
        }
        actor->queued = false;
    }
    return actor;
}

uint32_t myc__run_turns(myc__shard *shard, uint32_t *turns)
{
    uint32_t handled = 0;
    *turns = 0;
    while (*turns < MYC__TURNS_PER_PASS) {
        myc__actor *actor = pop_ready(shard);
        if (!actor) {
            break;
        }
        handled += run_turn(shard, actor);
        ++*turns;
    }
    return handled;
}

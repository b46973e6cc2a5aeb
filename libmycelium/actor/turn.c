/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/turn.h"

#include "actor/dead_letter.h"
#include "actor/grown.h"
#include "actor/instrument.h"
#include "actor/pause.h"
#include "actor/policy.h"
#include "actor/restart.h"
#include "actor/stop.h"
#include "actor/urgent.h"
#include "actor/wait.h"

void myc__turn_uncount(myc__shard *shard, myc__actor *actor)
{
    myc__count_end(&shard->context.counters.handled, (uint64_t)-1);
    myc__store_relaxed_u64(&actor->handled, actor->handled - 1);
}

static void fail(myc__shard *shard, myc__actor *actor, int32_t code)
{
    myc__actor_condemn(shard, actor, MYC_EXIT_FAILED, code);
    myc__log_line(&shard->context.fabric->log, MYC_LOG_ERROR, "actor %s failed: %s (%d)",
                  myc__actor_name(actor), myc_error_text(code), (int)code);
}

void myc__turn_obey(myc__shard *shard, myc__actor *actor, myc_next next)
{
    switch (myc_next_verdict(next)) {
    case MYC__CONTINUE: break;
    case MYC__AGAIN: fail(shard, actor, MYC_EINVAL); break; /* it has moved away */
    case MYC__STOP: myc__actor_condemn(shard, actor, MYC_EXIT_DONE, 0); break;
    default: fail(shard, actor, myc_next_code(next));
    }
}

void myc__turn_bury(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *payload,
                    myc_next next)
{
    if (myc_next_verdict(next) == MYC__FAIL && shard->context.handling) {
        shard->context.handling = NULL; /* the letter takes the reference */
        myc__dead_letter(&shard->context, actor->address, tag, payload, MYC_DEAD_FAILED);
        myc__turn_uncount(shard, actor);
    }
}

/* A verdict other than to continue. Returns true when the message is done. */
MYC__COLD static bool obey_verdict(myc__shard *shard, myc__actor *actor, uint32_t tag,
                                   const void *payload, myc_next next)
{
    if (myc_next_verdict(next) != MYC__AGAIN || !shard->context.handling) {
        myc__turn_obey(shard, actor, next);
        myc__turn_bury(shard, actor, tag, payload, next);
        return true;
    }
    shard->context.handling = NULL; /* the reference goes to `held` */
    actor->held = myc__envelope_opened(tag, payload);
    actor->interrupts |= MYC__HOLDING;
    return false;
}

/* Returns true when the message is done, false when it is to come again. */
static inline bool handle(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *payload)
{
    shard->context.handling = payload;
    myc_next next =
        actor->behaviour->dispatch(myc__actor_state(actor), &shard->context, tag, payload);
    if (MYC__UNLIKELY(myc_next_verdict(next) != MYC__CONTINUE) &&
        !obey_verdict(shard, actor, tag, payload, next)) {
        return false;
    }
    if (shard->context.handling) {
        shard->context.handling = NULL;
        myc__release_header(&shard->context.memory, myc__header_of(payload));
    }
    return true;
}

static void start(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex && actor->annex->bond && myc__bond_holds_back(actor)) {
        return;
    }
    int (*on_start)(void *, myc_context *) = actor->behaviour->on_start;
    myc__context_do(&shard->context, MYC__DOING_START);
    int code = on_start ? on_start(myc__actor_state(actor), &shard->context) : 0;
    myc__context_do(&shard->context, MYC__DOING_MESSAGE);
    if (code < 0) {
        fail(shard, actor, code); /* still STARTING: it never was, so it has no on_stop */
    } else {
        actor->interrupts &= (uint8_t)~MYC__STARTING;
    }
}

/* What comes before the mailbox. Returns how many messages were handled. */
MYC__COLD static uint32_t handle_interrupts(myc__shard *shard, myc__actor *actor)
{
    if (actor->interrupts & MYC__GROWN) {
        myc__mailbox_mark(&actor->mailbox);
    }
    if (actor->interrupts & MYC__STARTING) {
        if (!(actor->interrupts & MYC__STOPPING)) {
            if (MYC__UNLIKELY(shard->instruments)) {
                myc__instrument(shard, actor);
            }
            start(shard, actor);
        }
        myc__count_end(&shard->context.counters.done, 1);
    }
    uint32_t handled = actor->interrupts & MYC__URGENT ? myc__urgent_run(shard, actor) : 0;
    const uint8_t first = MYC__STOPPING | MYC__PAUSED | MYC__URGENT; /* the stash may be of it */
    if ((actor->interrupts & (MYC__HOLDING | first)) != MYC__HOLDING) {
        return handled;
    }
    actor->interrupts &= (uint8_t)~MYC__HOLDING;
    return handled +
           handle(shard, actor, myc__envelope_opened_tag(&actor->held), actor->held.payload);
}

static inline uint32_t handle_mailbox(myc__shard *shard, myc__actor *actor, uint32_t handled)
{
    while (actor->mailbox.depth && !(actor->interrupts & MYC__INTERRUPTS) &&
           handled < actor->batch_max) {
        /* Field by field: a copy of 16 bytes would wait for the two stores of a fresh send. */
        const myc__envelope *front = myc__mailbox_front(&actor->mailbox);
        uint32_t tag = myc__envelope_opened_tag(front);
        const void *payload = front->payload;
        myc__mailbox_pop(&actor->mailbox);
        handled += handle(shard, actor, tag, payload);
    }
    return handled;
}

static void ease_pressure(myc__shard *shard, myc__actor *actor)
{
    if ((actor->interrupts & MYC__PRESSED) && actor->mailbox.depth < actor->bound) {
        actor->interrupts &= (uint8_t)~MYC__PRESSED;
        if (myc__presses_senders(actor)) {
            myc__actor_set_pressure(shard, actor, false);
        }
    }
    if (myc__actor_has_waiters(actor) && myc__has_drained(actor)) {
        myc__waits_grant(shard, actor);
    }
    if (!(actor->interrupts & MYC__PRESSED) && !myc__actor_has_waiters(actor)) {
        actor->interrupts &= (uint8_t)~MYC__CROWDED;
    }
}

/* Those granted room may not use it: then a turn of nothing else tells the next ones. */
static bool has_more_to_grant(const myc__actor *actor)
{
    return myc__actor_has_waiters(actor) && myc__has_drained(actor);
}

/* The end of a turn with some flag set. */
MYC__COLD static void go_on_flagged(myc__shard *shard, myc__actor *actor)
{
    bool ends = (actor->interrupts & MYC__STOPPING) != 0;
    if (ends && !(actor->annex && myc__bond_suspends(shard, actor))) {
        myc__actor_end(shard, actor);
        return;
    }
    if (actor->interrupts & MYC__CROWDED) {
        ease_pressure(shard, actor); /* still RUNNING: what it lets in must not queue the actor */
    }
    actor->activity = MYC__IDLE;
    if (myc__actor_ready(actor) || has_more_to_grant(actor)) {
        myc__queue(shard, actor);
    } else if (actor->interrupts & MYC__PAUSED) {
        actor->activity = MYC__ASLEEP;
    } else if (actor->interrupts & MYC__GROWN) {
        myc__grown_rest(shard, actor);
    }
}

static inline void go_on(myc__shard *shard, myc__actor *actor)
{
    if (MYC__UNLIKELY(actor->interrupts)) {
        go_on_flagged(shard, actor);
    } else if (actor->mailbox.depth) {
        myc__queue(shard, actor);
    } else {
        actor->activity = MYC__IDLE;
    }
}

static inline void count_for_reports(myc__actor *actor, uint32_t handled)
{
    myc__store_relaxed_u64(&actor->handled, actor->handled + handled);
}

/* `spent` of its batch is not to be used. */
static inline uint32_t run_turn(myc__shard *shard, myc__actor *actor, uint32_t spent)
{
    uint32_t handled = 0;
    myc__context_run(&shard->context, actor);
    if (MYC__UNLIKELY(actor->interrupts)) {
        handled = handle_interrupts(shard, actor);
    }
    handled = handle_mailbox(shard, actor, handled + spent) - spent;
    count_for_reports(actor, handled);
    myc__count_end(&shard->context.counters.handled, handled);
    go_on(shard, actor);
    return handled;
}

static inline bool comes_next(myc_address to, myc__lane_visit *visit, myc__envelope *envelope)
{
    return myc__lane_next(visit, envelope) && myc_address_equal(myc__envelope_to(envelope), to) &&
           myc__envelope_tag(envelope) < MYC__CONTROL_TAG;
}

/* What it has sent to itself goes before what comes later. */
static inline bool is_unburdened(const myc__actor *actor)
{
    return !(actor->interrupts & MYC__INTERRUPTS) && actor->mailbox.depth == 0;
}

static inline uint32_t handle_lane(myc__shard *shard, myc__actor *actor, myc__lane_visit *visit,
                                   myc_address to)
{
    uint32_t handled = 0;
    uint32_t end = visit->taken + actor->batch_max;
    uint32_t limit = end < visit->limit ? end : visit->limit;
    myc__envelope envelope;
    while (visit->taken < limit && is_unburdened(actor) && comes_next(to, visit, &envelope)) {
        handled += handle(shard, actor, myc__envelope_tag(&envelope), envelope.payload);
        visit->taken++;
    }
    return handled;
}

uint32_t myc__run_from_lane(myc__shard *shard, myc__actor *actor, myc__lane_visit *visit,
                            myc_address to)
{
    myc__context_run(&shard->context, actor);
    actor->activity = MYC__RUNNING;
    uint32_t handled = handle_lane(shard, actor, visit, to);
    count_for_reports(actor, handled);
    myc__count_end(&shard->context.counters.handled, handled);
    go_on(shard, actor);
    myc__context_run(&shard->context, NULL);
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

/* A turn costs as much as TURN_COST messages, so that one sum bounds both. */
enum { TURN_COST = MYC__MESSAGES_PER_PASS / MYC__TURNS_PER_PASS };

uint32_t myc__run_turns(myc__shard *shard, uint32_t *handled)
{
    uint64_t before = shard->context.counters.handled;
    uint32_t cost = 0;
    myc__actor *actor;
    while (cost < MYC__MESSAGES_PER_PASS && (actor = pop_ready(shard)) != NULL) {
        cost += TURN_COST + run_turn(shard, actor, 0);
    }
    myc__context_run(&shard->context, NULL);
    uint32_t messages = (uint32_t)(shard->context.counters.handled - before);
    *handled += messages;
    return (cost - messages) / TURN_COST;
}

static uint32_t run_turn_paced(myc__shard *shard, const myc__pace *pace, myc__actor *actor)
{
    myc_address address = actor->address; /* it may end */
    uint32_t spent = actor->batch_max - myc__pace_share(pace, actor->batch_max);
    uint32_t handled = run_turn(shard, actor, spent);
    pace->turned(pace->user, address, handled);
    return handled;
}

uint32_t myc__run_turns_paced(myc__shard *shard, const myc__pace *pace, uint32_t *handled)
{
    uint32_t most = myc__pace_share(pace, MYC__TURNS_PER_PASS);
    uint32_t turns = 0;
    myc__actor *actor;
    while (turns < most && (actor = pop_ready(shard)) != NULL) {
        *handled += run_turn_paced(shard, pace, actor);
        turns++;
    }
    myc__context_run(&shard->context, NULL);
    return turns;
}

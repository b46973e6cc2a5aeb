/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/timer.h"

#include "actor/dead_letter.h"

static myc__timer *timer_of_node(myc__wheel_node *node)
{
    return (myc__timer *)(void *)node;
}

static myc__timer *timer_of_item(myc__urgent *item)
{
    return (myc__timer *)(void *)item;
}

static_assert(offsetof(myc__timer, node) == 0, "a node begins its timer");
static_assert(offsetof(myc__timer, urgent) == 0, "an item begins its timer");

/* Gives the timer's reference; it has none any more. */
static const void *take_payload(myc_context *ctx, myc__timer *timer)
{
    const void *payload = timer->payload;
    if (timer->is_periodic) {
        payload = timer->rhythm->payload;
        myc__memory_free(&ctx->memory, myc__header_of(timer->rhythm));
        timer->is_periodic = false;
    }
    timer->payload = NULL;
    return payload;
}

static void drop(myc_context *ctx, myc__timer *timer)
{
    const void *payload = take_payload(ctx, timer);
    myc__timer_free(timer, &ctx->memory);
    myc_release(ctx, payload);
}

/* ---- its time has come ---- */

static const myc__urgent_kind timer_kind;

static bool is_stopping(const myc__shard *shard)
{
    return myc__load_relaxed_u32(&shard->stage) != MYC__STAGE_RUN;
}

static void fire(void *owner, myc__wheel_node *node)
{
    myc__shard *shard = owner;
    myc__timer *timer = timer_of_node(node);
    if (MYC__UNLIKELY(is_stopping(shard))) {
        drop(&shard->context, timer);
        return;
    }
    timer->state = MYC__TIMER_QUEUED;
    timer->urgent.kind = &timer_kind;
    myc__prefetch(timer->payload);
    myc__count(&shard->context.counters.begun, 1);
    myc__urge_here(shard, timer->timers->actor, &timer->urgent);
}

void myc__timer_arm(myc__shard *shard, myc__timer *timer, uint64_t due_ns)
{
    timer->state = MYC__TIMER_ARMED;
    timer->node.link.next = NULL; /* an item lay in its place */
    timer->node.fire = fire;
    myc__wheel_arm(&shard->wheel, &timer->node, due_ns);
}

/* ---- its turn has come ---- */

/* Leaves the ticks out whose time has come: the last of them stands for all. */
static void skip(myc__timer *timer, uint64_t now_ns)
{
    if (now_ns > timer->node.due_ns) {
        myc__timer_rhythm *rhythm = timer->rhythm;
        uint64_t ticks = (now_ns - timer->node.due_ns) / rhythm->period_ns;
        timer->node.due_ns += ticks * rhythm->period_ns;
        rhythm->missed += ticks;
    }
}

/* The message has been handled, and its reference went with it. The handler may have cancelled the
 * timer. */
static void go_on(myc__shard *shard, myc__timer *timer)
{
    if (timer->is_periodic) {
        skip(timer, myc_now_ns(&shard->context));
        myc__timer_arm(shard, timer,
                       myc__timer_later(timer->node.due_ns, timer->rhythm->period_ns));
    } else {
        myc__timer_free(timer, &shard->context.memory);
    }
}

/* A periodic timer keeps its reference, so the message gets another. */
static const void *payload_to_handle(myc__shard *shard, myc__timer *timer)
{
    if (!timer->is_periodic) {
        return timer->payload;
    }
    skip(timer, myc__shard_now_ns(shard));
    return myc_retain(&shard->context, timer->rhythm->payload);
}

static bool dispatch(myc__shard *shard, myc__actor *actor, myc__timer *timer)
{
    bool is_periodic = timer->is_periodic;
    const void *payload = payload_to_handle(shard, timer);
    timer->state = MYC__TIMER_RUNNING;
    bool done = myc__urgent_dispatch(shard, actor, timer->tag, payload) != MYC__URGENT_AGAIN;
    if (!done && is_periodic) {
        myc_release(&shard->context, payload);
    }
    return done;
}

static myc__urgent_done run(myc__shard *shard, myc__actor *actor, myc__timer *timer)
{
    if (timer->state != MYC__TIMER_CANCELLED && dispatch(shard, actor, timer)) {
        myc__count(&shard->context.counters.accepted, 1);
        go_on(shard, timer);
        return MYC__URGENT_HANDLED;
    }
    if (timer->state == MYC__TIMER_CANCELLED) {
        myc__timer_free(timer, &shard->context.memory);
        return MYC__URGENT_SILENT;
    }
    timer->state = MYC__TIMER_QUEUED;
    return MYC__URGENT_AGAIN;
}

static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__urgent_done done = run(shard, actor, timer_of_item(item));
    if (done != MYC__URGENT_AGAIN) {
        myc__count_end(&shard->context.counters.done, 1);
    }
    return done;
}

/* Timers are queued where their actor lives, so it is the actor that ends. */
static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    myc__timer *timer = timer_of_item(item);
    if (timer->state != MYC__TIMER_CANCELLED) {
        bool by_system = timer->timers->actor->why.reason == MYC_EXIT_SYSTEM;
        myc__count(&ctx->counters.accepted, 1);
        myc__dead_letter(ctx, to, timer->tag, take_payload(ctx, timer),
                         by_system ? MYC_DEAD_DISCARDED : MYC_DEAD_LEFT);
    }
    myc__timer_free(timer, &ctx->memory);
    myc__count_end(&ctx->counters.done, 1);
}

static const myc__urgent_kind timer_kind = {.handle = handle, .abandon = abandon};

/* ---- it is cancelled; its actor ends, begins anew, or moves ---- */

void myc__timer_cancel(myc_context *ctx, myc__timer *timer)
{
    if (timer->state == MYC__TIMER_ARMED) {
        myc__wheel_disarm(&ctx->shard->wheel, &timer->node);
        drop(ctx, timer);
    } else {
        timer->state = MYC__TIMER_CANCELLED;
        myc__timer_outdate(timer);
        myc_release(ctx, take_payload(ctx, timer));
    }
}

static myc__timers *timers_of(const myc__actor *actor)
{
    return actor->annex ? actor->annex->timers : NULL;
}

static void cancel_any(void *ctx, myc__timer *timer)
{
    MYC__CHECK(timer->state != MYC__TIMER_RUNNING);
    myc__timer_cancel(ctx, timer);
}

void myc__timers_cancel(myc__shard *shard, myc__actor *actor)
{
    if (timers_of(actor)) {
        myc__timers_each(timers_of(actor), cancel_any, &shard->context);
    }
}

void myc__timers_end(myc__shard *shard, myc__actor *actor)
{
    myc__timers *timers = timers_of(actor);
    if (timers) {
        myc__timers_cancel(shard, actor);
        MYC__CHECK(timers->live == 0); /* nothing is queued any more */
        actor->annex->timers = NULL;
        myc__timers_free(timers, &shard->context.memory);
    }
}

static void detach(void *user, myc__timer *timer)
{
    myc__shard *shard = user;
    if (timer->state == MYC__TIMER_ARMED) {
        myc__wheel_disarm(&shard->wheel, &timer->node);
    }
}

void myc__timers_detach(myc__shard *shard, myc__actor *actor)
{
    if (timers_of(actor)) {
        myc__timers_each(timers_of(actor), detach, shard);
    }
}

static void attach(void *user, myc__timer *timer)
{
    if (timer->state == MYC__TIMER_ARMED) {
        myc__timer_arm(user, timer, timer->node.due_ns);
    }
}

void myc__timers_attach(myc__shard *shard, myc__actor *actor)
{
    if (timers_of(actor)) {
        timers_of(actor)->actor = actor;
        myc__timers_each(timers_of(actor), attach, shard);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/timer.h"

#include <mycelium/timer.h>

#include "actor/dead_letter.h"
#include "actor/turn.h"

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

static uint64_t later(uint64_t time_ns, uint64_t delay_ns)
{
    return delay_ns > UINT64_MAX - time_ns ? UINT64_MAX : time_ns + delay_ns;
}

static void free_timer(myc__shard *shard, myc__timer *timer)
{
    myc__timer_free(myc__timers_of(timer), &shard->context.memory, timer);
}

static void drop(myc__shard *shard, myc__timer *timer)
{
    const void *payload = timer->payload;
    free_timer(shard, timer);
    myc_release(&shard->context, payload);
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
        drop(shard, timer);
        return;
    }
    timer->state = MYC__TIMER_QUEUED;
    timer->urgent.kind = &timer_kind;
    myc__count(&shard->context.counters.begun, 1);
    myc__urge_here(shard, myc__timers_of(timer)->actor, &timer->urgent);
}

static void arm(myc__shard *shard, myc__timer *timer, uint64_t due_ns)
{
    timer->state = MYC__TIMER_ARMED;
    timer->node.link.next = NULL; /* an item lay in its place */
    timer->node.fire = fire;
    myc__wheel_arm(&shard->wheel, &timer->node, due_ns);
}

/* ---- its turn has come ---- */

/* Leaves the ticks out whose time has passed: the last one before now stands for them. */
static void skip(myc__timer *timer, uint64_t now_ns)
{
    if (now_ns > timer->node.due_ns) {
        uint64_t ticks = (now_ns - timer->node.due_ns) / timer->period_ns;
        timer->node.due_ns += ticks * timer->period_ns;
        timer->missed += ticks;
    }
}

static void arm_next(myc__shard *shard, myc__timer *timer)
{
    skip(timer, myc_now_ns(&shard->context));
    arm(shard, timer, later(timer->node.due_ns, timer->period_ns));
}

/* The message has been handled. The handler may have cancelled the timer. */
static void go_on(myc__shard *shard, myc__timer *timer)
{
    if (timer->period_ns == 0) {
        free_timer(shard, timer); /* the payload went with the message */
    } else if (timer->state == MYC__TIMER_CANCELLED) {
        drop(shard, timer);
    } else {
        arm_next(shard, timer);
    }
}

/* The message of a periodic timer has a reference of its own. */
static bool dispatch(myc__shard *shard, myc__actor *actor, myc__timer *timer)
{
    const void *payload = timer->payload;
    bool is_periodic = timer->period_ns != 0;
    if (is_periodic) {
        skip(timer, myc__shard_now_ns(shard));
        myc_retain(&shard->context, payload);
    }
    timer->state = MYC__TIMER_RUNNING;
    bool done = myc__urgent_dispatch(shard, actor, timer->tag, payload) != MYC__URGENT_AGAIN;
    if (!done && is_periodic) {
        myc_release(&shard->context, payload);
    }
    return done;
}

static myc__urgent_done run(myc__shard *shard, myc__actor *actor, myc__timer *timer)
{
    bool handled = timer->state != MYC__TIMER_CANCELLED && dispatch(shard, actor, timer);
    if (handled) {
        myc__count(&shard->context.counters.accepted, 1);
        go_on(shard, timer);
        return MYC__URGENT_HANDLED;
    }
    if (timer->state == MYC__TIMER_CANCELLED) {
        drop(shard, timer);
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
    myc__shard *shard = myc__shard_of(ctx);
    myc__timer *timer = timer_of_item(item);
    if (timer->state != MYC__TIMER_CANCELLED) {
        const myc__actor *actor = myc__timers_of(timer)->actor;
        myc_dead_reason reason =
            actor->why.reason == MYC_EXIT_SYSTEM ? MYC_DEAD_DISCARDED : MYC_DEAD_LEFT;
        myc__count(&ctx->counters.accepted, 1);
        myc__dead_letter(ctx, to, timer->tag, timer->payload, reason);
    }
    free_timer(shard, timer);
    myc__count_end(&ctx->counters.done, 1);
}

static const myc__urgent_kind timer_kind = {.handle = handle, .abandon = abandon};

/* ---- its actor sets it and cancels it ---- */

typedef struct order {
    uint32_t tag;
    const void *payload;
    uint64_t delay_ns;
    bool is_periodic;
} order;

static bool fits_row(const myc_protocol *protocol, uint32_t tag, const void *payload)
{
    return tag < protocol->row_count && protocol->rows[tag].type == myc_type_of(payload);
}

static int check(myc_context *ctx, const order *given)
{
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    if (!given->payload) {
        return MYC_ENOMEM;
    }
    if (given->is_periodic && given->delay_ns == 0) {
        myc_log(ctx, MYC_LOG_ERROR, "actor %s: the period of a timer is 0 ns: expected at least 1",
                myc__actor_name(ctx->current));
        return MYC_EINVAL;
    }
    return fits_row(ctx->current->behaviour->protocol, given->tag, given->payload) ? 0 : MYC_ETYPE;
}

static myc__timers *timers_of_current(myc_context *ctx)
{
    myc__annex *annex = myc__annex_of(ctx, ctx->current);
    if (annex && !annex->timers) {
        annex->timers = myc__timers_new(&ctx->memory, ctx->current);
    }
    return annex ? annex->timers : NULL;
}

static int make(myc_context *ctx, const order *given, myc__timer **timer)
{
    int error = check(ctx, given);
    if (error) {
        return error;
    }
    myc__timers *timers = timers_of_current(ctx);
    error = timers ? myc__timer_take(timers, &ctx->memory, timer) : MYC_ENOMEM;
    if (!error) {
        (*timer)->payload = given->payload;
        (*timer)->period_ns = given->is_periodic ? given->delay_ns : 0;
        (*timer)->missed = 0;
        (*timer)->tag = given->tag;
    }
    return error;
}

static int set(myc_context *ctx, const order *given, myc_timer *timer)
{
    myc__timer *made;
    int error = make(ctx, given, &made);
    if (error) {
        myc_release(ctx, given->payload);
    } else {
        arm(ctx->shard, made, later(myc_now_ns(ctx), given->delay_ns));
    }
    if (timer) {
        timer->id = error ? 0 : made->id;
    }
    return error;
}

int myc_after(myc_context *ctx, uint64_t delay_ns, uint32_t tag, const void *payload,
              myc_timer *timer)
{
    return set(ctx, &(order){tag, payload, delay_ns, false}, timer);
}

int myc_every(myc_context *ctx, uint64_t period_ns, uint32_t tag, const void *payload,
              myc_timer *timer)
{
    return set(ctx, &(order){tag, payload, period_ns, true}, timer);
}

static myc__timer *find(const myc_context *ctx, myc_timer timer)
{
    const myc__annex *annex = ctx->current ? ctx->current->annex : NULL;
    return annex && annex->timers ? myc__timer_find(annex->timers, timer.id) : NULL;
}

bool myc_timer_cancel(myc_context *ctx, myc_timer timer)
{
    myc__timer *found = find(ctx, timer);
    if (!found || (found->state == MYC__TIMER_RUNNING && found->period_ns == 0)) {
        return false;
    }
    if (found->state == MYC__TIMER_ARMED) {
        myc__wheel_disarm(&ctx->shard->wheel, &found->node);
        drop(ctx->shard, found);
        return true;
    }
    if (found->state == MYC__TIMER_QUEUED) {
        myc_release(ctx, found->payload);
        found->payload = NULL;
    }
    found->state = MYC__TIMER_CANCELLED;
    myc__timer_outdate(found);
    return true;
}

uint64_t myc_timer_missed(const myc_context *ctx, myc_timer timer)
{
    const myc__timer *found = find(ctx, timer);
    return found ? found->missed : 0;
}

/* ---- its actor ends, or moves ---- */

static void end_armed(void *user, myc__timer *timer)
{
    myc__shard *shard = user;
    myc__wheel_disarm(&shard->wheel, &timer->node);
    drop(shard, timer);
}

void myc__timers_end(myc__shard *shard, myc__actor *actor)
{
    myc__timers *timers = actor->annex->timers;
    if (timers) {
        actor->annex->timers = NULL;
        myc__timers_each_armed(timers, end_armed, shard);
        MYC__CHECK(timers->live == 0);
        myc__timers_free(timers, &shard->context.memory);
    }
}

static void detach(void *user, myc__timer *timer)
{
    myc__shard *shard = user;
    myc__wheel_disarm(&shard->wheel, &timer->node);
}

void myc__timers_detach(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex && actor->annex->timers) {
        myc__timers_each_armed(actor->annex->timers, detach, shard);
    }
}

static void attach(void *user, myc__timer *timer)
{
    arm(user, timer, timer->node.due_ns);
}

void myc__timers_attach(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex && actor->annex->timers) {
        actor->annex->timers->actor = actor;
        myc__timers_each_armed(actor->annex->timers, attach, shard);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/timer.h>

#include "actor/timer.h"

/* What an actor may ask for: it sets its timers and cancels them. */

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

/* Takes the payload when it answers true. */
static bool fill(myc_context *ctx, const order *given, myc__timer *timer)
{
    timer->tag = (uint16_t)given->tag;
    timer->is_periodic = given->is_periodic;
    timer->payload = given->payload;
    if (given->is_periodic) {
        timer->rhythm = myc__memory_new_internal(&ctx->memory, sizeof *timer->rhythm);
        if (!timer->rhythm) {
            return false;
        }
        *timer->rhythm = (myc__timer_rhythm){given->payload, given->delay_ns, 0};
    }
    return true;
}

static int make(myc_context *ctx, const order *given, myc__timer **timer)
{
    int error = check(ctx, given);
    if (error) {
        return error;
    }
    myc__timers *timers = timers_of_current(ctx);
    error = timers ? myc__timer_take(timers, &ctx->memory, timer) : MYC_ENOMEM;
    if (!error && !fill(ctx, given, *timer)) {
        myc__timer_free(*timer, &ctx->memory);
        return MYC_ENOMEM;
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
        myc__timer_arm(ctx->shard, made, myc__timer_later(myc_now_ns(ctx), given->delay_ns));
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
    if (!found || (found->state == MYC__TIMER_RUNNING && !found->is_periodic)) {
        return false;
    }
    myc__timer_cancel(ctx, found);
    return true;
}

uint64_t myc_timer_missed(const myc_context *ctx, myc_timer timer)
{
    const myc__timer *found = find(ctx, timer);
    return found && found->is_periodic ? found->rhythm->missed : 0;
}

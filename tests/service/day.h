/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVICE_DAY_H
#define TESTS_SERVICE_DAY_H

/*
 * A day at a small market, in which everything an actor can do meets:
 *
 *   feed     supervised: publishes a tick at each beat of its timer, fails now and then, and starts
 *            anew under its ref and its name
 *   desk     subscribes to the ticks, is registered with a weight, answers requests for a price:
 *            at once, never, or with the next tick
 *   broker   watches the registry: its router follows the desks; watches each desk for its end;
 *            asks one of them for each order, itself or by a proxy, and counts how the asks end;
 *            sends what was bought to the auditor
 *
 * The office behind it, with the auditor, is in day_office.h.
 *
 * What happened is written into a ledger. Nothing here asserts: who plays a day does.
 */
#include "day_office.h"

#define DAY_FEED_ROWS(ROW, P) ROW(P, beat, day_tick)
#define DAY_DESK_ROWS(ROW, P)                                                                      \
    ROW(P, tick, day_tick)                                                                         \
    ROW(P, price, day_number, day_number, MYC_IDEMPOTENT)
#define DAY_BROKER_ROWS(ROW, P)                                                                    \
    ROW(P, order, day_number)                                                                      \
    ROW(P, member, myc_registry_change)                                                            \
    ROW(P, down, myc_down)
MYC_PROTOCOL(pulse, DAY_FEED_ROWS)
MYC_PROTOCOL(dealing, DAY_DESK_ROWS)
MYC_PROTOCOL(broking, DAY_BROKER_ROWS)
MYC_REGISTRY(pulse)
MYC_REGISTRY(dealing)
MYC_ROUTER(dealing)
MYC_PROXY(dealing, DAY_DESK_ROWS)
MYC_SUBSCRIPTION(ticks, dealing, tick)

/* ---- the feed ---- */

struct feed {
    day_ledger *ledger;
    ticks_topic ticks;
    uint64_t period_ns;
    uint32_t number;
    uint32_t fails_after; /* beats; 0: never */
};

static int feed_on_start(struct feed *self, myc_context *ctx)
{
    char name[16];
    day_note(&self->ledger->starts[self->number]);
    snprintf(name, sizeof name, "feed/%u", self->number);
    int error = pulse_register(ctx, name, (pulse_ref){myc_self(ctx)}, NULL);
    return error ? error : pulse_every_beat(ctx, self->period_ns, day_tick_new(ctx), NULL);
}

static void feed_on_stop(struct feed *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    if (why.reason == MYC_EXIT_FAILED) {
        day_note(&self->ledger->failures);
    }
}

static myc_next feed_on_beat(struct feed *self, myc_context *ctx, const day_tick *beat)
{
    (void)beat;
    day_note(&self->ledger->beats[self->number]);
    if (self->fails_after && --self->fails_after == 0) {
        return MYC_FAIL(MYC_EIO);
    }
    day_tick *made = day_tick_new(ctx);
    if (made) {
        made->feed = self->number;
        day_note(&self->ledger->published);
        if (ticks_publish(ctx, self->ticks, made).refused) {
            day_note(&self->ledger->lost);
        }
    }
    return MYC_CONTINUE;
}

MYC_ACTOR_WITH_LIFECYCLE(feed, pulse, DAY_FEED_ROWS)

/* ---- the desk ---- */

typedef enum day_mood {
    DAY_PROMPT, /* replies at once */
    DAY_MUTE,   /* drops every third token */
    DAY_SLOW    /* replies with the next tick */
} day_mood;

struct desk {
    day_ledger *ledger;
    ticks_topic ticks;
    uint32_t number;
    day_mood mood;
    uint32_t asked;
    bool keeps;
    dealing_price_token kept;
};

static int desk_on_start(struct desk *self, myc_context *ctx)
{
    char name[16];
    char weight[8];
    dealing_ref ref = {myc_self(ctx)};
    snprintf(name, sizeof name, "desk/%u", self->number);
    snprintf(weight, sizeof weight, "%u", self->number + 1);
    myc_registry_pair pair = {"weight", weight};
    myc_registry_options options = {.replace = true, .metadata = &pair, .metadata_count = 1};
    int error = ticks_subscribe_dealing_tick(ctx, self->ticks, ref, NULL);
    return error ? error : dealing_register(ctx, name, ref, &options);
}

static void desk_reply(struct desk *self, myc_context *ctx, dealing_price_token token)
{
    day_number *price = day_number_new(ctx);
    if (price) {
        price->value = 100 + self->number;
    }
    if (dealing_reply_price(ctx, token, price) != MYC_SENT) {
        day_note(&self->ledger->late);
    }
}

static void desk_reply_kept(struct desk *self, myc_context *ctx)
{
    if (self->keeps) {
        self->keeps = false;
        desk_reply(self, ctx, self->kept);
        dealing_drop_price(ctx, self->kept);
    }
}

static void desk_on_stop(struct desk *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    if (self->keeps) {
        dealing_drop_price(ctx, self->kept);
    }
}

static myc_next desk_on_tick(struct desk *self, myc_context *ctx, const day_tick *tick)
{
    (void)tick;
    day_note(&self->ledger->ticks[self->number]);
    desk_reply_kept(self, ctx);
    return MYC_CONTINUE;
}

static myc_next desk_on_price(struct desk *self, myc_context *ctx, const day_number *price,
                              dealing_price_token token)
{
    (void)price;
    day_note(&self->ledger->requests[self->number]);
    self->asked++;
    if (self->mood == DAY_MUTE && self->asked % 3 == 0) {
        return MYC_CONTINUE;
    }
    if (self->mood == DAY_SLOW && !self->keeps) {
        self->keeps = true;
        self->kept = dealing_keep_price(ctx, token);
        return MYC_CONTINUE;
    }
    desk_reply(self, ctx, token);
    return MYC_CONTINUE;
}

MYC_ACTOR_WITH_LIFECYCLE(desk, dealing, DAY_DESK_ROWS)

/* ---- the broker ---- */

struct broker {
    day_ledger *ledger;
    myc_route strategy;
    uint64_t timeout_ns;
    dealing_router desks;
    auditing_ref auditor; /* zero: it is told nothing, and no proxy is asked */
    uint32_t number;      /* of the broker */
    uint32_t trades;
    dealing_proxy proxy;
};

static int broker_open_proxy(struct broker *self, myc_context *ctx)
{
    myc_proxy_options options = {
        .router = {self->strategy, 7},
        .breaker = {.failure_threshold = 2, .timeout_ns = 2000000},
        .retry = {.backoff = MYC_RETRY_LINEAR, .delay_ns = 500000, .seed = 1},
        .try_timeout_ns = self->timeout_ns / 3 + 1};
    return self->auditor.address.life ? dealing_proxy_create(ctx, &options, &self->proxy) : 0;
}

static int broker_on_start(struct broker *self, myc_context *ctx)
{
    myc_router_options options = {self->strategy, 7};
    int error = dealing_router_init(ctx, &self->desks, &options);
    error = error ? error : broker_open_proxy(self, ctx);
    return error ? error : myc_registry_watch(ctx, "desk/*", broking_tag_member, true);
}

static void broker_on_stop(struct broker *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    dealing_proxy_destroy(ctx, self->proxy);
}

static int broker_follow(struct broker *self, myc_context *ctx, const myc_registry_change *member)
{
    int error = dealing_router_follow(ctx, &self->desks, member);
    if (error || !self->proxy.proxy) {
        return error;
    }
    (void)dealing_proxy_remove(self->proxy, (dealing_ref){member->previous});
    if (member->what == MYC_REGISTRY_REMOVED) {
        (void)dealing_proxy_remove(self->proxy, (dealing_ref){member->address});
        return 0;
    }
    return dealing_proxy_add(ctx, self->proxy, (dealing_ref){member->address}, NULL);
}

static myc_next broker_on_member(struct broker *self, myc_context *ctx,
                                 const myc_registry_change *member)
{
    int error = broker_follow(self, ctx, member);
    if (!error && member->what != MYC_REGISTRY_REMOVED) {
        error = MYC_WATCH(broking, down, ctx, *member);
    }
    if (error) {
        day_note(&self->ledger->errors);
    }
    day_note(&self->ledger->changes);
    atomic_store(&self->ledger->members, dealing_router_count(&self->desks));
    return MYC_CONTINUE;
}

static myc_next broker_on_down(struct broker *self, myc_context *ctx, const myc_down *down)
{
    (void)ctx;
    (void)down;
    day_note(&self->ledger->downs);
    return MYC_CONTINUE;
}

/* Without a loss: it waits when the auditor has no room. */
static void broker_book(struct broker *self, myc_context *ctx)
{
    day_number *trade = self->auditor.address.life ? day_number_new(ctx) : NULL;
    if (!trade) {
        return;
    }
    trade->value = day_serial(self->number, ++self->trades);
    if (auditing_send_or_pause_trade(ctx, self->auditor, trade) == MYC_SENT) {
        day_note(&self->ledger->trades);
    }
}

static myc_next broker_on_answer(void *state, myc_context *ctx, const myc_answer *answer,
                                 const day_number *price)
{
    (void)ctx;
    struct broker *self = state;
    day_note(&self->ledger->outcomes[answer->outcome]);
    if ((answer->outcome == MYC_REPLIED) != (price && price->value >= 100)) {
        day_note(&self->ledger->errors);
    }
    if (price) {
        broker_book(self, ctx);
    }
    return MYC_CONTINUE;
}

/* By the proxy, which has its own end for an order that nobody can be asked for. */
static myc_next broker_have_asked(struct broker *self, myc_context *ctx, const day_number *order)
{
    uint64_t key = order->value;
    int error = dealing_proxy_ask_price(ctx, self->proxy, key, day_number_move(ctx, order),
                                        self->timeout_ns, broker_on_answer);
    day_note(error ? &self->ledger->ask_errors : &self->ledger->asked);
    return MYC_CONTINUE;
}

static myc_next broker_on_order(struct broker *self, myc_context *ctx, const day_number *order)
{
    dealing_ref desk;
    day_note(&self->ledger->orders);
    if (self->proxy.proxy && order->value % 2) {
        return broker_have_asked(self, ctx, order);
    }
    if (dealing_router_choose_by(ctx, &self->desks, order->value, &desk) != 0) {
        day_note(&self->ledger->unhealthy);
        return MYC_CONTINUE;
    }
    const day_number *request = day_number_move(ctx, order);
    if (dealing_ask_price(ctx, desk, request, self->timeout_ns, broker_on_answer) == 0) {
        day_note(&self->ledger->asked);
    } else {
        day_note(&self->ledger->ask_errors);
    }
    return MYC_CONTINUE;
}

MYC_ACTOR_WITH_LIFECYCLE(broker, broking, DAY_BROKER_ROWS)

static inline unsigned day_answered(day_ledger *ledger)
{
    unsigned sum = 0;
    for (uint32_t outcome = 0; outcome < DAY_OUTCOMES; outcome++) {
        sum += atomic_load(&ledger->outcomes[outcome]);
    }
    return sum;
}

#endif

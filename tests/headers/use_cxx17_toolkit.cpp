/* SPDX-License-Identifier: Apache-2.0 */
/* The toolkit from C++17: asks, timers, watches, topics, modes and routers, with types of libtypes. */
#include <cstdio>

#include <libtypes/market.h>
#include <mycelium/mycelium.h>

#define BOOTH_ROWS(ROW, P)                                                                         \
    ROW(P, price, quote_update, quote_update, MYC_IDEMPOTENT)                                      \
    ROW(P, tick, quote_update)                                                                     \
    ROW(P, begin, pool_sync_event)                                                                 \
    ROW(P, down, myc_down)
MYC_PROTOCOL(booth, BOOTH_ROWS)
MYC_ROUTER(booth)
MYC_TOPIC(ticks, quote_update)
MYC_SUBSCRIPTION(ticks, booth, tick)

struct booth {
    booth_ref other;
    ticks_topic topic;
    int *events; /* bits of what has happened */
};

enum { REPLIED = 1, TICKED = 2, DOWN = 4, TOPIC_SEEN = 8, ALL = 15 };

static myc_next answered(void *state, myc_context *ctx, const myc_answer *answer,
                         const quote_update *reply)
{
    booth *self = static_cast<booth *>(state);
    bool right = answer->outcome == MYC_REPLIED && reply->bid.price_e8 == 42;
    *self->events |= right ? REPLIED : 0;
    myc_stop(ctx, self->other.address);
    return right ? MYC_CONTINUE : MYC_FAIL(MYC_EINVAL);
}

static myc_next booth_on_price(booth *, myc_context *ctx, const quote_update *asked,
                               booth_price_token token)
{
    quote_update *reply = quote_update_new(ctx);
    reply->bid.price_e8 = 2 * asked->bid.price_e8;
    return booth_reply_price(ctx, token, reply) == MYC_SENT ? MYC_CONTINUE : MYC_FAIL(MYC_EBUSY);
}

/* A tick with a price was published, one without is the timer's. */
static myc_next booth_on_tick(booth *self, myc_context *ctx, const quote_update *tick)
{
    *self->events |= tick->bid.price_e8 ? TOPIC_SEEN : TICKED;
    if (tick->bid.price_e8)
        return MYC_CONTINUE;
    quote_update *published = quote_update_new(ctx);
    published->bid.price_e8 = 1;
    return ticks_publish(ctx, self->topic, published).workers ? MYC_CONTINUE : MYC_FAIL(MYC_EBUSY);
}

static int ask_other(booth *self, myc_context *ctx)
{
    booth_router router = {};
    booth_ref chosen;
    quote_update *request = quote_update_new(ctx);
    request->bid.price_e8 = 21;
    int error = booth_router_add(ctx, &router, self->other, nullptr);
    error = error ? error : booth_router_choose(ctx, &router, &chosen);
    if (error) {
        quote_update_release(ctx, request);
        return error;
    }
    return booth_ask_price(ctx, chosen, request, 1000000000u, answered);
}

static myc_next booth_on_begin(booth *self, myc_context *ctx, const pool_sync_event *)
{
    int error = MYC_WATCH(booth, down, ctx, self->other);
    error = error ? error
                  : ticks_subscribe_booth_tick(ctx, self->topic, booth_ref{myc_self(ctx)}, nullptr);
    error = error ? error : booth_after_tick(ctx, 1000, quote_update_new(ctx), nullptr);
    error = error ? error : ask_other(self, ctx);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

static myc_next booth_on_down(booth *self, myc_context *, const myc_down *down)
{
    *self->events |= down->why.reason == MYC_EXIT_REQUESTED ? DOWN : 0;
    return MYC_CONTINUE;
}
MYC_ACTOR(booth, booth, BOOTH_ROWS)

static int run(myc_system *system, int *events)
{
    myc_context *ctx = myc_context_of(system);
    booth state = {};
    booth_ref other, first;
    state.events = events;
    int error = ticks_create(ctx, nullptr, &state.topic);
    error = error ? error : booth_spawn(ctx, &state, nullptr, &other);
    state.other = other;
    error = error ? error : booth_spawn(ctx, &state, nullptr, &first);
    if (!error && booth_send_begin(ctx, first, pool_sync_event_new(ctx)) != MYC_SENT)
        error = MYC_EBUSY;
    for (int pass = 0; pass < 1000000 && !error && *events != ALL; pass++)
        error = myc_system_run_once(system) < 0 ? MYC_EINVAL : 0;
    ticks_destroy(ctx, state.topic);
    return error;
}

int main()
{
    int events = 0;
    myc_system *system = nullptr;
    myc_system_options options = {};
    options.workers = 2;
    options.caller_driven = true;
    int error = myc_system_create(&options, &system);
    error = error ? error : run(system, &events);
    myc_system_destroy(system);
    std::printf("events %d of %d, %s\n", events, ALL, myc_error_name(error));
    return error || events != ALL;
}

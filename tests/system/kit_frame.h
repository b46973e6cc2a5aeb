/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SYSTEM_KIT_FRAME_H
#define TESTS_SYSTEM_KIT_FRAME_H

/*
 * Actors for the tests of the test kit: a stage passes numbers on, one higher; a clerk asks another
 * one and reports the outcome.
 */
#include "support/kit.h"

typedef struct number {
    uint64_t value;
} number;
MYC_MESSAGE(number)
__attribute__((weak)) MYC_MESSAGE_TYPE(number, .id = 0)

#define SINK_ROWS(ROW, P)                                                                          \
    ROW(P, count, number)                                                                          \
    ROW(P, again, number)                                                                          \
    ROW(P, ask, number, number)
    MYC_PROTOCOL(sink, SINK_ROWS)
MYC_PROBE(sink, SINK_ROWS)

struct stage {
    sink_ref next;
    uint64_t *seen_ns; /* when it handled the last one; may be NULL */
};

MYC_UNUSED static number *make_number(myc_context *ctx, uint64_t value)
{
    number *made = number_new(ctx);
    cr_assert_not_null(made);
    made->value = value;
    return made;
}

static sink_ref stage_self(const myc_context *ctx);

/* Without a `next` it goes round in circles. */
static myc_next stage_on_count(struct stage *self, myc_context *ctx, const number *count)
{
    if (self->seen_ns)
        *self->seen_ns = myc_now_ns(ctx);
    number *made = number_new(ctx);
    if (!made)
        return MYC_FAIL(MYC_ENOMEM);
    made->value = count->value + 1;
    sink_ref next = self->next.address.life ? self->next : stage_self(ctx);
    return sink_send_count(ctx, next, made) == MYC_FULL ? MYC_FAIL(MYC_EBUSY) : MYC_CONTINUE;
}

static myc_next stage_on_again(struct stage *self, myc_context *ctx, const number *again)
{
    (void)self, (void)ctx, (void)again;
    return MYC_AGAIN;
}

/* The outcome and the time go to `next`. */
static myc_next stage_told(void *state, myc_context *ctx, const myc_answer *answer,
                           const number *reply)
{
    struct stage *self = state;
    uint64_t value = reply ? reply->value : 1000 + (uint64_t)answer->outcome;
    myc_ignore(sink_send_count(ctx, self->next, make_number(ctx, value)));
    return MYC_CONTINUE;
}

/* Has `next` asked by itself: within so many ns. */
static myc_next stage_on_ask(struct stage *self, myc_context *ctx, const number *ask,
                             sink_ask_token token)
{
    (void)token;
    int error = sink_ask_ask(ctx, self->next, make_number(ctx, 7), ask->value, stage_told);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

MYC_ACTOR(stage, sink, SINK_ROWS)

MYC_UNUSED static sink_ref stage_before(myc_testkit *kit, sink_ref next, uint32_t worker)
{
    sink_ref ref = {{0, 0}};
    cr_assert_eq(
        0, stage_spawn(myc_testkit_context(kit), &(struct stage){next, NULL},
                       &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker}, &ref));
    return ref;
}

MYC_UNUSED static sink_probe probe_on(myc_testkit *kit, uint32_t worker)
{
    sink_probe made = sink_probe_open_with(
        kit, &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker});
    cr_assert_not_null(made.probe);
    return made;
}

MYC_UNUSED static void send_count(myc_testkit *kit, sink_ref to, uint64_t value)
{
    myc_context *ctx = myc_testkit_context(kit);
    cr_assert_eq(MYC_SENT, sink_send_count(ctx, to, make_number(ctx, value)));
}

#endif

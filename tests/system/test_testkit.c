/* SPDX-License-Identifier: Apache-2.0 */
#include "support/kit.h"

typedef struct number {
    uint64_t value;
} number;
MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number, .id = 0)

#define SINK_ROWS(ROW, P)                                                                          \
    ROW(P, count, number)                                                                          \
    ROW(P, other, number)
MYC_PROTOCOL(sink, SINK_ROWS)
MYC_PROBE(sink, SINK_ROWS)

/* Passes each number on, one higher. */
struct stage {
    sink_ref next;
};

static myc_next stage_on_count(struct stage *self, myc_context *ctx, const number *count)
{
    number *made = number_new(ctx);
    if (!made) {
        return MYC_FAIL(MYC_ENOMEM);
    }
    made->value = count->value + 1;
    return sink_send_count(ctx, self->next, made) == MYC_FULL ? MYC_FAIL(MYC_EBUSY) : MYC_CONTINUE;
}

static myc_next stage_on_other(struct stage *self, myc_context *ctx, const number *other)
{
    (void)self, (void)ctx, (void)other;
    return MYC_AGAIN;
}

MYC_ACTOR(stage, sink, SINK_ROWS)

static const number *make(myc_context *ctx, uint64_t value)
{
    number *made = number_new(ctx);
    cr_assert_not_null(made);
    made->value = value;
    return made;
}

static sink_ref stage_before(myc_testkit *kit, sink_ref next, uint32_t worker)
{
    sink_ref ref;
    cr_assert_eq(
        0, stage_spawn(myc_testkit_context(kit), &(struct stage){next},
                       &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker}, &ref));
    return ref;
}

static void send_count(myc_testkit *kit, sink_ref to, uint64_t value)
{
    myc_context *ctx = myc_testkit_context(kit);
    cr_assert_eq(MYC_SENT, sink_send_count(ctx, to, make(ctx, value)));
}

Test(testkit, gives_a_probe_what_is_sent_to_it)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe out = sink_probe_open(kit);
    send_count(kit, stage_before(kit, stage_before(kit, out.ref, 1), 0), 40);
    const number *got = sink_expect_count(out, 0);
    KIT_ASSERT(out.probe, got);
    cr_expect_eq(42, got->value);
    KIT_ASSERT(out.probe, myc_probe_expect_none(out.probe, SECOND_NS));
    kit_close(kit);
    NO_LEAKS();
}

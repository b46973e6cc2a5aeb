/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kit_frame.h"

/* A stage that asks `desk` within so many ns; what it is told goes to `desk` too, as a count. */
static sink_ref asker_of(myc_testkit *kit, sink_probe desk, uint64_t within_ns, uint32_t worker)
{
    sink_ref asker = stage_before(kit, desk.ref, worker);
    myc_context *ctx = myc_testkit_context(kit);
    cr_assert_eq(MYC_SENT, sink_send_ask(ctx, asker, make_number(ctx, within_ns)));
    return asker;
}

static void expect_told(sink_probe desk, uint64_t value, uint64_t within_ns)
{
    const number *told = sink_expect_count(desk, within_ns);
    KIT_ASSERT(desk.probe, told);
    cr_expect_eq(value, told->value);
}

static void answers(uint64_t seed)
{
    myc_testkit *kit = kit_open(seed, 2);
    sink_probe desk = probe_on(kit, 0);
    (void)asker_of(kit, desk, MILLISECOND_NS, (uint32_t)(seed % 2));
    const number *asked = sink_expect_ask(desk, 0);
    KIT_ASSERT(desk.probe, asked);
    cr_expect_eq(7, asked->value);
    kit_advance(kit, MILLISECOND_NS - 1); /* as late as it may be */
    number *reply = make_number(myc_testkit_context(kit), 99);
    cr_expect_eq(MYC_SENT, sink_probe_reply_ask(desk, reply));
    expect_told(desk, 99, 0);
    kit_close(kit);
}

Test(testkit_asks, a_probe_answers_when_the_test_wants_it_to)
{
    KIT_SEEDS(seed, 30)
    answers(seed);
    NO_LEAKS();
}

Test(testkit_asks, one_that_goes_on_without_an_answer_gives_no_reply)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe desk = probe_on(kit, 1);
    (void)asker_of(kit, desk, MILLISECOND_NS, 0);
    KIT_ASSERT(desk.probe, sink_expect_ask(desk, 0));
    cr_expect_not_null(myc_probe_token(desk.probe).request);
    expect_told(desk, 1000 + MYC_NO_REPLY, 0);
    cr_expect_null(myc_probe_token(desk.probe).request);
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit_asks, an_ask_times_out_at_its_virtual_deadline)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe desk = probe_on(kit, 1);
    sink_probe quiet = probe_on(kit, 0);
    uint64_t start_ns = myc_testkit_now_ns(kit);
    (void)asker_of(kit, desk, 3 * SECOND_NS, 0);
    KIT_ASSERT(desk.probe, sink_expect_ask(desk, 0));
    myc_token token = myc_probe_token(desk.probe);
    myc_token_keep(myc_testkit_context(kit), token);
    KIT_ASSERT(quiet.probe, myc_probe_expect_none(quiet.probe, 3 * SECOND_NS - 1));
    cr_expect_eq(0, myc_probe_waiting(desk.probe), "not before");
    expect_told(desk, 1000 + MYC_TIMED_OUT, 1);
    cr_expect_eq(start_ns + 3 * SECOND_NS, myc_probe_arrived_ns(desk.probe));
    number *late = make_number(myc_testkit_context(kit), 1);
    cr_expect_eq(MYC_DEAD, myc_reply(myc_testkit_context(kit), token, late));
    myc_token_drop(myc_testkit_context(kit), token);
    cr_expect_eq(1, kit_counts(kit).dead_by[MYC_DEAD_LATE]);
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit_asks, who_waits_for_a_future_waits_in_virtual_time)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe desk = probe_on(kit, 1);
    myc_context *ctx = myc_testkit_context(kit);
    uint64_t start_ns = myc_testkit_now_ns(kit);
    const number *reply = NULL;
    cr_expect_eq(MYC_TIMED_OUT,
                 sink_ask_wait_ask(ctx, desk.ref, make_number(ctx, 1), 3600 * SECOND_NS, &reply));
    cr_expect_eq(start_ns + 3600 * SECOND_NS, myc_testkit_now_ns(kit));
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit_asks, the_clock_stops_at_deadlines_on_its_way)
{
    myc_testkit *kit = kit_open(1, 3);
    sink_probe desk = probe_on(kit, 1);
    uint64_t start_ns = myc_testkit_now_ns(kit);
    (void)asker_of(kit, desk, 3 * SECOND_NS, 0);
    KIT_ASSERT(desk.probe, sink_expect_ask(desk, 0));
    myc_context *ctx = myc_testkit_context(kit);
    myc_token token = myc_probe_token(desk.probe);
    myc_token_keep(ctx, token); /* no answer */
    expect_told(desk, 1000 + MYC_TIMED_OUT, 100 * SECOND_NS);
    cr_expect_eq(start_ns + 3 * SECOND_NS, myc_probe_arrived_ns(desk.probe));
    cr_expect_eq(start_ns + 3 * SECOND_NS, myc_testkit_now_ns(kit), "no more than it takes");
    myc_token_drop(ctx, token);
    kit_close(kit);
    NO_LEAKS();
}

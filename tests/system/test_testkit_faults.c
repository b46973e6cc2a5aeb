/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kit_frame.h"

static void expect_value(sink_probe out, uint64_t value)
{
    const number *got = sink_expect_count(out, 0);
    KIT_ASSERT(out.probe, got);
    cr_expect_eq(value, got->value);
}

Test(testkit_faults, the_next_message_fails)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        myc_testkit *kit = kit_open(seed, 2);
        sink_probe out = probe_on(kit, 0);
        sink_ref ref = stage_before(kit, out.ref, 1);
        send_count(kit, ref, 1);
        expect_value(out, 2);
        cr_assert_eq(0, myc_testkit_fail_next(kit, ref.address, -77));
        send_count(kit, ref, 2);
        KIT_ASSERT(out.probe, myc_probe_expect_none(out.probe, 0));
        myc_context *ctx = myc_testkit_context(kit);
        cr_expect_eq(MYC_DEAD, sink_send_count(ctx, ref, make_number(ctx, 3)));
        cr_expect_eq(MYC_ENOENT, myc_testkit_fail_next(kit, ref.address, -77));
        kit_close(kit);
    }
    NO_LEAKS();
}

Test(testkit_faults, a_failure_needs_a_code)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_probe out = probe_on(kit, 0);
    cr_expect_eq(MYC_EINVAL, myc_testkit_fail_next(kit, out.ref.address, 0));
    send_count(kit, out.ref, 1);
    expect_value(out, 1);
    kit_close(kit);
    NO_LEAKS();
}

struct try_send {
    sink_ref to;
    myc_sent sent;
    uint32_t room;
};

static void try_count(myc_context *ctx, void *argument)
{
    struct try_send *job = argument;
    job->room = myc_room(ctx, job->to.address);
    job->sent = sink_send_count(ctx, job->to, make_number(ctx, 9));
}

static void expect_sends(myc_testkit *kit, sink_ref to, myc_sent sent)
{
    struct try_send job = {.to = to};
    try_count(myc_testkit_context(kit), &job);
    cr_expect_eq(sent, job.sent, "from outside");
    for (uint32_t worker = 0; worker < 2; worker++) {
        myc_testkit_on_worker(kit, worker, try_count, &job);
        cr_expect_eq(sent, job.sent, "from worker %u", worker);
        cr_expect_eq(sent == MYC_FULL, job.room == 0);
    }
}

static void fill_and_empty(myc_overflow overflow)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe out = sink_probe_open_with(kit, &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER,
                                                                    .mailbox_bound = 20,
                                                                    .overflow = overflow});
    expect_sends(kit, out.ref, MYC_SENT);
    cr_expect_eq(0, myc_testkit_fill(kit, out.ref.address, true));
    cr_expect_eq(0, myc_testkit_fill(kit, out.ref.address, true), "twice is once");
    expect_sends(kit, out.ref, MYC_FULL);
    kit_run(kit);
    cr_expect_eq(3, myc_probe_waiting(out.probe), "it handles what it has");
    expect_sends(kit, out.ref, MYC_FULL);
    cr_expect_eq(0, myc_testkit_fill(kit, out.ref.address, false));
    expect_sends(kit, out.ref, MYC_SENT);
    kit_run(kit);
    cr_expect_eq(6, myc_probe_waiting(out.probe));
    cr_expect_eq(6, kit_counts(kit).refused);
    cr_expect_eq(0, kit_counts(kit).dropped);
    kit_close(kit);
}

Test(testkit_faults, a_filled_mailbox_refuses_everybody)
{
    fill_and_empty(MYC_OVERFLOW_REFUSE);
    fill_and_empty(MYC_OVERFLOW_DROP_NEWEST);
    fill_and_empty(MYC_OVERFLOW_DROP_OLDEST);
    NO_LEAKS();
}

static void pause_for(myc_context *ctx, void *argument)
{
    myc_pause_until_room(ctx, ((const sink_ref *)argument)->address);
}

static void expect_resumed(uint32_t worker)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe out = probe_on(kit, 0);
    sink_ref ref = stage_before(kit, out.ref, worker);
    kit_run(kit);
    cr_assert_eq(0, myc_testkit_fill(kit, out.ref.address, true));
    cr_assert_eq(0, myc_testkit_as(kit, ref.address, pause_for, &out.ref));
    send_count(kit, ref, 1);
    KIT_ASSERT(out.probe, myc_probe_expect_none(out.probe, SECOND_NS));
    cr_expect_eq(1, kit_counts(kit).queued, "it is paused");
    cr_assert_eq(0, myc_testkit_fill(kit, out.ref.address, false));
    expect_value(out, 2);
    kit_close(kit);
}

Test(testkit_faults, who_waits_for_a_filled_mailbox_goes_on_when_it_is_emptied)
{
    expect_resumed(0);
    expect_resumed(1);
    NO_LEAKS();
}

Test(testkit_faults, memory_is_out_when_the_test_says_so)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_probe out = probe_on(kit, 0);
    myc_context *ctx = myc_testkit_context(kit);
    myc_testkit_fail_allocations(kit, 1);
    uint32_t made = 0;
    number *all[20000] = {NULL};
    while (made < 20000 && (all[made] = number_new(ctx)) != NULL)
        made++;
    cr_expect_lt(made, 20000, "one more slab, then none");
    cr_expect_gt(made, 0);
    myc_testkit_fail_allocations(kit, UINT64_MAX);
    cr_expect_eq(MYC_SENT, sink_send_count(ctx, out.ref, make_number(ctx, 5)));
    expect_value(out, 5);
    while (made)
        myc_release(ctx, all[--made]);
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit_faults, a_stalled_worker_does_nothing_until_its_time_is_over)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe stalled = probe_on(kit, 0), other = probe_on(kit, 1);
    kit_run(kit);
    myc_testkit_stall(kit, 0, 5000);
    send_count(kit, stalled.ref, 1);
    send_count(kit, other.ref, 2);
    expect_value(other, 2);
    KIT_ASSERT(stalled.probe, myc_probe_expect_none(stalled.probe, 4999));
    uint64_t before_ns = myc_testkit_now_ns(kit);
    KIT_ASSERT(stalled.probe, sink_expect_count(stalled, SECOND_NS));
    cr_expect_eq(before_ns + 1, myc_testkit_now_ns(kit));
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit_faults, a_system_with_a_stalled_worker_does_not_stop_in_time)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe stalled = probe_on(kit, 0), other = probe_on(kit, 1);
    kit_run(kit);
    myc_testkit_stall(kit, 0, UINT64_MAX);
    myc_straggler found[2];
    myc_stop_report report = {found, 2, 0};
    cr_expect_eq(MYC_ETIMEDOUT,
                 myc_system_stop(myc_testkit_system(kit),
                                 &(myc_stop_options){.discard = true, .timeout_ns = 1}, &report));
    cr_expect_geq(report.count, 1);
    cr_expect(myc_address_equal(stalled.ref.address, found[0].address));
    (void)other;
    kit_close(kit);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kit_frame.h"

typedef struct times {
    myc_histogram *queueing;
    myc_histogram *handling;
} times;

static times times_of(myc_testkit *kit, sink_ref actor, uint32_t tag)
{
    times read = {myc_histogram_create(), myc_histogram_create()};
    cr_assert_eq(0, myc_system_profile_read(myc_testkit_system(kit), actor.address, tag,
                                            read.queueing, read.handling, 0));
    return read;
}

static void times_free(times *read)
{
    myc_histogram_destroy(read->queueing);
    myc_histogram_destroy(read->handling);
}

static myc_actor_info info_of(myc_testkit *kit, sink_ref actor)
{
    myc_actor_info info;
    cr_assert_eq(0, myc_system_actor(myc_testkit_system(kit), actor.address, 0, &info));
    return info;
}

struct load {
    sink_ref to;
    uint32_t count;
};

static void send_load(myc_context *ctx, void *argument)
{
    const struct load *load = argument;
    for (uint64_t i = 0; i < load->count; i++)
        cr_assert_eq(MYC_SENT, sink_send_count(ctx, load->to, make_number(ctx, i)));
}

/* To within an eighth, as the tallies are. */
static void expect_about(uint64_t expected, uint64_t actual)
{
    cr_expect(actual >= expected - expected / 8 && actual <= expected + expected / 8,
              "expected about %llu, got %llu", (unsigned long long)expected,
              (unsigned long long)actual);
}

/* `count` messages from the actor's own worker, then `wait_ns` until it may run. */
static void queue_for(myc_testkit *kit, sink_ref to, uint32_t count, uint64_t wait_ns)
{
    struct load load = {to, count};
    myc_testkit_stall(kit, 0, wait_ns);
    myc_testkit_on_worker(kit, 0, send_load, &load);
    kit_advance(kit, wait_ns);
}

/* Of a probe that is profiled. */
static myc_testkit *kit_with_profile(sink_probe *out)
{
    myc_testkit *kit = kit_open(1, 1);
    *out = probe_on(kit, 0);
    kit_run(kit);
    cr_assert_eq(0, myc_system_profile(myc_testkit_system(kit), out->ref.address, true, 0));
    return kit;
}

Test(profile, tells_how_long_messages_lay_in_the_mailbox)
{
    sink_probe out;
    myc_testkit *kit = kit_with_profile(&out);
    queue_for(kit, out.ref, 10, 1000);
    queue_for(kit, out.ref, 300, 50000); /* more than the first ring of stamps holds */
    times read = times_of(kit, out.ref, sink_tag_count);
    cr_expect_eq(310, myc_histogram_count(read.queueing));
    expect_about(1000, myc_histogram_quantile(read.queueing, 10.0 / 310));
    expect_about(50000, myc_histogram_quantile(read.queueing, 11.0 / 310));
    expect_about(50000, myc_histogram_max(read.queueing));
    cr_expect_eq(300, info_of(kit, out.ref).mailbox_high);
    times_free(&read);
    kit_close(kit);
    NO_LEAKS();
}

Test(profile, stamps_stay_with_their_messages_while_the_ring_grows)
{
    sink_probe out;
    myc_testkit *kit = kit_with_profile(&out);
    myc_testkit_stall(kit, 0, UINT64_MAX);
    struct load load = {out.ref, 1};
    enum { STEPS = 500 };
    for (uint32_t i = 0; i < STEPS; i++) { /* one a microsecond, all taken at the end */
        myc_testkit_on_worker(kit, 0, send_load, &load);
        kit_advance(kit, 1000);
    }
    myc_testkit_stall(kit, 0, 0);
    kit_run(kit);
    times read = times_of(kit, out.ref, MYC_ALL_ROWS);
    cr_expect_eq(STEPS, myc_histogram_count(read.queueing));
    for (uint32_t i = 1; i <= STEPS; i++)
        expect_about(1000 * i, myc_histogram_quantile(read.queueing, (double)i / STEPS));
    times_free(&read);
    kit_close(kit);
    NO_LEAKS();
}

Test(profile, a_message_that_is_not_queued_has_not_waited)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_probe out = probe_on(kit, 0);
    kit_run(kit);
    struct load load = {out.ref, 3};
    myc_testkit_stall(kit, 0, 5000);
    myc_testkit_on_worker(kit, 0, send_load, &load);
    cr_assert_eq(0, myc_system_profile(myc_testkit_system(kit), out.ref.address, true, 0));
    kit_advance(kit, 5000); /* those were there before the profile */
    for (uint64_t i = 0; i < 20; i++)
        send_count(kit, out.ref, i); /* an idle actor takes them from the lane */
    kit_run(kit);
    times read = times_of(kit, out.ref, MYC_ALL_ROWS);
    cr_expect_eq(23, myc_histogram_count(read.queueing));
    cr_expect_eq(0, myc_histogram_max(read.queueing));
    times_free(&read);
    kit_close(kit);
    NO_LEAKS();
}

/* A clock that handlers wind on themselves. */
static uint64_t wound_ns = 5;

static uint64_t wound(void *user)
{
    (void)user;
    return wound_ns;
}

struct miller {
    uint32_t unused;
};

static myc_next miller_on_count(struct miller *self, myc_context *ctx, const number *count)
{
    (void)self, (void)ctx;
    wound_ns += count->value;
    return MYC_CONTINUE;
}

static myc_next miller_on_again(struct miller *self, myc_context *ctx, const number *again)
{
    (void)self, (void)ctx;
    wound_ns += 7 * again->value;
    return MYC_CONTINUE;
}

static myc_next miller_on_ask(struct miller *self, myc_context *ctx, const number *ask,
                              sink_ask_token token)
{
    (void)self, (void)ctx, (void)token;
    wound_ns += 100 * ask->value;
    return MYC_CONTINUE;
}

MYC_ACTOR(miller, sink, SINK_ROWS)

static void expect_handling(myc_system *system, sink_ref actor, uint32_t tag, uint64_t count,
                            uint64_t longest_ns)
{
    myc_histogram *handling = myc_histogram_create();
    cr_assert_eq(0, myc_system_profile_read(system, actor.address, tag, NULL, handling, 0));
    cr_expect_eq(count, myc_histogram_count(handling));
    expect_about(longest_ns, myc_histogram_max(handling));
    myc_histogram_destroy(handling);
}

Test(profile, tells_how_long_the_handler_of_each_row_took)
{
    myc_system *system;
    cr_assert_eq(0, myc_system_create(
                        &(myc_system_options){
                            .workers = 1, .caller_driven = true, .now_ns = wound, .profile = true},
                        &system));
    myc_context *ctx = myc_context_of(system);
    sink_ref ref = {{0, 0}};
    cr_assert_eq(0, miller_spawn(ctx, NULL, NULL, &ref));
    for (uint64_t i = 1; i <= 5; i++) {
        cr_assert_eq(MYC_SENT, sink_send_count(ctx, ref, make_number(ctx, 1000 * i)));
        cr_assert_eq(MYC_SENT, sink_send_again(ctx, ref, make_number(ctx, 100000)));
    }
    const number *reply;
    cr_expect_eq(MYC_NO_REPLY,
                 sink_ask_wait_ask(ctx, ref, make_number(ctx, 33), SECOND_NS, &reply));
    cr_assert_eq(0, myc_system_await_quiescence(system, SECOND_NS));
    expect_handling(system, ref, sink_tag_count, 5, 5000);
    expect_handling(system, ref, sink_tag_again, 5, 700000);
    expect_handling(system, ref, sink_tag_ask, 1, 3300);
    expect_handling(system, ref, MYC_ALL_ROWS, 11, 700000);
    myc_actor_info info;
    cr_assert_eq(0, myc_system_actor(system, ref.address, 0, &info));
    cr_expect(info.is_profiled);
    cr_expect_eq(15000 + 5 * 700000 + 3300, info.busy_ns);
    cr_expect_eq(0, myc_system_destroy(system));
    NO_LEAKS();
}

Test(profile, comes_and_goes_with_a_call)
{
    myc_testkit *kit = kit_open(1, 2);
    myc_system *system = myc_testkit_system(kit);
    sink_probe out = probe_on(kit, 1);
    kit_run(kit);
    cr_expect_eq(MYC_ENOENT, myc_system_profile_read(system, out.ref.address, 0, NULL, NULL, 0));
    for (uint32_t round = 0; round < 3; round++) {
        cr_expect_eq(0, myc_system_profile(system, out.ref.address, true, 0));
        cr_expect_eq(0, myc_system_profile(system, out.ref.address, true, 0), "twice is once");
        cr_expect(info_of(kit, out.ref).is_profiled);
        for (uint64_t i = 0; i < 100; i++)
            send_count(kit, out.ref, i);
        kit_run(kit);
        times read = times_of(kit, out.ref, MYC_ALL_ROWS);
        cr_expect_eq(100, myc_histogram_count(read.handling), "what went before is gone");
        times_free(&read);
        cr_expect_eq(0, myc_system_profile(system, out.ref.address, false, 0));
        cr_expect_eq(0, myc_system_profile(system, out.ref.address, false, 0));
        cr_expect_not(info_of(kit, out.ref).is_profiled);
        send_count(kit, out.ref, 1);
        kit_run(kit);
    }
    cr_expect_eq(303, myc_probe_waiting(out.probe));
    cr_expect_eq(MYC_ENOENT, myc_system_profile(system, (myc_address){0, 99}, true, 0));
    kit_close(kit);
    NO_LEAKS();
}

Test(profile, of_all_actors_is_had_by_those_that_start_later_too)
{
    myc_testkit *kit = kit_open(1, 2);
    myc_system *system = myc_testkit_system(kit);
    sink_probe before = probe_on(kit, 0);
    kit_run(kit);
    cr_expect_eq(0, myc_system_profile_all(system, true, 0));
    sink_probe later = probe_on(kit, 1);
    kit_run(kit);
    cr_expect(info_of(kit, before.ref).is_profiled);
    cr_expect(info_of(kit, later.ref).is_profiled);
    cr_expect_eq(0, myc_system_profile_all(system, false, 0));
    sink_probe last = probe_on(kit, 1);
    kit_run(kit);
    cr_expect_not(info_of(kit, before.ref).is_profiled);
    cr_expect_not(info_of(kit, later.ref).is_profiled);
    cr_expect_not(info_of(kit, last.ref).is_profiled);
    kit_close(kit);
    NO_LEAKS();
}

Test(profile, does_without_memory)
{
    sink_probe out;
    myc_testkit *kit = kit_with_profile(&out);
    struct load load = {out.ref, 900};
    myc_testkit_stall(kit, 0, 1000);
    myc_testkit_on_worker(kit, 0, send_load, &load);
    myc_testkit_fail_allocations(kit, 0);
    kit_advance(kit, 1000);
    cr_expect_eq(900, myc_probe_waiting(out.probe));
    kit_close(kit);
    NO_LEAKS();
}

Test(profile, an_old_stamp_is_not_taken_for_that_of_a_message_that_was_not_queued)
{
    sink_probe out;
    myc_testkit *kit = kit_with_profile(&out);
    queue_for(kit, out.ref, 10, 1000);
    kit_advance(kit, SECOND_NS);
    for (uint64_t i = 0; i < 20; i++)
        send_count(kit, out.ref, i); /* an idle actor takes them from the lane */
    kit_run(kit);
    times read = times_of(kit, out.ref, MYC_ALL_ROWS);
    cr_expect_eq(30, myc_histogram_count(read.queueing));
    expect_about(1000, myc_histogram_max(read.queueing));
    times_free(&read);
    kit_close(kit);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of actors, exactly. */
#include "system/kit_frame.h"
#include "system/listed.h"

static myc_actor_info info_of(myc_testkit *kit, myc_address actor)
{
    static list seen;
    seen.count = 0;
    cr_assert_eq((int64_t)kit_counts(kit).actors,
                 myc_system_each_actor(myc_testkit_system(kit), 0, list_add, &seen));
    const myc_actor_info *found = list_find(&seen, actor);
    cr_assert_not_null(found);
    myc_actor_info one;
    cr_assert_eq(0, myc_system_actor(myc_testkit_system(kit), actor, 0, &one));
    cr_expect_eq(found->state, one.state);
    cr_expect_eq(found->handled, one.handled);
    cr_expect_str_eq(found->name, one.name);
    return one;
}

Test(inspect, tells_who_an_actor_is_and_what_it_does)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_ref ref = {{0, 0}};
    sink_probe out = probe_on(kit, 0);
    cr_assert_eq(0, stage_spawn(myc_testkit_context(kit), &(struct stage){out.ref, NULL},
                                &(myc_spawn_options){.name = "momentum-7",
                                                     .place = MYC_PLACE_ON_WORKER,
                                                     .worker = 1,
                                                     .mailbox_bound = 77},
                                &ref));
    cr_expect_eq(MYC_ACTOR_STARTING, info_of(kit, ref.address).state);
    kit_run(kit);
    myc_actor_info info = info_of(kit, ref.address);
    cr_expect_str_eq("momentum-7", info.name);
    cr_expect_eq(&sink_protocol, info.protocol);
    cr_expect_eq(1, info.worker);
    cr_expect_eq(MYC_ACTOR_IDLE, info.state);
    cr_expect_eq(77, info.mailbox_bound);
    cr_expect_eq(0, info.handled);
    cr_expect_str_eq("probe", info_of(kit, out.ref.address).name);
    send_count(kit, ref, 1);
    kit_run(kit);
    cr_expect_eq(1, info_of(kit, ref.address).handled);
    kit_close(kit);
    NO_LEAKS();
}

static void pause_for(myc_context *ctx, void *argument)
{
    myc_pause_until_room(ctx, ((const sink_ref *)argument)->address);
}

static void send_three(myc_context *ctx, void *argument)
{
    for (uint64_t i = 0; i < 3; i++)
        myc_ignore(sink_send_count(ctx, *(const sink_ref *)argument, make_number(ctx, i)));
}

Test(inspect, tells_what_waits_in_a_mailbox)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe out = probe_on(kit, 1);
    sink_ref ref = stage_before(kit, out.ref, 1);
    kit_run(kit);
    myc_testkit_on_worker(kit, 1, send_three, &ref);
    cr_expect_eq(MYC_ACTOR_QUEUED, info_of(kit, ref.address).state);
    cr_expect_eq(3, info_of(kit, ref.address).mailbox_depth);
    cr_assert_eq(0, myc_testkit_fill(kit, out.ref.address, true));
    cr_assert_eq(0, myc_testkit_as(kit, ref.address, pause_for, &out.ref));
    kit_run(kit);
    cr_expect_eq(MYC_ACTOR_PAUSED, info_of(kit, ref.address).state);
    cr_expect_eq(3, info_of(kit, ref.address).mailbox_depth);
    cr_assert_eq(0, myc_testkit_fill(kit, out.ref.address, false));
    kit_run(kit);
    cr_expect_eq(0, info_of(kit, ref.address).mailbox_depth);
    kit_close(kit);
    NO_LEAKS();
}

static void expect_drops(myc_overflow overflow, myc_drop_reason reason)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_probe out =
        sink_probe_open_with(kit, &(myc_spawn_options){.mailbox_bound = 1, .overflow = overflow});
    kit_run(kit);
    myc_testkit_on_worker(kit, 0, send_three, &out.ref);
    myc_actor_info info = info_of(kit, out.ref.address);
    for (uint32_t i = 0; i < MYC_DROP_REASONS; i++)
        cr_expect_eq(i == reason ? 2 : 0, info.dropped_by[i]);
    kit_close(kit);
}

Test(inspect, tells_what_an_actor_has_dropped_and_why)
{
    expect_drops(MYC_OVERFLOW_DROP_NEWEST, MYC_DROP_NEWEST);
    expect_drops(MYC_OVERFLOW_DROP_OLDEST, MYC_DROP_OLDEST);
    NO_LEAKS();
}

Test(inspect, lists_more_than_a_worker_tells_at_once)
{
    enum { MANY = 1000 };
    static list seen;
    myc_testkit *kit = kit_open(1, 2);
    sink_ref refs[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        refs[i] = stage_before(kit, (sink_ref){{0, 0}}, i % 2);
    for (uint32_t i = 0; i < MANY; i += 3) /* with gaps */
        myc_stop(myc_testkit_context(kit), refs[i].address);
    kit_run(kit);
    seen.count = 0;
    int64_t left = (int64_t)kit_counts(kit).actors;
    cr_expect_eq(left, myc_system_each_actor(myc_testkit_system(kit), 0, list_add, &seen));
    for (uint32_t i = 0; i < MANY; i++)
        cr_expect_eq(i % 3 != 0, list_find(&seen, refs[i].address) != NULL, "actor %u", i);
    kit_close(kit);
    NO_LEAKS();
}

Test(inspect, knows_nothing_of_the_dead)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_ref ref = stage_before(kit, (sink_ref){{0, 0}}, 1);
    myc_stop(myc_testkit_context(kit), ref.address);
    kit_run(kit);
    myc_actor_info info;
    cr_expect_eq(MYC_ENOENT, myc_system_actor(myc_testkit_system(kit), ref.address, 0, &info));
    myc_address nobody[] = {{0, 0}, {UINT32_C(9) << 24, 1}, {0, UINT32_C(5) << 22 | 1}};
    for (uint32_t i = 0; i < 3; i++)
        cr_expect_eq(MYC_ENOENT, myc_system_actor(myc_testkit_system(kit), nobody[i], 0, &info));
    kit_close(kit);
    NO_LEAKS();
}

static void ask_within(myc_context *ctx, void *argument)
{
    int64_t *answers = argument;
    myc_actor_info info;
    answers[0] = myc_system_each_actor(myc_context_system(ctx), 0, list_add, &(list){0});
    answers[1] = myc_system_actor(myc_context_system(ctx), myc_self(ctx), 0, &info);
}

Test(inspect, is_not_for_handlers)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_ref ref = stage_before(kit, (sink_ref){{0, 0}}, 0);
    int64_t answers[2] = {0};
    cr_assert_eq(0, myc_testkit_as(kit, ref.address, ask_within, answers));
    cr_expect_eq(MYC_ETHREAD, answers[0]);
    cr_expect_eq(MYC_ETHREAD, answers[1]);
    kit_close(kit);
    NO_LEAKS();
}

Test(inspect, names_its_states)
{
    cr_expect_str_eq("idle", myc_actor_state_name(MYC_ACTOR_IDLE));
    cr_expect_str_eq("unknown", myc_actor_state_name(MYC_ACTOR_UNKNOWN));
    cr_expect_str_eq("no state", myc_actor_state_name(MYC_ACTOR_STATES));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "support/well.h"
#include "topic_support.h"

enum { CROWD = 10000 };

/* ---- one event to ten thousand ---- */

static void subscribe_crowd(struct world *here, tickets_topic topic, struct journal *journals)
{
    for (uint32_t i = 0; i < CROWD; i++) {
        desk_ref desk = world_desk(here, i % 2, &journals[i], NULL);
        subscribe(here, topic, desk, i % 3); /* all three kinds of slow ones */
    }
    world_await(here);
}

Test(topic_memory, is_not_asked_for_when_one_event_goes_to_ten_thousand, .timeout = 120)
{
    struct world *here = world_open(2);
    tickets_topic topic = topic_open(here, NULL);
    struct journal *journals = calloc(CROWD, sizeof *journals);
    subscribe_crowd(here, topic, journals);
    publish_all(here, topic, 0, 2);
    world_await(here);
    uint64_t bytes = myc_system_memory_bytes(here->system);
    myc_system_seal_memory(here->system);
    publish_all(here, topic, 2, 1);
    world_await(here);
    cr_expect_eq(0, myc_system_unseal_memory(here->system));
    cr_expect_eq(bytes, myc_system_memory_bytes(here->system));
    for (uint32_t i = 0; i < CROWD; i++) {
        expect_numbers(&journals[i], 0, 3);
        journal_fini(&journals[i]);
    }
    cr_expect_eq(3 * CROWD, counts_of(topic).delivered);
    topic_close(here, topic);
    free(journals);
    NO_LEAKS();
}

/* Others have turns between the parts of a large fan-out: the clerk's job does not wait for its
 * end. */
struct halfway {
    tickets_topic topic;
    uint64_t delivered; /* when the job ran */
};

static void look_at_delivered(myc_context *ctx, void *argument)
{
    (void)ctx;
    struct halfway *halfway = argument;
    halfway->delivered = counts_of(halfway->topic).delivered;
}

Test(topic_memory, a_large_fan_out_gives_way_to_other_actors, .timeout = 120)
{
    struct world *here = world_open(2);
    struct halfway halfway = {topic_open(here, NULL), 0};
    for (uint32_t i = 0; i < CROWD; i++)
        subscribe(here, halfway.topic, world_desk(here, 0, NULL, NULL), MYC_SLOW_DROP);
    world_await(here);
    publish_all(here, halfway.topic, 0, 1);
    world_call(here, 0, look_at_delivered, &halfway);
    cr_expect_gt(halfway.delivered, 0);
    cr_expect_lt(halfway.delivered, CROWD);
    world_await(here);
    cr_expect_eq(CROWD, counts_of(halfway.topic).delivered);
    topic_close(here, halfway.topic);
    NO_LEAKS();
}

/* ---- beginning and end ---- */

static void live_and_die(struct world *here, uint32_t events)
{
    tickets_topic topic = topic_open(here, NULL);
    desk_ref desks[6];
    for (uint32_t i = 0; i < 6; i++) {
        desks[i] = world_desk(here, i % 2, NULL, &(myc_spawn_options){.mailbox_bound = 1});
        subscribe(here, topic, desks[i], i / 2);
    }
    if (events % 2)
        world_run(here);
    for (uint32_t i = 0; i < events; i++)
        (void)publish(here->ctx, topic, 0, i);
    tickets_destroy(here->ctx, topic);
    for (uint32_t i = 0; i < 6; i++)
        myc_stop(here->ctx, desks[i].address);
    world_await(here);
}

Test(topic_memory, of_a_topic_goes_with_it)
{
    struct world *here = world_open(2);
    for (uint32_t i = 0; i < 10; i++)
        live_and_die(here, i);
    uint64_t bytes = myc_system_memory_bytes(here->system);
    uint64_t actors = world_counts(here).actors;
    for (uint32_t i = 0; i < 300; i++)
        live_and_die(here, i % 10);
    cr_expect_eq(bytes, myc_system_memory_bytes(here->system));
    cr_expect_eq(actors, world_counts(here).actors, "hubs and couriers are gone");
    world_close(here);
    NO_LEAKS();
}

static void fill_topic(struct world *here, tickets_topic topic)
{
    for (uint32_t i = 0; i < 6; i++) {
        myc_spawn_options options = {.mailbox_bound = 1};
        subscribe(here, topic, world_desk(here, i % 2, NULL, &options), i / 2);
    }
    publish_all(here, topic, 0, 5);
}

/* The system stops at each moment of a topic's first passes; the topic is destroyed after it. */
Test(topic_memory, may_be_given_back_after_the_system_has_stopped)
{
    for (uint32_t passes = 0; passes < 8; passes++) {
        struct world *here = world_open(2);
        tickets_topic topic = topic_open(here, NULL);
        fill_topic(here, topic);
        for (uint32_t i = 0; i < passes; i++)
            world_pass(here);
        cr_expect_eq(0, myc_system_stop(here->system, &(myc_stop_options){.discard = true}, NULL));
        tickets_destroy(here->ctx, topic);
        cr_expect_eq(0, world_counts(here).actors);
        cr_expect_eq(0, myc_system_destroy(here->system));
        world_free(here);
    }
    NO_LEAKS();
}

/* Each hub has a reference, but it is one payload. */
Test(topic_memory, of_a_topic_that_was_forgotten_is_reported)
{
    struct world *here = world_open(2);
    tickets_topic topic = topic_open(here, NULL);
    fill_topic(here, topic);
    cr_expect_eq(0, tickets_unsubscribe_desk_ticket(here->ctx, topic, here->clerks[0]));
    world_run(here);
    cr_expect_eq(1, world_end(here));
    cr_expect(world_logged(here, "leak: 1 payloads of type myc_topic"));
    world_free(here);
    NO_LEAKS();
}

/* ---- memory that runs out ---- */

static void use_topic(myc_context *ctx, tickets_topic topic)
{
    for (uint32_t i = 0; i < 40; i++) {
        desk_ref desk;
        myc_spawn_options options = {
            .mailbox_bound = 2, .place = MYC_PLACE_ON_WORKER, .worker = i % 2};
        if (desk_spawn(ctx, &(struct desk){NULL}, &options, &desk) != 0)
            continue;
        int error = tickets_subscribe_desk_ticket(ctx, topic, desk,
                                                  &(myc_subscribe_options){.slow = i % 3});
        cr_expect(error == 0 || error == MYC_ENOMEM, "%s", myc_error_name(error));
        ticket_data *made = ticket_data_new(ctx);
        (void)tickets_publish(ctx, topic, made);
        if (i % 4 == 3)
            (void)!tickets_unsubscribe_desk_ticket(ctx, topic, desk);
    }
}

/* Returns how many allocations there were. */
static uint32_t run_short_of_memory(uint32_t fail_at, bool fails_after)
{
    struct well well = {.fail_at = fail_at, .fails_after = fails_after};
    myc_system_options options = {
        .workers = 2, .caller_driven = true, .allocator = well_allocator(&well)};
    myc_system *system;
    if (myc_system_create(&options, &system) != 0)
        return well.calls;
    myc_context *ctx = myc_context_of(system);
    tickets_topic topic = {NULL};
    uint64_t leaked = 0;
    if (ctx && tickets_create(ctx, NULL, &topic) == 0) {
        use_topic(ctx, topic);
        cr_expect_eq(0, myc_system_await_quiescence(system, UINT64_C(20000000000)));
        tickets_destroy(ctx, topic);
    }
    /* Without memory to tell the hubs, the topic is left, and said to be. */
    leaked = myc_system_destroy(system);
    cr_expect_leq(leaked, fails_after ? 1 : 0, "allocation %u failed: %u left", fail_at,
                  (uint32_t)leaked);
    return well.calls;
}

Test(topic_memory, may_be_out_at_any_allocation, .timeout = 300)
{
    uint32_t calls = run_short_of_memory(0, false);
    for (uint32_t fail_at = 1; fail_at <= calls; fail_at++) {
        run_short_of_memory(fail_at, false);
        run_short_of_memory(fail_at, true);
    }
    cr_expect_gt(calls, 20);
    NO_LEAKS();
}

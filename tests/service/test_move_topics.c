/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers that are moved, and what makes up a topic, which is not. */
#include "topic_support.h"

static void topic_tour(myc_slow slow)
{
    enum { EVENTS = 400 };
    struct world *here = world_open(3);
    tickets_topic topic = topic_open(here, NULL);
    struct journal journals[3] = {{0}};
    desk_ref desks[3];
    for (uint32_t i = 0; i < 3; i++) {
        desks[i] = world_desk(here, i, &journals[i], &(myc_spawn_options){.mailbox_bound = 1000});
        subscribe(here, topic, desks[i], slow);
    }
    world_run(here);
    for (uint32_t number = 0; number < EVENTS; number++) {
        publish_all(here, topic, number, 1);
        if (number % 7 == 0)
            cr_assert_eq(0, myc_move_actor(here->ctx, desks[number % 3].address,
                                           (number / 7 + number % 2) % 3));
        if (number % 5 == 0)
            world_pass(here);
    }
    world_await(here);
    myc_topic_counts counts = counts_of(topic);
    uint32_t got = 0;
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t at = 1; at < journals[i].count; at++)
            cr_assert_lt(journals[i].entries[at - 1].number, journals[i].entries[at].number);
        got += journals[i].count;
        if (slow == MYC_SLOW_KEEP_LATEST)
            cr_expect_eq(EVENTS - 1, journals[i].entries[journals[i].count - 1].number);
    }
    cr_expect_eq(counts.delivered, got);
    cr_expect_eq((uint64_t)EVENTS * 3, got + counts.dropped + counts.replaced);
    myc_stop(here->ctx, desks[1].address);
    world_await(here);
    publish_all(here, topic, EVENTS, 1);
    world_await(here);
    cr_expect_eq(1, counts_of(topic).ended);
    topic_close(here, topic);
    for (uint32_t i = 0; i < 3; i++)
        journal_fini(&journals[i]);
}

WORLD_TEST(move_topics, subscribers_get_events_in_order_wherever_they_are)
{
    topic_tour(MYC_SLOW_DROP);
    topic_tour(MYC_SLOW_KEEP_LATEST);
    NO_LEAKS();
}

static void move_it(void *user, const myc_actor_info *info)
{
    struct world *here = user;
    cr_assert_eq(0, myc_move_actor(here->ctx, info->address, (info->worker + 1) % here->workers));
}

/* Who moves all there are moves only those who are free to go. */
Test(move_topics, hubs_and_couriers_stay)
{
    struct world *here = world_open(2);
    struct journal journal = {.gated = true};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 1});
    tickets_topic topic = topic_open(here, NULL);
    subscribe(here, topic, desk, MYC_SLOW_KEEP_LATEST);
    world_run(here);
    publish_all(here, topic, 0, 4);
    world_run(here);
    int64_t count = myc_system_each_actor(here->system, 0, move_it, here);
    cr_expect_eq(6, count, "two clerks and hubs, a desk, a courier: %d", (int)count);
    world_run(here);
    cr_expect(world_logged(here, "myc_courier is not moved: it is part of a topic"));
    publish_all(here, topic, 4, 4);
    world_run(here);
    journal.gated = false;
    world_run(here);
    cr_expect_eq(7, journal.entries[journal.count - 1].number);
    topic_close(here, topic);
    journal_fini(&journal);
    NO_LEAKS();
}

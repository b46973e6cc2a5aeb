/* SPDX-License-Identifier: Apache-2.0 */
#include "topic_support.h"

enum { WORKERS = 3, DESKS = 7, EVENTS = 50 };

Test(topic, brings_each_event_to_each_subscriber_once_and_in_order)
{
    struct world *here = world_open(WORKERS);
    tickets_topic topic = topic_open(here, NULL);
    struct journal journals[DESKS] = {0};
    for (uint32_t i = 0; i < DESKS; i++)
        subscribe(here, topic, world_desk(here, i % WORKERS, &journals[i], NULL), MYC_SLOW_DROP);
    publish_all(here, topic, 0, EVENTS);
    world_run(here);
    for (uint32_t i = 0; i < DESKS; i++)
        expect_numbers(&journals[i], 0, EVENTS);
    myc_topic_counts counts = counts_of(topic);
    cr_expect_eq(EVENTS, counts.published);
    cr_expect_eq(EVENTS * DESKS, counts.delivered);
    cr_expect_eq(DESKS, counts.subscribers);
    cr_expect_eq(0, counts.dropped + counts.refused + counts.replaced + counts.ended);
    topic_close(here, topic);
    for (uint32_t i = 0; i < DESKS; i++)
        journal_fini(&journals[i]);
    NO_LEAKS();
}

Test(topic, answers_how_many_workers_took_an_event)
{
    struct world *here = world_open(WORKERS);
    tickets_topic topic = topic_open(here, NULL);
    cr_expect_eq(0, publish(here->ctx, topic, 0, 0).workers);
    subscribe(here, topic, world_desk(here, 0, NULL, NULL), MYC_SLOW_DROP);
    cr_expect_eq(1, publish(here->ctx, topic, 0, 0).workers);
    subscribe(here, topic, world_desk(here, 2, NULL, NULL), MYC_SLOW_DROP);
    subscribe(here, topic, world_desk(here, 2, NULL, NULL), MYC_SLOW_DROP);
    cr_expect_eq(2, publish(here->ctx, topic, 0, 0).workers);
    topic_close(here, topic);
    NO_LEAKS();
}

static void destroy_count(struct world *here, tickets_topic topic, uint32_t *destroyed)
{
    ticket_data *made = ticket_make(here->ctx, 0, 0);
    made->destroyed = destroyed;
    cr_expect_eq(0, tickets_publish(here->ctx, topic, made).refused);
}

Test(topic, shares_one_payload_which_is_destroyed_once)
{
    struct world *here = world_open(WORKERS);
    tickets_topic topic = topic_open(here, NULL);
    uint32_t destroyed = 0;
    destroy_count(here, topic, &destroyed);
    cr_expect_eq(1, destroyed, "nobody listens");
    struct journal gated[DESKS] = {0};
    for (uint32_t i = 0; i < DESKS; i++) {
        gated[i].gated = true;
        subscribe(here, topic, world_desk(here, i % WORKERS, &gated[i], NULL), MYC_SLOW_DROP);
    }
    destroyed = 0;
    destroy_count(here, topic, &destroyed);
    for (uint32_t i = 0; i < DESKS; i++) {
        world_run(here);
        cr_expect_eq(0, destroyed, "%u still have it", DESKS - i);
        gated[i].permits = 1;
    }
    world_run(here);
    cr_expect_eq(1, destroyed);
    topic_close(here, topic);
    for (uint32_t i = 0; i < DESKS; i++)
        journal_fini(&gated[i]);
    NO_LEAKS();
}

/* ---- subscribing from anywhere ---- */

struct entry {
    tickets_topic topic;
    desk_ref desk;
    uint32_t number;
};

/* What is published behind the return is delivered, before it is not. */
static void publish_subscribe_publish(myc_context *ctx, void *argument)
{
    struct entry *entry = argument;
    cr_expect_eq(0, publish(ctx, entry->topic, 0, entry->number).refused);
    cr_expect_eq(0, tickets_subscribe_desk_ticket(ctx, entry->topic, entry->desk, NULL));
    cr_expect_eq(0, publish(ctx, entry->topic, 0, entry->number + 1).refused);
}

Test(topic, delivers_what_is_published_behind_a_subscribe)
{
    for (uint32_t from = 0; from <= WORKERS; from++) {
        struct world *here = world_open(WORKERS);
        tickets_topic topic = topic_open(here, NULL);
        world_run(here);
        struct journal journals[WORKERS] = {0};
        for (uint32_t at = 0; at < WORKERS; at++) {
            struct entry entry = {topic, world_desk(here, at, &journals[at], NULL), 10};
            if (from < WORKERS)
                world_call(here, from, publish_subscribe_publish, &entry);
            else
                publish_subscribe_publish(here->ctx, &entry);
            world_run(here);
            cr_assert_geq(journals[at].count, 1);
            cr_expect_eq(11, journals[at].entries[journals[at].count - 1].number);
        }
        topic_close(here, topic);
        for (uint32_t at = 0; at < WORKERS; at++)
            journal_fini(&journals[at]);
    }
    NO_LEAKS();
}

/* The first order's nudge is still in the lane of the test's own thread when the event of worker 0
 * arrives. */
Test(topic, delivers_what_is_published_behind_a_subscribe_before_the_hub_is_told)
{
    struct world *here = world_open(2);
    tickets_topic topic = topic_open(here, NULL);
    world_run(here);
    struct journal journals[2] = {0};
    struct entry entry = {topic, world_desk(here, 1, &journals[0], NULL), 10};
    subscribe(here, topic, world_desk(here, 1, &journals[1], NULL), MYC_SLOW_DROP);
    world_call(here, 0, publish_subscribe_publish, &entry);
    world_run(here);
    expect_numbers(&journals[0], 10, 2);
    expect_numbers(&journals[1], 10, 2);
    topic_close(here, topic);
    for (uint32_t i = 0; i < 2; i++)
        journal_fini(&journals[i]);
    NO_LEAKS();
}

static void publish_unsubscribe_publish(myc_context *ctx, void *argument)
{
    struct entry *entry = argument;
    cr_expect_eq(0, tickets_unsubscribe_desk_ticket(ctx, entry->topic, entry->desk));
    cr_expect_eq(0, publish(ctx, entry->topic, 0, entry->number).refused);
}

Test(topic, delivers_nothing_that_is_published_behind_an_unsubscribe)
{
    for (uint32_t from = 0; from <= WORKERS; from++) {
        struct world *here = world_open(WORKERS);
        tickets_topic topic = topic_open(here, NULL);
        struct journal journals[WORKERS] = {0};
        for (uint32_t at = 0; at < WORKERS; at++) {
            struct entry entry = {topic, world_desk(here, at, &journals[at], NULL), 1};
            subscribe(here, topic, entry.desk, MYC_SLOW_DROP);
            publish_all(here, topic, 0, 1);
            world_run(here);
            if (from < WORKERS)
                world_call(here, from, publish_unsubscribe_publish, &entry);
            else
                publish_unsubscribe_publish(here->ctx, &entry);
            world_run(here);
            expect_numbers(&journals[at], 0, 1);
            cr_expect_eq(0, counts_of(topic).subscribers);
        }
        topic_close(here, topic);
        for (uint32_t at = 0; at < WORKERS; at++)
            journal_fini(&journals[at]);
    }
    NO_LEAKS();
}

Test(topic, has_a_subscriber_once_however_often_it_subscribes)
{
    struct world *here = world_open(1);
    tickets_topic topic = topic_open(here, NULL);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    subscribe(here, topic, desk, MYC_SLOW_DROP);
    subscribe(here, topic, desk, MYC_SLOW_KEEP_LATEST);
    subscribe(here, topic, desk, MYC_SLOW_CUT_OFF);
    subscribe(here, topic, desk, MYC_SLOW_KEEP_LATEST);
    publish_all(here, topic, 0, 3);
    world_run(here);
    expect_numbers(&journal, 0, 3);
    cr_expect_eq(1, counts_of(topic).subscribers);
    cr_expect_eq(0, tickets_unsubscribe_desk_ticket(here->ctx, topic, desk));
    cr_expect_eq(0, tickets_unsubscribe_desk_ticket(here->ctx, topic, desk));
    world_run(here);
    cr_expect_eq(0, counts_of(topic).subscribers);
    topic_close(here, topic);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(topic, is_left_by_those_who_have_ended)
{
    struct world *here = world_open(2);
    tickets_topic topic = topic_open(here, NULL);
    desk_ref desks[DESKS];
    for (uint32_t i = 0; i < DESKS; i++) {
        desks[i] = world_desk(here, i % 2, NULL, NULL);
        subscribe(here, topic, desks[i], i % 3);
    }
    publish_all(here, topic, 0, 1);
    world_run(here);
    for (uint32_t i = 1; i < DESKS; i++)
        myc_stop(here->ctx, desks[i].address);
    world_run(here);
    publish_all(here, topic, 1, 1);
    world_run(here);
    myc_topic_counts counts = counts_of(topic);
    cr_expect_eq(1, counts.subscribers);
    cr_expect_eq(DESKS - 1, counts.ended);
    cr_expect_eq(DESKS - 1, counts.dropped);
    cr_expect_eq(DESKS + 1, counts.delivered);
    subscribe(here, topic, desks[1], MYC_SLOW_KEEP_LATEST); /* it leaves at once */
    world_run(here);
    cr_expect_eq(1, counts_of(topic).subscribers);
    topic_close(here, topic);
    NO_LEAKS();
}

/* ---- a hub that is full ---- */

static void publish_seven(myc_context *ctx, void *argument)
{
    for (uint32_t number = 0; number < 7; number++)
        cr_expect_eq(number < 5 ? 0 : 1,
                     publish(ctx, *(tickets_topic *)argument, 0, number).refused);
}

Test(topic, refuses_and_counts_what_a_hub_has_no_room_for)
{
    struct world *here = world_open(1);
    tickets_topic topic = topic_open(here, &(myc_topic_options){.queue_bound = 5});
    struct journal journal = {0};
    subscribe(here, topic, world_desk(here, 0, &journal, NULL), MYC_SLOW_DROP);
    world_run(here);
    world_call(here, 0, publish_seven, &topic);
    world_run(here);
    expect_numbers(&journal, 0, 5);
    cr_expect_eq(2, counts_of(topic).refused);
    cr_expect_eq(7, counts_of(topic).published);
    cr_expect_eq(1, tickets_publish(here->ctx, topic, NULL).refused, "a failed ticket_data_new()");
    topic_close(here, topic);
    journal_fini(&journal);
    NO_LEAKS();
}

struct press {
    tickets_topic topic;
    uint32_t next;
    uint32_t count;
};

static myc_next publish_without_loss(struct journal *journal, myc_context *ctx,
                                     const ticket_data *ticket)
{
    (void)ticket;
    struct press *press = journal->user;
    while (press->next < press->count) {
        if (myc_topic_pause_until_room(ctx, press->topic.topic))
            return MYC_AGAIN;
        cr_assert_eq(0, publish(ctx, press->topic, 0, press->next++).refused);
    }
    return MYC_CONTINUE;
}

Test(topic, pauses_a_publisher_that_may_lose_nothing)
{
    struct world *here = world_open(2);
    struct press press = {topic_open(here, &(myc_topic_options){.queue_bound = 2}), 0, 500};
    struct journal source = {.on_ticket = publish_without_loss, .user = &press};
    struct journal sinks[2] = {0};
    /* Of its own worker only: from afar a hub can be full by the time an event arrives there. */
    for (uint32_t i = 0; i < 2; i++)
        subscribe(here, press.topic, world_desk(here, 0, &sinks[i], NULL), MYC_SLOW_DROP);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, world_desk(here, 0, &source, NULL), 0, 0));
    world_run(here);
    for (uint32_t i = 0; i < 2; i++)
        expect_numbers(&sinks[i], 0, 500);
    cr_expect_gt(source.count, 100, "it has paused");
    topic_close(here, press.topic);
    journal_fini(&source);
    for (uint32_t i = 0; i < 2; i++)
        journal_fini(&sinks[i]);
    NO_LEAKS();
}

/* ---- options ---- */

Test(topic, says_what_is_wrong_with_an_option)
{
    struct world *here = world_open(1);
    tickets_topic topic = {NULL};
    cr_expect_eq(
        MYC_EINVAL,
        tickets_create(here->ctx, &(myc_topic_options){.queue_bound = UINT32_MAX}, &topic));
    cr_expect(world_logged(here, "queue_bound is over 16777216"));
    cr_expect_eq(MYC_EINVAL,
                 tickets_create(here->ctx,
                                &(myc_topic_options){.name = "a name of thirty-two characters."},
                                &topic));
    cr_expect(world_logged(here, "more than 31 characters"));
    topic = topic_open(here, &(myc_topic_options){.name = "prices"});
    desk_ref desk = world_desk(here, 0, NULL, NULL);
    const myc_subscribe_options wrong[] = {{.slow = 3}, {MYC_SLOW_CUT_OFF, 1000}};
    for (uint32_t i = 0; i < 2; i++)
        cr_expect_eq(MYC_EINVAL, tickets_subscribe_desk_ticket(here->ctx, topic, desk, &wrong[i]));
    cr_expect(world_logged(here, "topic prices cannot be subscribed to: slow is no myc_slow"));
    cr_expect(world_logged(here, "notice_tag is no row"));
    cr_expect_eq(MYC_EINVAL,
                 tickets_subscribe_desk_ticket(here->ctx, topic, (desk_ref){{0, 0}}, NULL));
    cr_expect_eq(MYC_EINVAL,
                 tickets_subscribe_desk_ticket(here->ctx, topic, (desk_ref){{1u << 24, 1}}, NULL));
    cr_expect(world_logged(here, "the subscriber never was"));
    cr_expect_eq(MYC_EINVAL, tickets_subscribe_desk_ticket(here->ctx, topic,
                                                           (desk_ref){{0, 1 | 1u << 22}}, NULL));
    cr_expect(world_logged(here, "on another node"));
    cr_expect_eq(MYC_EINVAL, myc_topic_subscribe(here->ctx, topic.topic, desk.address, 1000, NULL));
    cr_expect(world_logged(here, "the tag is no row"));
    topic_close(here, topic);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "actor_support.h"

enum { STREAM = 500, FANOUT = 1000 };

struct stream {
    desk_ref to;
    uint32_t sender;
    uint32_t count;
    uint32_t sent; /* answers of MYC_SENT */
};

static void send_stream(myc_context *ctx, void *argument)
{
    struct stream *stream = argument;
    for (uint32_t number = 0; number < stream->count; number++)
        stream->sent += send_ticket(ctx, stream->to, stream->sender, number) == MYC_SENT;
}

/* The numbers of each sender go up by one from 0. */
static void expect_ordered(const struct journal *journal, uint32_t senders, uint32_t each)
{
    uint32_t next[8] = {0};
    cr_assert_eq(senders * each, journal->count);
    for (uint32_t index = 0; index < journal->count; index++) {
        const ticket_data *entry = &journal->entries[index];
        cr_assert_eq(next[entry->sender]++, entry->number);
    }
}

Test(send, a_message_is_accepted_and_handled_once)
{
    struct world *here = world_open(1);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 3, 41));
    world_run(here);
    cr_assert_eq(1, journal.count);
    cr_expect_eq(3, journal.entries[0].sender);
    cr_expect_eq(41, journal.entries[0].number);
    myc_counts counts = world_since(here);
    cr_expect_eq(1, counts.accepted);
    cr_expect_eq(1, counts.handled);
    cr_expect_eq(0, counts.queued);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(send, what_is_not_yet_handled_is_queued)
{
    struct world *here = world_open(1);
    struct journal journal = {.gated = true};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    for (uint32_t number = 0; number < 5; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    cr_expect_eq(5, world_since(here).queued);
    world_run(here);
    cr_expect_eq(5, world_since(here).queued);
    journal.gated = false;
    world_run(here);
    cr_expect_eq(0, world_since(here).queued);
    cr_expect_eq(5, world_since(here).handled);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static void order_from_everywhere(uint32_t workers)
{
    struct world *here = world_open(workers);
    struct journal journal = {0};
    desk_ref desk =
        world_desk(here, workers - 1, &journal, &(myc_spawn_options){.mailbox_bound = 10000});
    for (uint32_t worker = 0; worker < workers; worker++) {
        struct stream from_worker = {desk, worker, STREAM, 0};
        world_call(here, worker, send_stream, &from_worker);
        cr_expect_eq(STREAM, from_worker.sent);
    }
    struct stream from_outside = {desk, workers, STREAM, 0};
    send_stream(here->ctx, &from_outside);
    cr_expect_eq(STREAM, from_outside.sent);
    world_run(here);
    expect_ordered(&journal, workers + 1, STREAM);
    world_close(here);
    journal_fini(&journal);
}

Test(send, order_per_sender_is_kept_on_one_worker)
{
    WORLD_SEEDS(40)
    order_from_everywhere(1);
    NO_LEAKS();
}

Test(send, order_per_sender_is_kept_across_two_workers)
{
    WORLD_SEEDS(40)
    order_from_everywhere(2);
    NO_LEAKS();
}

Test(send, order_per_sender_is_kept_across_four_workers)
{
    WORLD_SEEDS(40)
    order_from_everywhere(4);
    NO_LEAKS();
}

struct outsider {
    struct world *world;
    struct stream stream;
};

static void *send_from_thread(void *argument)
{
    struct outsider *outsider = argument;
    send_stream(myc_context_of(outsider->world->system), &outsider->stream);
    return NULL;
}

/* The threads end before the workers look, and the second takes over the endpoint of the first. */
Test(send, order_is_kept_from_threads_that_have_ended)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    for (uint32_t sender = 0; sender < 2; sender++) {
        struct outsider outsider = {here, {desk, sender, 200, 0}};
        pthread_t thread;
        cr_assert_eq(0, pthread_create(&thread, NULL, send_from_thread, &outsider));
        cr_assert_eq(0, pthread_join(thread, NULL));
        cr_expect_eq(200, outsider.stream.sent);
    }
    world_run(here);
    expect_ordered(&journal, 2, 200);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next count_down(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    if (ticket->number > 0)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, desk_self(ctx), 0, ticket->number - 1));
    return MYC_CONTINUE;
}

Test(send, an_actor_sends_to_itself)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = count_down};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 1});
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 1000));
    world_run(here);
    cr_assert_eq(1001, journal.count);
    cr_expect_eq(0, journal.entries[1000].number);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(send, no_payload_is_refused_and_counted)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    cr_expect_eq(MYC_FULL, desk_send_ticket(here->ctx, desk, NULL));
    cr_expect_eq(MYC_FULL, desk_send_wait_ticket(here->ctx, desk, NULL, UINT64_MAX));
    world_run(here);
    cr_expect_eq(0, journal.count);
    cr_expect_eq(0, world_since(here).accepted);
    cr_expect_eq(2, world_since(here).refused);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static void send_no_payload(myc_context *ctx, void *argument)
{
    cr_expect_eq(MYC_FULL, desk_send_ticket(ctx, *(desk_ref *)argument, NULL));
}

Test(send, no_payload_is_refused_from_a_handler_too)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    for (uint32_t worker = 0; worker < 2; worker++) {
        desk_ref desk = world_desk(here, worker, &journal, NULL);
        world_call(here, 0, send_no_payload, &desk);
    }
    cr_expect_eq(2, world_since(here).refused);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* Orders between workers have the tags from 1008 on: nobody may send one as a message. */
static void send_bad_tags(myc_context *ctx, void *argument)
{
    const myc_address to = ((desk_ref *)argument)->address;
    const uint32_t tags[] = {1000, 1008, 1009, 1010, 1011, 1023, 1024, UINT32_MAX};
    for (uint32_t index = 0; index < sizeof tags / sizeof *tags; index++)
        cr_expect_eq(MYC_FULL, myc_send(ctx, to, tags[index], ticket_make(ctx, 0, index)));
}

Test(send, a_tag_that_no_protocol_has_is_refused)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    send_bad_tags(here->ctx, &desk);
    world_call(here, 0, send_bad_tags, &desk);
    world_call(here, 1, send_bad_tags, &desk);
    world_run(here);
    cr_expect_eq(24, world_since(here).refused);
    cr_expect_eq(0, journal.count);
    cr_expect_eq(0, journal.stops);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(send, a_tag_beyond_the_rows_fails_the_actor_with_an_error)
{
    struct world *here = world_open(1);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    cr_expect_eq(MYC_SENT, myc_send(here->ctx, desk.address, 2, ticket_make(here->ctx, 0, 0)));
    world_run(here);
    cr_expect_eq(MYC_EXIT_FAILED, journal.why.reason);
    cr_expect_eq(MYC_EINVAL, journal.why.code);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

struct fanout {
    desk_ref *desks;
    uint32_t destroyed;
};

static void send_one_to_all(myc_context *ctx, void *argument)
{
    struct fanout *fanout = argument;
    ticket_data *shared = ticket_make(ctx, 0, 99);
    shared->destroyed = &fanout->destroyed;
    for (uint32_t index = 0; index < FANOUT; index++)
        cr_expect_eq(MYC_SENT,
                     desk_send_ticket(ctx, fanout->desks[index], ticket_data_retain(ctx, shared)));
    ticket_data_release(ctx, shared);
    cr_expect_eq(0, fanout->destroyed);
}

static void fan_out(uint32_t workers, bool from_outside)
{
    struct world *here = world_open(workers);
    struct journal journal = {0};
    desk_ref desks[FANOUT];
    struct fanout fanout = {desks, 0};
    for (uint32_t index = 0; index < FANOUT; index++)
        desks[index] = world_desk(here, index % workers, &journal, NULL);
    world_run(here);
    if (from_outside)
        send_one_to_all(here->ctx, &fanout);
    else
        world_call(here, 0, send_one_to_all, &fanout);
    world_run(here);
    cr_expect_eq(FANOUT, journal.count);
    cr_expect_eq(1, fanout.destroyed);
    world_close(here);
    journal_fini(&journal);
}

Test(send, a_fan_out_on_one_worker_destroys_its_payload_once)
{
    WORLD_SEEDS(40)
    fan_out(1, false);
    NO_LEAKS();
}

Test(send, a_fan_out_over_four_workers_destroys_its_payload_once)
{
    WORLD_SEEDS(40)
    fan_out(4, false);
    NO_LEAKS();
}

Test(send, a_fan_out_from_outside_destroys_its_payload_once)
{
    WORLD_SEEDS(40)
    fan_out(4, true);
    NO_LEAKS();
}

static void send_and_look(myc_context *ctx, void *argument)
{
    struct stream *stream = argument;
    cr_expect_eq(10, myc_room(ctx, stream->to.address));
    send_stream(ctx, stream);
    cr_expect_eq(10 - stream->count, myc_room(ctx, stream->to.address));
}

Test(send, room_goes_down_with_each_send_on_the_same_worker)
{
    struct world *here = world_open(1);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 10});
    for (uint32_t count = 0; count <= 10; count += 5) {
        struct stream stream = {desk, 0, count, 0};
        world_call(here, 0, send_and_look, &stream);
        world_run(here);
    }
    cr_expect_eq(0, myc_room(here->ctx, (myc_address){0}));
    cr_expect_gt(myc_room(here->ctx, desk.address), 0);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A message that comes over a lane is handled there and then when its actor is idle. */
#include "actor_support.h"
#include "base/seeded.h"

static void send_many(myc_context *ctx, desk_ref to, uint32_t first, uint32_t count)
{
    for (uint32_t number = first; number < first + count; number++)
        cr_assert_eq(MYC_SENT, send_ticket(ctx, to, 0, number));
}

/* A desk on worker 0 that has started. */
static desk_ref started_desk(struct world *here, struct journal *journal)
{
    desk_ref desk = world_desk(here, 0, journal, NULL);
    world_await(here);
    world_mark(here);
    return desk;
}

Test(at_once, a_pass_tells_how_many_were_handled)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = started_desk(here, &journal);
    send_many(here->ctx, desk, 0, 5);
    cr_expect_eq(5, world_pass(here));
    cr_expect_eq(5, journal.count);
    cr_expect_eq(5, world_since(here).handled);
    cr_expect_eq(0, world_since(here).queued);
    cr_expect_eq(0, world_pass(here));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

struct late_start {
    struct world *here;
    struct journal *journal;
};

/* The order to start waits in the box of orders, which is looked at before the lanes: the ticket is
 * met first. */
static void spawn_and_send_from_outside(myc_context *ctx, void *argument)
{
    struct late_start *late = argument;
    (void)ctx;
    desk_ref young = world_desk(late->here, 0, late->journal, NULL);
    send_many(late->here->ctx, young, 0, 3);
}

static myc_next expect_started(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)ctx;
    cr_expect_eq(1, journal->starts, "ticket %u came before on_start", ticket->number);
    return MYC_CONTINUE;
}

Test(at_once, no_actor_handles_a_message_before_it_has_started)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = expect_started};
    struct late_start late = {here, &journal};
    world_call(here, 0, spawn_and_send_from_outside, &late);
    world_await(here);
    expect_numbers(&journal, 0, 3);
    cr_expect_eq(1, journal.starts);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next send_to_itself(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    desk_ref self = {myc_self(ctx)};
    (void)journal;
    if (ticket->number == 0)
        send_many(ctx, self, 100, 2);
    return MYC_CONTINUE;
}

/* Its mailbox is not empty any more, so what comes over the lane goes behind. */
Test(at_once, what_an_actor_sends_to_itself_goes_before_what_comes_later)
{
    struct world *here = world_open(2);
    struct journal journal = {.on_ticket = send_to_itself};
    send_many(here->ctx, started_desk(here, &journal), 0, 4);
    world_run(here);
    static const uint32_t expected[] = {0, 100, 101, 1, 2, 3};
    cr_assert_eq(6, journal.count);
    for (uint32_t index = 0; index < 6; index++)
        cr_expect_eq(expected[index], journal.entries[index].number, "ticket %u", index);
    cr_expect_eq(6, world_since(here).handled);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* The first is handled at once and comes again: the others wait behind it in their order. */
Test(at_once, a_message_that_comes_again_stays_first)
{
    struct world *here = world_open(2);
    struct journal journal = {.gated = true};
    send_many(here->ctx, started_desk(here, &journal), 0, 10);
    for (uint32_t passed = 0; passed < 10; passed++) {
        world_run(here);
        cr_assert_eq(passed, journal.count);
        cr_assert_eq(passed, world_since(here).handled);
        cr_assert_eq(10 - passed, world_since(here).queued);
        journal.permits = 1;
    }
    world_run(here);
    expect_numbers(&journal, 0, 10);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next stop_at_two(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    return ticket->number == 2 ? MYC_STOP : MYC_CONTINUE;
}

static myc_next fail_at_two(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    return ticket->number == 2 ? MYC_FAIL(MYC_EBUSY) : MYC_CONTINUE;
}

static myc_next stop_itself_at_two(struct journal *journal, myc_context *ctx,
                                   const ticket_data *ticket)
{
    (void)journal;
    if (ticket->number == 2)
        myc_stop(ctx, myc_self(ctx));
    return MYC_CONTINUE;
}

/* What comes behind the last message finds the actor gone. One that failed it is a letter too. */
static void expect_end_at_two(myc_next (*on_ticket)(struct journal *, myc_context *,
                                                    const ticket_data *),
                              myc_exit_reason reason, int32_t code)
{
    struct world *here = world_open(2);
    struct journal journal = {.on_ticket = on_ticket};
    uint32_t poison = reason == MYC_EXIT_FAILED;
    send_many(here->ctx, started_desk(here, &journal), 0, 10);
    cr_expect_eq(3, world_pass(here));
    expect_numbers(&journal, 0, 3);
    expect_exit(&journal, reason, code);
    cr_expect_eq(7 + poison, here->letter_count);
    cr_expect_eq(7, letters_of(here, MYC_DEAD_STOPPED));
    cr_expect_eq(poison, letters_of(here, MYC_DEAD_FAILED));
    cr_expect_eq(3 - poison, here->letters[0].number);
    cr_expect_eq(3 - poison, world_since(here).handled);
    cr_expect_eq(0, world_since(here).queued);
    world_await(here);
    world_close(here);
    journal_fini(&journal);
}

Test(at_once, an_actor_can_stop)
{
    expect_end_at_two(stop_at_two, MYC_EXIT_DONE, 0);
    NO_LEAKS();
}

Test(at_once, an_actor_can_fail)
{
    expect_end_at_two(fail_at_two, MYC_EXIT_FAILED, MYC_EBUSY);
    NO_LEAKS();
}

Test(at_once, an_actor_can_order_its_own_stop)
{
    expect_end_at_two(stop_itself_at_two, MYC_EXIT_REQUESTED, 0);
    NO_LEAKS();
}

static myc_next pause_at_two(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    if (ticket->number == 2)
        myc_pause_until_room(ctx, *(myc_address *)journal->user);
    return MYC_CONTINUE;
}

Test(at_once, an_actor_can_pause)
{
    enum { BOUND = 2 };
    struct world *here = world_open(2);
    struct journal full = {.gated = true};
    desk_ref sink = world_desk(here, 0, &full, &(myc_spawn_options){.mailbox_bound = BOUND});
    world_await(here);
    send_many(here->ctx, sink, 0, BOUND + 1);
    world_run(here);
    struct journal journal = {.on_ticket = pause_at_two, .user = &sink.address};
    desk_ref source = world_desk(here, 0, &journal, NULL);
    world_run(here);
    world_mark(here);
    send_many(here->ctx, source, 0, 10);
    cr_expect_eq(3, world_pass(here));
    world_run(here);
    expect_numbers(&journal, 0, 3);
    cr_expect_eq(3, world_since(here).handled);
    full.gated = false;
    world_await(here);
    expect_numbers(&journal, 0, 10);
    world_close(here);
    journal_fini(&journal);
    journal_fini(&full);
    NO_LEAKS();
}

/* Jobs of other desks run in between, so a desk is now idle, now busy, now in hand of a message. */
enum { DESKS = 3, SENDERS = 2, ROUNDS = 3000, ITSELF = SENDERS };

struct crowd {
    struct world *here;
    seeded random;
    desk_ref desks[DESKS];
    struct journal journals[DESKS];
    uint32_t sent[SENDERS + 1][DESKS];
};

static uint32_t index_of(const struct crowd *crowd, const struct journal *journal)
{
    return (uint32_t)(journal - crowd->journals);
}

static void send_next(struct crowd *crowd, myc_context *ctx, uint32_t sender, uint32_t desk)
{
    if (send_ticket(ctx, crowd->desks[desk], sender, crowd->sent[sender][desk]) == MYC_SENT)
        crowd->sent[sender][desk]++;
}

static myc_next do_anything(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct crowd *crowd = journal->user;
    (void)ticket;
    uint32_t dice = seeded_below(&crowd->random, 10);
    if (dice == 0) {
        journal->count--; /* it will be written again */
        return MYC_AGAIN;
    }
    if (dice == 1)
        send_next(crowd, ctx, ITSELF, index_of(crowd, journal));
    if (dice == 2)
        myc_pause_until_room(ctx, crowd->here->clerks[1].address);
    return MYC_CONTINUE;
}

static void send_some(myc_context *ctx, void *argument)
{
    struct crowd *crowd = argument;
    for (uint32_t count = seeded_below(&crowd->random, 8); count > 0; count--)
        send_next(crowd, ctx, ctx == crowd->here->ctx ? 0 : 1, seeded_below(&crowd->random, DESKS));
}

static void expect_each_in_order(const struct crowd *crowd, uint32_t desk)
{
    uint32_t next[SENDERS + 1] = {0};
    const struct journal *journal = &crowd->journals[desk];
    for (uint32_t index = 0; index < journal->count; index++) {
        const ticket_data *entry = &journal->entries[index];
        cr_assert_eq(next[entry->sender]++, entry->number, "sender %u", entry->sender);
    }
    for (uint32_t sender = 0; sender <= SENDERS; sender++)
        cr_expect_eq(crowd->sent[sender][desk], next[sender]);
}

Test(at_once, keeps_the_order_of_each_sender_whatever_the_actors_do)
{
    struct crowd crowd = {.here = world_open(2), .random = seeded_start("at_once")};
    for (uint32_t desk = 0; desk < DESKS; desk++) {
        crowd.journals[desk] = (struct journal){.on_ticket = do_anything, .user = &crowd};
        crowd.desks[desk] =
            world_desk(crowd.here, 0, &crowd.journals[desk], &(myc_spawn_options){.batch_max = 3});
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        send_some(crowd.here->ctx, &crowd);
        world_call(crowd.here, 1, send_some, &crowd);
    }
    world_await(crowd.here);
    for (uint32_t desk = 0; desk < DESKS; desk++) {
        expect_each_in_order(&crowd, desk);
        cr_expect_gt(crowd.sent[ITSELF][desk], 100);
        journal_fini(&crowd.journals[desk]);
    }
    world_close(crowd.here);
    NO_LEAKS();
}

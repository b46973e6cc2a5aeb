/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"

/* Each ticket comes `times` times before it is done. */
static myc_next finish_at_last(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    uint32_t times = *(uint32_t *)journal->user;
    uint32_t seen = 0;
    (void)ctx;
    for (uint32_t index = 0; index < journal->count; index++)
        seen += journal->entries[index].number == ticket->number;
    return seen < times ? MYC_AGAIN : MYC_CONTINUE;
}

WORLD_TEST(again, the_same_message_comes_first_until_it_is_done)
{
    struct world *here = world_open(2);
    uint32_t times = 4;
    struct journal journal = {.on_ticket = finish_at_last, .user = &times};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    for (uint32_t number = 0; number < 10; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    cr_assert_eq(40, journal.count);
    for (uint32_t index = 0; index < 40; index++)
        cr_assert_eq(index / 4, journal.entries[index].number);
    cr_expect_eq(10, world_since(here).handled);
    cr_expect_eq(0, world_since(here).queued);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

WORLD_TEST(again, a_message_in_hand_is_queued_and_not_handled)
{
    struct world *here = world_open(1);
    struct journal journal = {.gated = true};
    uint32_t destroyed = 0;
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    ticket_data *ticket = ticket_make(here->ctx, 0, 0);
    ticket->destroyed = &destroyed;
    cr_expect_eq(MYC_SENT, desk_send_ticket(here->ctx, desk, ticket));
    world_run(here);
    cr_expect_eq(1, world_since(here).queued);
    cr_expect_eq(0, world_since(here).handled);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(here->system, 0));
    cr_expect_eq(0, destroyed);
    journal.gated = false;
    world_run(here);
    cr_expect_eq(1, world_since(here).handled);
    cr_expect_eq(1, destroyed);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* The message in hand left the mailbox, so a bound of one has room for one more. */
WORLD_TEST(again, what_is_in_hand_takes_no_room_in_the_mailbox)
{
    struct world *here = world_open(1);
    struct journal journal = {.gated = true};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 1});
    for (uint32_t number = 0; number < 3; number++) {
        cr_expect_eq(number < 2 ? MYC_SENT : MYC_FULL, send_ticket(here->ctx, desk, 0, number));
        world_run(here);
    }
    journal.gated = false;
    world_run(here);
    expect_numbers(&journal, 0, 2);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

WORLD_TEST(again, a_stop_while_holding_makes_it_the_first_letter)
{
    struct world *here = world_open(2);
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct journal journal = {.gated = true};
        desk_ref desk = world_desk(here, worker, &journal, NULL);
        uint32_t destroyed = 0;
        uint32_t before = here->letter_count;
        for (uint32_t number = 0; number < 4; number++) {
            ticket_data *ticket = ticket_make(here->ctx, 0, number);
            ticket->destroyed = &destroyed;
            cr_expect_eq(MYC_SENT, desk_send_ticket(here->ctx, desk, ticket));
        }
        world_run(here);
        myc_stop(here->ctx, desk.address);
        world_run(here);
        cr_assert_eq(before + 4, here->letter_count);
        for (uint32_t number = 0; number < 4; number++) {
            cr_expect_eq(number, here->letters[before + number].number);
            cr_expect_eq(MYC_DEAD_LEFT, here->letters[before + number].reason);
            cr_expect_eq(desk_tag_ticket, here->letters[before + number].tag);
        }
        cr_expect_eq(4, destroyed);
    }
    cr_expect_eq(0, world_since(here).queued);
    world_close(here);
    NO_LEAKS();
}

static myc_next stop_and_again(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ticket;
    myc_stop(ctx, myc_self(ctx));
    return MYC_AGAIN;
}

WORLD_TEST(again, after_a_stop_of_itself_it_does_not_come_again)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = stop_and_again};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 9));
    world_run(here);
    cr_expect_eq(1, journal.count);
    cr_expect_eq(1, journal.stops);
    cr_expect_eq(0, world_since(here).handled);
    cr_expect_eq(1, letters_of(here, MYC_DEAD_LEFT));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next again_then(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)ctx;
    (void)ticket;
    return journal->count == 1 ? MYC_AGAIN : *(myc_next *)journal->user;
}

WORLD_TEST(again, the_second_verdict_can_stop_or_fail)
{
    struct world *here = world_open(1);
    myc_next nexts[] = {MYC_STOP, MYC_FAIL(MYC_EIO)};
    for (uint32_t index = 0; index < 2; index++) {
        struct journal journal = {.on_ticket = again_then, .user = &nexts[index]};
        desk_ref desk = world_desk(here, 0, &journal, NULL);
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 9));
        world_run(here);
        cr_expect_eq(2, journal.count);
        cr_expect_eq(1, journal.stops);
        cr_expect_eq(1, world_since(here).handled);
        cr_expect_eq(index, letters_of(here, MYC_DEAD_FAILED));
        journal_fini(&journal);
    }
    cr_expect_eq(1, here->letter_count);
    world_close(here);
    NO_LEAKS();
}

/* While one actor is stuck on its message, the others of its worker go on. */
WORLD_TEST(again, it_does_not_starve_the_others)
{
    struct world *here = world_open(1);
    struct journal stuck = {.gated = true};
    struct journal other = {0};
    desk_ref first = world_desk(here, 0, &stuck, NULL);
    desk_ref second = world_desk(here, 0, &other, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, first, 0, 0));
    for (uint32_t number = 0; number < 900; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, second, 0, number));
    world_run(here);
    expect_numbers(&other, 0, 900);
    cr_expect_eq(0, stuck.count);
    world_close(here);
    journal_fini(&other);
    NO_LEAKS();
}

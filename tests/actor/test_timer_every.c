/* SPDX-License-Identifier: Apache-2.0 */
/* Periodic timers: the fixed rate, and the rule for ticks that are missed. */
#include <mycelium/timer.h>

#include "timer_lab.h"

static uint64_t lab_missed(struct lab *lab, myc_timer timer)
{
    struct cancelling cancelling = {timer, true, 0};
    lab_call(lab, cancel_timer, &cancelling);
    return cancelling.missed;
}

Test(timer_every, ticks_come_at_whole_periods)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 100, 7, true);
    for (uint32_t tick = 1; tick <= 50; tick++) {
        lab_advance(lab, 99);
        cr_expect_eq(tick - 1, lab->journal.count);
        lab_advance(lab, 1);
        cr_expect_eq(tick, lab->journal.count);
    }
    cr_expect_eq(0, lab_missed(lab, timer));
    lab_close(lab);
}

/* Ticks at 100, 200, ... The one of 100 is handled at 130: that of 200 comes at 200. */
Test(timer_every, a_late_tick_does_not_delay_the_next)
{
    struct lab *lab = lab_open();
    lab_set(lab, 100, 7, true);
    lab_advance(lab, 130);
    cr_expect_eq(1, lab->journal.count);
    lab_advance(lab, 69);
    cr_expect_eq(1, lab->journal.count);
    lab_advance(lab, 1);
    cr_expect_eq(2, lab->journal.count);
    lab_close(lab);
}

Test(timer_every, ticks_whose_time_has_come_meanwhile_are_left_out)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 100, 7, true);
    lab_advance(lab, 599); /* 100, and with it 200 to 500 */
    cr_expect_eq(1, lab->journal.count);
    lab_advance(lab, 1);
    cr_expect_eq(2, lab->journal.count);
    lab_advance(lab, 200); /* 700, and with it 800, whose time it is */
    cr_expect_eq(3, lab->journal.count);
    lab_advance(lab, 99);
    cr_expect_eq(3, lab->journal.count);
    cr_expect_eq(5, lab_missed(lab, timer));
    lab_close(lab);
}

Test(timer_every, a_jump_of_hours_is_one_tick)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 1, 7, true);
    lab_advance(lab, UINT64_C(36000000000000));
    cr_expect_eq(1, lab->journal.count);
    cr_expect_eq(UINT64_C(35999999999999), lab_missed(lab, timer));
    lab_close(lab);
}

static myc_next take_250_ns(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct lab *lab = journal->user;
    (void)ctx;
    (void)ticket;
    lab->now_ns += journal->count == 1 ? 250 : 0;
    return MYC_CONTINUE;
}

/* The tick of 100 is handled from 100 to 350: those of 200 and 300 are left out. */
Test(timer_every, ticks_during_the_handler_are_left_out)
{
    struct lab *lab = lab_open();
    lab->journal.user = lab;
    lab->journal.on_ticket = take_250_ns;
    myc_timer timer = lab_set(lab, 100, 7, true);
    lab_advance(lab, 100);
    cr_expect_eq(1, lab->journal.count);
    lab_advance(lab, 49);
    cr_expect_eq(1, lab->journal.count);
    lab_advance(lab, 1);
    cr_expect_eq(2, lab->journal.count);
    cr_expect_eq(2, lab_missed(lab, timer));
    lab_close(lab);
}

struct looking {
    myc_timer timer;
    uint64_t missed;
};

static myc_next look(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct looking *looking = journal->user;
    (void)ticket;
    looking->missed = myc_timer_missed(ctx, looking->timer);
    return MYC_CONTINUE;
}

Test(timer_every, its_handler_knows_what_was_left_out)
{
    struct lab *lab = lab_open();
    struct looking looking = {lab_set(lab, 100, 7, true), 99};
    lab->journal.user = &looking;
    lab->journal.on_ticket = look;
    lab_advance(lab, 450);
    cr_expect_eq(1, lab->journal.count);
    cr_expect_eq(3, looking.missed);
    lab_close(lab);
}

Test(timer_every, a_cancelled_one_comes_no_more)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 100, 7, true);
    lab_advance(lab, 100);
    lab_advance(lab, 100);
    lab_cancel(lab, timer, true);
    lab_advance(lab, 1000);
    cr_expect_eq(2, lab->journal.count);
    lab_close(lab);
}

static myc_next cancel_at_third(struct journal *journal, myc_context *ctx,
                                const ticket_data *ticket)
{
    (void)ticket;
    if (journal->count == 3)
        cancel_timer(ctx, journal->user);
    return MYC_CONTINUE;
}

Test(timer_every, its_own_handler_can_cancel_it)
{
    struct lab *lab = lab_open();
    struct cancelling itself = {lab_set(lab, 100, 7, true), true, 0};
    lab->journal.user = &itself;
    lab->journal.on_ticket = cancel_at_third;
    for (uint32_t i = 0; i < 10; i++)
        lab_advance(lab, 100);
    cr_expect_eq(3, lab->journal.count);
    lab_cancel(lab, itself.timer, false);
    lab_close(lab);
}

static myc_next cancel_and_ask_again(struct journal *journal, myc_context *ctx,
                                     const ticket_data *ticket)
{
    (void)ticket;
    cancel_timer(ctx, journal->user);
    return MYC_AGAIN;
}

Test(timer_every, a_message_cancelled_in_its_handler_does_not_come_again)
{
    struct lab *lab = lab_open();
    struct cancelling itself = {lab_set(lab, 100, 7, true), true, 0};
    lab->journal.user = &itself;
    lab->journal.on_ticket = cancel_and_ask_again;
    lab_advance(lab, 1000);
    cr_expect_eq(1, lab->journal.count);
    lab_close(lab);
}

Test(timer_every, a_tick_that_is_not_done_comes_again_and_the_others_are_left_out)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 100, 7, true);
    lab->journal.gated = true;
    for (uint32_t i = 0; i < 10; i++)
        lab_advance(lab, 100);
    cr_expect_eq(0, lab->journal.count);
    lab->journal.permits = 2;
    world_run(lab->world);
    cr_expect_eq(1, lab->journal.count);
    lab_advance(lab, 100);
    cr_expect_eq(2, lab->journal.count);
    cr_expect_eq(9, lab_missed(lab, timer));
    lab_close(lab);
}

static myc_next keep_it(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    const ticket_data **kept = journal->user;
    kept[journal->count - 1] = ticket_data_move(ctx, ticket);
    return MYC_CONTINUE;
}

static void set_counted(myc_context *ctx, void *argument)
{
    ticket_data *ticket = ticket_make(ctx, 0, 7);
    ticket->destroyed = argument;
    cr_assert_eq(0, desk_every_ticket(ctx, 100, ticket, NULL));
}

/* A handler that keeps its message takes nothing from the timer. */
Test(timer_every, all_ticks_share_one_payload)
{
    struct lab *lab = lab_open();
    const ticket_data *kept[3];
    uint32_t destroyed = 0;
    lab->journal.user = kept;
    lab->journal.on_ticket = keep_it;
    lab_call(lab, set_counted, &destroyed);
    for (uint32_t i = 0; i < 3; i++)
        lab_advance(lab, 100);
    cr_assert_eq(3, lab->journal.count);
    cr_expect_eq(kept[0], kept[1]);
    cr_expect_eq(kept[0], kept[2]);
    for (uint32_t i = 0; i < 3; i++)
        ticket_data_release(lab->world->ctx, kept[i]);
    cr_expect_eq(0, destroyed, "the timer has it still");
    myc_stop(lab->world->ctx, lab->desk.address);
    world_run(lab->world);
    cr_expect_eq(1, destroyed);
    lab_close(lab);
}

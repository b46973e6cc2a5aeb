/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that fire once. */
#include <mycelium/timer.h>

#include "timer_lab.h"

Test(timer, fires_at_its_time_and_not_before)
{
    struct lab *lab = lab_open();
    lab_set(lab, 500, 7, false);
    lab_advance(lab, 499);
    cr_expect_eq(0, lab->journal.count);
    lab_advance(lab, 1);
    expect_numbers(&lab->journal, 7, 1);
    lab_advance(lab, 1000000);
    expect_numbers(&lab->journal, 7, 1);
    lab_close(lab);
}

Test(timer, a_delay_of_nothing_is_the_next_pass)
{
    struct lab *lab = lab_open();
    lab_set(lab, 0, 7, false);
    world_run(lab->world);
    expect_numbers(&lab->journal, 7, 1);
    lab_close(lab);
}

Test(timer, a_delay_without_end_never_fires_and_is_released)
{
    struct lab *lab = lab_open();
    lab_set(lab, UINT64_MAX, 7, false);
    lab_advance(lab, UINT64_C(1) << 62);
    cr_expect_eq(0, lab->journal.count);
    lab_close(lab);
}

Test(timer, several_fire_in_the_order_of_their_times)
{
    struct lab *lab = lab_open();
    lab_set(lab, 3000000000, 3, false);
    lab_set(lab, 70000, 1, false);
    lab_set(lab, 3000000001, 4, false);
    lab_set(lab, 5, 0, false);
    lab_set(lab, 70001, 2, false);
    lab_advance(lab, UINT64_C(4000000000));
    expect_numbers(&lab->journal, 0, 5);
    lab_close(lab);
}

Test(timer, goes_ahead_of_what_is_queued)
{
    struct lab *lab = lab_open();
    lab_set(lab, 10, 0, false);
    for (uint32_t number = 1; number <= 900; number++)
        cr_assert_eq(MYC_SENT, send_ticket(lab->world->ctx, lab->desk, 0, number));
    lab_advance(lab, 10);
    expect_numbers(&lab->journal, 0, 901);
    lab_close(lab);
}

Test(timer, its_message_is_accepted_and_handled)
{
    struct lab *lab = lab_open();
    lab_set(lab, 10, 0, false);
    world_mark(lab->world);
    lab_advance(lab, 10);
    cr_expect_eq(1, world_since(lab->world).accepted);
    cr_expect_eq(1, world_since(lab->world).handled);
    cr_expect_eq(0, world_counts(lab->world).queued);
    lab_close(lab);
}

/* ---- cancelling ---- */

Test(timer, a_cancelled_one_does_not_fire)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 10, 1, false);
    lab_set(lab, 10, 2, false);
    lab_cancel(lab, timer, true);
    lab_advance(lab, 1000);
    expect_numbers(&lab->journal, 2, 1);
    lab_close(lab);
}

Test(timer, one_that_has_fired_is_stale)
{
    struct lab *lab = lab_open();
    myc_timer timer = lab_set(lab, 10, 1, false);
    lab_advance(lab, 10);
    lab_cancel(lab, timer, false);
    lab_close(lab);
}

static myc_next cancel_the_other(struct journal *journal, myc_context *ctx,
                                 const ticket_data *ticket)
{
    struct cancelling *other = journal->user;
    (void)ticket;
    cancel_timer(ctx, other);
    other->expected = false;
    return MYC_CONTINUE;
}

/* Both are due at once, so the second is queued when the first is handled. */
Test(timer, one_that_is_queued_can_be_cancelled)
{
    struct lab *lab = lab_open();
    lab_set(lab, 10, 1, false);
    struct cancelling second = {lab_set(lab, 10, 2, false), true, 0};
    lab_set(lab, 10, 3, false);
    lab->journal.user = &second;
    lab->journal.on_ticket = cancel_the_other;
    world_mark(lab->world);
    lab_advance(lab, 10);
    cr_assert_eq(2, lab->journal.count);
    cr_expect_eq(1, lab->journal.entries[0].number);
    cr_expect_eq(3, lab->journal.entries[1].number);
    cr_expect_eq(2, world_since(lab->world).accepted, "what was cancelled was never a message");
    lab_close(lab);
}

static myc_next cancel_itself(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)ticket;
    cancel_timer(ctx, journal->user);
    return MYC_CONTINUE;
}

Test(timer, is_stale_in_its_own_handler)
{
    struct lab *lab = lab_open();
    struct cancelling itself = {lab_set(lab, 10, 1, false), false, 0};
    lab->journal.user = &itself;
    lab->journal.on_ticket = cancel_itself;
    lab_advance(lab, 10);
    expect_numbers(&lab->journal, 1, 1);
    lab_close(lab);
}

/* Timers lie where those before them lay. */
Test(timer, a_stale_one_never_names_another)
{
    struct lab *lab = lab_open();
    myc_timer stale = lab_set(lab, 10, 0, false);
    lab_advance(lab, 10);
    for (uint32_t i = 1; i <= 1000; i++) {
        myc_timer fresh = lab_set(lab, 10, i, false);
        cr_expect_neq(stale.id, fresh.id);
        lab_cancel(lab, stale, false);
        lab_advance(lab, 10);
    }
    expect_numbers(&lab->journal, 0, 1001);
    lab_close(lab);
}

Test(timer, no_timer_is_named_by_zero)
{
    struct lab *lab = lab_open();
    lab_cancel(lab, (myc_timer){0}, false);
    lab_set(lab, 10, 1, false);
    lab_cancel(lab, (myc_timer){0}, false);
    lab_advance(lab, 10);
    expect_numbers(&lab->journal, 1, 1);
    lab_close(lab);
}

Test(timer, belongs_to_the_actor_that_set_it)
{
    struct lab *lab = lab_open();
    myc_timer own = lab_set(lab, 10, 1, false);
    struct setting others = {10, 2, false, 0, {0}};
    world_call(lab->world, 0, set_timer, &others);
    lab_cancel(lab, others.timer, false);
    world_call(lab->world, 0, cancel_timer, &(struct cancelling){own, false, 0});
    lab_advance(lab, 10);
    expect_numbers(&lab->journal, 1, 1);
    expect_numbers(&lab->world->clerk_journals[0], 2, 1);
    lab_close(lab);
}

/* ---- a message that comes again, a verdict ---- */

Test(timer, a_message_that_is_not_done_comes_again)
{
    struct lab *lab = lab_open();
    lab->journal.gated = true;
    myc_timer timer = lab_set(lab, 10, 1, false);
    world_mark(lab->world);
    lab_advance(lab, 10);
    cr_expect_eq(0, lab->journal.count);
    cr_expect_eq(0, world_since(lab->world).handled);
    lab->journal.permits = 1;
    world_run(lab->world);
    expect_numbers(&lab->journal, 1, 1);
    cr_expect_eq(1, world_since(lab->world).handled);
    lab_cancel(lab, timer, false);
    lab_close(lab);
}

static myc_next stop_at_once(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    (void)ticket;
    return MYC_STOP;
}

Test(timer, its_handler_may_stop_the_actor)
{
    struct lab *lab = lab_open();
    lab->journal.on_ticket = stop_at_once;
    lab_set(lab, 10, 1, false);
    lab_set(lab, 10, 2, false);
    lab_set(lab, 11, 3, false);
    lab_advance(lab, 11);
    expect_numbers(&lab->journal, 1, 1);
    expect_exit(&lab->journal, MYC_EXIT_DONE, 0);
    cr_expect_eq(2, letters_of(lab->world, MYC_DEAD_LEFT), "both were due");
    lab_close(lab);
}

/* ---- errors ---- */

static void set_badly(myc_context *ctx, void *argument)
{
    struct lab *lab = argument;
    myc_timer timer = {99};
    cr_expect_eq(MYC_ETYPE, myc_after(ctx, 1, desk_tag_job, ticket_make(ctx, 0, 1), &timer));
    cr_expect_eq(0, timer.id);
    cr_expect_eq(MYC_ETYPE, myc_after(ctx, 1, desk_row_count, ticket_make(ctx, 0, 1), NULL));
    cr_expect_eq(MYC_ENOMEM, desk_after_ticket(ctx, 1, NULL, NULL));
    cr_expect_eq(MYC_ENOMEM, desk_every_ticket(ctx, 1, NULL, NULL));
    timer.id = 99;
    cr_expect_eq(MYC_EINVAL, desk_every_ticket(ctx, 0, ticket_make(ctx, 0, 1), &timer));
    cr_expect_eq(0, timer.id);
    cr_expect(world_logged(lab->world, "period of a timer is 0 ns: expected at least 1"));
}

Test(timer, what_cannot_be_set_is_released)
{
    struct lab *lab = lab_open();
    lab_call(lab, set_badly, lab);
    lab_advance(lab, 10);
    cr_expect_eq(0, lab->journal.count);
    lab_close(lab);
}

Test(timer, there_is_none_outside_of_an_actor)
{
    struct lab *lab = lab_open();
    myc_context *ctx = lab->world->ctx;
    myc_timer timer = {99};
    cr_expect_eq(MYC_ETHREAD, desk_after_ticket(ctx, 1, ticket_make(ctx, 0, 1), &timer));
    cr_expect_eq(0, timer.id);
    cr_expect_eq(MYC_ETHREAD, desk_every_ticket(ctx, 1, ticket_make(ctx, 0, 1), NULL));
    cr_expect_not(myc_timer_cancel(ctx, (myc_timer){1}));
    cr_expect_eq(0, myc_timer_missed(ctx, (myc_timer){1}));
    lab_close(lab);
}

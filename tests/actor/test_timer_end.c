/* SPDX-License-Identifier: Apache-2.0 */
/* Timers and the ends of things: of their actor, of the system, of memory. And actors that move. */
#include "actor/timer.h"

#include <mycelium/timer.h>

#include "actor/actor.h"
#include "support/well.h"
#include "timer_lab.h"

static void lab_stop_desk(struct lab *lab)
{
    myc_stop(lab->world->ctx, lab->desk.address);
    world_run(lab->world);
}

/* ---- its actor ends ---- */

Test(timer_end, none_fires_after_its_actor_has_stopped)
{
    struct lab *lab = lab_open();
    lab_set(lab, 10, 1, false);
    lab_set(lab, UINT64_C(1) << 50, 2, false);
    lab_set(lab, 20, 3, true);
    world_mark(lab->world);
    lab_stop_desk(lab);
    lab_advance(lab, UINT64_C(1) << 51);
    cr_expect_eq(0, lab->journal.count);
    cr_expect_eq(0, world_since(lab->world).accepted, "armed timers are no messages");
    cr_expect_eq(0, lab->world->letter_count);
    lab_close(lab);
}

/* The stop is asked for in the pass before the timers are due: they are queued when it comes. */
Test(timer_end, what_was_due_is_a_dead_letter)
{
    struct lab *lab = lab_open();
    lab->journal.gated = true; /* the first comes again and again */
    lab_set(lab, 10, 1, false);
    lab_set(lab, 10, 2, true);
    lab_set(lab, 11, 3, false);
    lab_advance(lab, 10);
    world_mark(lab->world);
    lab_stop_desk(lab);
    cr_expect_eq(2, world_since(lab->world).accepted);
    cr_expect_eq(2, world_since(lab->world).dead_by[MYC_DEAD_LEFT]);
    cr_expect_eq(1, lab->world->letters[0].number);
    cr_expect_eq(2, lab->world->letters[1].number);
    lab_close(lab);
}

Test(timer_end, what_was_due_when_the_system_stops_is_discarded)
{
    struct lab *lab = lab_open();
    lab->journal.gated = true;
    lab_set(lab, 10, 1, false);
    lab_advance(lab, 10);
    cr_expect_eq(0,
                 myc_system_stop(lab->world->system, &(myc_stop_options){.discard = true}, NULL));
    cr_expect_eq(1, letters_of(lab->world, MYC_DEAD_DISCARDED));
    lab_close(lab);
}

static void set_a_last_one(struct journal *journal, myc_context *ctx)
{
    (void)journal;
    cr_expect_eq(0, desk_after_ticket(ctx, 0, ticket_make(ctx, 0, 1), NULL));
    cr_expect_eq(0, desk_every_ticket(ctx, 1, ticket_make(ctx, 0, 2), NULL));
}

Test(timer_end, one_that_on_stop_sets_never_fires)
{
    struct lab *lab = lab_open();
    lab->journal.at_stop = set_a_last_one;
    lab_stop_desk(lab);
    cr_expect_eq(1, lab->journal.stops);
    lab_advance(lab, 1000);
    cr_expect_eq(0, lab->journal.count);
    lab_close(lab);
}

static void set_a_first_one(struct journal *journal, myc_context *ctx)
{
    (void)journal;
    cr_expect_eq(0, desk_after_ticket(ctx, 100, ticket_make(ctx, 0, 1), NULL));
}

Test(timer_end, one_that_on_start_sets_fires)
{
    struct lab *lab = lab_open();
    struct journal journal = {.at_start = set_a_first_one};
    world_desk(lab->world, 0, &journal, NULL);
    world_run(lab->world);
    lab_advance(lab, 100);
    expect_numbers(&journal, 1, 1);
    journal_fini(&journal);
    lab_close(lab);
}

Test(timer_end, a_start_that_fails_leaves_none)
{
    struct lab *lab = lab_open();
    struct journal journal = {.at_start = set_a_first_one, .start_code = MYC_EIO};
    world_desk(lab->world, 0, &journal, NULL);
    world_run(lab->world);
    lab_advance(lab, 100);
    cr_expect_eq(0, journal.count);
    journal_fini(&journal);
    lab_close(lab);
}

/* ---- the system is quiet, or stops ---- */

Test(timer_end, armed_ones_do_not_keep_a_system_from_being_quiet)
{
    struct lab *lab = lab_open();
    lab_set(lab, 1000, 1, false);
    lab_set(lab, 1000, 2, true);
    cr_expect_eq(0, myc_system_await_quiescence(lab->world->system, 0));
    lab_close(lab);
}

static void let_it_be_late(myc_context *ctx, void *argument)
{
    struct lab *lab = argument;
    cr_expect_eq(0, desk_after_ticket(ctx, 100, ticket_make(ctx, 0, 1), NULL));
    cr_expect_eq(0, desk_every_ticket(ctx, 1, ticket_make(ctx, 0, 1), NULL));
    lab->now_ns += 1000;
}

/* The job runs in the drain; its timers are due before the drain is over. */
Test(timer_end, none_fires_once_a_drain_has_begun)
{
    struct lab *lab = lab_open();
    lab_tell(lab, let_it_be_late, lab);
    cr_expect_eq(0, myc_system_stop(lab->world->system, NULL, NULL));
    cr_expect_eq(1, lab->journal.jobs);
    cr_expect_eq(0, lab->journal.count);
    cr_expect_eq(0, lab->world->letter_count);
    lab_close(lab);
}

/* ---- memory ---- */

static void set_many(myc_context *ctx, void *argument)
{
    const uint32_t *count = argument;
    ticket_data *ticket = ticket_make(ctx, 0, 7);
    for (uint32_t i = 0; i < *count; i++)
        cr_assert_eq(0, desk_after_ticket(ctx, 1 + i % 977, ticket_data_retain(ctx, ticket), NULL));
    ticket_data_release(ctx, ticket);
}

Test(timer_end, waves_of_them_take_no_more_memory_after_the_first)
{
    struct lab *lab = lab_open();
    uint32_t count = 5000;
    for (uint32_t i = 0; i < 2; i++) {
        lab_call(lab, set_many, &count);
        lab_advance(lab, 1000);
    }
    myc_system_seal_memory(lab->world->system);
    for (uint32_t i = 0; i < 20; i++) {
        lab_call(lab, set_many, &count);
        lab_advance(lab, 1000);
    }
    cr_expect_eq(0, myc_system_unseal_memory(lab->world->system));
    cr_expect_eq(22 * 5000, lab->journal.count);
    lab_close(lab);
}

Test(timer_end, many_end_with_their_actor)
{
    struct lab *lab = lab_open();
    uint32_t count = 100000;
    lab_call(lab, set_many, &count);
    lab_stop_desk(lab);
    lab_advance(lab, 1000);
    cr_expect_eq(0, lab->journal.count);
    lab_close(lab);
}

/* ---- an actor that begins anew, or moves ---- */

static void cancel_all(myc_context *ctx, void *argument)
{
    struct lab *lab = argument;
    myc__actor *desk = myc__actor_find(ctx->shard, lab->desk.address);
    myc__timers_cancel(ctx->shard, desk);
}

/* The gate keeps those that are due in the queue, the first of them coming again. */
Test(timer_end, all_can_be_cancelled_queued_or_not)
{
    struct lab *lab = lab_open();
    lab->journal.gated = true;
    lab_set(lab, 100, 1, false);
    lab_set(lab, 100, 2, true);
    myc_timer armed = lab_set(lab, 200, 3, false);
    lab_advance(lab, 100);
    world_mark(lab->world);
    world_call(lab->world, 0, cancel_all, lab);
    lab->journal.gated = false;
    lab_advance(lab, 1000);
    cr_expect_eq(0, lab->journal.count);
    cr_expect_eq(1, world_since(lab->world).accepted, "the job");
    lab_cancel(lab, armed, false);
    lab_cancel(lab, lab_set(lab, 100, 4, false), true);
    lab_close(lab);
}

static void leave_worker(myc_context *ctx, void *argument)
{
    (void)argument;
    myc__timers_detach(ctx->shard, ctx->current);
}

static void enter_worker(myc_context *ctx, void *argument)
{
    (void)argument;
    myc__timers_attach(ctx->shard, ctx->current);
}

Test(timer_end, a_detached_one_waits_and_keeps_its_time)
{
    struct lab *lab = lab_open();
    lab_set(lab, 100, 1, false);
    lab_set(lab, 1000000, 3, false);
    lab_set(lab, 200, 2, false);
    struct cancelling other = {lab_set(lab, 300, 9, false), true, 0};
    lab_call(lab, leave_worker, NULL);
    lab_advance(lab, 1000);
    cr_expect_eq(0, lab->journal.count);
    lab_call(lab, enter_worker, NULL);
    cr_expect_geq(lab->journal.count, 2, "what was due has come by now");
    lab_cancel(lab, other.timer, false);
    lab_advance(lab, 1000000);
    cr_assert_eq(4, lab->journal.count);
    cr_expect_eq(3, lab->journal.entries[3].number);
    lab_close(lab);
}

Test(timer_end, a_detached_one_can_be_cancelled_or_end)
{
    struct lab *lab = lab_open();
    myc_timer first = lab_set(lab, 100, 1, false);
    lab_set(lab, 100, 2, true);
    lab_call(lab, leave_worker, NULL);
    lab_cancel(lab, first, true);
    lab_stop_desk(lab);
    lab_advance(lab, 1000);
    cr_expect_eq(0, lab->journal.count);
    lab_close(lab);
}

/* ---- no memory ---- */

struct drought {
    struct well well;
    uint32_t set;
};

static void set_until_dry(myc_context *ctx, void *argument)
{
    struct drought *drought = argument;
    ticket_data *ticket = ticket_make(ctx, 0, 7);
    drought->well.dry = true;
    int error = 0;
    for (drought->set = 0; !error; drought->set += !error) {
        const ticket_data *payload = ticket_data_retain(ctx, ticket);
        error = drought->set % 2 ? desk_after_ticket(ctx, 100, payload, NULL)
                                 : desk_every_ticket(ctx, 100, payload, NULL);
        cr_assert_lt(drought->set, 100000);
    }
    cr_expect_eq(MYC_ENOMEM, error);
    ticket_data_release(ctx, ticket);
    drought->well.dry = false;
}

Test(timer_end, those_there_is_memory_for_fire)
{
    struct drought drought = {0};
    myc_allocator allocator = well_allocator(&drought.well);
    struct lab *lab = lab_open_on(&allocator);
    lab_set(lab, 100, 7, true); /* the pools have some blocks */
    lab_call(lab, set_until_dry, &drought);
    cr_expect_gt(drought.set, 0);
    lab_advance(lab, 100);
    cr_expect_eq(1 + drought.set, lab->journal.count);
    lab_close(lab);
}

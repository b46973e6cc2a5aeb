/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"

struct stop_order {
    desk_ref desk;
    uint32_t sends;
    uint32_t times;
};

static void send_then_stop(myc_context *ctx, void *argument)
{
    struct stop_order *order = argument;
    for (uint32_t number = 0; number < order->sends; number++)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, order->desk, 0, number));
    for (uint32_t time = 0; time < order->times; time++)
        myc_stop(ctx, order->desk.address);
}

/* From its own worker, from another and from outside; the actor has one message in hand, or none. */
Test(stopping, a_stop_passes_ahead_of_what_is_queued)
{
    struct world *here = world_open(2);
    for (uint32_t sender = 0; sender < 3; sender++) {
        struct journal journal = {.gated = true};
        struct stop_order order = {world_desk(here, 1, &journal, NULL), 20, 1};
        world_run(here);
        uint32_t letters = here->letter_count;
        if (sender < 2)
            world_call(here, sender, send_then_stop, &order);
        else
            send_then_stop(here->ctx, &order);
        world_run(here);
        cr_expect_eq(0, journal.count);
        expect_exit(&journal, MYC_EXIT_REQUESTED, 0);
        cr_expect_eq(letters + 20, here->letter_count);
    }
    cr_expect_eq(60, letters_of(here, MYC_DEAD_LEFT));
    world_close(here);
    NO_LEAKS();
}

Test(stopping, a_second_stop_does_nothing)
{
    struct world *here = world_open(2);
    for (uint32_t sender = 0; sender < 2; sender++) {
        struct journal journal = {0};
        struct stop_order order = {world_desk(here, 1, &journal, NULL), 0, 3};
        world_run(here);
        world_call(here, sender, send_then_stop, &order);
        world_run(here);
        expect_exit(&journal, MYC_EXIT_REQUESTED, 0);
        world_call(here, sender, send_then_stop, &order);
        world_run(here);
        cr_expect_eq(1, journal.stops);
    }
    cr_expect_eq(2, world_counts(here).actors);
    world_close(here);
    NO_LEAKS();
}

struct crossing {
    desk_ref crowd;
    desk_ref gone; /* what it is told does nothing */
    desk_ref desk;
    uint32_t sent;
};

/* The stop finds the lane full, the slots kept for control too, so it waits at its sender. */
static void fill_lane_then_stop(myc_context *ctx, void *argument)
{
    struct crossing *crossing = argument;
    while (send_ticket(ctx, crossing->crowd, 0, 0) == MYC_SENT)
        crossing->sent++;
    for (uint32_t order = 0; order < MYC__LANE_CONTROL_SLOTS; order++)
        myc_stop(ctx, crossing->gone.address);
    myc_stop(ctx, crossing->desk.address);
}

static void send_behind(myc_context *ctx, void *argument)
{
    struct crossing *crossing = argument;
    cr_expect_eq(MYC_FULL, send_ticket(ctx, crossing->desk, 0, 1));
}

/* Meanwhile the receiver has made room in the lane. */
Test(stopping, no_message_overtakes_a_stop_that_waits_for_room_in_a_lane)
{
    struct world *here = world_open(2);
    struct journal crowd = {0};
    struct journal gone = {0};
    struct journal journal = {0};
    struct crossing crossing = {
        world_desk(here, 1, &crowd, &(myc_spawn_options){.mailbox_bound = 5000}),
        world_desk(here, 1, &gone, NULL), world_desk(here, 1, &journal, NULL), 0};
    myc_stop(here->ctx, crossing.gone.address);
    world_run(here);
    world_call(here, 0, fill_lane_then_stop, &crossing);
    cr_expect_eq(LANE_MESSAGES, crossing.sent);
    world_call(here, 0, send_behind, &crossing);
    world_run(here);
    cr_expect_eq(0, journal.count);
    cr_expect_eq(1, journal.stops);
    cr_expect_eq(crossing.sent, crowd.count);
    world_close(here);
    journal_fini(&crowd);
    NO_LEAKS();
}

static void spawn_send_stop(myc_context *ctx, void *argument)
{
    struct journal *journal = argument;
    struct stop_order order = {desk_at(ctx, 1, journal, NULL), 3, 1};
    send_then_stop(ctx, &order);
}

/* On its own worker the stop comes before the first turn: it never was. */
Test(stopping, a_stop_before_the_start_calls_neither_hook)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    world_call(here, 1, spawn_send_stop, &journal);
    world_run(here);
    cr_expect_eq(0, journal.starts);
    cr_expect_eq(0, journal.stops);
    cr_expect_eq(0, journal.count);
    cr_expect_eq(3, letters_of(here, MYC_DEAD_LEFT));
    cr_expect_eq(2, world_counts(here).actors);
    cr_expect_eq(0, myc_system_await_quiescence(here->system, 0), "the start is accounted for");
    world_close(here);
    NO_LEAKS();
}

Test(stopping, a_stop_before_the_start_from_elsewhere_calls_both_hooks_or_none)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    world_call(here, 0, spawn_send_stop, &journal);
    world_run(here);
    cr_expect_eq(journal.starts, journal.stops);
    cr_expect_eq(0, journal.count);
    cr_expect_eq(3, world_since(here).dead);
    world_close(here);
    NO_LEAKS();
}

Test(stopping, a_stop_of_the_system_tells_every_actor)
{
    struct world *here = world_open(3);
    struct journal journals[3] = {{0}, {.gated = true}, {0}};
    for (uint32_t worker = 0; worker < 3; worker++) {
        desk_ref desk = world_desk(here, worker, &journals[worker], NULL);
        for (uint32_t number = 0; number < 4; number++)
            cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    }
    world_run(here);
    cr_expect_eq(0, myc_system_stop(here->system, &(myc_stop_options){.discard = true}, NULL));
    for (uint32_t worker = 0; worker < 3; worker++)
        expect_exit(&journals[worker], MYC_EXIT_SYSTEM, 0);
    cr_expect_eq(4, letters_of(here, MYC_DEAD_DISCARDED), "one in hand and three queued");
    cr_expect_eq(0, world_counts(here).actors);
    world_close(here);
    journal_fini(&journals[0]);
    journal_fini(&journals[2]);
    NO_LEAKS();
}

Test(stopping, a_stop_that_drains_handles_what_is_queued)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    for (uint32_t number = 0; number < 500; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    cr_expect_eq(0, myc_system_stop(here->system, NULL, NULL));
    expect_numbers(&journal, 0, 500);
    expect_exit(&journal, MYC_EXIT_SYSTEM, 0);
    cr_expect_eq(0, here->letter_count);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next try_to_stop_the_system(struct journal *journal, myc_context *ctx,
                                       const ticket_data *ticket)
{
    (void)journal;
    (void)ticket;
    cr_expect_eq(MYC_ETHREAD, myc_system_stop(myc_context_system(ctx), NULL, NULL));
    return MYC_CONTINUE;
}

Test(stopping, a_handler_cannot_stop_the_system)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = try_to_stop_the_system};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 0));
    world_run(here);
    cr_expect_eq(1, journal.count);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

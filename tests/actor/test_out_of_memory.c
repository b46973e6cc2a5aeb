/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator that can run dry: every failure is an answer, and nothing is lost. */
#include "special_world.h"

Test(out_of_memory, all_memory_comes_from_the_allocator_and_goes_back)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    for (uint32_t number = 0; number < 900; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    cr_expect_gt(well.blocks, 0);
    world_close(here);
    cr_expect_eq(0, well.blocks);
    journal_fini(&journal);
    NO_LEAKS();
}

struct flood {
    struct well *well;
    desk_ref to;
    uint32_t sent;
    uint32_t refused;
};

/* One payload, many references: only mailboxes and lanes need memory. */
static void flood_dry(myc_context *ctx, void *argument)
{
    struct flood *flood = argument;
    ticket_data *ticket = ticket_make(ctx, 0, 0);
    flood->well->dry = true;
    for (uint32_t number = 0; number < 100000; number++) {
        myc_sent sent = desk_send_ticket(ctx, flood->to, ticket_data_retain(ctx, ticket));
        flood->sent += sent == MYC_SENT;
        flood->refused += sent == MYC_FULL;
    }
    ticket_data_release(ctx, ticket);
}

/* The ring grows as long as the pools have blocks; then sends are refused, and none is lost. */
Test(out_of_memory, a_mailbox_that_cannot_grow_refuses)
{
    struct well well = {0};
    struct world *here = world_on(&well, 1);
    struct journal journal = {0};
    struct flood flood = {
        &well, world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 1u << 20}), 0,
        0};
    world_run(here);
    world_call(here, 0, flood_dry, &flood);
    world_run(here);
    cr_expect_gt(well.asked_in_vain, 0);
    cr_expect_geq(flood.sent, MYC__MAILBOX_INLINE, "the slots in the actor itself");
    cr_expect_eq(100000, flood.sent + flood.refused);
    cr_expect_eq(flood.refused, world_counts(here).refused);
    cr_expect_eq(flood.sent, journal.count);
    well.dry = false;
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* What a lane has brought was accepted: it is dropped, and counted. */
Test(out_of_memory, a_mailbox_that_cannot_grow_drops_what_came_from_elsewhere)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    struct journal journal = {.gated = true};
    struct flood flood = {
        &well, world_desk(here, 1, &journal, &(myc_spawn_options){.mailbox_bound = 1u << 20}), 0,
        0};
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, here->clerks[0], 0, 0));
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, flood.to, 0, 0));
    world_run(here);
    for (uint32_t round = 0; round < 200; round++) {
        flood_dry(here->ctx, &flood);
        world_run(here);
    }
    myc_counts counts = world_counts(here);
    cr_expect_gt(counts.dropped_newest, 0);
    journal.gated = false;
    well.dry = false;
    world_run(here);
    cr_expect_eq(flood.sent + 1, journal.count + counts.dropped_newest);
    cr_expect_eq(0, world_counts(here).queued);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(out_of_memory, no_lane_means_refused)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    struct journal journal = {0};
    struct flood flood = {&well, world_desk(here, 1, &journal, NULL), 0, 0};
    world_run(here);
    world_call(here, 0, flood_dry, &flood);
    world_run(here);
    cr_expect_eq(0, flood.sent, "the lane from worker 0 to 1 was never made");
    cr_expect_eq(100000, flood.refused);
    cr_expect_eq(0, journal.count);
    well.dry = false;
    world_close(here);
    NO_LEAKS();
}

Test(out_of_memory, a_spawn_is_refused_and_leaves_nothing_behind)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    world_run(here);
    well.dry = true;
    desk_ref ref;
    uint32_t started = 0;
    int code;
    while ((code = desk_spawn(here->ctx, NULL, NULL, &ref)) == 0)
        cr_assert_lt(++started, 100000);
    cr_expect_eq(MYC_ENOMEM, code);
    well.dry = false;
    world_await(here);
    cr_expect_eq(started + 2, world_counts(here).actors);
    cr_expect_eq(0, desk_spawn(here->ctx, NULL, NULL, &ref));
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}

/* A failed T_new() can be sent without a look: it is refused. */
Test(out_of_memory, a_payload_that_cannot_be_made_is_a_refused_send)
{
    struct well well = {0};
    struct world *here = world_on(&well, 1);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 1u << 20});
    world_run(here);
    well.dry = true;
    uint32_t sent = 0;
    while (desk_send_ticket(here->ctx, desk, ticket_data_new(here->ctx)) == MYC_SENT) {
        world_pass(here);
        cr_assert_lt(++sent, 1000000);
    }
    cr_expect_eq(1, world_counts(here).refused);
    world_run(here);
    cr_expect_eq(sent, journal.count);
    well.dry = false;
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* Those there is memory for move; the others stay, and all go on. */
Test(out_of_memory, an_actor_that_cannot_be_moved_stays)
{
    enum { DESKS = 1500 };
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    struct journal journal = {0};
    desk_ref *desks = calloc(DESKS, sizeof *desks);
    for (uint32_t i = 0; i < DESKS; i++)
        desks[i] = world_desk(here, 0, &journal, NULL);
    world_await(here);
    for (uint32_t i = 0; i < 10; i++) /* then the pools have some of each kind of block */
        cr_assert_eq(0, myc_move_actor(here->ctx, desks[i].address, 1));
    world_await(here);
    well.dry = true;
    uint32_t ordered = 0;
    for (uint32_t i = 10; i < DESKS; i++)
        ordered += myc_move_actor(here->ctx, desks[i].address, 1) == 0;
    cr_assert_gt(ordered, 0);
    world_await(here);
    cr_expect(ordered < DESKS - 10 || world_logged(here, "is not moved: out of memory"));
    uint32_t sent = 0;
    well.dry = false;
    for (uint32_t i = 0; i < DESKS; i++)
        sent += send_ticket(here->ctx, desks[i], 0, 0) == MYC_SENT;
    world_await(here);
    cr_expect_eq(sent, journal.count);
    cr_expect_eq(DESKS + 2, world_counts(here).actors);
    world_close(here);
    cr_expect_eq(0, well.blocks);
    journal_fini(&journal);
    free(desks);
    NO_LEAKS();
}

struct parking {
    struct well *well;
    desk_ref to;
    uint32_t parked;
    uint32_t refused;
};

static myc_next park_dry(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct parking *parking = journal->user;
    parking->well->dry = true;
    for (uint32_t number = 0; number < 20000; number++) {
        const ticket_data *same = ticket_data_retain(ctx, ticket);
        myc_sent sent = desk_send_or_pause_ticket(ctx, parking->to, same);
        parking->parked += sent == MYC_SENT;
        parking->refused += sent == MYC_FULL;
    }
    return MYC_CONTINUE;
}

Test(out_of_memory, what_cannot_be_parked_is_refused)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct well well = {0};
        struct world *here = world_on(&well, 2);
        struct journal journal = {0};
        struct parking parking = {
            &well, world_desk(here, worker, &journal, &(myc_spawn_options){.mailbox_bound = 2}), 0,
            0};
        struct journal source_journal = {.on_ticket = park_dry, .user = &parking};
        desk_ref source = world_desk(here, 0, &source_journal, NULL);
        cr_assert_eq(MYC_SENT, send_ticket(here->ctx, source, 0, 0));
        world_run(here);
        cr_expect_eq(20000, parking.parked + parking.refused);
        cr_expect_gt(parking.refused, 0);
        cr_expect_eq(parking.refused, world_counts(here).refused);
        cr_expect_eq(parking.parked, journal.count);
        well.dry = false;
        world_close(here);
        cr_expect_eq(0, well.blocks);
        journal_fini(&journal);
        journal_fini(&source_journal);
    }
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that are moved while they are sent to. */
#include "actor/move.h"
#include "actor/stand_in.h"
#include "actor_support.h"
#include "base/seeded.h"
#include "system/system.h"

static void move_to(struct world *here, desk_ref desk, uint32_t worker)
{
    cr_assert_eq(0, myc_move_actor(here->ctx, desk.address, worker));
}

/* Where its handler ran last. */
struct whereabouts {
    uint32_t worker;
};

static myc_next note_worker(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)ticket;
    ((struct whereabouts *)journal->user)->worker = myc_worker(ctx);
    return MYC_CONTINUE;
}

static uint64_t alive_on(const struct world *here, uint32_t worker)
{
    const myc__shard *shard = here->system->fabric.shards[worker];
    return shard->born + shard->born_from_elsewhere - shard->ended;
}

/* Slots that are neither free nor lived in are lost. */
static void expect_no_slot_lost(const struct world *here)
{
    for (uint32_t worker = 0; worker < here->workers; worker++) {
        const myc__slot_table *slots = &here->system->fabric.shards[worker]->slots;
        uint32_t run = slots->run_count - slots->run_next;
        cr_expect_eq(alive_on(here, worker), slots->used - slots->free_count - run);
    }
}

Test(move_actor, runs_on_the_worker_it_was_moved_to)
{
    struct world *here = world_open(3);
    struct whereabouts at = {9};
    struct journal journal = {.on_ticket = note_worker, .user = &at};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    static const uint32_t workers[] = {1, 2, 1, 0, 2, 0, 0, 1};
    for (uint32_t i = 0; i < sizeof workers / sizeof *workers; i++) {
        move_to(here, desk, workers[i]);
        world_run(here);
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, i));
        world_run(here);
        cr_expect_eq(workers[i], at.worker, "move %u: on %u", i, at.worker);
        cr_expect_eq(i + 1, journal.count);
        for (uint32_t worker = 0; worker < 3; worker++)
            cr_expect_eq(1 + (worker == workers[i]), alive_on(here, worker));
        cr_expect_eq(4, world_counts(here).actors);
    }
    expect_numbers(&journal, 0, sizeof workers / sizeof *workers);
    world_close(here);
    cr_expect_eq(1, journal.stops);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(move_actor, refuses_what_cannot_be)
{
    struct world *here = world_open(2);
    desk_ref desk = here->clerks[0];
    cr_expect_eq(MYC_EINVAL, myc_move_actor(here->ctx, desk.address, 2));
    cr_expect(world_logged(here, "no such worker"));
    cr_expect_eq(MYC_EINVAL, myc_move_actor(here->ctx, (myc_address){0}, 1));
    cr_expect_eq(MYC_EINVAL, myc_move_actor(here->ctx, myc_address_on_node(desk.address, 3), 1));
    cr_expect_eq(0, myc_move_actor(here->ctx, (myc_address){77, 1}, 1)); /* nobody there */
    world_run(here);
    world_close(here);
    NO_LEAKS();
}

/* What is queued, in hand, and paused goes with it. */
Test(move_actor, takes_its_mailbox_along)
{
    struct world *here = world_open(2);
    struct whereabouts at = {9};
    struct journal journal = {.on_ticket = note_worker, .user = &at, .gated = true};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    for (uint32_t number = 0; number < 500; number++)
        cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    move_to(here, desk, 1);
    world_run(here);
    journal.gated = false;
    world_run(here);
    expect_numbers(&journal, 0, 500);
    cr_expect_eq(1, at.worker);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(move_actor, can_be_stopped_wherever_it_is)
{
    for (uint32_t passes = 0; passes < 12; passes++) {
        for (uint32_t moves = 1; moves <= 3; moves++) {
            struct world *here = world_open(3);
            struct journal journal = {.gated = true};
            desk_ref desk = world_desk(here, 0, &journal, NULL);
            for (uint32_t number = 0; number < 20; number++)
                cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
            world_run(here);
            for (uint32_t move = 0; move < moves; move++) {
                if (move)
                    world_run(here);
                move_to(here, desk, (move + 1) % 3);
            }
            for (uint32_t pass = 0; pass < passes; pass++)
                world_pass(here);
            myc_stop(here->ctx, desk.address);
            world_await(here);
            expect_exit(&journal, MYC_EXIT_REQUESTED, 0);
            cr_expect_eq(20, here->letter_count);
            cr_expect_eq(MYC_DEAD, send_ticket(here->ctx, desk, 0, 0));
            cr_expect_eq(3, world_counts(here).actors);
            expect_no_slot_lost(here);
            for (uint32_t letter = 0; letter < 20; letter++)
                cr_expect(myc_address_equal(desk.address, here->letters[letter].to));
            world_close(here);
            journal_fini(&journal);
        }
    }
    NO_LEAKS();
}

static myc_next stop_now(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal, (void)ctx, (void)ticket;
    return MYC_STOP;
}

/* It ends on worker 0 in the pass in which its first home, worker 1, sends the next move after it. */
Test(move_actor, may_end_while_a_move_is_on_its_way_to_it)
{
    struct world *here = world_open(3);
    struct journal journal = {.gated = true, .on_ticket = stop_now};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 0));
    world_run(here);
    move_to(here, desk, 0);
    world_run(here);
    move_to(here, desk, 2);
    journal.gated = false;
    cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 1));
    world_await(here);
    expect_exit(&journal, MYC_EXIT_DONE, 0);
    cr_expect_eq(1, here->letter_count);
    cr_expect_eq(3, world_counts(here).actors);
    expect_no_slot_lost(here);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* A stop of the system in the middle of it. */
Test(move_actor, does_not_hold_up_a_stop_of_the_system)
{
    for (uint32_t passes = 0; passes < 10; passes++) {
        struct world *here = world_open(3);
        struct journal journal = {0};
        desk_ref desk = world_desk(here, 0, &journal, NULL);
        world_run(here);
        move_to(here, desk, 1);
        if (passes % 2)
            world_run(here);
        move_to(here, desk, 2);
        for (uint32_t pass = 0; pass < passes / 2; pass++)
            world_pass(here);
        world_close(here);
        cr_expect_eq(1, journal.stops);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/* The bound holds for who sends from the first home, from the new one and from a third worker. */
struct flood {
    desk_ref to;
    uint32_t accepted;
};

static void send_flood(myc_context *ctx, void *argument)
{
    struct flood *flood = argument;
    for (uint32_t i = 0; i < 4000; i++)
        flood->accepted += send_ticket(ctx, flood->to, 0, i) == MYC_SENT;
}

Test(move_actor, presses_its_senders_when_it_is_full)
{
    for (uint32_t worker = 0; worker < 3; worker++) {
        struct world *here = world_open(3);
        struct journal journal = {.gated = true};
        struct flood flood = {
            world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 10}), 0};
        world_run(here);
        move_to(here, flood.to, 1);
        world_run(here);
        for (uint32_t round = 0; round < 5; round++) {
            world_call(here, worker, send_flood, &flood);
            world_run(here);
        }
        cr_expect_leq(flood.accepted, 10 + 2 * MYC__LANE_SLOTS);
        cr_expect_geq(flood.accepted, 10);
        journal.gated = false;
        world_run(here);
        cr_expect_eq(flood.accepted, journal.count);
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, flood.to, 0, 0));
        world_run(here);
        world_close(here);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/* Senders on all workers and outside, numbers per sender, moves at random: order, once each. */
enum { SENDERS = 4 };

struct crowd {
    struct world *here;
    desk_ref to;
    uint32_t sent[SENDERS]; /* the last is the test's own thread */
    uint32_t expected[SENDERS];
};

static myc_next expect_order(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct crowd *crowd = journal->user;
    (void)ctx;
    journal->count = 0;
    cr_assert_eq(crowd->expected[ticket->sender], ticket->number, "sender %u", ticket->sender);
    crowd->expected[ticket->sender]++;
    return MYC_CONTINUE;
}

static void send_some(struct crowd *crowd, myc_context *ctx, uint32_t sender, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        crowd->sent[sender] += send_ticket(ctx, crowd->to, sender, crowd->sent[sender]) == MYC_SENT;
}

static void send_from_worker(myc_context *ctx, void *argument)
{
    send_some(argument, ctx, myc_worker(ctx), 1 + myc_worker(ctx) * 3);
}

static void step(struct crowd *crowd, seeded *random)
{
    uint32_t chance = seeded_below(random, 12);
    if (myc_room(crowd->here->ctx, crowd->here->clerks[0].address) < 400 ||
        myc_room(crowd->here->ctx, crowd->here->clerks[1].address) < 400 ||
        myc_room(crowd->here->ctx, crowd->here->clerks[2].address) < 400)
        chance = 1; /* else there is no way left for a job */
    if (chance == 0)
        move_to(crowd->here, crowd->to, seeded_below(random, 3));
    else if (chance < 4)
        world_pass(crowd->here);
    else if (chance < 6)
        send_some(crowd, crowd->here->ctx, SENDERS - 1, 1 + seeded_below(random, 300));
    else
        world_call(crowd->here, seeded_below(random, 3), send_from_worker, crowd);
}

Test(move_actor, keeps_the_order_of_each_sender)
{
    seeded random = seeded_start("move_actor");
    for (uint32_t round = 0; round < 60; round++) {
        struct crowd crowd = {.here = world_open(3)};
        struct journal journal = {.on_ticket = expect_order, .user = &crowd};
        myc_spawn_options options = {.mailbox_bound = 1 + seeded_below(&random, 50),
                                     .batch_max = 1 + seeded_below(&random, 5)};
        crowd.to = world_desk(crowd.here, seeded_below(&random, 3), &journal, &options);
        for (uint32_t steps = 0; steps < 300; steps++)
            step(&crowd, &random);
        world_await(crowd.here);
        for (uint32_t sender = 0; sender < SENDERS; sender++)
            cr_expect_eq(crowd.sent[sender], crowd.expected[sender]);
        world_close(crowd.here);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/* It waits for room while it is moved, and others wait for it. */
struct chain {
    desk_ref next;
};

static myc_next pass_parked(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct chain *chain = journal->user;
    journal->count = 0;
    ticket_data *made = ticket_make(ctx, 0, ticket->number);
    cr_assert_eq(MYC_SENT, desk_send_or_pause_ticket(ctx, chain->next, made));
    return MYC_CONTINUE;
}

Test(move_actor, keeps_lossless_flow_lossless)
{
    enum { COUNT = 2000 };
    seeded random = seeded_start("move_actor_flow");
    for (uint32_t round = 0; round < 20; round++) {
        struct world *here = world_open(3);
        myc_spawn_options options = {.mailbox_bound = 2};
        struct journal journals[4] = {{0}};
        struct chain chains[4];
        desk_ref desks[4];
        for (uint32_t i = 0; i < 4; i++) {
            desks[i] = world_desk(here, i % 3, &journals[i], i < 3 ? &options : NULL);
            chains[i].next = i ? desks[i - 1] : (desk_ref){{0, 0}};
            journals[i].user = &chains[i];
            journals[i].on_ticket = i ? pass_parked : NULL;
        }
        uint32_t sent = 0;
        for (uint32_t pass = 0; sent < COUNT || pass < COUNT; pass++) {
            while (sent < COUNT && send_ticket(here->ctx, desks[3], 0, sent) == MYC_SENT)
                sent++;
            if (seeded_below(&random, 3) == 0)
                move_to(here, desks[seeded_below(&random, 4)], seeded_below(&random, 3));
            world_pass(here);
        }
        world_await(here);
        expect_numbers(&journals[0], 0, COUNT);
        world_close(here);
        for (uint32_t i = 0; i < 4; i++)
            journal_fini(&journals[i]);
    }
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"

enum { BOUND = 10, SENT = BOUND + 1 }; /* one in hand, and a mailbox at its bound */

/* A source: ticket 0 makes it pause until its receiver has room; every other is only noted. */
static myc_next pause_at_first(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    desk_ref to = *(desk_ref *)journal->user;
    if (ticket->number == 0) {
        cr_expect_eq(0, myc_room(ctx, to.address));
        myc_pause_until_room(ctx, to.address);
    }
    return MYC_CONTINUE;
}

struct pair {
    struct world *here;
    struct journal source_journal;
    struct journal sink_journal;
    desk_ref source;
    desk_ref sink;
};

/* The source on worker 0 is paused with tickets 1 and 2 queued; the sink, one in hand, is full. */
static void pair_open(struct pair *pair, uint32_t sink_worker)
{
    *pair = (struct pair){.here = world_open(2)};
    pair->sink_journal.gated = true;
    pair->sink = world_desk(pair->here, sink_worker, &pair->sink_journal,
                            &(myc_spawn_options){.mailbox_bound = BOUND});
    for (uint32_t number = 0; number < SENT; number++)
        cr_expect_eq(MYC_SENT, send_ticket(pair->here->ctx, pair->sink, 0, number));
    world_run(pair->here);
    pair->source_journal.on_ticket = pause_at_first;
    pair->source_journal.user = &pair->sink;
    pair->source = world_desk(pair->here, 0, &pair->source_journal, NULL);
    for (uint32_t number = 0; number < 3; number++)
        cr_expect_eq(MYC_SENT, send_ticket(pair->here->ctx, pair->source, 0, number));
    world_run(pair->here);
    expect_numbers(&pair->source_journal, 0, 1);
}

static void pair_close(struct pair *pair)
{
    world_close(pair->here);
    journal_fini(&pair->source_journal);
    journal_fini(&pair->sink_journal);
}

/* Half of the bound is 5: with one in hand it is reached when 6 of 11 are not done. */
static void resumes_at_half(uint32_t sink_worker)
{
    struct pair pair;
    pair_open(&pair, sink_worker);
    for (uint32_t done = 1; done <= SENT; done++) {
        pair.sink_journal.permits = 1;
        world_run(pair.here);
        cr_assert_eq(done, pair.sink_journal.count);
        cr_expect_eq(done < 5 ? 1 : 3, pair.source_journal.count, "after %u", done);
    }
    expect_numbers(&pair.source_journal, 0, 3);
    pair_close(&pair);
}

WORLD_TEST(pause, a_source_runs_again_when_half_is_drained_on_one_worker)
{
    resumes_at_half(0);
    NO_LEAKS();
}

WORLD_TEST(pause, a_source_runs_again_when_half_is_drained_across_workers)
{
    resumes_at_half(1);
    NO_LEAKS();
}

WORLD_TEST(pause, a_source_runs_again_when_its_receiver_dies)
{
    for (uint32_t sink_worker = 0; sink_worker < 2; sink_worker++) {
        struct pair pair;
        pair_open(&pair, sink_worker);
        myc_stop(pair.here->ctx, pair.sink.address);
        world_run(pair.here);
        expect_numbers(&pair.source_journal, 0, 3);
        cr_expect_eq(MYC_DEAD, send_ticket(pair.here->ctx, pair.sink, 0, 0));
        pair_close(&pair);
    }
    NO_LEAKS();
}

WORLD_TEST(pause, a_stop_reaches_a_paused_source)
{
    for (uint32_t sink_worker = 0; sink_worker < 2; sink_worker++) {
        struct pair pair;
        pair_open(&pair, sink_worker);
        myc_stop(pair.here->ctx, pair.source.address);
        world_run(pair.here);
        cr_expect_eq(1, pair.source_journal.count);
        cr_expect_eq(1, pair.source_journal.stops);
        cr_expect_eq(2, letters_of(pair.here, MYC_DEAD_LEFT));
        pair.sink_journal.gated = false; /* the sink tells one that is gone that there is room */
        world_run(pair.here);
        expect_numbers(&pair.sink_journal, 0, SENT);
        pair_close(&pair);
    }
    NO_LEAKS();
}

WORLD_TEST(pause, a_stop_of_the_system_reaches_a_paused_source)
{
    for (uint32_t sink_worker = 0; sink_worker < 2; sink_worker++) {
        struct pair pair;
        pair_open(&pair, sink_worker);
        world_end(pair.here);
        cr_expect_eq(1, pair.source_journal.stops);
        cr_expect_eq(MYC_EXIT_SYSTEM, pair.source_journal.why.reason);
        cr_expect_eq(SENT + 2, pair.here->letter_count);
        world_free(pair.here);
        journal_fini(&pair.source_journal);
    }
    NO_LEAKS();
}

static myc_next pause_on_user(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)ticket;
    myc_pause_until_room(ctx, *(myc_address *)journal->user);
    return MYC_CONTINUE;
}

static void pause_at_start(struct journal *journal, myc_context *ctx)
{
    myc_pause_until_room(ctx, *(myc_address *)journal->user);
}

/* Itself, nobody, a bad worker, a life to come, another node, an idle actor here and elsewhere. */
WORLD_TEST(pause, pausing_on_what_can_never_drain_is_no_pause)
{
    struct world *here = world_open(2);
    struct journal journal = {.on_ticket = pause_on_user};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    myc_address idle = here->clerks[1].address;
    myc_address on[] = {desk.address,
                        {0},
                        {7u << 24, 1},
                        {idle.slot, idle.life + 2},
                        {idle.slot, idle.life + 1},
                        myc_address_on_node(idle, 3),
                        idle,
                        here->clerks[0].address};
    uint32_t kinds = sizeof on / sizeof *on;
    for (uint32_t number = 0; number < 2 * kinds; number++) {
        journal.user = &on[number / 2];
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
        world_run(here);
    }
    expect_numbers(&journal, 0, 2 * kinds);
    myc_pause_until_room(here->ctx, idle); /* outside of a handler: nothing to pause */
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* It would wait for itself to drain. */
WORLD_TEST(pause, an_actor_with_a_full_mailbox_does_not_wait_for_itself)
{
    enum { OWN_BOUND = 4 };
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = pause_on_user};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = OWN_BOUND});
    journal.user = &desk.address;
    for (uint32_t number = 0; number < OWN_BOUND; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    expect_numbers(&journal, 0, OWN_BOUND);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

WORLD_TEST(pause, an_actor_can_pause_in_on_start)
{
    for (uint32_t sink_worker = 0; sink_worker < 2; sink_worker++) {
        struct pair pair;
        pair_open(&pair, sink_worker);
        struct journal late = {.at_start = pause_at_start, .user = &pair.sink.address};
        desk_ref desk = world_desk(pair.here, 0, &late, NULL);
        cr_expect_eq(MYC_SENT, send_ticket(pair.here->ctx, desk, 0, 0));
        world_run(pair.here);
        cr_expect_eq(1, late.starts);
        cr_expect_eq(0, late.count);
        pair.sink_journal.gated = false;
        world_run(pair.here);
        cr_expect_eq(1, late.count);
        pair_close(&pair);
        journal_fini(&late);
    }
    NO_LEAKS();
}

WORLD_TEST(pause, many_sources_wait_for_one_receiver)
{
    enum { SOURCES = 50 };
    struct pair pair;
    pair_open(&pair, 1);
    struct journal journals[SOURCES] = {{0}};
    for (uint32_t index = 0; index < SOURCES; index++) {
        journals[index] = (struct journal){.on_ticket = pause_on_user, .user = &pair.sink.address};
        desk_ref source = world_desk(pair.here, index % 2, &journals[index], NULL);
        for (uint32_t number = 0; number < 2; number++)
            cr_expect_eq(MYC_SENT, send_ticket(pair.here->ctx, source, 0, number));
    }
    world_run(pair.here);
    for (uint32_t index = 0; index < SOURCES; index++)
        cr_expect_eq(1, journals[index].count);
    pair.sink_journal.gated = false;
    world_run(pair.here);
    for (uint32_t index = 0; index < SOURCES; index++) {
        cr_expect_eq(2, journals[index].count);
        journal_fini(&journals[index]);
    }
    pair_close(&pair);
    NO_LEAKS();
}

/* Sends three to a receiver with a bound of two, then waits for that one and for one that is stuck.
 */
struct two_receivers {
    desk_ref brisk;
    desk_ref stuck;
};

static myc_next wait_for_both(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct two_receivers *receivers = journal->user;
    for (uint32_t number = 0; number < 3; number++)
        myc_ignore(send_ticket(ctx, receivers->brisk, 0, number));
    myc_pause_until_room(ctx, receivers->stuck.address);
    myc_pause_until_room(ctx, receivers->brisk.address);
    (void)ticket;
    return MYC_CONTINUE;
}

static void feed(struct world *here, desk_ref desk, uint32_t tickets)
{
    for (uint32_t number = 0; number < tickets; number++) {
        cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
        world_pass(here);
    }
    world_run(here);
}

Test(pause, waiting_again_and_again_for_a_stuck_receiver_takes_no_more_memory)
{
    struct pair pair;
    pair_open(&pair, 0);
    struct journal brisk = {0};
    struct two_receivers receivers = {
        world_desk(pair.here, 0, &brisk, &(myc_spawn_options){.mailbox_bound = 2}), pair.sink};
    struct journal journal = {.on_ticket = wait_for_both, .user = &receivers};
    desk_ref source = world_desk(pair.here, 0, &journal, NULL);
    feed(pair.here, source, 100);
    uint64_t bytes = myc_system_memory_bytes(pair.here->system);
    feed(pair.here, source, 20000);
    cr_expect_eq(20100, journal.count);
    cr_expect_eq(bytes, myc_system_memory_bytes(pair.here->system));
    pair_close(&pair);
    journal_fini(&brisk);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next pause_and_hold(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)ticket;
    myc_pause_until_room(ctx, *(myc_address *)journal->user);
    return MYC_AGAIN;
}

struct late_start {
    struct pair *pair;
    struct journal *journal;
    desk_ref brisk;
};

/* The order to start is the 301st in its lane, of which 256 are taken in a pass; the ticket comes
 * in another lane, so before it. */
static void spawn_behind_a_crowd(myc_context *ctx, void *argument)
{
    struct late_start *late = argument;
    for (uint32_t number = 0; number < 300; number++)
        cr_assert_eq(MYC_SENT, send_ticket(ctx, late->brisk, 0, number));
    desk_ref young = desk_at(ctx, 0, late->journal, NULL);
    cr_assert_eq(MYC_SENT, send_ticket(late->pair->here->ctx, young, 0, 0));
}

WORLD_TEST(pause, an_order_to_start_that_comes_late_wakes_no_paused_actor)
{
    struct pair pair;
    pair_open(&pair, 0);
    struct journal brisk = {0};
    struct journal journal = {.on_ticket = pause_and_hold, .user = &pair.sink.address};
    struct late_start late = {&pair, &journal, world_desk(pair.here, 0, &brisk, NULL)};
    world_run(pair.here);
    world_call(pair.here, 1, spawn_behind_a_crowd, &late);
    world_run(pair.here);
    cr_expect_eq(300, brisk.count);
    cr_expect_eq(1, journal.starts);
    cr_expect_eq(1, journal.count, "it ran %u times while it was paused", journal.count);
    pair_close(&pair);
    journal_fini(&brisk);
    journal_fini(&journal);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "crew_support.h"

/* What a start anew is. */

static void open_one(struct crew *crew, myc_restart restart)
{
    crew_open(crew, 2);
    myc_child child = hand_of(crew, 0, restart);
    crew_spawn(crew, &(myc_supervisor_options){.restarts_max = UINT32_MAX}, &child, 1);
}

Test(supervisor, gives_the_refs_of_its_children_before_they_run_and_starts_them_in_order)
{
    struct crew crew;
    crew_open(&crew, 2);
    myc_child children[] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT),
                            hand_of(&crew, 1, MYC_RESTART_PERMANENT),
                            hand_of(&crew, 2, MYC_RESTART_TEMPORARY)};
    cr_assert_eq(0, myc_supervisor_spawn(crew.here->ctx, NULL, children, 3, &crew.supervisor));
    for (uint32_t at = 0; at < 3; at++) {
        cr_expect_neq(0, crew.refs[at].address.life);
        cr_expect_eq(0, crew.records[at].starts);
        cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[at], 0, 1));
    }
    crew_run(&crew);
    crew_expect(&crew, "+a +b +c");
    for (uint32_t at = 0; at < 3; at++)
        cr_expect_eq(1, crew.records[at].handled);
    cr_expect_eq(crew.records[0].worker, crew.records[1].worker, "they are with their supervisor");
    crew_close(&crew);
}

Test(supervisor, starts_a_child_anew_that_failed_under_the_same_ref)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct crew crew;
        crew_open(&crew, 2);
        myc_child child = hand_on(&crew, 0, worker, MYC_RESTART_PERMANENT);
        crew_spawn(&crew, &(myc_supervisor_options){0}, &child, 1);
        desk_ref before = crew.refs[0];
        crew_send(&crew, 0, 1);
        crew_send(&crew, 0, 2);
        crew_send(&crew, 0, FAIL);
        crew_expect(&crew, "-a +a");
        cr_expect_eq(3, crew.records[0].last_at_stop, "on_stop sees the old state");
        cr_expect_eq(MYC_EXIT_FAILED, crew.records[0].why[0].reason);
        cr_expect_eq(-1000, crew.records[0].why[0].code);
        cr_expect(myc_address_equal(before.address, crew.refs[0].address));
        crew_send(&crew, 0, 4);
        cr_expect_eq(4, crew.records[0].handled);
        cr_expect_eq(1, crew.records[0].last_count, "the state is new");
        cr_expect_eq(worker, crew.records[0].worker);
        cr_expect(world_logged(crew.here, "hand failed (-1000); it starts anew"));
        crew_close(&crew);
    }
}

Test(supervisor, lets_the_poison_be_a_dead_letter_that_never_comes_again)
{
    struct crew crew;
    open_one(&crew, MYC_RESTART_PERMANENT);
    crew_send(&crew, 0, FAIL);
    crew_run(&crew);
    cr_expect_eq(1, crew.records[0].handled);
    cr_expect_eq(1, letters_of(crew.here, MYC_DEAD_FAILED));
    cr_expect_eq(FAIL, crew.here->letters[0].number);
    cr_expect(myc_address_equal(crew.refs[0].address, crew.here->letters[0].to));
    crew_close(&crew);
}

Test(supervisor, keeps_what_is_queued_behind_the_poison)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct crew crew;
        crew_open(&crew, 2);
        myc_child child = hand_on(&crew, 0, worker, MYC_RESTART_PERMANENT);
        crew_spawn(&crew, &(myc_supervisor_options){0}, &child, 1);
        cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0, FAIL));
        for (uint32_t number = 0; number < 200; number++)
            cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0, number));
        crew_run(&crew);
        cr_expect_eq(201, crew.records[0].handled);
        cr_expect_eq(200, crew.records[0].last_count, "all in the second life");
        cr_expect_eq(1, crew.here->letter_count);
        crew_close(&crew);
    }
}

Test(supervisor, keeps_the_mailbox_of_a_child_that_waits_for_its_restart)
{
    struct crew crew;
    crew_open(&crew, 2);
    myc_child child = hand_on(&crew, 0, 1, MYC_RESTART_PERMANENT);
    child.spawn.mailbox_bound = 4;
    crew_spawn(&crew, &(myc_supervisor_options){.backoff_min_ns = SECOND_TICKS}, &child, 1);
    crew_send(&crew, 0, FAIL);
    for (uint32_t number = 0; number < 4; number++) {
        crew_send(&crew, 0, number);
        cr_expect_eq(1, crew.records[0].handled, "it is not run");
    }
    cr_expect_eq(MYC_FULL, send_ticket(crew.here->ctx, crew.refs[0], 0, 9), "the bound holds");
    crew_expect(&crew, "-a");
    crew_wait(&crew, SECOND_TICKS - 1);
    crew_expect(&crew, "");
    crew_wait(&crew, 1);
    crew_expect(&crew, "+a");
    cr_expect_eq(5, crew.records[0].handled);
    crew_close(&crew);
}

static void give_room_to(myc_context *ctx, void *argument)
{
    myc_pause_until_room(ctx, *(myc_address *)argument);
}

/* The child is paused by itself when it is killed; the room comes while it is dormant. */
Test(supervisor, does_not_let_a_grant_of_room_run_a_dormant_child)
{
    struct crew crew;
    crew_open(&crew, 2);
    myc_child child = hand_on(&crew, 0, 1, MYC_RESTART_PERMANENT);
    crew_spawn(&crew, &(myc_supervisor_options){.backoff_min_ns = SECOND_TICKS}, &child, 1);
    struct journal slow = {.gated = true};
    desk_ref full = world_desk(crew.here, 1, &slow, &(myc_spawn_options){.mailbox_bound = 2});
    cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, full, 0, 0));
    crew_run(&crew);
    for (uint32_t number = 1; number < 3; number++)
        cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, full, 0, number));
    crew_run(&crew);
    job_data *job = job_data_new(crew.here->ctx);
    *job = (job_data){give_room_to, &full};
    cr_expect_eq(MYC_SENT, desk_send_job(crew.here->ctx, crew.refs[0], job));
    crew_run(&crew);
    cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0, 1));
    crew_run(&crew);
    cr_expect_eq(0, crew.records[0].handled, "it is paused");
    myc_kill(crew.here->ctx, crew.refs[0].address, -1);
    crew_run(&crew);
    slow.permits = 3;
    crew_run(&crew);
    cr_expect_eq(3, slow.count);
    cr_expect_eq(0, crew.records[0].handled, "it is dormant");
    crew_expect(&crew, "-a");
    crew_wait(&crew, SECOND_TICKS);
    cr_expect_eq(1, crew.records[0].handled);
    crew_close(&crew);
    journal_fini(&slow);
}

Test(supervisor, keeps_a_message_in_hand_that_is_to_come_again)
{
    struct crew crew;
    open_one(&crew, MYC_RESTART_PERMANENT);
    cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0, AGAIN_ONCE));
    world_pass(crew.here);
    myc_kill(crew.here->ctx, crew.refs[0].address, -1);
    crew_run(&crew);
    cr_expect_eq(0, crew.here->letter_count);
    cr_expect_eq(1, world_since(crew.here).handled);
    crew_close(&crew);
}

/* ---- which ends are followed by a start ---- */

static void expect_restart(myc_restart restart, uint32_t number, bool restarts)
{
    struct crew crew;
    open_one(&crew, restart);
    crew_send(&crew, 0, number);
    crew_expect(&crew, restarts ? "-a +a" : "-a");
    cr_expect_eq(restarts ? MYC_SENT : MYC_DEAD, send_ticket(crew.here->ctx, crew.refs[0], 0, 1));
    crew_run(&crew);
    crew_close(&crew);
}

Test(supervisor, starts_a_permanent_child_anew_whatever_it_does)
{
    expect_restart(MYC_RESTART_PERMANENT, FAIL, true);
    expect_restart(MYC_RESTART_PERMANENT, DONE, true);
    expect_restart(MYC_RESTART_PERMANENT, KILL_SELF, true);
}

Test(supervisor, starts_a_transient_child_anew_when_it_went_wrong)
{
    expect_restart(MYC_RESTART_TRANSIENT, FAIL, true);
    expect_restart(MYC_RESTART_TRANSIENT, DONE, false);
    expect_restart(MYC_RESTART_TRANSIENT, KILL_SELF, true);
}

Test(supervisor, never_starts_a_temporary_child_anew)
{
    expect_restart(MYC_RESTART_TEMPORARY, FAIL, false);
    expect_restart(MYC_RESTART_TEMPORARY, DONE, false);
    expect_restart(MYC_RESTART_TEMPORARY, KILL_SELF, false);
}

Test(supervisor, lets_a_child_end_that_was_told_to_stop)
{
    for (uint32_t kind = 0; kind < 3; kind++)
        expect_restart((myc_restart)kind, STOP_SELF, false);
}

Test(supervisor, lets_a_stop_win_over_a_kill)
{
    for (uint32_t first = 0; first < 2; first++) {
        struct crew crew;
        open_one(&crew, MYC_RESTART_PERMANENT);
        if (first)
            myc_stop(crew.here->ctx, crew.refs[0].address);
        myc_kill(crew.here->ctx, crew.refs[0].address, -1);
        if (!first)
            myc_stop(crew.here->ctx, crew.refs[0].address);
        crew_run(&crew);
        crew_expect(&crew, "-a");
        cr_expect_eq(MYC_EXIT_REQUESTED, crew.records[0].why[0].reason);
        crew_close(&crew);
    }
}

static void stop_self(struct record *record, myc_context *ctx)
{
    (void)record;
    myc_stop(ctx, myc_self(ctx));
}

Test(supervisor, lets_a_child_end_that_stops_itself_in_on_stop)
{
    struct crew crew;
    open_one(&crew, MYC_RESTART_PERMANENT);
    crew.records[0].at_stop = stop_self;
    crew_send(&crew, 0, FAIL);
    crew_expect(&crew, "-a");
    cr_expect_eq(MYC_DEAD, send_ticket(crew.here->ctx, crew.refs[0], 0, 1));
    crew_close(&crew);
}

Test(supervisor, starts_a_child_anew_whose_start_failed)
{
    struct crew crew;
    crew_open(&crew, 2);
    crew.records[0].start_code = -3;
    crew.records[0].bad_starts = 2;
    myc_child child = hand_on(&crew, 0, 1, MYC_RESTART_TRANSIENT);
    cr_assert_eq(0, myc_supervisor_spawn(crew.here->ctx, NULL, &child, 1, NULL));
    cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0, 1));
    crew_run(&crew);
    crew_expect(&crew, "+a +a +a");
    cr_expect_eq(0, crew.records[0].stops, "what did not start has no on_stop");
    cr_expect_eq(1, crew.records[0].handled);
    crew_close(&crew);
}

/* ---- stops reach a child in whatever state ---- */

Test(supervisor, lets_a_stop_reach_a_dormant_child)
{
    struct crew crew;
    crew_open(&crew, 2);
    myc_child child = hand_on(&crew, 0, 1, MYC_RESTART_PERMANENT);
    crew_spawn(&crew, &(myc_supervisor_options){.backoff_min_ns = SECOND_TICKS}, &child, 1);
    crew_send(&crew, 0, FAIL);
    crew_send(&crew, 0, 1);
    crew_send(&crew, 0, 2);
    myc_kill(crew.here->ctx, crew.refs[0].address, -1);
    crew_run(&crew);
    myc_stop(crew.here->ctx, crew.refs[0].address);
    crew_run(&crew);
    crew_wait(&crew, 2 * (uint64_t)SECOND_TICKS);
    crew_expect(&crew, "-a");
    cr_expect_eq(2, letters_of(crew.here, MYC_DEAD_LEFT));
    cr_expect_eq(MYC_DEAD, send_ticket(crew.here->ctx, crew.refs[0], 0, 1));
    crew_close(&crew);
}

Test(supervisor, stops_its_children_the_last_one_first_when_it_is_stopped)
{
    struct crew crew;
    crew_open(&crew, 1);
    myc_child children[3];
    for (uint32_t at = 0; at < 3; at++)
        children[at] = hand_of(&crew, at, (myc_restart)at);
    crew_spawn(&crew, &(myc_supervisor_options){0}, children, 3);
    cr_expect_eq(5, world_counts(crew.here).actors);
    myc_stop(crew.here->ctx, crew.supervisor.address);
    crew_run(&crew);
    crew_expect(&crew, "-c -b -a");
    cr_expect_eq(MYC_EXIT_REQUESTED, crew.records[0].why[0].reason);
    cr_expect_eq(1, world_counts(crew.here).actors);
    crew_close(&crew);
}

Test(supervisor, that_is_stopped_at_once_never_starts_its_children)
{
    struct crew crew;
    crew_open(&crew, 2);
    myc_child children[2];
    for (uint32_t at = 0; at < 2; at++)
        children[at] = hand_on(&crew, at, at, MYC_RESTART_PERMANENT);
    cr_assert_eq(0, myc_supervisor_spawn(crew.here->ctx, NULL, children, 2, &crew.supervisor));
    myc_stop(crew.here->ctx, crew.supervisor.address);
    crew_run(&crew);
    crew_expect(&crew, "");
    cr_expect_eq(2, world_counts(crew.here).actors);
    crew_close(&crew);
}

Test(supervisor, and_its_children_leave_nothing_in_a_system_that_stops_at_any_time)
{
    for (uint32_t passes = 0; passes < 6; passes++) {
        struct crew crew;
        crew_open(&crew, 2);
        myc_child children[2];
        for (uint32_t at = 0; at < 2; at++)
            children[at] = hand_on(&crew, at, at, MYC_RESTART_PERMANENT);
        cr_assert_eq(0, myc_supervisor_spawn(crew.here->ctx, NULL, children, 2, NULL));
        for (uint32_t at = 0; at < 2; at++)
            cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[at], 0, FAIL));
        for (uint32_t pass = 0; pass < passes; pass++)
            world_pass(crew.here);
        crew_close(&crew);
    }
}

Test(supervisor, drains_a_child_that_fails_while_the_system_stops)
{
    struct crew crew;
    open_one(&crew, MYC_RESTART_PERMANENT);
    for (uint32_t number = 0; number < 100; number++)
        cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0,
                                           number % 10 == 5 ? FAIL : number));
    cr_expect_eq(0, myc_system_stop(crew.here->system, NULL, NULL));
    cr_expect_eq(100, crew.records[0].handled);
    cr_expect_eq(10, letters_of(crew.here, MYC_DEAD_FAILED));
    cr_expect_eq(11, crew.records[0].starts);
    cr_expect_eq(11, crew.records[0].stops);
    crew_close(&crew);
}

/* ---- refs in the states of later children ---- */

struct scribe {
    desk_ref to;
    desk_ref *seen;
};

static myc_next scribe_on_ticket(struct scribe *self, myc_context *ctx, const ticket_data *ticket)
{
    (void)ticket;
    *self->seen = self->to;
    return ticket->number == FAIL ? MYC_FAIL(-1)
                                  : (myc_ignore(send_ticket(ctx, self->to, 0, 1)), MYC_CONTINUE);
}

static myc_next scribe_on_job(struct scribe *self, myc_context *ctx, const job_data *job)
{
    (void)self;
    job->run(ctx, job->argument);
    return MYC_CONTINUE;
}

MYC_ACTOR(scribe, desk, DESK_ROWS)

Test(supervisor, writes_the_ref_of_a_child_into_the_state_of_a_later_one)
{
    struct crew crew;
    crew_open(&crew, 2);
    desk_ref seen = {0};
    struct scribe state = {.seen = &seen};
    myc_child children[] = {
        hand_of(&crew, 0, MYC_RESTART_PERMANENT),
        MYC_CHILD(scribe, &state, &crew.refs[1], .spawn = {.name = "scribe 1"})};
    children[0].address = &state.to.address;
    crew_spawn(&crew, &(myc_supervisor_options){0}, children, 2);
    state = (struct scribe){0}; /* it was copied */
    for (uint32_t life = 0; life < 2; life++) {
        crew_send(&crew, 1, FAIL);
        seen = (desk_ref){0};
        crew_send(&crew, 1, 1);
        cr_expect_neq(0, seen.address.life, "also in a later life");
    }
    cr_expect_eq(2, crew.records[0].handled);
    cr_expect(world_logged(crew.here, "scribe 1 failed"), "the name is kept");
    crew_close(&crew);
}

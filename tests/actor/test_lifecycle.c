/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"
#include "system/system.h"

static void note_no_ticket_yet(struct journal *journal, myc_context *ctx)
{
    (void)ctx;
    cr_expect_eq(0, journal->count, "a message came before on_start");
}

Test(lifecycle, on_start_runs_once_before_the_first_message)
{
    struct world *here = world_open(2);
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct journal journal = {.at_start = note_no_ticket_yet};
        desk_ref desk = world_desk(here, worker, &journal, NULL);
        cr_expect_eq(0, journal.starts, "on_start runs on the home worker");
        for (uint32_t number = 0; number < 10; number++)
            cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
        world_run(here);
        cr_expect_eq(1, journal.starts);
        expect_numbers(&journal, 0, 10);
        journal_fini(&journal);
        myc_stop(here->ctx, desk.address);
        world_run(here);
    }
    world_close(here);
    NO_LEAKS();
}

static void greet(struct journal *journal, myc_context *ctx)
{
    cr_expect_eq(MYC_SENT, send_ticket(ctx, desk_self(ctx), 0, 5));
    cr_expect_eq(1, myc_worker(ctx));
    (void)journal;
}

Test(lifecycle, on_start_can_send_to_itself)
{
    struct world *here = world_open(2);
    struct journal journal = {.at_start = greet};
    world_desk(here, 1, &journal, NULL);
    world_run(here);
    expect_numbers(&journal, 5, 1);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(lifecycle, a_failed_on_start_ends_the_actor_without_on_stop)
{
    struct world *here = world_open(2);
    struct journal journal = {.start_code = MYC_ENOENT};
    desk_ref desk = world_desk(here, 1, &journal, &(myc_spawn_options){.name = "opener"});
    for (uint32_t number = 0; number < 7; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    cr_expect_eq(1, journal.starts);
    cr_expect_eq(0, journal.stops);
    cr_expect_eq(0, journal.count);
    cr_expect_eq(7, letters_of(here, MYC_DEAD_LEFT));
    cr_expect_eq(MYC_DEAD, send_ticket(here->ctx, desk, 0, 8));
    cr_expect_eq(2, world_counts(here).actors);
    cr_expect(world_logged(here, "opener"));
    cr_expect(world_logged(here, myc_error_text(MYC_ENOENT)));
    world_close(here);
    NO_LEAKS();
}

static void stop_self(struct journal *journal, myc_context *ctx)
{
    (void)journal;
    myc_stop(ctx, myc_self(ctx));
}

Test(lifecycle, an_actor_that_stops_itself_in_on_start_has_an_on_stop)
{
    struct world *here = world_open(1);
    struct journal journal = {.at_start = stop_self};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 0));
    world_run(here);
    cr_expect_eq(0, journal.count);
    expect_exit(&journal, MYC_EXIT_REQUESTED, 0);
    cr_expect_eq(1, letters_of(here, MYC_DEAD_LEFT));
    world_close(here);
    NO_LEAKS();
}

/* What ticket 3 makes the actor do; the others go on. */
struct verdict {
    myc_next next;
    bool stop_self_first;
};

static myc_next judge(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    const struct verdict *verdict = journal->user;
    if (ticket->number != 3)
        return MYC_CONTINUE;
    if (verdict->stop_self_first)
        myc_stop(ctx, myc_self(ctx));
    return verdict->next;
}

/* Ten tickets: 0 to 3 are handled, the other six are letters, in order. A verdict to fail makes a
 * letter of the fourth one too. */
static void end_by_verdict(struct verdict verdict, myc_exit_reason reason, int32_t code)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = judge, .user = &verdict};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.name = "judge"});
    for (uint32_t number = 0; number < 10; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    expect_numbers(&journal, 0, 4);
    expect_exit(&journal, reason, code);
    uint32_t poison = myc_next_verdict(verdict.next) == MYC__FAIL;
    cr_assert_eq(6 + poison, here->letter_count);
    for (uint32_t index = 0; index < here->letter_count; index++) {
        bool left = index >= poison;
        cr_expect_eq(left ? MYC_DEAD_LEFT : MYC_DEAD_FAILED, here->letters[index].reason);
        cr_expect_eq(4 - poison + index, here->letters[index].number);
        cr_expect(myc_address_equal(desk.address, here->letters[index].to));
    }
    cr_expect_eq(4 - poison, world_since(here).handled);
    cr_expect_eq(reason == MYC_EXIT_FAILED, world_logged(here, "judge"));
    world_close(here);
    journal_fini(&journal);
}

Test(lifecycle, the_verdict_to_stop_ends_the_actor_as_done)
{
    end_by_verdict((struct verdict){MYC_STOP, false}, MYC_EXIT_DONE, 0);
    NO_LEAKS();
}

Test(lifecycle, the_verdict_to_fail_ends_the_actor_with_its_code)
{
    end_by_verdict((struct verdict){MYC_FAIL(MYC_EIO), false}, MYC_EXIT_FAILED, MYC_EIO);
    NO_LEAKS();
}

Test(lifecycle, a_stop_of_itself_ends_the_actor_as_requested)
{
    end_by_verdict((struct verdict){MYC_CONTINUE, true}, MYC_EXIT_REQUESTED, 0);
    NO_LEAKS();
}

Test(lifecycle, the_first_reason_counts)
{
    end_by_verdict((struct verdict){MYC_STOP, true}, MYC_EXIT_REQUESTED, 0);
    NO_LEAKS();
}

Test(lifecycle, a_failure_is_logged_with_name_and_error)
{
    struct world *here = world_open(1);
    struct verdict verdict = {MYC_FAIL(MYC_EIO), false};
    for (uint32_t named = 0; named < 2; named++) {
        struct journal journal = {.on_ticket = judge, .user = &verdict};
        myc_spawn_options options = {.name = named ? "quote reader" : NULL};
        desk_ref desk = world_desk(here, 0, &journal, &options);
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 3));
        world_run(here);
        cr_assert_eq(named + 1, here->log_count);
        cr_expect_not_null(strstr(here->log[named], named ? "quote reader" : "desk"));
        cr_expect_not_null(strstr(here->log[named], "input/output error"));
        cr_expect_not_null(strstr(here->log[named], "-11"));
        journal_fini(&journal);
    }
    world_close(here);
    NO_LEAKS();
}

struct farewell {
    desk_ref friend;
    myc_sent to_friend;
    myc_sent to_self;
};

static void say_farewell(struct journal *journal, myc_context *ctx)
{
    struct farewell *farewell = journal->user;
    farewell->to_friend = send_ticket(ctx, farewell->friend, 0, 100);
    farewell->to_self = send_ticket(ctx, desk_self(ctx), 0, 101);
}

Test(lifecycle, on_stop_can_send)
{
    struct world *here = world_open(2);
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct journal friend = {0};
        struct farewell farewell = {world_desk(here, worker, &friend, NULL), MYC_FULL, MYC_FULL};
        struct journal journal = {.at_stop = say_farewell, .user = &farewell};
        desk_ref desk = world_desk(here, 1, &journal, NULL);
        world_run(here);
        myc_stop(here->ctx, desk.address);
        world_run(here);
        cr_expect_eq(MYC_SENT, farewell.to_friend);
        expect_numbers(&friend, 100, 1);
        cr_expect_eq(MYC_SENT, farewell.to_self, "it still lives");
        cr_expect_eq(worker + 1, letters_of(here, MYC_DEAD_LEFT));
        cr_expect_eq(0, journal.count);
        journal_fini(&friend);
        myc_stop(here->ctx, farewell.friend.address);
        world_run(here);
    }
    world_close(here);
    NO_LEAKS();
}

struct look {
    bool quiet;
    int awaited;
};

static void look_around(struct journal *journal, myc_context *ctx)
{
    struct look *look = journal->user;
    look->quiet = myc__is_quiescent(myc_context_system(ctx));
    look->awaited = myc_system_await_quiescence(myc_context_system(ctx), UINT64_MAX);
}

static myc_next stop_now(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    (void)ticket;
    return MYC_STOP;
}

/* Who waits for quiescence, or drains, must not be told that all is done while on_stop can send. */
Test(lifecycle, a_system_is_not_quiet_while_on_stop_runs)
{
    struct world *here = world_open(1);
    for (uint32_t stop_by_verdict = 0; stop_by_verdict < 2; stop_by_verdict++) {
        struct look look = {true, 0};
        struct journal journal = {.on_ticket = stop_now, .at_stop = look_around, .user = &look};
        desk_ref desk = world_desk(here, 0, &journal, NULL);
        world_run(here);
        if (stop_by_verdict)
            cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 0));
        else
            myc_stop(here->ctx, desk.address);
        world_run(here);
        cr_expect_eq(1, journal.stops);
        cr_expect_not(look.quiet);
        cr_expect_eq(MYC_ETHREAD, look.awaited, "no handler may wait");
        cr_expect_eq(0, myc_system_await_quiescence(here->system, 0));
        journal_fini(&journal);
    }
    world_close(here);
    NO_LEAKS();
}

Test(lifecycle, quiescence_waits_for_a_stop_on_its_way)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    world_run(here);
    myc_stop(here->ctx, desk.address);
    cr_expect_eq(0, myc_system_await_quiescence(here->system, UINT64_MAX));
    cr_expect_eq(1, journal.stops);
    world_close(here);
    NO_LEAKS();
}

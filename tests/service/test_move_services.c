/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that are moved while services know them: supervisors, names, routers, pools. */
#include "crew_support.h"
#include "offload_support.h"

#include "actor/load.h"

/* ---- children ---- */

static void move_hand(struct crew *crew, uint32_t at, uint32_t worker)
{
    cr_assert_eq(0, myc_move_actor(crew->here->ctx, crew->refs[at].address, worker));
}

static void pass(struct crew *crew, uint32_t count)
{
    while (count-- > 0)
        world_pass(crew->here);
}

WORLD_TEST(move_services, a_child_fails_away_from_home_and_begins_anew_there)
{
    struct crew crew;
    crew_open(&crew, 3);
    myc_child children[] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT),
                            hand_on(&crew, 1, 1, MYC_RESTART_PERMANENT)};
    crew_spawn(&crew, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL}, children, 2);
    move_hand(&crew, 0, 1);
    crew_send(&crew, 0, 1);
    crew_send(&crew, 0, FAIL);
    crew_expect(&crew, "-a -b +a +b");
    cr_expect_eq(1, crew.records[0].worker);
    crew_send(&crew, 0, 2);
    cr_expect_eq(1, crew.records[0].last_count, "it has a new state");
    crew_close(&crew);
}

/* The failure, the move of the dormant child and its start come one after another, at any time. */
Test(move_services, a_child_is_revived_wherever_it_is_under_way)
{
    for (uint32_t passes = 0; passes < 12; passes++) {
        for (uint32_t home = 0; home < 3; home++) {
            struct crew crew;
            crew_open(&crew, 3);
            myc_child child = hand_on(&crew, 0, home, MYC_RESTART_PERMANENT);
            crew_spawn(&crew,
                       &(myc_supervisor_options){
                           .backoff_min_ns = 100, .backoff_max_ns = 100, .restarts_max = 1000},
                       &child, 1);
            for (uint32_t round = 1; round <= 6; round++) {
                cr_assert_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[0], 0, FAIL));
                pass(&crew, passes / 2);
                move_hand(&crew, 0, (home + round) % 3);
                pass(&crew, passes);
                crew.now_ns += 100;
                pass(&crew, passes / 3);
                move_hand(&crew, 0, (home + 2 * round) % 3);
                crew_wait(&crew, 0);
                crew_wait(&crew, 1000);
                cr_expect_eq(1 + round, crew.records[0].starts,
                             "passes %u, home %u, round %u: %u starts", passes, home, round,
                             crew.records[0].starts);
                crew_send(&crew, 0, round);
                cr_expect_eq(1, crew.records[0].last_count);
            }
            crew_close(&crew);
        }
    }
}

/* Answers that are queued when their asker begins anew are for nobody, wherever it is then. */
#define ECHO_ROWS(ROW, P) ROW(P, question, ticket_data, ticket_data)
MYC_PROTOCOL(echo, ECHO_ROWS)

struct echoer {
    uint32_t unused;
};

static myc_next echoer_on_question(struct echoer *self, myc_context *ctx,
                                   const ticket_data *question, echo_question_token token)
{
    (void)self;
    cr_expect_eq(MYC_SENT, echo_reply_question(ctx, token, ticket_make(ctx, 0, question->number)));
    return MYC_CONTINUE;
}
MYC_ACTOR(echoer, echo, ECHO_ROWS)

static myc_next fail_at_answer(void *self, myc_context *ctx, const myc_answer *answer,
                               const ticket_data *reply)
{
    (void)self, (void)ctx, (void)answer, (void)reply;
    return MYC_FAIL(-9);
}

static void ask_thrice(myc_context *ctx, void *argument)
{
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(0, echo_ask_question(ctx, *(echo_ref *)argument, ticket_make(ctx, 0, i),
                                          SECOND_TICKS, fail_at_answer));
}

Test(move_services, answers_for_an_earlier_life_end_once)
{
    struct crew crew;
    crew_open(&crew, 2);
    myc_child child = hand_of(&crew, 0, MYC_RESTART_PERMANENT);
    crew_spawn(&crew, &(myc_supervisor_options){.backoff_min_ns = 100}, &child, 1);
    echo_ref echo;
    cr_assert_eq(0, echoer_spawn(crew.here->ctx, NULL,
                                 &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER}, &echo));
    job_data *job = job_data_new(crew.here->ctx);
    *job = (job_data){ask_thrice, &echo};
    cr_assert_eq(MYC_SENT, desk_send_job(crew.here->ctx, crew.refs[0], job));
    crew_run(&crew);
    crew_expect(&crew, "-a");
    move_hand(&crew, 0, 1);
    crew_run(&crew);
    myc_stop(crew.here->ctx, crew.refs[0].address);
    world_await(crew.here);
    cr_expect_eq(2, letters_of(crew.here, MYC_DEAD_LEFT));
    crew_close(&crew);
}

/* Stops of all kinds while it is suspended, away and under way. */
Test(move_services, a_system_stops_whatever_its_children_are_at)
{
    for (uint32_t passes = 0; passes < 40; passes++) {
        struct crew crew;
        crew_open(&crew, 3);
        myc_child children[] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT),
                                hand_on(&crew, 1, 2, MYC_RESTART_PERMANENT)};
        crew_spawn(&crew, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL}, children, 2);
        move_hand(&crew, 0, 1);
        if (passes % 2)
            crew_run(&crew);
        cr_assert_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[1], 0, FAIL));
        pass(&crew, passes / 8);
        move_hand(&crew, 0, 2);
        pass(&crew, passes / 2 % 4);
        if (passes % 3 == 0)
            cr_expect_eq(0, myc_system_stop(crew.here->system, NULL, NULL));
        crew_close(&crew);
        cr_expect_eq(crew.records[0].starts, crew.records[0].stops);
        cr_expect_eq(crew.records[1].starts, crew.records[1].stops);
    }
}

/* ---- names and routers ---- */

MYC_REGISTRY(desk)

WORLD_TEST(move_services, a_name_leads_to_its_actor_until_it_ends_elsewhere)
{
    struct world *here = world_open(3);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    desk_ref found = {{0, 0}};
    cr_assert_eq(0, myc_move_actor(here->ctx, desk.address, 1));
    cr_assert_eq(0, desk_register(here->ctx, "before", desk, NULL));
    world_run(here);
    cr_assert_eq(0, desk_register(here->ctx, "after", desk, NULL));
    cr_assert_eq(0, myc_move_actor(here->ctx, desk.address, 2));
    world_run(here);
    cr_expect_eq(0, desk_lookup(here->ctx, "before", &found));
    cr_expect_eq(0, desk_lookup(here->ctx, "after", &found));
    cr_expect(myc_address_equal(desk.address, found.address));
    myc_stop(here->ctx, desk.address);
    world_await(here);
    cr_expect_eq(MYC_EUNKNOWN, desk_lookup(here->ctx, "before", &found));
    cr_expect_eq(MYC_EUNKNOWN, desk_lookup(here->ctx, "after", &found));
    cr_expect_eq(1, journal.stops);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static uint32_t depth_of(struct world *here, desk_ref desk)
{
    return myc__load_of(here->ctx, desk.address).depth;
}

/* Its load is read at its first home, whoever writes it. */
Test(move_services, a_router_follows_the_load_of_members_that_move)
{
    struct world *here = world_open(3);
    struct journal journal = {.gated = true};
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 8});
    cr_expect(myc__load_publish(here->ctx, desk.address));
    world_run(here);
    for (uint32_t round = 0; round < 8; round++) {
        cr_assert_eq(0, myc_move_actor(here->ctx, desk.address, (round * 2 + 1) % 3));
        world_run(here);
        for (uint32_t number = 0; number < 5; number++)
            cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
        world_run(here);
        journal.permits = 1;
        world_run(here);
        cr_expect_eq(4, depth_of(here, desk), "round %u: %u", round, depth_of(here, desk));
        for (uint32_t number = 0; number < 20; number++)
            (void)send_ticket(here->ctx, desk, 0, number);
        world_run(here);
        cr_expect_eq(MYC__LOAD_DEPTH_MAX, depth_of(here, desk), "a full mailbox is the most");
        cr_assert_eq(0, myc_move_actor(here->ctx, desk.address, (round * 2 + 2) % 3));
        world_run(here);
        cr_expect_eq(MYC__LOAD_DEPTH_MAX, depth_of(here, desk), "it is full there as well");
        journal.gated = false;
        world_run(here);
        cr_expect_eq(0, depth_of(here, desk));
        journal.gated = true;
    }
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* ---- work ---- */

Test(move_services, work_finds_its_actor_wherever_it_has_gone)
{
    for (uint32_t passes = 0; passes < 12; passes++) {
        struct bench bench;
        bench_open(&bench, NULL);
        uint64_t expected = 0;
        for (uint32_t number = 1; number <= 20; number++) {
            while (order_work_anyway(&bench, square, number) == MYC_FULL)
                world_pass(bench.here); /* it is on its way home */
            expected += (uint64_t)number * number;
            if (number % 3 == passes % 3)
                cr_assert_eq(0, myc_move_actor(bench.here->ctx, bench.ref.address, number / 3 % 2));
            for (uint32_t i = 0; i < passes / 3; i++)
                world_pass(bench.here);
        }
        world_run(bench.here);
        cr_expect_eq(20, bench.log.done);
        cr_expect_eq(expected, bench.log.sum);
        bench_close(&bench);
    }
    NO_LEAKS();
}

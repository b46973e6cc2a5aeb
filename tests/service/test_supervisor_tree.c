/* SPDX-License-Identifier: Apache-2.0 */
#include "crew_support.h"

/* Strategies, and supervisors of supervisors. */

enum { CREW = 4 };

/* Hands 0 to 3, each on its own worker in turn when there are two. */
static void open_crew(struct crew *crew, uint32_t workers, const myc_supervisor_options *options)
{
    crew_open(crew, workers);
    myc_child children[CREW];
    for (uint32_t at = 0; at < CREW; at++)
        children[at] = hand_on(crew, at, at % workers, MYC_RESTART_PERMANENT);
    crew_spawn(crew, options, children, CREW);
}

Test(supervisor_tree, one_for_one_starts_the_one_alone)
{
    for (uint32_t workers = 1; workers < 3; workers++) {
        struct crew crew;
        open_crew(&crew, workers, &(myc_supervisor_options){.restarts_max = 10});
        crew_send(&crew, 1, FAIL);
        crew_expect(&crew, "-b +b");
        crew_send(&crew, 3, FAIL);
        crew_expect(&crew, "-d +d");
        crew_close(&crew);
    }
}

Test(supervisor_tree, one_for_all_stops_all_in_reverse_and_starts_all_in_order)
{
    for (uint32_t workers = 1; workers < 3; workers++) {
        struct crew crew;
        open_crew(&crew, workers, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL});
        crew_send(&crew, 1, FAIL);
        crew.story[strlen("-b -d -c -a")] = '\0'; /* the starts are on two workers */
        crew_expect(&crew, "-b -d -c -a");
        for (uint32_t at = 0; at < CREW; at++) {
            cr_expect_eq(2, crew.records[at].starts);
            cr_expect_eq(at == 1 ? MYC_EXIT_FAILED : MYC_EXIT_REQUESTED,
                         crew.records[at].why[0].reason);
        }
        crew_send(&crew, 0, 1);
        cr_expect_eq(1, crew.records[0].last_count);
        crew_close(&crew);
    }
}

Test(supervisor_tree, one_for_all_starts_in_order_on_one_worker)
{
    struct crew crew;
    open_crew(&crew, 1, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL});
    crew_send(&crew, 3, FAIL);
    crew_expect(&crew, "-d -c -b -a +a +b +c +d");
    crew_close(&crew);
}

Test(supervisor_tree, rest_for_one_starts_the_one_and_those_behind_it)
{
    struct crew crew;
    open_crew(&crew, 1, &(myc_supervisor_options){.strategy = MYC_REST_FOR_ONE});
    crew_send(&crew, 1, FAIL);
    crew_expect(&crew, "-b -d -c +b +c +d");
    crew_send(&crew, 3, FAIL);
    crew_expect(&crew, "-d +d");
    crew_close(&crew);
}

/* The second failure is of one before the first: the band reaches further then. */
Test(supervisor_tree, rest_for_one_goes_back_to_the_first_that_failed)
{
    struct crew crew;
    open_crew(
        &crew, 1,
        &(myc_supervisor_options){.strategy = MYC_REST_FOR_ONE, .backoff_min_ns = SECOND_TICKS});
    crew_send(&crew, 2, FAIL);
    crew_expect(&crew, "-c -d");
    crew_send(&crew, 1, FAIL);
    crew_expect(&crew, "-b");
    crew_wait(&crew, 2 * (uint64_t)SECOND_TICKS);
    crew_expect(&crew, "+b +c +d");
    cr_expect_eq(1, crew.records[0].starts);
    crew_close(&crew);
}

/* Nothing of a new life may reach an old one: all have stopped before the first starts. */
static void send_to_last(struct record *record, myc_context *ctx)
{
    desk_ref *last = record->user;
    if (record->starts == 2)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, *last, 0, 1));
}

Test(supervisor_tree, a_message_of_a_new_life_reaches_a_new_life)
{
    struct crew crew;
    open_crew(&crew, 2, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL});
    crew.records[0].at_start = send_to_last;
    crew.records[0].user = &crew.refs[3];
    crew_send(&crew, 0, FAIL);
    cr_expect_eq(1, crew.records[3].handled);
    cr_expect_eq(0, crew.records[3].last_at_stop, "not by the old life");
    crew_close(&crew);
}

Test(supervisor_tree, temporary_siblings_just_stop_and_ended_ones_stay_ended)
{
    struct crew crew;
    crew_open(&crew, 1);
    myc_child children[] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT),
                            hand_of(&crew, 1, MYC_RESTART_TEMPORARY),
                            hand_of(&crew, 2, MYC_RESTART_TRANSIENT)};
    crew_spawn(&crew, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL}, children, 3);
    crew_send(&crew, 2, DONE);
    crew_expect(&crew, "-c");
    crew_send(&crew, 0, FAIL);
    crew_expect(&crew, "-a -b +a");
    cr_expect_eq(MYC_DEAD, send_ticket(crew.here->ctx, crew.refs[1], 0, 1));
    crew_close(&crew);
}

static void fail_too(struct record *record, myc_context *ctx)
{
    if (record->stops == 1) {
        const desk_ref *other = record->user;
        cr_expect_eq(MYC_SENT, send_ticket(ctx, *other, 0, FAIL));
    }
}

Test(supervisor_tree, several_failures_at_once_are_each_dealt_with)
{
    for (uint32_t strategy = 0; strategy < 3; strategy++) {
        struct crew crew;
        open_crew(
            &crew, 2,
            &(myc_supervisor_options){.strategy = (myc_strategy)strategy, .restarts_max = 10});
        crew.records[3].at_stop = fail_too;
        crew.records[3].user = &crew.refs[0];
        for (uint32_t at = 1; at < CREW; at++)
            cr_expect_eq(MYC_SENT, send_ticket(crew.here->ctx, crew.refs[at], 0, FAIL));
        crew_run(&crew);
        for (uint32_t at = 0; at < CREW; at++) {
            cr_expect_geq(crew.records[at].stops, 1);
            cr_expect_eq(crew.records[at].stops + 1, crew.records[at].starts);
            crew_send(&crew, at, 1);
        }
        cr_expect_eq(4, letters_of(crew.here, MYC_DEAD_FAILED));
        crew_close(&crew);
    }
}

/* ---- trees ---- */

struct tree {
    struct crew crew; /* hands 0, 1 are the inner supervisor's; 2, 3 the outer one's */
    myc_supervisor_ref inner;
};

static void open_tree(struct tree *tree, uint32_t workers, uint32_t inner_restarts,
                      const myc_supervisor_options *outer)
{
    struct crew *crew = &tree->crew;
    crew_open(crew, workers);
    myc_child below[] = {hand_on(crew, 0, 0, MYC_RESTART_PERMANENT),
                         hand_on(crew, 1, workers - 1, MYC_RESTART_PERMANENT)};
    myc_supervisor_options inner = {.restarts_max = inner_restarts, .spawn = {.name = "inner"}};
    myc_child above[] = {hand_of(crew, 2, MYC_RESTART_PERMANENT),
                         MYC_CHILD_SUPERVISOR(&inner, below, 2, &tree->inner),
                         hand_of(crew, 3, MYC_RESTART_PERMANENT)};
    crew_spawn(crew, outer, above, 3);
}

Test(supervisor_tree, a_supervisor_that_gives_up_is_started_anew_with_its_children)
{
    for (uint32_t workers = 1; workers < 3; workers++) {
        struct tree tree;
        open_tree(&tree, workers, 1, &(myc_supervisor_options){0});
        crew_send(&tree.crew, 0, 1);
        crew_send(&tree.crew, 0, FAIL);
        crew_expect(&tree.crew, "-a +a");
        crew_send(&tree.crew, 0, FAIL);
        cr_expect(world_logged(tree.crew.here, "supervisor inner gives up"));
        cr_expect_eq(3, tree.crew.records[0].starts);
        cr_expect_eq(2, tree.crew.records[1].starts);
        cr_expect_eq(1, tree.crew.records[2].starts, "the outer one's other children run on");
        crew_send(&tree.crew, 0, 1);
        crew_send(&tree.crew, 1, 1);
        cr_expect_eq(1, tree.crew.records[0].last_count);
        crew_send(&tree.crew, 1, FAIL);
        cr_expect_eq(3, tree.crew.records[1].starts, "what was before is forgotten");
        crew_close(&tree.crew);
    }
}

Test(supervisor_tree, a_supervisor_takes_part_in_the_strategy_above_it)
{
    struct tree tree;
    open_tree(&tree, 1, 3, &(myc_supervisor_options){.strategy = MYC_ONE_FOR_ALL});
    crew_send(&tree.crew, 3, FAIL);
    crew_expect(&tree.crew, "-d -b -a -c +c +d +a +b");
    crew_close(&tree.crew);
}

Test(supervisor_tree, ends_when_the_highest_supervisor_gives_up)
{
    struct tree tree;
    open_tree(&tree, 2, 1, &(myc_supervisor_options){.restarts_max = 1});
    for (uint32_t time = 0; time < 4; time++)
        crew_send(&tree.crew, 0, FAIL);
    cr_expect_eq(MYC_DEAD, send_ticket(tree.crew.here->ctx, tree.crew.refs[0], 0, 1));
    for (uint32_t at = 0; at < 4; at++)
        cr_expect_eq(tree.crew.records[at].starts, tree.crew.records[at].stops);
    cr_expect_eq(2, world_counts(tree.crew.here).actors, "the clerks");
    crew_close(&tree.crew);
}

Test(supervisor_tree, one_that_gives_up_stops_its_children_the_last_one_first)
{
    struct crew crew;
    open_crew(&crew, 1, &(myc_supervisor_options){.restarts_max = 1});
    crew_send(&crew, 1, FAIL);
    crew_expect(&crew, "-b +b");
    crew_send(&crew, 1, FAIL);
    crew_expect(&crew, "-b -d -c -a");
    cr_expect_eq(1, world_counts(crew.here).actors);
    crew_close(&crew);
}

Test(supervisor_tree, a_transient_supervisor_that_is_stopped_takes_its_children_along)
{
    struct tree tree;
    open_tree(&tree, 1, 1, &(myc_supervisor_options){0});
    myc_stop(tree.crew.here->ctx, tree.inner.address);
    crew_run(&tree.crew);
    crew_expect(&tree.crew, "-b -a");
    crew_send(&tree.crew, 2, FAIL);
    crew_expect(&tree.crew, "-c +c");
    crew_close(&tree.crew);
}

Test(supervisor_tree, a_kill_of_a_supervisor_is_a_restart_of_its_tree)
{
    struct tree tree;
    open_tree(&tree, 2, 1, &(myc_supervisor_options){0});
    crew_send(&tree.crew, 0, 1);
    myc_kill(tree.crew.here->ctx, tree.inner.address, -1);
    crew_run(&tree.crew);
    for (uint32_t at = 0; at < 2; at++) {
        cr_expect_eq(2, tree.crew.records[at].starts);
        cr_expect_eq(1, tree.crew.records[at].stops);
        crew_send(&tree.crew, at, 1);
        cr_expect_eq(1, tree.crew.records[at].last_count);
    }
    crew_close(&tree.crew);
}

/* ---- watch, links ---- */

struct told {
    desk_ref target;
    uint32_t *count;
    myc_exit *why;
    bool link;
};

#define SPY_ROWS(ROW, P) ROW(P, down, myc_down)
MYC_PROTOCOL(spy, SPY_ROWS)

struct spy {
    struct told told;
};

static myc_next spy_on_down(struct spy *self, myc_context *ctx, const myc_down *down)
{
    (void)ctx;
    ++*self->told.count;
    *self->told.why = down->why;
    return MYC_CONTINUE;
}

static int spy_on_start(struct spy *self, myc_context *ctx)
{
    return self->told.link ? myc_link(ctx, self->told.target.address)
                           : MYC_WATCH(spy, down, ctx, self->told.target);
}

static void spy_on_stop(struct spy *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    *self->told.why = why;
}

MYC_ACTOR_WITH_LIFECYCLE(spy, spy, SPY_ROWS)

Test(supervisor_tree, those_who_watch_a_child_are_told_of_its_end_alone)
{
    struct crew crew;
    open_crew(&crew, 2, &(myc_supervisor_options){.restarts_max = 1});
    uint32_t count = 0;
    myc_exit why = {0};
    spy_ref spy;
    cr_assert_eq(0, spy_spawn(crew.here->ctx, &(struct spy){{crew.refs[1], &count, &why, false}},
                              NULL, &spy));
    crew_run(&crew);
    crew_send(&crew, 1, FAIL);
    cr_expect_eq(0, count);
    crew_send(&crew, 1, FAIL);
    cr_expect_eq(1, count);
    cr_expect_eq(MYC_EXIT_REQUESTED, why.reason, "its supervisor, which gave up, has stopped it");
    crew_close(&crew);
}

Test(supervisor_tree, links_of_a_child_outlive_a_restart)
{
    struct crew crew;
    open_crew(&crew, 2, &(myc_supervisor_options){0});
    uint32_t count = 0;
    myc_exit why = {.code = 1};
    spy_ref spy;
    cr_assert_eq(0, spy_spawn(crew.here->ctx, &(struct spy){{crew.refs[1], &count, &why, true}},
                              NULL, &spy));
    crew_run(&crew);
    crew_send(&crew, 1, FAIL);
    cr_expect_eq(1, why.code, "it has not ended");
    crew_expect(&crew, "-b +b");
    myc_kill(crew.here->ctx, spy.address, -8);
    crew_run(&crew);
    crew_expect(&crew, "-b +b");
    cr_expect_eq(MYC_EXIT_KILLED, crew.records[1].why[1].reason);
    cr_expect_eq(-8, crew.records[1].why[1].code);
    crew_close(&crew);
}

/* The watches that a child has made are over with its life. */
Test(supervisor_tree, a_new_life_is_not_told_of_what_the_old_one_watched)
{
    struct crew crew;
    crew_open(&crew, 2);
    uint32_t count = 0;
    myc_exit why = {0};
    struct journal journal = {0};
    struct spy state = {{world_desk(crew.here, 1, &journal, NULL), &count, &why, false}};
    spy_ref spy;
    myc_child child = MYC_CHILD(spy, &state, &spy);
    crew_spawn(&crew, &(myc_supervisor_options){.backoff_min_ns = SECOND_TICKS}, &child, 1);
    myc_kill(crew.here->ctx, spy.address, -1);
    crew_run(&crew);
    myc_stop(crew.here->ctx, state.told.target.address);
    crew_run(&crew);
    crew_wait(&crew, SECOND_TICKS);
    cr_expect_eq(1, count, "by the watch of the new life");
    cr_expect_eq(MYC_EXIT_UNKNOWN, why.reason);
    crew_close(&crew);
}

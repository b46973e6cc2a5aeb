/* SPDX-License-Identifier: Apache-2.0 */
#include "crew_support.h"
#include "service/intensity.h"
#include "system/system.h"

/* Intensity, backoff, and what is refused. */

static void open_one(struct crew *crew, const myc_supervisor_options *options)
{
    crew_open(crew, 2);
    myc_child child = hand_on(crew, 0, 1, MYC_RESTART_PERMANENT);
    crew_spawn(crew, options, &child, 1);
}

static bool is_alive(struct crew *crew)
{
    myc_sent sent = send_ticket(crew->here->ctx, crew->refs[0], 0, 1);
    crew_run(crew);
    return sent == MYC_SENT;
}

Test(supervisor_limits, gives_up_at_one_restart_more_than_allowed)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){.restarts_max = 4});
    for (uint32_t restart = 0; restart < 4; restart++) {
        crew_send(&crew, 0, FAIL);
        cr_expect(is_alive(&crew));
    }
    crew_send(&crew, 0, FAIL);
    cr_expect_not(is_alive(&crew));
    cr_expect_eq(5, crew.records[0].starts);
    crew_close(&crew);
}

Test(supervisor_limits, allows_three_within_five_seconds_by_default)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){0});
    for (uint32_t restart = 0; restart < 3; restart++)
        crew_send(&crew, 0, FAIL);
    crew_wait(&crew, 5 * (uint64_t)SECOND_TICKS - 1);
    cr_expect(is_alive(&crew));
    crew_send(&crew, 0, FAIL);
    cr_expect_not(is_alive(&crew));
    crew_close(&crew);
}

Test(supervisor_limits, forgets_restarts_that_are_long_ago)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){.restarts_max = 2, .within_ns = 1000});
    for (uint32_t restart = 0; restart < 20; restart++) {
        crew_send(&crew, 0, FAIL);
        cr_expect(is_alive(&crew));
        crew_wait(&crew, 500);
    }
    crew_send(&crew, 0, FAIL);
    crew_wait(&crew, 499);
    crew_send(&crew, 0, FAIL);
    cr_expect_not(is_alive(&crew));
    crew_close(&crew);
}

Test(supervisor_limits, never_gives_up_when_told_so)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){.restarts_max = UINT32_MAX});
    for (uint32_t restart = 0; restart < 200; restart++) {
        crew.story[0] = '\0';
        crew_send(&crew, 0, FAIL);
    }
    cr_expect_eq(201, crew.records[0].starts);
    crew_close(&crew);
}

/* Against a list of all times. */
Test(supervisor_limits, count_as_a_list_of_all_restarts_would)
{
    uint64_t times[1000];
    uint64_t ring[5];
    uint32_t noted = 0;
    uint64_t now_ns = 7;
    uint64_t random = 42;
    myc__intensity intensity = {.most = 5, .within_ns = 100, .times_ns = ring};
    for (uint32_t step = 0; step < 1000; step++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        now_ns += (random >> 33) % 40;
        uint32_t lately = 0;
        for (uint32_t at = 0; at < noted; at++)
            lately += now_ns - times[at] < 100;
        bool allowed = myc__intensity_note(&intensity, now_ns);
        cr_assert_eq(lately < 5, allowed);
        if (allowed)
            times[noted++] = now_ns;
    }
    cr_expect_gt(noted, 100);
    cr_expect_lt(noted, 1000);
}

/* Waits until just before and to the moment when the child starts again. */
static void expect_backoff(struct crew *crew, uint64_t ns)
{
    crew_send(crew, 0, FAIL);
    crew_wait(crew, ns - 1);
    crew_expect(crew, "-a");
    crew_wait(crew, 1);
    crew_expect(crew, "+a");
}

Test(supervisor_limits, wait_longer_from_restart_to_restart_and_begin_anew_after_peace)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){.restarts_max = UINT32_MAX,
                                              .within_ns = 100000,
                                              .backoff_min_ns = 1000,
                                              .backoff_max_ns = 6000});
    expect_backoff(&crew, 1000);
    expect_backoff(&crew, 2000);
    expect_backoff(&crew, 4000);
    expect_backoff(&crew, 6000);
    expect_backoff(&crew, 6000);
    crew_wait(&crew, 100000);
    expect_backoff(&crew, 1000);
    crew_close(&crew);
}

Test(supervisor_limits, can_wait_the_same_time_always)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){
                        .restarts_max = UINT32_MAX, .backoff_min_ns = 1000, .backoff_factor = 1});
    for (uint32_t restart = 0; restart < 5; restart++)
        expect_backoff(&crew, 1000);
    crew_close(&crew);
}

Test(supervisor_limits, let_each_child_of_one_for_one_wait_for_itself)
{
    struct crew crew;
    crew_open(&crew, 1);
    myc_child children[] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT),
                            hand_of(&crew, 1, MYC_RESTART_PERMANENT)};
    crew_spawn(&crew, &(myc_supervisor_options){.backoff_min_ns = 1000}, children, 2);
    crew_send(&crew, 0, FAIL);
    crew_wait(&crew, 600);
    crew_send(&crew, 1, FAIL);
    crew_wait(&crew, 400);
    crew_expect(&crew, "-a -b +a");
    crew_wait(&crew, 600);
    crew_expect(&crew, "+b");
    crew_close(&crew);
}

Test(supervisor_limits, a_supervisor_that_is_stopped_while_a_child_waits_leaves_no_timer)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){.backoff_min_ns = 1000});
    crew_send(&crew, 0, FAIL);
    const myc__wheel *wheel = &crew.here->system->fabric.shards[0]->wheel;
    cr_expect_eq(1, wheel->armed);
    myc_stop(crew.here->ctx, crew.supervisor.address);
    crew_run(&crew);
    cr_expect_eq(0, wheel->armed);
    crew_wait(&crew, 5000);
    crew_expect(&crew, "-a");
    cr_expect_not(is_alive(&crew));
    crew_close(&crew);
}

/* ---- what is refused ---- */

struct wrong {
    const char *says;
    myc_supervisor_options options;
    myc_child child;
    uint32_t count;
};

static void expect_refused(const struct wrong *wrong)
{
    struct crew crew;
    crew_open(&crew, 1);
    myc_child children[2] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT), wrong->child};
    myc_supervisor_ref ref;
    cr_expect_eq(
        MYC_EINVAL,
        myc_supervisor_spawn(crew.here->ctx, &wrong->options, children, wrong->count, &ref), "%s",
        wrong->says);
    cr_expect(world_logged(crew.here, wrong->says), "expected \"%s\", got \"%s\"", wrong->says,
              crew.here->log[0]);
    crew_run(&crew);
    cr_expect_eq(1, world_counts(crew.here).actors, "the clerk alone: what was spawned is gone");
    crew_expect(&crew, "");
    crew_close(&crew);
}

Test(supervisor_limits, refuse_what_is_wrong_and_say_what)
{
    static const myc_supervisor_options nested_wrong = {.backoff_factor = 0.5,
                                                        .spawn = {.name = "below"}};
    struct crew crew = {0};
    myc_child good = hand_of(&crew, 1, MYC_RESTART_PERMANENT);
    myc_child bad_restart = good, bad_bound = good, both = good;
    bad_restart.restart = (myc_restart)7;
    bad_bound.spawn.mailbox_bound = UINT32_MAX;
    both.children = &good;
    const struct wrong wrongs[] = {
        {"strategy is no myc_strategy", {.strategy = (myc_strategy)3}, good, 2},
        {"restarts_max is over 1000", {.restarts_max = 1001}, good, 2},
        {"backoff_min_ns is over backoff_max_ns",
         {.backoff_min_ns = 2, .backoff_max_ns = 1},
         good,
         2},
        {"backoff_factor is not between 1 and 1000", {.backoff_factor = 0.99}, good, 2},
        {"supervisor desk cannot be spawned: it has no children",
         {.spawn = {.name = "desk"}},
         good,
         0},
        {"it has over 10000 children", {0}, good, 10001},
        {"child 1: restart is no myc_restart", {0}, bad_restart, 2},
        {"child 1: it has both a behaviour and children", {0}, both, 2},
        {"child 1: it has neither a behaviour nor children", {0}, (myc_child){0}, 2},
        {"actor hand cannot be spawned: mailbox_bound is over 16777216", {0}, bad_bound, 2},
        {"actor supervisor cannot be spawned: mailbox_bound is over",
         {.spawn = {.mailbox_bound = UINT32_MAX}},
         good,
         1},
        {"supervisor below cannot be spawned: backoff_factor",
         {0},
         MYC_CHILD_SUPERVISOR(&nested_wrong, &good, 1, NULL),
         2},
    };
    for (size_t at = 0; at < sizeof wrongs / sizeof wrongs[0]; at++)
        expect_refused(&wrongs[at]);
}

static void spawn_when_stopping(struct record *record, myc_context *ctx)
{
    (void)record;
    struct hand state = {0};
    myc_child child = MYC_CHILD(hand, &state, NULL);
    cr_expect_eq(MYC_ESTOPPING, myc_supervisor_spawn(ctx, NULL, &child, 1, NULL));
}

Test(supervisor_limits, refuse_when_the_system_stops)
{
    struct crew crew;
    open_one(&crew, &(myc_supervisor_options){0});
    crew.records[0].at_stop = spawn_when_stopping;
    crew_close(&crew);
    cr_expect_eq(1, crew.records[0].stops);
}

struct spender {
    uint64_t left;
    uint64_t held;
};

static void *spend(void *user, size_t size_bytes, size_t alignment_bytes)
{
    struct spender *spender = user;
    if (spender->left == 0)
        return NULL;
    spender->left--;
    spender->held += size_bytes;
    return aligned_alloc(alignment_bytes < 16 ? 16 : alignment_bytes,
                         (size_bytes + 63) & ~(size_t)63);
}

static void give_back(void *user, void *memory, size_t size_bytes)
{
    struct spender *spender = user;
    spender->held -= memory ? size_bytes : 0;
    free(memory);
}

struct big_hand {
    uint8_t bytes[60000]; /* a slab or more for each */
};

static myc_next big_hand_on_ticket(struct big_hand *self, myc_context *ctx,
                                   const ticket_data *ticket)
{
    (void)self, (void)ctx, (void)ticket;
    return MYC_CONTINUE;
}

static myc_next big_hand_on_job(struct big_hand *self, myc_context *ctx, const job_data *job)
{
    (void)self, (void)ctx, (void)job;
    return MYC_CONTINUE;
}

MYC_ACTOR(big_hand, desk, DESK_ROWS)

/* With each amount of memory it is all or nothing. */
Test(supervisor_limits, leave_nothing_when_memory_is_out)
{
    uint32_t refused = 0;
    for (uint64_t allowance = 0; allowance < 24; allowance++) {
        struct spender spender = {UINT64_MAX, 0};
        myc_system *system;
        myc_system_options options = {.workers = 2,
                                      .caller_driven = true,
                                      .io = MYC_IO_EPOLL,
                                      .allocator = {spend, give_back, &spender}};
        cr_assert_eq(0, myc_system_create(&options, &system));
        myc_context *ctx = myc_context_of(system);
        myc_child children[8];
        for (uint32_t at = 0; at < 8; at++)
            children[at] = MYC_CHILD(big_hand, NULL, NULL, .spawn = {.place = MYC_PLACE_SPREAD});
        spender.left = allowance;
        int error = myc_supervisor_spawn(ctx, NULL, children, 8, NULL);
        spender.left = UINT64_MAX;
        cr_expect(error == 0 || error == MYC_ENOMEM);
        refused += error == MYC_ENOMEM;
        for (uint32_t pass = 0; pass < 100; pass++)
            cr_assert_geq(myc_system_run_once(system), 0);
        myc_counts counts;
        myc_system_counts(system, &counts);
        cr_expect_eq(error ? 0 : 9, counts.actors);
        cr_expect_eq(0, myc_system_destroy(system));
        cr_expect_eq(0, spender.held);
    }
    cr_expect_gt(refused, 4);
    cr_expect_lt(refused, 24);
    NO_LEAKS();
}

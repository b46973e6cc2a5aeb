/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_ACTOR_SUPPORT_H
#define TESTS_ACTOR_ACTOR_SUPPORT_H

/*
 * A caller-driven system with a recorder of log lines and dead letters, and a desk (desk.h) on each
 * worker for jobs.
 *
 *     struct world *here = world_open(2);
 *     struct journal journal = {0};
 *     desk_ref desk = world_desk(here, 1, &journal, NULL);
 *     send_ticket(here->ctx, desk, 0, 7);          from a foreign context
 *     world_call(here, 0, send_some, &desk);       from worker 0
 *     world_run(here);
 *     world_close(here);                           checks conservation and that nothing leaks
 *
 * WORLD_SEEDS(40) before a statement runs it once as the workers take turns, and 40 times under the
 * test kit, which lets them run in other orders and do less at a time. WORLD_TEST() is a Test() that
 * does so with its body.
 *
 * Threads: all runs on the test's own thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <mycelium/mycelium.h>

#include "base/limits.h"
#include "desk.h"
#include "support/kit.h"
#include "support/leaks.h"

enum {
    WORLD_WORKERS_MAX = 4,
    LANE_MESSAGES = MYC__LANE_SLOTS - MYC__LANE_CONTROL_SLOTS, /* messages a lane takes */
    LETTERS_KEPT = 4096,
    LOG_LINES_KEPT = 64,
    LOG_LINE_BYTES = 256,
    IDLE_PASSES = 8, /* more than any chain of orders between workers needs */
    PASSES_MAX = 1000000
};

struct letter {
    myc_address to;
    uint32_t tag;
    myc_dead_reason reason;
    uint32_t number; /* of a ticket */
};

struct world {
    myc_testkit *kit; /* NULL: the workers take turns */
    myc_system *system;
    myc_context *ctx; /* the test's own: a foreign one */
    uint32_t workers;
    desk_ref clerks[WORLD_WORKERS_MAX]; /* one on each worker, for jobs */
    struct journal clerk_journals[WORLD_WORKERS_MAX];
    myc_counts mark;
    uint32_t letter_count;
    struct letter letters[LETTERS_KEPT];
    uint32_t log_count;
    char log[LOG_LINES_KEPT][LOG_LINE_BYTES];
};

/* Of the worlds that are opened next; 0 = without the kit. */
static uint64_t world_seed;

#define WORLD_SEEDS(count)                                                                         \
    for (world_seed = 0; world_seed <= (count); world_seed++)                                      \
        if (world_seed_is_chosen(world_seed))

/** A test whose body runs once as the workers take turns, and under 20 seeds. */
#define WORLD_TEST(suite, name)                                                                    \
    static void suite##__##name(void);                                                             \
    Test(suite, name)                                                                              \
    {                                                                                              \
        WORLD_SEEDS(20)                                                                            \
        suite##__##name();                                                                         \
    }                                                                                              \
    static void suite##__##name(void)

/** MYC_TEST_SEED picks a single one. */
MYC_UNUSED static bool world_seed_is_chosen(uint64_t seed)
{
    return !getenv("MYC_TEST_SEED") || seed == kit_first_seed();
}

static inline void world_keep_letter(void *user, const myc_dead_letter *dead)
{
    struct world *world = user;
    const ticket_data *ticket = ticket_data_cast(dead->payload);
    if (world->letter_count < LETTERS_KEPT)
        world->letters[world->letter_count] =
            (struct letter){dead->to, dead->tag, dead->reason, ticket ? ticket->number : 0};
    world->letter_count++;
}

static inline void world_keep_log(void *user, myc_log_level level, const char *text)
{
    struct world *world = user;
    (void)level;
    if (world->log_count < LOG_LINES_KEPT)
        snprintf(world->log[world->log_count], LOG_LINE_BYTES, "%s", text);
    world->log_count++;
}

MYC_UNUSED static bool world_logged(const struct world *world, const char *part)
{
    for (uint32_t line = 0; line < world->log_count && line < LOG_LINES_KEPT; line++) {
        if (strstr(world->log[line], part))
            return true;
    }
    return false;
}

MYC_UNUSED static uint32_t letters_of(const struct world *world, myc_dead_reason reason)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < world->letter_count && index < LETTERS_KEPT; index++)
        count += world->letters[index].reason == reason;
    return count;
}

/** A desk on `worker`; `given` may be NULL, its place is not looked at. */
MYC_UNUSED static desk_ref desk_at(myc_context *ctx, uint32_t worker, struct journal *journal,
                                   const myc_spawn_options *given)
{
    myc_spawn_options options = given ? *given : (myc_spawn_options){0};
    options.place = MYC_PLACE_ON_WORKER;
    options.worker = worker;
    desk_ref ref = {0};
    cr_assert_eq(0, desk_spawn(ctx, &(struct desk){journal}, &options, &ref));
    return ref;
}

MYC_UNUSED static desk_ref world_desk(struct world *world, uint32_t worker, struct journal *journal,
                                      const myc_spawn_options *given)
{
    return desk_at(world->ctx, worker, journal, given);
}

MYC_UNUSED static ticket_data *ticket_make(myc_context *ctx, uint32_t sender, uint32_t number)
{
    ticket_data *made = ticket_data_new(ctx);
    cr_assert_not_null(made);
    made->sender = sender;
    made->number = number;
    return made;
}

MYC_UNUSED static myc_sent send_ticket(myc_context *ctx, desk_ref to, uint32_t sender,
                                       uint32_t number)
{
    return desk_send_ticket(ctx, to, ticket_make(ctx, sender, number));
}

MYC_UNUSED static int64_t world_pass(struct world *world)
{
    int64_t handled = myc_system_run_once(world->system);
    cr_assert_geq(handled, 0);
    return handled;
}

/**
 * Drives the system until no message moves any more; some may be stuck. Hundreds of starts or stops
 * may be left: world_await() waits for those.
 */
MYC_UNUSED static void world_run(struct world *world)
{
    uint32_t passes = 0;
    if (world->kit) {
        kit_run(world->kit);
        return;
    }
    for (uint32_t idle = 0; idle < IDLE_PASSES; passes++) {
        cr_assert_lt(passes, PASSES_MAX, "the system does not come to rest");
        idle = world_pass(world) ? 0 : idle + 1;
    }
}

/** Drives the system until all that was begun is over, starts and stops too. Nobody may be stuck.
 */
MYC_UNUSED static void world_await(struct world *world)
{
    cr_assert_eq(0, myc_system_await_quiescence(world->system, UINT64_C(60000000000)));
}

/** Runs `run` in a handler on `worker`. Other desks may have had turns when it returns. */
MYC_UNUSED static void world_call(struct world *world, uint32_t worker,
                                  void (*run)(myc_context *ctx, void *argument), void *argument)
{
    job_data *made = job_data_new(world->ctx);
    cr_assert_not_null(made);
    *made = (job_data){run, argument};
    uint32_t before = world->clerk_journals[worker].jobs;
    cr_assert_eq(MYC_SENT, desk_send_job(world->ctx, world->clerks[worker], made));
    for (uint32_t passes = 0; world->clerk_journals[worker].jobs == before; passes++) {
        cr_assert_lt(passes, PASSES_MAX, "the job does not run");
        world_pass(world);
    }
}

MYC_UNUSED static myc_counts world_counts(const struct world *world)
{
    myc_counts counts;
    myc_system_counts(world->system, &counts);
    return counts;
}

MYC_UNUSED static void world_mark(struct world *world)
{
    world->mark = world_counts(world);
}

/** The counts since world_mark(); `queued` and `actors` are those of now. */
MYC_UNUSED static myc_counts world_since(const struct world *world)
{
    myc_counts counts = world_counts(world);
    counts.accepted -= world->mark.accepted;
    counts.handled -= world->mark.handled;
    counts.dead -= world->mark.dead;
    counts.dropped -= world->mark.dropped;
    counts.refused -= world->mark.refused;
    counts.dropped_newest -= world->mark.dropped_newest;
    counts.dropped_oldest -= world->mark.dropped_oldest;
    counts.dropped_conflated -= world->mark.dropped_conflated;
    counts.dropped_expired -= world->mark.dropped_expired;
    counts.dropped_limited -= world->mark.dropped_limited;
    for (uint32_t reason = 0; reason < MYC_DEAD_REASONS; reason++)
        counts.dead_by[reason] -= world->mark.dead_by[reason];
    return counts;
}

/* `queued` is what is left of `accepted`: more ends than beginnings would make it huge. */
static inline void world_expect_conserved(const struct world *world)
{
    myc_counts counts = world_counts(world);
    cr_expect_eq(counts.accepted, counts.handled + counts.dead + counts.dropped + counts.queued);
    cr_expect_leq(counts.queued, counts.accepted);
    cr_expect_eq(counts.dead, world->letter_count);
}

static inline void world_start(struct world *world, const myc_system_options *options)
{
    if (world_seed) {
        world->kit = kit_open_with(world_seed, options->workers, options);
        world->system = myc_testkit_system(world->kit);
    } else {
        cr_assert_eq(0, myc_system_create(options, &world->system));
    }
    world->ctx = myc_context_of(world->system);
    cr_assert_not_null(world->ctx);
    for (uint32_t worker = 0; worker < world->workers; worker++)
        world->clerks[worker] =
            desk_at(world->ctx, worker, &world->clerk_journals[worker],
                    &(myc_spawn_options){.name = "clerk", .mailbox_bound = 1 << 20});
}

MYC_UNUSED static myc_system_options world_options(struct world *world)
{
    return (myc_system_options){.workers = world->workers,
                                .caller_driven = true,
                                .io = MYC_IO_EPOLL,
                                .keep_memory_ns = UINT64_MAX, /* bytes are compared */
                                .log = world_keep_log,
                                .log_user = world,
                                .dead_letter = world_keep_letter,
                                .dead_letter_user = world};
}

/** Gives a world with its clerks started: close it. */
MYC_UNUSED static struct world *world_open(uint32_t workers)
{
    struct world *made = calloc(1, sizeof *made);
    cr_assert_not_null(made);
    cr_assert_leq(workers, WORLD_WORKERS_MAX);
    made->workers = workers;
    myc_system_options options = world_options(made);
    world_start(made, &options);
    world_run(made);
    world_mark(made);
    return made;
}

/**
 * Stops by discarding and destroys, so on_stop of every desk left runs. What was recorded stays.
 * Returns the count of payloads still held.
 */
MYC_UNUSED static uint64_t world_end(struct world *world)
{
    world_expect_conserved(world);
    cr_expect_eq(0, myc_system_stop(world->system, &(myc_stop_options){.discard = true}, NULL));
    world_expect_conserved(world);
    cr_expect_eq(0, world_counts(world).actors);
    return world->kit ? myc_testkit_destroy(world->kit) : myc_system_destroy(world->system);
}

MYC_UNUSED static void world_free(struct world *world)
{
    for (uint32_t worker = 0; worker < world->workers; worker++)
        journal_fini(&world->clerk_journals[worker]);
    free(world);
}

/** Ends it; no payload may be held any more. Takes `world`. */
MYC_UNUSED static void world_close(struct world *world)
{
    cr_expect_eq(0, world_end(world), "payloads are still held");
    world_free(world);
}

/** on_stop ran once, with this. */
MYC_UNUSED static void expect_exit(const struct journal *journal, myc_exit_reason reason,
                                   int32_t code)
{
    cr_expect_eq(1, journal->stops);
    cr_expect_eq(reason, journal->why.reason);
    cr_expect_eq(code, journal->why.code);
}

/** The journal holds the numbers from `first` on, `count` of them, in order. */
MYC_UNUSED static void expect_numbers(const struct journal *journal, uint32_t first, uint32_t count)
{
    cr_expect_eq(count, journal->count, "expected %u tickets, got %u", count, journal->count);
    for (uint32_t index = 0; index < journal->count && index < count; index++)
        cr_assert_eq(first + index, journal->entries[index].number, "ticket %u is %u, not %u",
                     index, journal->entries[index].number, first + index);
}

#endif

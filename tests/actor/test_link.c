/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_support.h"

/** Two guards that can be linked; the second on `worker`. */
struct pair {
    struct world *here;
    struct notebook books[2];
    guard_ref guards[2];
};

static void pair_open(struct pair *pair, uint32_t worker)
{
    pair->here = world_open(2);
    pair->guards[0] = guard_at(pair->here, 0, &pair->books[0]);
    pair->guards[1] = guard_at(pair->here, worker, &pair->books[1]);
    world_run(pair->here);
}

static void pair_link(struct pair *pair)
{
    guard_tell(pair->here, pair->guards[0], run_link, &pair->guards[1]);
    world_run(pair->here);
}

static void pair_close(struct pair *pair)
{
    world_await(pair->here);
    world_close(pair->here);
    NO_LEAKS();
}

static void expect_end(const struct notebook *book, myc_exit_reason reason, int32_t code)
{
    cr_expect_eq(1, book->stops);
    cr_expect_eq(reason, book->why.reason);
    cr_expect_eq(code, book->why.code);
}

static void kill_one(struct pair *pair, uint32_t which)
{
    myc_kill(pair->here->ctx, pair->guards[which].address, -9);
    world_run(pair->here);
}

Test(link, kills_the_other_one_whichever_goes_wrong)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        for (uint32_t first = 0; first < 2; first++) {
            struct pair pair = {0};
            pair_open(&pair, worker);
            pair_link(&pair);
            kill_one(&pair, first);
            expect_end(&pair.books[0], MYC_EXIT_KILLED, -9);
            expect_end(&pair.books[1], MYC_EXIT_KILLED, -9);
            pair_close(&pair);
        }
    }
}

static void run_watch_itself(myc_context *ctx, void *argument)
{
    struct pair *pair = argument;
    cr_expect_eq(0, MYC_WATCH(guard, down, ctx, pair->here->clerks[1]));
}

Test(link, brings_the_code_of_a_failure)
{
    struct pair pair = {.books[0].fail_code = -6};
    pair_open(&pair, 1);
    pair_link(&pair);
    guard_tell(pair.here, pair.guards[0], run_watch_itself, &pair);
    world_run(pair.here);
    myc_stop(pair.here->ctx, pair.here->clerks[1].address);
    world_run(pair.here);
    expect_end(&pair.books[0], MYC_EXIT_FAILED, -6);
    expect_end(&pair.books[1], MYC_EXIT_KILLED, -6);
    pair_close(&pair);
}

Test(link, lets_the_other_one_live_after_a_normal_end)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        for (uint32_t first = 0; first < 2; first++) {
            struct pair pair = {0};
            pair_open(&pair, worker);
            pair_link(&pair);
            myc_stop(pair.here->ctx, pair.guards[first].address);
            world_run(pair.here);
            expect_end(&pair.books[first], MYC_EXIT_REQUESTED, 0);
            cr_expect_eq(0, pair.books[!first].stops);
            kill_one(&pair, !first);
            expect_end(&pair.books[!first], MYC_EXIT_KILLED, -9);
            pair_close(&pair);
        }
    }
}

Test(link, to_one_that_has_ended_kills_the_caller)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct pair pair = {0};
        pair_open(&pair, worker);
        myc_stop(pair.here->ctx, pair.guards[1].address);
        world_run(pair.here);
        pair_link(&pair);
        expect_end(&pair.books[0], MYC_EXIT_KILLED, 0);
        pair_close(&pair);
    }
}

Test(link, can_be_undone_by_either)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        for (uint32_t by = 0; by < 2; by++) {
            for (uint32_t first = 0; first < 2; first++) {
                struct pair pair = {0};
                pair_open(&pair, worker);
                pair_link(&pair);
                guard_tell(pair.here, pair.guards[by], run_unlink, &pair.guards[!by]);
                world_run(pair.here);
                kill_one(&pair, first);
                expect_end(&pair.books[first], MYC_EXIT_KILLED, -9);
                cr_expect_eq(0, pair.books[!first].stops);
                pair_close(&pair);
            }
        }
    }
}

Test(link, made_twice_or_from_both_ends_is_undone_at_once)
{
    struct pair pair = {0};
    pair_open(&pair, 1);
    pair_link(&pair);
    pair_link(&pair);
    guard_tell(pair.here, pair.guards[1], run_link, &pair.guards[0]);
    world_run(pair.here);
    guard_tell(pair.here, pair.guards[0], run_unlink, &pair.guards[1]);
    world_run(pair.here);
    kill_one(&pair, 1);
    cr_expect_eq(0, pair.books[0].stops);
    pair_close(&pair);
}

Test(link, undone_while_the_other_one_ends_does_not_reach_the_caller)
{
    for (uint32_t by = 0; by < 2; by++) {
        struct pair pair = {0};
        pair_open(&pair, 1);
        pair_link(&pair);
        guard_tell(pair.here, pair.guards[by], run_unlink, &pair.guards[!by]);
        myc_kill(pair.here->ctx, pair.guards[!by].address, -9);
        world_run(pair.here);
        cr_expect_eq(1, pair.books[!by].stops);
        if (by == 0) /* worker 0 runs first: it has undone the link before the kill */
            cr_expect_eq(0, pair.books[by].stops);
        pair_close(&pair);
    }
}

Test(link, goes_through_a_chain_on_two_workers)
{
    enum { LENGTH = 40 };
    struct world *here = world_open(2);
    static struct notebook books[LENGTH];
    guard_ref guards[LENGTH];
    for (uint32_t at = 0; at < LENGTH; at++) {
        books[at] = (struct notebook){0};
        guards[at] = guard_at(here, at % 2, &books[at]);
    }
    for (uint32_t at = 1; at < LENGTH; at++)
        guard_tell(here, guards[at], run_link, &guards[at - 1]);
    world_run(here);
    myc_kill(here->ctx, guards[LENGTH / 2].address, -3);
    world_await(here);
    for (uint32_t at = 0; at < LENGTH; at++)
        expect_end(&books[at], MYC_EXIT_KILLED, -3);
    world_close(here);
    NO_LEAKS();
}

Test(link, and_watch_of_the_same_actor_are_two_things)
{
    struct pair pair = {0};
    pair_open(&pair, 1);
    pair_link(&pair);
    guard_tell(pair.here, pair.guards[0], run_watch, &pair.guards[1]);
    guard_tell(pair.here, pair.guards[0], run_unlink, &pair.guards[1]);
    world_run(pair.here);
    kill_one(&pair, 1);
    cr_expect_eq(0, pair.books[0].stops);
    expect_told(&pair.books[0], pair.guards[1].address, MYC_EXIT_KILLED, -9);
    pair_close(&pair);
}

Test(link, does_not_outlive_the_system)
{
    struct pair pair = {0};
    pair_open(&pair, 1);
    pair_link(&pair);
    world_close(pair.here);
    expect_end(&pair.books[0], MYC_EXIT_SYSTEM, 0);
    expect_end(&pair.books[1], MYC_EXIT_SYSTEM, 0);
    NO_LEAKS();
}

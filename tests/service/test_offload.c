/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <semaphore.h>

#include "offload_support.h"

/* A test with a bench whose pool has no options. */
#define BENCH_TEST(name)                                                                           \
    static void offload__##name(struct bench *bench);                                              \
    Test(offload, name)                                                                            \
    {                                                                                              \
        struct bench bench;                                                                        \
        bench_open(&bench, NULL);                                                                  \
        offload__##name(&bench);                                                                   \
        bench_close(&bench);                                                                       \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void offload__##name(struct bench *bench)

/* ---- caller-driven: no threads, one piece of work for each pass ---- */

BENCH_TEST(brings_the_result_in_its_row)
{
    order_work(bench, square, 7);
    world_run(bench->here);
    cr_expect_eq(1, bench->log.done);
    cr_expect_eq(49, bench->log.sum);
    expect_pool(bench, (myc_pool_counts){.accepted = 1, .done = 1});
}

BENCH_TEST(says_that_there_is_no_result_and_what_was_asked)
{
    order_work(bench, no_result, 5);
    order_work(bench, wrong_result, 6);
    world_run(bench->here);
    cr_expect_eq(0, bench->log.done);
    cr_expect_eq(2, bench->log.failed);
    cr_expect_eq(11, bench->log.failed_sum, "the argument is in the message");
    cr_expect(
        world_logged(bench->here, "work returned a payload of type job_data: expected figure"));
    expect_pool(bench, (myc_pool_counts){.accepted = 2, .failed = 2});
}

Test(offload, refuses_and_counts_what_the_queue_has_no_room_for)
{
    struct bench bench;
    bench_open(&bench, &(myc_pool_options){.queue_bound = 3});
    for (uint32_t i = 0; i < 5; i++)
        order_work(&bench, square, 1);
    (void)myc_system_run_once(bench.here->system); /* the orders are handled after the work */
    cr_expect_eq(2, bench.log.full);
    expect_pool(&bench, (myc_pool_counts){.accepted = 3, .refused = 2, .queued = 3});
    world_run(bench.here);
    cr_expect_eq(3, bench.log.done);
    bench_close(&bench);
    NO_LEAKS();
}

BENCH_TEST(goes_ahead_of_a_full_mailbox)
{
    order_work(bench, square, 3);
    (void)myc_system_run_once(bench->here->system);
    bench->log.gated = true; /* orders come again and again: the mailbox fills up behind one */
    for (uint32_t i = 0; i < 20; i++)
        myc_ignore(order_work_anyway(bench, square, 1));
    world_run(bench->here);
    cr_expect_eq(1, bench->log.done);
    cr_expect_eq(9, bench->log.sum);
    bench->log.gated = false;
    world_run(bench->here);
}

BENCH_TEST(leaves_a_dead_letter_for_an_actor_that_has_ended)
{
    order_work(bench, square, 3);
    order_work(bench, no_result, 3);
    (void)myc_system_run_once(bench->here->system);
    myc_stop(bench->here->ctx, bench->ref.address);
    world_run(bench->here);
    cr_expect_eq(2, letters_of(bench->here, MYC_DEAD_STOPPED));
    expect_pool(bench, (myc_pool_counts){.accepted = 2, .done = 1, .failed = 1});
}

BENCH_TEST(of_an_earlier_life_is_a_dead_letter)
{
    order_work(bench, square, 3);
    order_work(bench, no_result, 3);
    order_work(bench, NULL, 0);
    order_work(bench, square, 4);
    world_run(bench->here);
    cr_expect_eq(2, letters_of(bench->here, MYC_DEAD_LATE));
    cr_expect_eq(1, bench->log.done);
    cr_expect_eq(16, bench->log.sum);
    cr_expect_eq(0, bench->log.failed);
}

BENCH_TEST(comes_again_when_its_handler_says_so)
{
    bench->log.again = 3;
    order_work(bench, square, 2);
    world_run(bench->here);
    bench->log.again = 3;
    order_work(bench, no_result, 2);
    world_run(bench->here);
    cr_expect_eq(1, bench->log.done);
    cr_expect_eq(1, bench->log.failed);
}

BENCH_TEST(of_a_pool_that_ends_is_cancelled)
{
    for (uint32_t i = 0; i < 4; i++)
        order_work(bench, square, 1);
    (void)myc_system_run_once(bench->here->system);
    cr_expect_eq(0, myc_pool_destroy(bench->pool));
    bench->pool = NULL;
    world_run(bench->here);
    cr_expect_eq(0, bench->log.done);
    cr_expect_eq(4, bench->log.cancelled);
}

BENCH_TEST(of_a_system_that_is_destroyed_is_cancelled_and_its_pool_ended)
{
    for (uint32_t i = 0; i < 4; i++)
        order_work(bench, square, 1);
    (void)myc_system_run_once(bench->here->system);
    bench->pool = NULL; /* forgotten */
}

BENCH_TEST(is_done_before_a_stop_that_drains)
{
    for (uint32_t i = 0; i < 4; i++)
        order_work(bench, square, 2);
    cr_expect_eq(0, myc_system_stop(bench->here->system, NULL, NULL));
    cr_expect_eq(4, bench->log.done);
    cr_expect_eq(16, bench->log.sum);
}

/* ---- what cannot be ---- */

static void offload_without_rows(myc_context *ctx, void *argument)
{
    struct bench *bench = argument;
    cr_expect_eq(MYC_DEAD, desk_offload_ticket(ctx, bench->pool, NULL, NULL));
    cr_expect_eq(MYC_DEAD, myc_offload(ctx, bench->pool, 99, NULL, NULL, ticket_make(ctx, 0, 0)));
}

BENCH_TEST(is_refused_where_its_end_could_not_be_told)
{
    world_call(bench->here, 0, offload_without_rows, bench);
    cr_expect(world_logged(
        bench->here, "work of clerk is not taken: the actor has no row of type myc_work_failed"));
    cr_expect(world_logged(bench->here, "the result is for a row that the actor has not"));
    cr_expect_eq(MYC_DEAD, worker_offload_figure(bench->here->ctx, bench->pool, square, NULL));
    cr_expect(world_logged(bench->here, "work of nobody is not taken: no handler runs here"));
    expect_pool(bench, (myc_pool_counts){0});
}

BENCH_TEST(says_what_is_wrong_with_an_option)
{
    myc_system *system = bench->here->system;
    myc_pool *none;
    cr_expect_eq(MYC_EINVAL, myc_pool_create(system, &(myc_pool_options){.threads = 65}, &none));
    cr_expect(world_logged(bench->here, "threads is over 64"));
    cr_expect_eq(MYC_EINVAL,
                 myc_pool_create(system, &(myc_pool_options){.queue_bound = 1048577}, &none));
    cr_expect(world_logged(bench->here, "queue_bound is over 1048576"));
    cr_expect_eq(0, myc_pool_destroy(NULL));
    cr_expect_eq(0, myc_system_stop(system, NULL, NULL));
    cr_expect_eq(MYC_ESTOPPING, myc_pool_create(system, NULL, &none));
}

static void destroy_in_handler(myc_context *ctx, void *argument)
{
    (void)ctx;
    cr_expect_eq(MYC_ETHREAD, myc_pool_destroy(((struct bench *)argument)->pool));
}

BENCH_TEST(pools_are_not_destroyed_in_a_handler)
{
    world_call(bench->here, 1, destroy_in_handler, bench);
    order_work(bench, square, 2);
    world_run(bench->here);
    cr_expect_eq(1, bench->log.done);
}

BENCH_TEST(asks_for_no_memory_when_warm)
{
    for (uint32_t round = 0; round < 200; round++) {
        if (round == 100)
            myc_system_seal_memory(bench->here->system);
        for (uint32_t i = 0; i < 10; i++)
            order_work(bench, i % 3 ? square : no_result, 1);
        world_run(bench->here);
    }
    cr_expect_eq(0, myc_system_unseal_memory(bench->here->system));
    cr_expect_eq(2000, bench->log.done + bench->log.failed);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "system/frame.h"

/*
 * Pools with threads. A piece of work is a function of the test's: it gets an `errand`.
 */
typedef struct errand {
    sem_t *entered;
    sem_t *leave;
    pthread_t *thread;
    atomic_uint *wrong; /* what should not be is counted here */
    myc_pool *pool;
} errand;
MYC_MESSAGE(errand)
__attribute__((weak)) MYC_MESSAGE_TYPE(errand, .destroy = NULL);

#define OFFICE_ROWS(ROW, P) ROW(P, run, errand) ROW(P, ran, errand) ROW(P, lost, myc_work_failed)
MYC_PROTOCOL(runner, OFFICE_ROWS)

typedef struct outcomes {
    atomic_uint ran;
    atomic_uint full;
    atomic_uint cancelled;
    atomic_uint on_worker;
} outcomes;

struct runner {
    outcomes *to;
    const errand *(*work)(myc_context *ctx, const void *argument);
};

static myc_next runner_on_run(struct runner *self, myc_context *ctx, const errand *run)
{
    atomic_store(&self->to->on_worker, myc_worker(ctx));
    myc_sent sent = runner_offload_ran(ctx, run->pool, self->work, errand_move(ctx, run));
    atomic_fetch_add(&self->to->full, sent == MYC_FULL);
    return MYC_CONTINUE;
}

static myc_next runner_on_ran(struct runner *self, myc_context *ctx, const errand *ran)
{
    (void)ran;
    cr_expect_eq(atomic_load(&self->to->on_worker), myc_worker(ctx));
    atomic_fetch_add(&self->to->ran, 1);
    return MYC_CONTINUE;
}

static myc_next runner_on_lost(struct runner *self, myc_context *ctx, const myc_work_failed *lost)
{
    (void)ctx;
    atomic_fetch_add(&self->to->cancelled, lost->outcome == MYC_WORK_CANCELLED);
    return MYC_CONTINUE;
}

MYC_ACTOR(runner, runner, OFFICE_ROWS)

static const errand *hand_back(myc_context *ctx, const void *argument)
{
    errand *made = errand_new(ctx);
    if (made) {
        *made = *errand_cast(argument);
    }
    return made;
}

static const errand *wait_inside(myc_context *ctx, const void *argument)
{
    const errand *todo = errand_cast(argument);
    sem_post(todo->entered);
    wait_semaphore(todo->leave);
    return hand_back(ctx, argument);
}

/* ---- the frame of a test ---- */

typedef struct shop {
    office at;
    myc_pool *pool;
    sem_t entered, leave;
    atomic_uint wrong;
    outcomes to;
    runner_ref runner;
} shop;

static void shop_open(shop *in, myc_system_options system, const myc_pool_options *options,
                      const errand *(*work)(myc_context *, const void *))
{
    atomic_store(&in->wrong, 0);
    in->to = (outcomes){.ran = 0};
    sem_init(&in->entered, 0, 0);
    sem_init(&in->leave, 0, 0);
    office_open(&in->at, system);
    cr_assert_eq(0, myc_pool_create(in->at.system, options, &in->pool));
    cr_assert_eq(0, runner_spawn(in->at.ctx, &(struct runner){&in->to, work}, NULL, &in->runner));
}

static void shop_close(shop *in)
{
    cr_expect_eq(0, myc_pool_destroy(in->pool));
    office_close(&in->at);
    cr_expect_eq(0, atomic_load(&in->wrong));
}

static void run_errand(shop *in)
{
    errand *made = errand_new(in->at.ctx);
    cr_assert_not_null(made);
    *made = (errand){&in->entered, &in->leave, NULL, &in->wrong, in->pool};
    cr_assert_eq(MYC_SENT, runner_send_run(in->at.ctx, in->runner, made));
}

static myc_pool_counts counts_of(const shop *in)
{
    myc_pool_counts counts;
    myc_pool_counts_read(in->pool, &counts);
    return counts;
}

/* ---- tests ---- */

Test(offload_threads, block_while_their_actor_goes_on, .timeout = 60)
{
    shop in;
    shop_open(&in, (myc_system_options){.workers = 1}, &(myc_pool_options){.threads = 2},
              wait_inside);
    journal other = {0};
    desk_ref desk = hire(&in.at, &other, 0);
    for (uint32_t i = 0; i < 2; i++) {
        run_errand(&in);
        wait_semaphore(&in.entered);
    }
    cr_expect_eq(2, counts_of(&in).running);
    cr_expect_eq(MYC_SENT, send_note(in.at.ctx, desk, 1));
    cr_expect(await_count(&other.notes, 1));
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(in.at.system, SECOND_NS / 50),
                 "work in flight is work");
    sem_post(&in.leave);
    sem_post(&in.leave);
    expect_quiet(&in.at);
    cr_expect_eq(2, atomic_load(&in.to.ran));
    cr_expect_eq(0, counts_of(&in).running);
    shop_close(&in);
    NO_LEAKS();
}

Test(offload_threads, take_what_is_queued_when_they_are_free, .timeout = 60)
{
    shop in;
    shop_open(&in, (myc_system_options){.workers = 2},
              &(myc_pool_options){.threads = 1, .queue_bound = 5}, wait_inside);
    run_errand(&in);
    wait_semaphore(&in.entered);
    for (uint32_t i = 0; i < 8; i++) {
        run_errand(&in);
    }
    cr_expect(await_count(&in.to.full, 3));
    cr_expect_eq(3, counts_of(&in).refused);
    cr_expect_eq(5, counts_of(&in).queued);
    for (uint32_t i = 0; i < 6; i++) {
        sem_post(&in.leave);
    }
    expect_quiet(&in.at);
    cr_expect_eq(6, atomic_load(&in.to.ran));
    shop_close(&in);
    NO_LEAKS();
}

/* One for each piece of work: how many of them run before the pool ends is a matter of chance. */
static void *post_five(void *semaphore)
{
    for (uint32_t i = 0; i < 5; i++) {
        sem_post(semaphore);
    }
    return NULL;
}

Test(offload_threads, end_with_their_pool_which_waits_for_what_runs_and_cancels_the_rest,
     .timeout = 60)
{
    shop in;
    shop_open(&in, (myc_system_options){.workers = 1}, NULL, wait_inside);
    run_errand(&in);
    wait_semaphore(&in.entered);
    for (uint32_t i = 0; i < 4; i++) {
        run_errand(&in);
    }
    while (counts_of(&in).queued < 4) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, post_five, &in.leave));
    cr_expect_eq(0, myc_pool_destroy(in.pool));
    in.pool = NULL;
    pthread_join(thread, NULL);
    expect_quiet(&in.at);
    cr_expect_eq(5, atomic_load(&in.to.ran) + atomic_load(&in.to.cancelled));
    cr_expect_geq(atomic_load(&in.to.ran), 1);
    shop_close(&in);
    NO_LEAKS();
}

Test(offload_threads, that_are_stuck_keep_a_stop_waiting, .timeout = 60)
{
    shop in;
    shop_open(&in, (myc_system_options){.workers = 1}, NULL, wait_inside);
    run_errand(&in);
    wait_semaphore(&in.entered);
    run_errand(&in);
    while (counts_of(&in).queued < 1) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    myc_stop_options soon = {.discard = true, .timeout_ns = SECOND_NS / 50};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(in.at.system, &soon, NULL));
    sem_post(&in.leave);
    cr_expect_eq(0, myc_system_stop(in.at.system, NULL, NULL));
    myc_pool_counts counts = counts_of(&in);
    cr_expect_eq(1, counts.done);
    cr_expect_eq(1, counts.cancelled);
    cr_expect_eq(0, counts.running + counts.queued);
    cr_expect_eq(2, atomic_load(&in.at.letters[MYC_DEAD_STOPPED]), "nobody is left to tell");
    shop_close(&in);
    NO_LEAKS();
}

/* ---- good guests ---- */

static const errand *look_around(myc_context *ctx, const void *argument)
{
    const errand *todo = errand_cast(argument);
    char name[16] = "";
    sigset_t blocked;
    pthread_getname_np(pthread_self(), name, sizeof name);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    bool quiet = sigismember(&blocked, SIGINT) == 0 && sigismember(&blocked, SIGTERM) == 0;
    bool known = strncmp(name, "loader-", 7) == 0 && myc_worker(ctx) == UINT32_MAX;
    bool alone = myc_pool_destroy(todo->pool) == MYC_ETHREAD;
    atomic_fetch_add(todo->wrong, !quiet + !known + !alone);
    return hand_back(ctx, argument);
}

static void greet(void *user, uint32_t worker)
{
    atomic_fetch_add((atomic_uint *)user, worker == UINT32_MAX);
}

Test(offload_threads, have_names_contexts_and_no_signals_blocked, .timeout = 60)
{
    shop in;
    atomic_uint greeted = 0;
    shop_open(
        &in,
        (myc_system_options){.workers = 1, .thread_start = greet, .thread_start_user = &greeted},
        &(myc_pool_options){.name = "loader", .threads = 3}, look_around);
    for (uint32_t i = 0; i < 30; i++) {
        run_errand(&in);
    }
    expect_quiet(&in.at);
    cr_expect_eq(30, atomic_load(&in.to.ran));
    cr_expect(await_count(&greeted, 3));
    shop_close(&in);
    cr_expect_eq(3, atomic_load(&greeted));
    NO_LEAKS();
}

static void create_in_handler(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    myc_pool *none;
    int error = myc_pool_create(myc_context_system(ctx), NULL, &none);
    atomic_fetch_add((atomic_uint *)user, error == MYC_ETHREAD);
}

Test(offload_threads, are_not_waited_for_in_a_handler, .timeout = 60)
{
    office at;
    atomic_uint refused = 0;
    journal log = {.on_note = create_in_handler, .user = &refused};
    office_open(&at, (myc_system_options){.workers = 1});
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &log, 0), 1));
    expect_quiet(&at);
    cr_expect_eq(1, atomic_load(&refused));
    office_close(&at);
    NO_LEAKS();
}

/* 256 foreign threads is the limit, and the test's own is one. */
Test(offload_threads, are_foreign_threads_and_limited_like_them, .timeout = 60)
{
    office at;
    myc_pool *pools[4];
    office_open(&at, (myc_system_options){.workers = 1});
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert_eq(0, myc_pool_create(at.system, &(myc_pool_options){.threads = 64}, &pools[i]));
    }
    cr_expect_eq(MYC_ELIMIT,
                 myc_pool_create(at.system, &(myc_pool_options){.threads = 64}, &pools[3]));
    cr_expect(strstr(at.lines, "has no context"), "'%s'", at.lines);
    cr_assert_eq(0, myc_pool_create(at.system, &(myc_pool_options){.threads = 63}, &pools[3]));
    for (uint32_t i = 0; i < 4; i++) {
        cr_expect_eq(0, myc_pool_destroy(pools[i]));
    }
    office_close(&at);
    NO_LEAKS();
}

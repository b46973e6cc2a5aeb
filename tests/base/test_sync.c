/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/sync.h"
#include "support/leaks.h"

enum { THREADS = 4, ADDS = 100000, TOKENS = 20000, ROUNDS = 20000 };

Test(sync, stores_what_it_loads)
{
    uint32_t narrow = 0;
    uint64_t wide = 0;
    void *pointer = NULL;
    myc__store_relaxed_u32(&narrow, UINT32_MAX);
    cr_expect_eq(UINT32_MAX, myc__load_relaxed_u32(&narrow));
    myc__store_release_u32(&narrow, 7);
    cr_expect_eq(7, myc__load_acquire_u32(&narrow));
    myc__store_relaxed_u64(&wide, UINT64_MAX);
    cr_expect_eq(UINT64_MAX, myc__load_relaxed_u64(&wide));
    myc__store_release_u64(&wide, UINT64_C(1) << 40);
    cr_expect_eq(UINT64_C(1) << 40, myc__load_acquire_u64(&wide));
    myc__store_relaxed_ptr(&pointer, &wide);
    cr_expect_eq(&wide, myc__load_relaxed_ptr(&pointer));
    myc__store_release_ptr(&pointer, &narrow);
    cr_expect_eq(&narrow, myc__load_acquire_ptr(&pointer));
    NO_LEAKS();
}

Test(sync, gives_the_value_before_an_addition)
{
    uint32_t narrow = UINT32_MAX;
    uint64_t wide = UINT32_MAX;
    cr_expect_eq(UINT32_MAX, myc__add_relaxed_u32(&narrow, 3));
    cr_expect_eq(2, narrow, "it wraps");
    cr_expect_eq(2, myc__sub_acq_rel_u32(&narrow, 2));
    cr_expect_eq(0, narrow);
    cr_expect_eq(UINT32_MAX, myc__add_relaxed_u64(&wide, 1));
    cr_expect_eq(UINT64_C(1) << 32, wide);
    cr_expect_eq(UINT64_C(1) << 32, myc__sub_acq_rel_u64(&wide, 1));
    cr_expect_eq(UINT32_MAX, wide);
    NO_LEAKS();
}

Test(sync, exchanges_and_gives_the_value_before)
{
    uint32_t word = 1;
    cr_expect_eq(1, myc__exchange_acq_rel_u32(&word, 0));
    cr_expect_eq(0, myc__exchange_acq_rel_u32(&word, 5));
    cr_expect_eq(5, word);
    NO_LEAKS();
}

struct sums {
    uint32_t narrow;
    uint64_t wide;
    uint32_t down;
};

static void *add_many(void *user)
{
    struct sums *sums = user;
    for (uint32_t index = 0; index < ADDS; index++) {
        myc__add_relaxed_u32(&sums->narrow, 1);
        myc__add_relaxed_u64(&sums->wide, UINT64_C(1) << 33);
        myc__sub_acq_rel_u32(&sums->down, 1);
    }
    return NULL;
}

static void run_threads(void *(*body)(void *), void *user)
{
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++)
        cr_assert_eq(0, pthread_create(&threads[index], NULL, body, user));
    for (int index = 0; index < THREADS; index++)
        pthread_join(threads[index], NULL);
}

Test(sync, loses_no_addition_of_several_threads, .timeout = 60)
{
    struct sums sums = {.down = THREADS * ADDS};
    run_threads(add_many, &sums);
    cr_expect_eq(THREADS * ADDS, sums.narrow);
    cr_expect_eq((uint64_t)THREADS * ADDS << 33, sums.wide);
    cr_expect_eq(0, sums.down);
    NO_LEAKS();
}

/* One token at a time: who exchanges it out counts it and puts the next one in. */
struct token {
    uint32_t word;  /* 1 = the token lies here */
    uint32_t taken; /* plain: the token guards it */
};

static void *take_tokens(void *user)
{
    struct token *token = user;
    for (bool more = true; more;) {
        if (myc__exchange_acq_rel_u32(&token->word, 0) != 1) {
            sched_yield();
            continue;
        }
        more = token->taken < TOKENS;
        token->taken += more;
        myc__store_release_u32(&token->word, 1);
    }
    return NULL;
}

Test(sync, gives_an_exchanged_token_to_one_thread_at_a_time, .timeout = 60)
{
    struct token token = {.word = 1};
    run_threads(take_tokens, &token);
    cr_expect_eq(TOKENS, token.taken);
    NO_LEAKS();
}

/*
 * Store buffering: each side stores its word, fences, and loads the other's. With the fences at
 * least one of them sees the other.
 */
struct side {
    _Alignas(MYC__CACHE_LINE) uint32_t word;
    _Alignas(MYC__CACHE_LINE) uint32_t seen;
};

struct duel {
    struct side sides[2];
    _Alignas(MYC__CACHE_LINE) uint32_t arrived;
    bool asymmetric;
    uint32_t rounds;
};

static void meet(struct duel *duel, uint32_t meeting)
{
    myc__sub_acq_rel_u32(&duel->arrived, UINT32_MAX); /* one more */
    for (uint32_t spins = 0; myc__load_acquire_u32(&duel->arrived) < 2 * meeting; spins++) {
        if (spins < 1000)
            myc__pause();
        else
            sched_yield();
    }
}

static void fence(const struct duel *duel, int side)
{
    if (side == 0)
        myc__fence_light(duel->asymmetric);
    else
        myc__fence_heavy(duel->asymmetric);
}

/* The other's word is read in advance, so that the load is fast and the store slow, and the two
 * begin in each round at another distance. */
static void begin_together(struct duel *duel, int side, uint32_t round)
{
    (void)myc__load_relaxed_u32(&duel->sides[1 - side].word);
    meet(duel, 2 * round - 1);
    for (uint32_t cycles = side ? round * 7 % 256 : round % 256; cycles > 0; cycles--)
        myc__fence_compiler();
}

static void fight(struct duel *duel, int side, uint32_t round)
{
    myc__store_relaxed_u32(&duel->sides[side].word, round);
    fence(duel, side);
    duel->sides[side].seen = myc__load_relaxed_u32(&duel->sides[1 - side].word);
}

static void *second_side(void *user)
{
    struct duel *duel = user;
    for (uint32_t round = 1; round <= duel->rounds; round++) {
        begin_together(duel, 1, round);
        fight(duel, 1, round);
        meet(duel, 2 * round);
    }
    return NULL;
}

/* Returns in how many rounds neither saw the other. */
static uint32_t run_duel(bool asymmetric, uint32_t rounds)
{
    struct duel *duel = aligned_alloc(MYC__CACHE_LINE, sizeof *duel);
    *duel = (struct duel){.asymmetric = asymmetric, .rounds = rounds};
    pthread_t second;
    cr_assert_eq(0, pthread_create(&second, NULL, second_side, duel));
    uint32_t blind = 0;
    for (uint32_t round = 1; round <= rounds; round++) {
        begin_together(duel, 0, round);
        fight(duel, 0, round);
        meet(duel, 2 * round);
        blind += duel->sides[0].seen != round && duel->sides[1].seen != round;
    }
    pthread_join(second, NULL);
    free(duel);
    return blind;
}

Test(sync, never_lets_both_sides_of_a_full_fence_miss_each_other, .timeout = 120)
{
    cr_expect_eq(0, run_duel(false, 5 * ROUNDS));
    NO_LEAKS();
}

Test(sync, never_lets_both_sides_of_the_asymmetric_fence_miss_each_other, .timeout = 120)
{
    if (!myc__fence_asymmetric_setup())
        cr_skip_test("this kernel has no private expedited membarrier");
    cr_expect_eq(0, run_duel(true, ROUNDS));
    NO_LEAKS();
}

Test(sync, signals_an_event_that_stays_until_it_is_read)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    cr_assert_geq(fd, 0);
    uint64_t count = 0;
    cr_expect_eq(-1, read(fd, &count, sizeof count));
    cr_expect_eq(EAGAIN, errno);
    myc__event_signal(fd);
    myc__event_signal(fd);
    cr_expect_eq(sizeof count, read(fd, &count, sizeof count));
    cr_expect_eq(2, count);
    close(fd);
    NO_LEAKS();
}

Test(sync, does_not_sleep_on_a_word_that_has_changed, .timeout = 20)
{
    uint32_t word = 1;
    myc__word_wake(&word);
    myc__word_wait(&word, 2, -1);
    cr_expect_eq(1, word);
    NO_LEAKS();
}

/* A wait may end early, but not time after time. */
Test(sync, sleeps_on_a_word_until_the_time_is_over, .timeout = 20)
{
    const int64_t timeout_ns = 2000000;
    uint32_t word = 1;
    uint64_t slept_ns = 0;
    for (int round = 0; round < 10 && slept_ns < (uint64_t)timeout_ns; round++) {
        uint64_t start_ns = myc__kernel_now_ns();
        myc__word_wait(&word, 1, timeout_ns);
        slept_ns = myc__kernel_now_ns() - start_ns;
    }
    cr_expect_geq(slept_ns, (uint64_t)timeout_ns);
    NO_LEAKS();
}

static void *change_and_wake(void *argument)
{
    uint32_t *word = argument;
    (void)myc__exchange_acq_rel_u32(word, 1);
    myc__word_wake(word);
    return NULL;
}

/* A lost wake is a wait without end, which the time limit ends. */
Test(sync, is_woken_from_a_word_by_another_thread, .timeout = 60)
{
    for (int round = 0; round < 500; round++) {
        uint32_t word = 0;
        pthread_t thread;
        cr_assert_eq(0, pthread_create(&thread, NULL, change_and_wake, &word));
        while (myc__load_acquire_u32(&word) == 0)
            myc__word_wait(&word, 0, -1);
        pthread_join(thread, NULL);
    }
    NO_LEAKS();
}

Test(sync, does_not_block_on_an_event_whose_counter_is_at_its_top, .timeout = 20)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    uint64_t top = UINT64_MAX - 1;
    cr_assert_eq(sizeof top, write(fd, &top, sizeof top));
    myc__event_signal(fd);
    uint64_t count = 0;
    cr_expect_eq(sizeof count, read(fd, &count, sizeof count), "it is readable still");
    close(fd);
    NO_LEAKS();
}

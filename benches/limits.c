/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: what the machine itself takes, in the same run, so that the other rows can be read as
 * ratios.
 *
 * cache_line: two threads on two cores pass a number to and fro in one word; the time of one way.
 * No message from core to core is faster. refcount: one atomic increment and one decrement of a
 * word that only this core uses: what a shared payload costs a program that counts every reference.
 * Both loops are on atomics, which the compiler keeps, and the end value is checked.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "system.h"

typedef struct rally {
    _Alignas(128) atomic_uint_fast64_t number; /* even: this side's turn, odd: the other's */
    _Alignas(128) uint64_t rounds;
    uint32_t cpu; /* of the other side */
} rally;

static void pin(uint32_t cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    (void)pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void play(rally *ball, uint64_t first)
{
    for (uint64_t next = first; next < 2 * ball->rounds; next += 2) {
        while (atomic_load_explicit(&ball->number, memory_order_acquire) != next) {
        }
        atomic_store_explicit(&ball->number, next + 1, memory_order_release);
    }
}

static void *play_other_side(void *argument)
{
    rally *ball = argument;
    pin(ball->cpu);
    play(ball, 1);
    return NULL;
}

/* In a thread of its own, so that the main thread stays where it may run. */
static void *play_this_side(void *argument)
{
    rally *ball = argument;
    uint32_t cpus[64];
    (void)bench_allowed_cpus(cpus);
    pin(cpus[0]);
    play(ball, 0);
    return NULL;
}

static double run_cache_line(const bench_options *options)
{
    uint32_t cpus[64];
    rally ball = {.rounds = options->quick ? 100000 : 1000000};
    pthread_t sides[2];
    if (bench_allowed_cpus(cpus) < 2) {
        return -1;
    }
    ball.cpu = cpus[1];
    uint64_t started_ns = bench_now_ns();
    if (pthread_create(&sides[0], NULL, play_other_side, &ball) ||
        pthread_create(&sides[1], NULL, play_this_side, &ball)) {
        bench_fail("a thread", MYC_ELIMIT);
    }
    pthread_join(sides[0], NULL);
    pthread_join(sides[1], NULL);
    double ns = (double)(bench_now_ns() - started_ns) / (2.0 * (double)ball.rounds);
    return atomic_load(&ball.number) == 2 * ball.rounds ? ns : -1;
}

static double run_refcount(const bench_options *options)
{
    uint64_t rounds = options->quick ? 2000000 : 20000000;
    atomic_uint count = 1;
    uint64_t started_ns = bench_now_ns();
    for (uint64_t i = 0; i < rounds; i++) {
        atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
        atomic_fetch_sub_explicit(&count, 1, memory_order_acq_rel);
    }
    double ns = (double)(bench_now_ns() - started_ns) / (double)rounds;
    return atomic_load(&count) == 1 ? ns : -1;
}

const bench_workload bench_limit_cache_line = {
    .name = "limits.cache_line",
    .unit = BENCH_TIME,
    .what = "the machine: one cache line from core to core, one way",
    .run = run_cache_line,
};

const bench_workload bench_limit_refcount = {
    .name = "limits.refcount",
    .unit = BENCH_TIME,
    .what = "the machine: an atomic increment and decrement, uncontended",
    .run = run_refcount,
};

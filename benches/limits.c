/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits.cache_line, limits.two_lines, limits.refcount: what the machine itself takes, so that the
 * other rows can be read as ratios.
 *
 * cache_line: two threads on two cores pass a number to and fro in one word; ns of one way. No
 * message from core to core is faster. two_lines: the same with a word for each way, in lines of
 * their own, which is the least that a queue for each way takes: a line that its reader polls has to
 * be won back before it is written, where in one word the reader of a number is the next to write.
 * refcount: one atomic increment and one decrement of a word
 * that only this core uses: what a shared payload costs a program that counts every reference.
 * Both loops are on atomics, which the compiler keeps, and the end value is checked. Not measured:
 * other traffic between the cores, a count that two cores use.
 */
#include <stdatomic.h>

#include "pair.h"

typedef struct rally {
    _Alignas(128) atomic_uint_fast64_t number; /* even: the first side's turn, odd: the other's */
    _Alignas(128) uint64_t end;
} rally;

typedef struct two_way_rally {
    _Alignas(128) atomic_uint_fast64_t to_second;
    _Alignas(128) atomic_uint_fast64_t to_first;
    _Alignas(128) uint64_t end;
} two_way_rally;

static void play(rally *ball, uint64_t first)
{
    for (uint64_t next = first; next < ball->end; next += 2) {
        while (atomic_load_explicit(&ball->number, memory_order_acquire) != next) {
        }
        atomic_store_explicit(&ball->number, next + 1, memory_order_release);
    }
}

static void play_first(void *ball)
{
    play(ball, 0);
}

static void play_second(void *ball)
{
    play(ball, 1);
}

static void run_cache_line(const bench_options *options, bench_output *output)
{
    rally ball = {.end = 2 * bench_count(options, 1000000)};
    double ns = bench_pair_run(
        options, &(bench_pair){.sides = {play_first, play_second}, .argument = &ball});
    if (atomic_load(&ball.number) != ball.end) {
        bench_fail("the number passed to and fro", MYC_EINVAL);
    }
    bench_print(output, ns / (double)ball.end);
}

static void await_number(atomic_uint_fast64_t *word, uint64_t number)
{
    while (atomic_load_explicit(word, memory_order_acquire) != number) {
    }
}

static void play_two_way_first(void *argument)
{
    two_way_rally *ball = argument;
    for (uint64_t number = 1; number <= ball->end; number++) {
        atomic_store_explicit(&ball->to_second, number, memory_order_release);
        await_number(&ball->to_first, number);
    }
}

static void play_two_way_second(void *argument)
{
    two_way_rally *ball = argument;
    for (uint64_t number = 1; number <= ball->end; number++) {
        await_number(&ball->to_second, number);
        atomic_store_explicit(&ball->to_first, number, memory_order_release);
    }
}

static void run_two_lines(const bench_options *options, bench_output *output)
{
    two_way_rally ball = {.end = bench_count(options, 1000000)};
    double ns =
        bench_pair_run(options, &(bench_pair){.sides = {play_two_way_first, play_two_way_second},
                                              .argument = &ball});
    if (atomic_load(&ball.to_first) != ball.end) {
        bench_fail("the number passed to and fro", MYC_EINVAL);
    }
    bench_print(output, ns / (double)(2 * ball.end));
}

static void run_refcount(const bench_options *options, bench_output *output)
{
    uint64_t rounds = bench_count(options, 20000000);
    atomic_uint count = 1;
    bench_pin(options, 0);
    uint64_t started_ns = bench_now_ns();
    for (uint64_t i = 0; i < rounds; i++) {
        atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
        atomic_fetch_sub_explicit(&count, 1, memory_order_acq_rel);
    }
    double ns = (double)(bench_now_ns() - started_ns);
    if (atomic_load(&count) != 1) {
        bench_fail("the count", MYC_EINVAL);
    }
    bench_print(output, ns / (double)rounds);
}

const bench_workload bench_limits_cache_line = {
    .name = "limits.cache_line",
    .what = "the machine: one cache line from core to core, one way",
    .processors = 2,
    .run = run_cache_line,
};

const bench_workload bench_limits_two_lines = {
    .name = "limits.two_lines",
    .what = "the machine: the same with a line for each way",
    .processors = 2,
    .run = run_two_lines,
};

const bench_workload bench_limits_refcount = {
    .name = "limits.refcount",
    .what = "the machine: an atomic increment and decrement, uncontended",
    .processors = 1,
    .run = run_refcount,
};

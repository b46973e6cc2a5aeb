/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits.ring_same_thread, limits.ring_cross, limits.malloc_cross: what a hand-written queue of
 * pointers takes, one ck_ring of 1023 with one producer and one consumer; ns a message.
 *
 * ring_same_thread: one thread puts in and takes out. ring_cross: one thread puts in, another, on
 * another core, takes out. malloc_cross: the same, and each pointer is a new block of 64 bytes that
 * the producer writes to and the consumer reads and frees. The consumer adds up what it gets and
 * the sum is checked, so nothing can be left out. Not measured: finding the receiver, batches.
 */
#include <ck_ring.h>
#include <stdlib.h>

#include "pair.h"

enum { RING_SLOTS = 1024 };

typedef struct pointer_queue {
    ck_ring_t ring;
    ck_ring_buffer_t slots[RING_SLOTS];
    uint64_t messages;
    uint64_t sum;
} pointer_queue;

static void start(pointer_queue *queue, uint64_t messages)
{
    ck_ring_init(&queue->ring, RING_SLOTS);
    queue->messages = messages;
    queue->sum = 0;
}

static void finish(const pointer_queue *queue, const bench_output *output, double ns)
{
    if (queue->sum != queue->messages * (queue->messages + 1) / 2) {
        bench_fail("the sum of the messages", MYC_EINVAL);
    }
    bench_print(output, ns / (double)queue->messages);
}

static inline void put(pointer_queue *queue, void *entry)
{
    while (!ck_ring_enqueue_spsc(&queue->ring, queue->slots, entry)) {
        ck_pr_stall();
    }
}

static inline void *take(pointer_queue *queue)
{
    void *entry = NULL;
    while (!ck_ring_dequeue_spsc(&queue->ring, queue->slots, &entry)) {
        ck_pr_stall();
    }
    return entry;
}

static void run_same_thread(const bench_options *options, bench_output *output)
{
    static pointer_queue queue;
    start(&queue, bench_count(options, 50000000));
    bench_pin(options, 0);
    uint64_t started_ns = bench_now_ns();
    for (uintptr_t i = 1; i <= queue.messages; i++) {
        put(&queue, (void *)i);
        queue.sum += (uintptr_t)take(&queue);
    }
    finish(&queue, output, (double)(bench_now_ns() - started_ns));
}

static void put_numbers(void *argument)
{
    pointer_queue *queue = argument;
    for (uintptr_t i = 1; i <= queue->messages; i++) {
        put(queue, (void *)i);
    }
}

static void take_numbers(void *argument)
{
    pointer_queue *queue = argument;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < queue->messages; i++) {
        sum += (uintptr_t)take(queue);
    }
    queue->sum = sum;
}

static void put_blocks(void *argument)
{
    pointer_queue *queue = argument;
    for (uint64_t i = 1; i <= queue->messages; i++) {
        uint64_t *block = malloc(64);
        if (!block) {
            bench_fail("malloc", MYC_ENOMEM);
        }
        *block = i;
        put(queue, block);
    }
}

static void take_blocks(void *argument)
{
    pointer_queue *queue = argument;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < queue->messages; i++) {
        uint64_t *block = take(queue);
        sum += *block;
        free(block);
    }
    queue->sum = sum;
}

static void run_cross(const bench_options *options, bench_output *output)
{
    static pointer_queue queue;
    start(&queue, bench_count(options, 20000000));
    double ns = bench_pair_run(
        options, &(bench_pair){.sides = {put_numbers, take_numbers}, .argument = &queue});
    finish(&queue, output, ns);
}

static void run_malloc(const bench_options *options, bench_output *output)
{
    static pointer_queue queue;
    start(&queue, bench_count(options, 5000000));
    double ns = bench_pair_run(
        options, &(bench_pair){.sides = {put_blocks, take_blocks}, .argument = &queue});
    finish(&queue, output, ns);
}

const bench_workload bench_limits_ring_same_thread = {
    .name = "limits.ring_same_thread",
    .what = "the machine: into a ck_ring and out of it, one thread",
    .processors = 1,
    .run = run_same_thread,
};

const bench_workload bench_limits_ring_cross = {
    .name = "limits.ring_cross",
    .what = "the machine: a stream through a ck_ring from core to core",
    .processors = 2,
    .run = run_cross,
};

const bench_workload bench_limits_malloc_cross = {
    .name = "limits.malloc_cross",
    .what = "the machine: malloc(64) here, free on the other core",
    .processors = 2,
    .run = run_malloc,
};

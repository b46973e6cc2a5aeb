/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SHARD_SHARDS_H
#define TESTS_SHARD_SHARDS_H

/*
 * Two workers' shards and a foreign context on one fabric, without actors, I/O and threads.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include <criterion/criterion.h>

#include "base/probe_allocator.h"
#include "shard/fabric.h"
#include "support/leaks.h"

enum { SHARDS = 2 };

typedef struct shards {
    probe_allocator probe;
    myc__fabric fabric;
    myc__shard *at[SHARDS];
    myc_context *foreign;
} shards;

MYC_UNUSED static myc__shard *add_shard(shards *all, uint32_t index)
{
    myc__shard *shard = aligned_alloc(MYC__CACHE_LINE, sizeof *shard);
    memset(shard, 0, sizeof *shard);
    shard->index = index;
    myc__parking_init(&shard->parking, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), false);
    cr_assert_geq(shard->parking.wake_fd, 0);
    myc__slot_table_init(&shard->slots, &all->fabric.allocator);
    all->fabric.shards[index] = shard;
    all->fabric.shard_count = index + 1;
    myc__context_init(&shard->context, &all->fabric, (uint16_t)index, shard);
    return shard;
}

MYC_UNUSED static shards *shards_open(void)
{
    shards *all = calloc(1, sizeof *all);
    probe_start(&all->probe, &all->fabric.allocator);
    myc__heap_init(&all->fabric.heap, &all->fabric.allocator);
    for (uint32_t index = 0; index < SHARDS; index++)
        all->at[index] = add_shard(all, index);
    all->foreign = aligned_alloc(MYC__CACHE_LINE, sizeof *all->foreign);
    memset(all->foreign, 0, sizeof *all->foreign);
    myc__context_init(all->foreign, &all->fabric, SHARDS, NULL);
    return all;
}

/** How many envelopes are in a lane. */
MYC_UNUSED static uint32_t lane_depth(const myc__lane *lane)
{
    myc__envelope ignored;
    uint32_t depth = 0;
    while (depth < MYC__LANE_SLOTS && myc__lane_peek(lane, depth, &ignored))
        depth++;
    return depth;
}

/** Frees all; nothing may wait in an outbox. */
MYC_UNUSED static void shards_close(shards *all)
{
    for (uint32_t index = 0; index < SHARDS; index++) {
        myc__context_fini(&all->at[index]->context);
        myc__slot_table_fini(&all->at[index]->slots);
        close(all->at[index]->parking.wake_fd);
        free(all->at[index]);
    }
    myc__context_fini(all->foreign);
    free(all->foreign);
    myc__heap_fini(&all->fabric.heap);
    cr_expect_eq(0, all->fabric.allocator.bytes);
    probe_expect_balanced(&all->probe);
    free(all);
}

/** How often the eventfd was signalled since it was last asked. */
MYC_UNUSED static uint64_t signals_of(int fd)
{
    uint64_t count = 0;
    ssize_t size = read(fd, &count, sizeof count);
    cr_assert(size == sizeof count || errno == EAGAIN);
    return count;
}

MYC_UNUSED static void count_live(void *user, myc__header *header)
{
    (void)header;
    ++*(uint32_t *)user;
}

/** Blocks of the heap that are live. */
MYC_UNUSED static uint32_t live_blocks(myc__heap *heap)
{
    uint32_t count = 0;
    myc__heap_each_live(heap, count_live, &count);
    return count;
}

/** An envelope to `worker` that carries a number. */
MYC_UNUSED static myc__envelope numbered_for(uint32_t worker, uint64_t number)
{
    uint32_t index = (uint32_t)number & MYC__INDEX_MASK;
    myc_address to = {worker << MYC__INDEX_BITS | index, 2 * (uint32_t)number + 1};
    return myc__envelope_make(to, (uint32_t)number % MYC__ROWS_MAX,
                              (const void *)(uintptr_t)number);
}

MYC_UNUSED static myc__envelope numbered(uint64_t number)
{
    return numbered_for(1, number);
}

MYC_UNUSED static bool carries_for(const myc__envelope *envelope, uint32_t worker, uint64_t number)
{
    myc__envelope expected = numbered_for(worker, number);
    return envelope->slot == expected.slot && envelope->life_and_tag == expected.life_and_tag &&
           envelope->payload == expected.payload;
}

MYC_UNUSED static bool carries(const myc__envelope *envelope, uint64_t number)
{
    return carries_for(envelope, 1, number);
}

#endif

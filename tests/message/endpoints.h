/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_MESSAGE_ENDPOINTS_H
#define TESTS_MESSAGE_ENDPOINTS_H

/*
 * Endpoints of one heap, all driven by the thread of the test, over an allocator that can run out.
 */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/probe_allocator.h"
#include "message/reference.h"
#include "message/size_class.h"
#include "support/leaks.h"

enum { ENDPOINTS = 4 };

typedef struct endpoints {
    probe_allocator probe;
    myc__allocator allocator;
    myc__heap heap;
    myc__memory *at[ENDPOINTS];
} endpoints;

/** Endpoints below `workers` keep references in stock, the others are foreign threads. */
MYC_UNUSED static endpoints *endpoints_open(uint32_t workers)
{
    endpoints *all = calloc(1, sizeof *all);
    probe_start(&all->probe, &all->allocator);
    myc__heap_init(&all->heap, &all->allocator);
    for (uint16_t index = 0; index < ENDPOINTS; index++) {
        all->at[index] = calloc(1, sizeof *all->at[index]);
        myc__memory_init(all->at[index], &all->heap, index, index < workers);
    }
    return all;
}

/** Everything must be given back to the allocator by it. */
MYC_UNUSED static void endpoints_close(endpoints *all)
{
    for (uint32_t index = 0; index < ENDPOINTS; index++) {
        myc__memory_fini(all->at[index]);
        free(all->at[index]);
    }
    myc__heap_fini(&all->heap);
    cr_expect_eq(0, all->allocator.bytes);
    probe_expect_balanced(&all->probe);
    free(all);
}

MYC_UNUSED static void count_visit(void *user, myc__header *header)
{
    (void)header;
    ++*(uint32_t *)user;
}

/** Blocks that are live, of pools and large ones. */
MYC_UNUSED static uint32_t live_blocks(endpoints *all)
{
    uint32_t count = 0;
    myc__heap_each_live(&all->heap, count_visit, &count);
    return count;
}

/** Takes all that has arrived for `home` into its pool. Returns how many blocks. */
MYC_UNUSED static uint32_t collect_all(myc__memory *home)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < ENDPOINTS; index++)
        for (uint32_t some = 1; home->in[index] && some; count += some)
            some = myc__return_collect(home->in[index], &home->pool, UINT32_MAX);
    return count;
}

/** Brings every block that was freed home. */
MYC_UNUSED static void bring_all_home(endpoints *all)
{
    for (uint32_t moved = 1; moved;) {
        moved = 0;
        for (uint32_t index = 0; index < ENDPOINTS; index++)
            myc__memory_flush(all->at[index]);
        for (uint32_t index = 0; index < ENDPOINTS; index++)
            moved += collect_all(all->at[index]);
    }
}

MYC_UNUSED static size_t free_bytes(const myc__pool *pool)
{
    size_t bytes = 0;
    for (uint32_t size_class = 0; size_class < MYC__SIZE_CLASSES; size_class++) {
        for (const myc__free_block *block = pool->free[size_class]; block; block = block->next)
            bytes += myc__class_bytes(size_class);
        bytes += (size_t)(pool->carve_end[size_class] - pool->carve_next[size_class]);
    }
    return bytes;
}

/** True when every byte of the pool's slabs but their heads can be taken again. */
MYC_UNUSED static bool pool_is_whole(const myc__pool *pool, uint32_t slab_count)
{
    return free_bytes(pool) + (size_t)slab_count * MYC__BLOCK_UNIT == pool->slab_bytes;
}

/** A payload type without hooks. */
MYC_UNUSED static const myc_type plain_type = {
    .name = "plain", .size_bytes = 48, .alignment_bytes = 16};

/** Gives a payload that fills one cache line with its header. */
MYC_UNUSED static void *new_plain(myc__memory *memory)
{
    return myc__memory_new(memory, &plain_type, plain_type.size_bytes, plain_type.alignment_bytes);
}

MYC_UNUSED static void free_payload(myc__memory *memory, void *payload)
{
    myc__memory_free(memory, myc__header_of(payload));
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "message/memory.h"

#include "base/check.h"
#include "message/size_class.h"

enum { COLLECT_MAX = 64 }; /* blocks taken from one return lane at a time: their lines fit in L1 */

const myc_type myc__internal_type = {.name = "internal", .size_bytes = 1, .alignment_bytes = 16};

void myc__memory_init(myc__memory *memory, myc__heap *heap, uint16_t endpoint, bool stocks)
{
    myc__pool_init(&memory->pool, heap->allocator);
    memory->heap = heap;
    memory->endpoint = endpoint;
    memory->stocks = stocks;
    myc__store_release_ptr((void **)&heap->members[endpoint], memory);
    uint32_t high = (uint32_t)endpoint + 1;
    if (myc__load_relaxed_u32(&heap->member_high) < high) {
        myc__store_release_u32(&heap->member_high, high);
    }
}

void myc__memory_fini(myc__memory *memory)
{
    for (uint32_t i = 0; i < MYC__ENDPOINTS_MAX; i++) {
        if (memory->in[i]) {
            myc__free(memory->heap->allocator, memory->in[i], sizeof *memory->in[i]);
        }
    }
    myc__pool_fini(&memory->pool);
}

static myc__return_lane *lane_from(myc__memory *memory, uint32_t endpoint)
{
    return myc__load_acquire_ptr((void **)&memory->in[endpoint]);
}

/* Looks at every lane that brings blocks home. Only when the pool has run dry. */
static myc__header *collect(myc__memory *memory, uint32_t size_class)
{
    uint32_t high = myc__load_acquire_u32(&memory->heap->member_high);
    for (uint32_t i = 0; i < high; i++) {
        myc__return_lane *lane = lane_from(memory, i);
        while (lane && myc__return_collect(lane, &memory->pool, COLLECT_MAX)) {
            if (memory->pool.free[size_class]) {
                return myc__pool_pop(&memory->pool, size_class);
            }
        }
    }
    return NULL;
}

uint32_t myc__memory_collect(myc__memory *memory, uint32_t limit)
{
    uint32_t taken = 0;
    uint32_t high = myc__load_acquire_u32(&memory->heap->member_high);
    for (uint32_t i = 0; i < high; i++) {
        myc__return_lane *lane = lane_from(memory, i);
        for (uint32_t some = 1; lane && some && taken < limit; taken += some) {
            some = myc__return_collect(lane, &memory->pool, limit - taken);
        }
    }
    return taken;
}

static void link_large(myc__heap *heap, myc__large_block *large)
{
    pthread_mutex_lock(&heap->large_lock);
    large->next = heap->large.next;
    large->previous = &heap->large;
    large->next->previous = large;
    heap->large.next = large;
    pthread_mutex_unlock(&heap->large_lock);
}

static void unlink_large(myc__heap *heap, myc__large_block *large)
{
    pthread_mutex_lock(&heap->large_lock);
    large->next->previous = large->previous;
    large->previous->next = large->next;
    pthread_mutex_unlock(&heap->large_lock);
}

/* A large block: one unit of list links, then as in a pool. */
static myc__header *take_large(myc__memory *memory, uint64_t size_bytes)
{
    size_t all_bytes = MYC__BLOCK_UNIT + size_bytes;
    myc__large_block *large =
        myc__allocate_raw(memory->heap->allocator, all_bytes, MYC__BLOCK_UNIT);
    if (!large) {
        return NULL;
    }
    large->size_bytes = all_bytes;
    link_large(memory->heap, large);
    return (myc__header *)(void *)((uint8_t *)large + MYC__BLOCK_UNIT);
}

MYC__COLD static void free_large(myc__memory *memory, void *block)
{
    myc__large_block *large = (myc__large_block *)(void *)((uint8_t *)block - MYC__BLOCK_UNIT);
    unlink_large(memory->heap, large);
    myc__free(memory->heap->allocator, large, large->size_bytes);
}

static inline void *enliven(const myc__memory *memory, myc__header *block, const myc_type *type,
                            uint32_t offset, uint32_t size_class)
{
    myc__header *header = (myc__header *)(void *)((uint8_t *)block + offset) - 1;
    if (header != block) {
        *block = (myc__header){.references = 1, .type = type}; /* for the walk over live blocks */
    }
    *header = (myc__header){1, memory->endpoint, (uint8_t)size_class, 0, type};
    return header + 1;
}

MYC__COLD static void *new_large(myc__memory *memory, const myc_type *type, uint32_t size_bytes,
                                 uint32_t offset)
{
    myc__header *block = take_large(memory, (uint64_t)offset + size_bytes);
    return block ? enliven(memory, block, type, offset, MYC__LARGE_CLASS) : NULL;
}

/* The free list is empty. Apart, so that the way to take a free block needs no stack. */
__attribute__((noinline)) static void *new_elsewhere(myc__memory *memory, const myc_type *type,
                                                     uint32_t size_class, uint32_t offset)
{
    myc__header *block = myc__pool_refill(&memory->pool, size_class);
    block = block ? block : collect(memory, size_class);
    block = block ? block : myc__pool_carve_run(&memory->pool, size_class);
    return block ? enliven(memory, block, type, offset, size_class) : NULL;
}

void *myc__memory_new(myc__memory *memory, const myc_type *type, uint32_t size_bytes,
                      uint32_t alignment_bytes)
{
    uint32_t offset = myc__payload_offset(alignment_bytes);
    if (MYC__UNLIKELY((uint64_t)offset + size_bytes > MYC__BLOCK_MAX)) {
        return new_large(memory, type, size_bytes, offset);
    }
    uint32_t size_class = myc__size_class(offset + size_bytes);
    myc__header *block = myc__pool_pop(&memory->pool, size_class);
    if (MYC__UNLIKELY(!block)) {
        return new_elsewhere(memory, type, size_class, offset);
    }
    return enliven(memory, block, type, offset, size_class);
}

static void note_unflushed(myc__memory *memory, uint16_t home)
{
    if (!memory->out_unflushed[home]) {
        memory->out_unflushed[home] = 1;
        memory->unflushed_homes[memory->unflushed++] = home;
    }
}

/* The first block that goes from here to that home: makes the lane. */
static bool open_lane(myc__memory *memory, uint16_t home)
{
    myc__return_lane *lane =
        myc__allocate_raw(memory->heap->allocator, sizeof *lane, MYC__CACHE_LINE);
    if (!lane) {
        return false;
    }
    myc__return_lane_init(lane);
    memory->out[home].lane = lane;
    myc__memory *owner = myc__load_acquire_ptr((void **)&memory->heap->members[home]);
    myc__store_release_ptr((void **)&owner->in[memory->endpoint], lane);
    return true;
}

static bool has_lane(myc__memory *memory, uint16_t home)
{
    return memory->out[home].lane || open_lane(memory, home);
}

/* The lane is to be made; until there is memory for it, the block waits. */
MYC__COLD static void send_first(myc__memory *memory, void *block, uint16_t home,
                                 uint32_t size_class)
{
    if (has_lane(memory, home)) {
        myc__return_block(&memory->out[home], block, size_class);
    } else {
        myc__return_keep(&memory->out[home], block, size_class);
    }
}

static inline void send_home(myc__memory *memory, void *block, uint16_t home, uint32_t size_class)
{
    note_unflushed(memory, home);
    if (MYC__UNLIKELY(!memory->out[home].lane)) {
        send_first(memory, block, home, size_class);
    } else {
        myc__return_block(&memory->out[home], block, size_class);
    }
}

void myc__memory_free(myc__memory *memory, myc__header *header)
{
    uint32_t size_class = header->size_class;
    uint16_t home = header->home;
    myc__header *block = myc__block_of(header);
    if (MYC__UNLIKELY(size_class == MYC__LARGE_CLASS)) {
        free_large(memory, block);
    } else if (MYC__LIKELY(home == memory->endpoint)) {
        myc__pool_push(&memory->pool, block, size_class);
    } else {
        send_home(memory, block, home, size_class);
    }
}

void myc__memory_flush(myc__memory *memory)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < memory->unflushed; i++) {
        uint16_t home = memory->unflushed_homes[i];
        if (has_lane(memory, home)) {
            myc__return_flush(&memory->out[home]);
            memory->out_unflushed[home] = 0;
        } else {
            memory->unflushed_homes[kept++] = home;
        }
    }
    memory->unflushed = (uint16_t)kept;
}

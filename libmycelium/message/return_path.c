/* SPDX-License-Identifier: Apache-2.0 */
#include "message/return_path.h"

#define CLASS_MASK ((uintptr_t)(MYC__BLOCK_UNIT - 1))

enum { CHAIN = MYC__BLOCK_UNIT - 1 }; /* in place of a size class: the address is that of a chain */

static_assert((int)CHAIN >= (int)MYC__SIZE_CLASSES, "a chain is not a class");

void myc__return_lane_init(myc__return_lane *lane)
{
    myc__spsc_init(&lane->ring, MYC__RETURN_SLOTS);
    lane->arrived = NULL;
}

static void fill(myc__return_lane *lane, void *block, uint32_t size_class)
{
    uintptr_t *slot = &lane->slots[myc__spsc_fill_slot(&lane->ring)];
    MYC__SHARED_WRITE(slot, sizeof *slot);
    *slot = (uintptr_t)block | size_class;
    myc__spsc_fill_done(&lane->ring);
}

void myc__return_keep(myc__return_end *end, void *block, uint32_t size_class)
{
    myc__free_block *freed = block;
    freed->header.size_class = (uint8_t)size_class;
    freed->next = end->overflow;
    end->overflow = freed;
}

static void fill_overflow(myc__return_end *end)
{
    if (end->overflow) {
        fill(end->lane, end->overflow, CHAIN);
        end->overflow = NULL;
    }
}

void myc__return_block(myc__return_end *end, void *block, uint32_t size_class)
{
    MYC__DEBUG_CHECK(((uintptr_t)block & CLASS_MASK) == 0);
    enum { BLOCK_CHAIN_AND_SPARE = 3 };
    if (MYC__LIKELY(myc__spsc_room_for(&end->lane->ring, BLOCK_CHAIN_AND_SPARE) >=
                    BLOCK_CHAIN_AND_SPARE)) {
        fill_overflow(end);
        fill(end->lane, block, size_class);
    } else {
        myc__return_keep(end, block, size_class);
    }
    if (myc__spsc_unpublished(&end->lane->ring) >= MYC__RETURN_LINE_SLOTS) {
        myc__spsc_publish(&end->lane->ring);
    }
}

bool myc__return_flush(myc__return_end *end)
{
    if (myc__spsc_room(&end->lane->ring)) {
        fill_overflow(end);
    }
    if (myc__spsc_unpublished(&end->lane->ring)) {
        myc__spsc_publish(&end->lane->ring);
    }
    return end->overflow == NULL;
}

/* All lines are asked for before the first is touched: their misses overlap. */
static void prefetch(const myc__return_lane *lane, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uintptr_t slot = lane->slots[myc__spsc_read_slot(&lane->ring, i)];
        __builtin_prefetch((void *)(slot & ~CLASS_MASK), 1);
    }
}

/* The chain of a burst can be as long as the burst was. */
static uint32_t take_chain(myc__return_lane *lane, myc__pool *pool, uint32_t limit)
{
    uint32_t taken = 0;
    while (lane->arrived && taken < limit) {
        myc__free_block *block = lane->arrived;
        lane->arrived = block->next;
        myc__pool_push(pool, block, block->header.size_class);
        taken++;
    }
    return taken;
}

static uint32_t take_slot(myc__return_lane *lane, myc__pool *pool, const uintptr_t *slot,
                          uint32_t limit)
{
    MYC__SHARED_READ(slot, sizeof *slot);
    void *block = (void *)(*slot & ~CLASS_MASK);
    uint32_t size_class = (uint32_t)(*slot & CLASS_MASK);
    if (MYC__UNLIKELY(size_class == CHAIN)) {
        lane->arrived = block;
        return take_chain(lane, pool, limit);
    }
    myc__pool_push(pool, block, size_class);
    return 1;
}

static uint32_t take_slots(myc__return_lane *lane, myc__pool *pool, uint32_t count, uint32_t limit)
{
    uint32_t taken = 0;
    uint32_t read = 0;
    prefetch(lane, count);
    while (read < count && taken < limit && !lane->arrived) {
        const uintptr_t *slot = &lane->slots[myc__spsc_read_slot(&lane->ring, read)];
        taken += take_slot(lane, pool, slot, limit - taken);
        read++;
    }
    myc__spsc_read_done(&lane->ring, read);
    myc__spsc_retire(&lane->ring);
    return taken;
}

uint32_t myc__return_collect(myc__return_lane *lane, myc__pool *pool, uint32_t limit)
{
    uint32_t taken = take_chain(lane, pool, limit);
    uint32_t count = myc__spsc_available(&lane->ring);
    if (count > limit - taken) {
        count = limit - taken;
    }
    return count ? taken + take_slots(lane, pool, count, limit - taken) : taken;
}

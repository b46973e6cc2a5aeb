/* SPDX-License-Identifier: Apache-2.0 */
#include "message/return_path.h"

#define CLASS_MASK ((uintptr_t)(MYC__BLOCK_UNIT - 1))

static void fill(myc__return_lane *lane, void *block, uint32_t size_class)
{
    uintptr_t *slot = &lane->slots[myc__spsc_fill_slot(&lane->ring)];
    MYC__SHARED_WRITE(slot, sizeof *slot);
    *slot = (uintptr_t)block | size_class;
    myc__spsc_fill_done(&lane->ring);
}

static void keep(myc__return_end *end, void *block, uint32_t size_class)
{
    myc__free_block *freed = block;
    freed->header.size_class = (uint8_t)size_class;
    freed->next = end->overflow;
    end->overflow = freed;
}

static void drain_overflow(myc__return_end *end)
{
    while (end->overflow && myc__spsc_room(&end->lane->ring)) {
        myc__free_block *freed = end->overflow;
        end->overflow = freed->next;
        fill(end->lane, freed, freed->header.size_class);
    }
}

void myc__return_block(myc__return_end *end, void *block, uint32_t size_class)
{
    MYC__DEBUG_CHECK(((uintptr_t)block & CLASS_MASK) == 0);
    drain_overflow(end);
    if (MYC__UNLIKELY(myc__spsc_room(&end->lane->ring) == 0)) {
        keep(end, block, size_class);
    } else {
        fill(end->lane, block, size_class);
    }
    if (myc__spsc_unpublished(&end->lane->ring) >= MYC__RETURN_LINE_SLOTS) {
        myc__spsc_publish(&end->lane->ring);
    }
}

bool myc__return_flush(myc__return_end *end)
{
    drain_overflow(end);
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

uint32_t myc__return_collect(myc__return_lane *lane, myc__pool *pool, uint32_t limit)
{
    uint32_t count = myc__spsc_available(&lane->ring);
    if (count > limit) {
        count = limit;
    }
    if (count == 0) {
        return 0;
    }
    prefetch(lane, count);
    for (uint32_t i = 0; i < count; i++) {
        const uintptr_t *slot = &lane->slots[myc__spsc_read_slot(&lane->ring, i)];
        MYC__SHARED_READ(slot, sizeof *slot);
        myc__pool_push(pool, (void *)(*slot & ~CLASS_MASK), (uint32_t)(*slot & CLASS_MASK));
    }
    myc__spsc_read_done(&lane->ring, count);
    myc__spsc_retire(&lane->ring);
    return count;
}

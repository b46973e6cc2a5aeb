/* SPDX-License-Identifier: Apache-2.0 */
#include "message/return_path.h"

#define CLASS_MASK ((uintptr_t)(MYC__BLOCK_UNIT - 1))

void myc__return_lane_init(myc__return_lane *lane)
{
    myc__spsc_init(&lane->ring, MYC__RETURN_SLOTS);
    lane->chain = NULL;
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
    if (!end->overflow) {
        end->overflow_last = freed;
    }
    end->overflow = freed;
}

/* What the home has not fetched yet is hung on again behind the new blocks. Acquire: the home never
 * writes to a chain it did not take, but we did. Release: publishes the links and classes. */
static void hang_overflow(myc__return_end *end)
{
    if (end->overflow) {
        void **chain = (void **)&end->lane->chain;
        end->overflow_last->next = myc__exchange_acq_rel_ptr(chain, NULL);
        myc__store_release_ptr(chain, end->overflow);
        end->overflow = NULL;
    }
}

void myc__return_block(myc__return_end *end, void *block, uint32_t size_class)
{
    MYC__DEBUG_CHECK(((uintptr_t)block & CLASS_MASK) == 0);
    if (MYC__LIKELY(myc__spsc_room(&end->lane->ring))) {
        hang_overflow(end);
        fill(end->lane, block, size_class);
    } else {
        myc__return_keep(end, block, size_class);
    }
    if (myc__spsc_unpublished(&end->lane->ring) >= MYC__RETURN_LINE_SLOTS) {
        myc__spsc_publish(&end->lane->ring);
    }
}

void myc__return_flush(myc__return_end *end)
{
    hang_overflow(end);
    if (myc__spsc_unpublished(&end->lane->ring)) {
        myc__spsc_publish(&end->lane->ring);
    }
}

/* All lines are asked for before the first is touched: their misses overlap. */
static void prefetch(const myc__return_lane *lane, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uintptr_t slot = lane->slots[myc__spsc_read_slot(&lane->ring, i)];
        myc__prefetch_to_write((void *)(slot & ~CLASS_MASK));
    }
}

static void take_slot(myc__pool *pool, const uintptr_t *slot)
{
    MYC__SHARED_READ(slot, sizeof *slot);
    myc__pool_push(pool, (void *)(*slot & ~CLASS_MASK), (uint32_t)(*slot & CLASS_MASK));
}

static uint32_t take_slots(myc__return_lane *lane, myc__pool *pool, uint32_t limit)
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
        take_slot(pool, &lane->slots[myc__spsc_read_slot(&lane->ring, i)]);
    }
    myc__spsc_read_done(&lane->ring, count);
    myc__spsc_retire(&lane->ring);
    return count;
}

/* The chain of a burst can be as long as the burst was. */
static uint32_t take_chain(myc__return_lane *lane, myc__pool *pool, uint32_t limit)
{
    void **chain = (void **)&lane->chain;
    if (!lane->arrived && myc__load_relaxed_ptr(chain)) {
        lane->arrived = myc__exchange_acq_rel_ptr(chain, NULL);
    }
    uint32_t taken = 0;
    while (lane->arrived && taken < limit) {
        myc__free_block *block = lane->arrived;
        lane->arrived = block->next;
        myc__pool_push(pool, block, block->header.size_class);
        taken++;
    }
    return taken;
}

uint32_t myc__return_collect(myc__return_lane *lane, myc__pool *pool, uint32_t limit)
{
    uint32_t taken = take_slots(lane, pool, limit);
    return taken + take_chain(lane, pool, limit - taken);
}

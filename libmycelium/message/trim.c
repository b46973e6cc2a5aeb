/* SPDX-License-Identifier: Apache-2.0 */
#include "message/trim.h"

/* 0.5 us when the blocks lie in order, 10 us when each of them misses the cache. A slab of 1 MiB that
 * goes back to the kernel takes 35 us, the longest step; one of 2 MiB, in a huge page, takes 7. */
enum { BLOCKS_PER_STEP = 64, SLABS_PER_STEP = 64 };

enum { COLLECT, SORT, RELEASE };

static bool step_release(myc__memory *memory)
{
    if (myc__pool_release(&memory->pool, &memory->trim.look, SLABS_PER_STEP)) {
        return true;
    }
    memory->trim.stage = COLLECT;
    return false;
}

static void begin_release(myc__memory *memory, bool at_once)
{
    memory->trim.look = (myc__pool_look){.at_once = at_once};
    memory->trim.stage = RELEASE;
}

bool myc__trim_step(myc__memory *memory, bool at_once)
{
    switch (memory->trim.stage) {
    case COLLECT:
        if (myc__memory_collect(memory, BLOCKS_PER_STEP) < BLOCKS_PER_STEP) {
            memory->trim.stage = SORT;
        }
        return true;
    case SORT:
        if (myc__pool_sort(&memory->pool, BLOCKS_PER_STEP) < BLOCKS_PER_STEP) {
            begin_release(memory, at_once);
        }
        return true;
    default: return step_release(memory);
    }
}

bool myc__trim_has_sent(myc__memory *memory, uint32_t home)
{
    const myc__return_lane *lane = memory->out[home].lane;
    if (!lane || lane->ring.filled == memory->out_told[home]) {
        return false;
    }
    memory->out_told[home] = lane->ring.filled;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_RETURN_PATH_H
#define MYC_MESSAGE_RETURN_PATH_H

/*
 * The return of memory: a block freed by another endpoint than its home goes back over a ring of
 * pointers, one ring for each (freeing endpoint, home) pair that needs it.
 *
 *   block is     owned by                   becomes     by
 *   live         whoever holds references   freed       the last release: the freeing endpoint has
 *                                                       seen every other holder's last access
 *                                                       (reference.h) and is its only owner
 *   freed        the freeing endpoint       going home  its address is filled into a ring slot; while
 *                                                       the ring is full it is chained to the
 *                                                       `overflow`, and the chain gets the last slot
 *   going home   nobody                     home        the ring publishes with release, the home
 *                                                       takes it with acquire (spsc_ring.h): all that
 *                                                       was written to the block happened before
 *   home         the home's pool            live        taken for a new payload
 *
 * Only the home makes a block live again, and only after it took it from the ring: a block that
 * were reused while its address is still in the ring would be live and free at once.
 *
 * Slots hold addresses, not links through the blocks, as long as there are slots: the home can
 * prefetch them all, and the freeing side does not touch the block's cache line again. Blocks are
 * aligned to 64 bytes, so the size class travels in the low bits of the address. The last slot is
 * kept for the chain: a burst of any size has gone home when it is flushed, unless the chain before
 * it has not been fetched yet.
 */
#include "base/spsc_ring.h"
#include "message/pool.h"

typedef struct myc__return_lane {
    myc__spsc_ring ring;
    uintptr_t slots[MYC__RETURN_SLOTS];
    /* home only: the rest of a chain whose slot was taken */
    alignas(MYC__CACHE_LINE) myc__free_block *arrived;
} myc__return_lane;

/** The freeing endpoint's end of one return lane. */
typedef struct myc__return_end {
    myc__return_lane *lane;
    myc__free_block
        *overflow; /* a chain of blocks freed while the ring was full; each has its class
                                  in its header */
} myc__return_end;

void myc__return_lane_init(myc__return_lane *lane);

/** Freeing side: sends a block home, published with the next line of slots or flush. */
void myc__return_block(myc__return_end *end, void *block, uint32_t size_class);

/** Freeing side: keeps a block in the overflow, which goes with a later block or flush. */
void myc__return_keep(myc__return_end *end, void *block, uint32_t size_class);

/** Freeing side: publishes all it can. Returns true when nothing is left on this side. */
bool myc__return_flush(myc__return_end *end);

/** Home: takes up to `limit` blocks from the lane into the pool. Returns how many; 0: it is empty. */
uint32_t myc__return_collect(myc__return_lane *lane, myc__pool *pool, uint32_t limit);

#endif

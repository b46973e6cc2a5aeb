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
 *   freed        the freeing endpoint       going home  its address is filled into a ring slot
 *                                           kept        the ring is full: chained to `overflow`
 *   kept         the freeing endpoint       going home  the chain is hung on the lane, with a release
 *                                                       store
 *   going home   nobody                     home        the ring publishes with release, the home
 *                                                       takes it with acquire (spsc_ring.h): all that
 *                                                       was written to the block happened before;
 *                                                       or the home takes the chain by an exchange
 *                                                       with acquire
 *                                           kept        the freeing endpoint takes the chain back, by
 *                                                       the same exchange, to hang it on with more
 *   home         the home's pool            live        taken for a new payload
 *
 * Only the home makes a block live again, and only after it took it from the ring: a block that
 * were reused while its address is still in the ring would be live and free at once.
 *
 * `chain` of a lane is set by the freeing side alone and only while it is NULL, so whoever gets a
 * chain by the exchange owns all of it.
 *
 * Slots hold addresses, not links through the blocks, as long as there are slots: the home can
 * prefetch them all, and the freeing side does not touch the block's cache line again. Blocks are
 * aligned to 64 bytes, so the size class travels in the low bits of the address. The chain takes what
 * the ring cannot: a burst of any size has gone home when it is flushed, whether the home looks or
 * not, so a worker can sleep then.
 */
#include "base/spsc_ring.h"
#include "message/pool.h"

typedef struct myc__return_lane {
    myc__spsc_ring ring;
    uintptr_t slots[MYC__RETURN_SLOTS];
    /* atomic: blocks the ring had no room for; each has its class in its header */
    alignas(MYC__CACHE_LINE) myc__free_block *chain;
    alignas(MYC__CACHE_LINE) myc__free_block *arrived; /* home only: the rest of a chain it took */
} myc__return_lane;

/** The freeing endpoint's end of one return lane. */
typedef struct myc__return_end {
    myc__return_lane *lane;
    myc__free_block *overflow;      /* blocks freed while the ring was full, and */
    myc__free_block *overflow_last; /* the oldest of them; only while there are some */
} myc__return_end;

void myc__return_lane_init(myc__return_lane *lane);

/** Freeing side: sends a block home, published with the next line of slots or flush. */
void myc__return_block(myc__return_end *end, void *block, uint32_t size_class);

/** Freeing side: keeps a block in the overflow, which goes with a later block or flush. */
void myc__return_keep(myc__return_end *end, void *block, uint32_t size_class);

/** Freeing side: publishes all. */
void myc__return_flush(myc__return_end *end);

/** Home: takes up to `limit` blocks from the lane into the pool. Returns how many; 0: it is empty. */
uint32_t myc__return_collect(myc__return_lane *lane, myc__pool *pool, uint32_t limit);

#endif

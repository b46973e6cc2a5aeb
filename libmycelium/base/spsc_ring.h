/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_SPSC_RING_H
#define MYC_BASE_SPSC_RING_H

/*
 * The indices of a ring with one producer and one consumer, published in batches. The slots
 * themselves belong to whoever embeds it (message/return_path.h: blocks, which nobody waits for;
 * what is waited for goes by lap_ring.h).
 *
 *   slot         who may touch it   becomes      by
 *   free         the producer       filled       a plain write into the slot
 *   filled       the producer       published    P: tail := filled (release)
 *   published    the consumer       consumed     plain reads of the slot
 *   consumed     the consumer       free         C: head := consumed (release)
 *
 *   index        written by   read by     order
 *   tail         producer     consumer    P stores with release after the slots are filled and pairs
 *                                         with the consumer's acquire load: it sees the slots.
 *                                         Relaxed would let it read a slot before it is filled.
 *   head         consumer     producer    C stores with release after the slots are read and pairs
 *                                         with the producer's acquire load: it overwrites only what
 *                                         was read. Relaxed would let a fill overtake the read.
 *   filled,      its owner    nobody      plain: what this side has done and not published
 *   consumed
 *   head_seen,   its owner    nobody      plain: the last index it saw of the other side, whose cache
 *   tail_seen                             line is read only when the ring seems full (empty)
 *
 * Indices run freely and wrap at 2^32; a slot is index & mask. All `slots` slots can be used. Each
 * index that the other side reads has a cache line of its own: a producer that fills slots does not
 * disturb a consumer that polls.
 *
 * Why not ck_ring: it publishes every entry, and its two ends read each other's index each time. A
 * publication per cache line of slots is what makes a stream of fresh messages across cores ten
 * times cheaper.
 */
#include <stdalign.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/sync.h"

typedef struct myc__spsc_ring {
    alignas(MYC__CACHE_LINE) uint32_t tail;   /* published by the producer */
    alignas(MYC__CACHE_LINE) uint32_t filled; /* producer only */
    uint32_t head_seen;
    alignas(MYC__CACHE_LINE) uint32_t head;     /* published by the consumer */
    alignas(MYC__CACHE_LINE) uint32_t consumed; /* consumer only */
    uint32_t tail_seen;
    alignas(MYC__CACHE_LINE) uint32_t slots; /* a power of two; constant */
} myc__spsc_ring;

static inline void myc__spsc_init(myc__spsc_ring *ring, uint32_t slots)
{
    MYC__CHECK(slots && (slots & (slots - 1)) == 0);
    *ring = (myc__spsc_ring){.slots = slots};
}

/** Producer: how many slots may be filled now. Looks at the other side only below `wanted`. */
static inline uint32_t myc__spsc_room_for(myc__spsc_ring *ring, uint32_t wanted)
{
    uint32_t room = ring->slots - (ring->filled - ring->head_seen);
    if (MYC__UNLIKELY(room < wanted)) {
        ring->head_seen = myc__load_acquire_u32(&ring->head);
        room = ring->slots - (ring->filled - ring->head_seen);
    }
    return room;
}

/** Producer: how many slots may be filled now, at least. 0 when the ring is full. */
static inline uint32_t myc__spsc_room(myc__spsc_ring *ring)
{
    return myc__spsc_room_for(ring, 1);
}

/** Producer: the slot to fill next. Only while myc__spsc_room() is not 0. */
static inline uint32_t myc__spsc_fill_slot(const myc__spsc_ring *ring)
{
    return ring->filled & (ring->slots - 1);
}

/** Producer: that slot is filled. */
static inline void myc__spsc_fill_done(myc__spsc_ring *ring)
{
    MYC__DEBUG_CHECK(ring->filled - ring->head_seen < ring->slots);
    ring->filled++;
}

/** Producer: how many slots are filled and not published. */
static inline uint32_t myc__spsc_unpublished(const myc__spsc_ring *ring)
{
    return ring->filled - myc__load_relaxed_u32(&ring->tail);
}

/** Producer: hands all filled slots to the consumer. */
static inline void myc__spsc_publish(myc__spsc_ring *ring)
{
    myc__store_release_u32(&ring->tail, ring->filled);
}

/** Consumer: how many slots can be read now. Looks at the other side only when it knows of none. */
static inline uint32_t myc__spsc_available(myc__spsc_ring *ring)
{
    if (ring->tail_seen == ring->consumed) {
        ring->tail_seen = myc__load_acquire_u32(&ring->tail);
    }
    return ring->tail_seen - ring->consumed;
}

/** Consumer: the slot to read at `ahead` slots (0 = the next one). Only below available. */
static inline uint32_t myc__spsc_read_slot(const myc__spsc_ring *ring, uint32_t ahead)
{
    return (ring->consumed + ahead) & (ring->slots - 1);
}

/** Consumer: the next `count` slots were read. */
static inline void myc__spsc_read_done(myc__spsc_ring *ring, uint32_t count)
{
    MYC__DEBUG_CHECK(count <= ring->tail_seen - ring->consumed);
    ring->consumed += count;
}

/** Consumer: gives all slots that were read back to the producer. */
static inline void myc__spsc_retire(myc__spsc_ring *ring)
{
    myc__store_release_u32(&ring->head, ring->consumed);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_LAP_RING_H
#define MYC_BASE_LAP_RING_H

/*
 * The lane protocol: a ring with one producer and one consumer whose slots say themselves whether
 * they are filled. Each slot has a word of 64 bits whose top byte is the lap it was filled in; the
 * consumer knows which lap comes next. The slots belong to whoever embeds the ring (lane.h:
 * envelopes).
 *
 *   slot         who may touch it   becomes   by
 *   free         the producer       filled    P: plain writes to the rest of the slot, then
 *                                             word := lap and value (release)
 *   filled       the consumer       read      C: word has the lap of its turn (acquire), then plain
 *                                             reads of the rest
 *   read         the consumer       free      C: taken := taken + count (release)
 *
 *   variable     written by   read by     order
 *   word         producer     consumer    P stores with release after the rest of the slot is written
 *                                         and pairs with the consumer's acquire load, which sees the
 *                                         rest. Relaxed would let it read what is not there yet.
 *   taken        consumer     producer    C stores with release after the slots are read and pairs
 *                                         with the producer's acquire load: it overwrites only what
 *                                         was read. Relaxed would let a fill overtake the read.
 *   filled,      producer     nobody      plain
 *   taken_seen                            the last `taken` it saw: the consumer's cache line is read
 *                                         only when the ring seems full
 *   next         consumer     nobody      plain: its own copy of `taken`
 *
 * Positions run freely and wrap at 2^32; the slot is position mod slots, the lap position / slots
 * mod 256. A ring begins at lap 1 with slots of zeroes: all else in a slot is of the lap before.
 * That needs 256 laps to divide the range of a position, which every power of two up to 2^24 does.
 *
 * Why no published index, as in ck_ring: one message is then one cache line on its way between two
 * cores, not two of which the second is only known when the first has come. A lone message arrives
 * in half the time; in a stream the store buffer gathers the slots of a line by itself, so that
 * publishing each message at once costs no more than publishing in batches.
 */
#include <stdalign.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/sync.h"

enum { MYC__LAP_SHIFT = 56 };
#define MYC__LAP_MASK (UINT64_C(0xff) << MYC__LAP_SHIFT)

typedef struct myc__lap_ring {
    alignas(MYC__CACHE_LINE) uint32_t filled; /* producer only: the position to fill next */
    uint32_t taken_seen;
    alignas(MYC__CACHE_LINE) uint32_t taken; /* published by the consumer: its position */
    uint32_t next;                           /* consumer only: the same */
} myc__lap_ring;

/** The words of all slots are zero. `slots` is a power of two, and the same in every call. */
static inline void myc__lap_ring_init(myc__lap_ring *ring, uint32_t slots)
{
    MYC__CHECK(slots && (slots & (slots - 1)) == 0 && slots <= 1u << 24);
    *ring = (myc__lap_ring){slots, slots, slots, slots};
}

static inline uint64_t myc__lap_of(uint32_t position, uint32_t slots)
{
    return (uint64_t)(position / slots) << MYC__LAP_SHIFT;
}

/** Producer: how many slots may be filled now. Looks at the other side only below `wanted`. */
static inline uint32_t myc__lap_ring_room(myc__lap_ring *ring, uint32_t slots, uint32_t wanted)
{
    uint32_t room = slots - (ring->filled - ring->taken_seen);
    if (MYC__UNLIKELY(room < wanted)) {
        ring->taken_seen = myc__load_acquire_u32(&ring->taken);
        room = slots - (ring->filled - ring->taken_seen);
    }
    return room;
}

/** Producer: the slot to fill next. Only while there is room. */
static inline uint32_t myc__lap_ring_fill_slot(const myc__lap_ring *ring, uint32_t slots)
{
    return ring->filled & (slots - 1);
}

/** Producer: hands the slot to the consumer; its `word` carries `value`, whose top byte is 0. */
static inline void myc__lap_ring_fill(myc__lap_ring *ring, uint32_t slots, uint64_t *word,
                                      uint64_t value)
{
    MYC__DEBUG_CHECK((value & MYC__LAP_MASK) == 0);
    MYC__DEBUG_CHECK(ring->filled - ring->taken_seen < slots);
    myc__store_release_u64(word, value | myc__lap_of(ring->filled, slots));
    ring->filled++;
}

/** Consumer: the slot at `ahead` slots (0 = the next one). */
static inline uint32_t myc__lap_ring_read_slot(const myc__lap_ring *ring, uint32_t slots,
                                               uint32_t ahead)
{
    return (ring->next + ahead) & (slots - 1);
}

/** Consumer: whether that slot is filled; sets `*value`. `ahead` is below `slots`. */
static inline bool myc__lap_ring_read(const myc__lap_ring *ring, uint32_t slots, uint32_t ahead,
                                      const uint64_t *word, uint64_t *value)
{
    uint64_t seen = myc__load_acquire_u64(word);
    *value = seen & ~MYC__LAP_MASK;
    return (seen & MYC__LAP_MASK) == myc__lap_of(ring->next + ahead, slots);
}

/** Consumer: gives the next `count` slots back, which it has read. */
static inline void myc__lap_ring_retire(myc__lap_ring *ring, uint32_t count)
{
    ring->next += count;
    myc__store_release_u32(&ring->taken, ring->next);
}

#endif

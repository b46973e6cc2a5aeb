/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_LANE_H
#define MYC_SHARD_LANE_H

/*
 * A lane: the ring of envelopes from one endpoint (a worker, or a foreign thread: then it is called
 * a port) to one worker. Made on first use. Its protocol is that of base/lap_ring.h.
 *
 *   word of a slot    lap (8 bits) | generation and tag (32) | index of the actor (24)
 *
 * The worker of the address is not in it: it is the lane's.
 *
 * Both ends ask for cache lines ahead of their use: the producer for slots to write, since its
 * stores leave the store buffer one after the other and each would wait for its line; the consumer
 * for payloads (actor/deliver.c), since a handler is too long for the processor to see the next
 * message behind it. Together they double the rate of a stream.
 */
#include "base/lap_ring.h"
#include "message/header.h"
#include "shard/envelope.h"

typedef struct myc__lane_slot {
    uint64_t word; /* atomic */
    const void *payload;
} myc__lane_slot;

static_assert(sizeof(myc__lane_slot) == 16, "four to a cache line");
static_assert(MYC__INDEX_BITS + 32 <= MYC__LAP_SHIFT,
              "an address and its tag leave room for a lap");

typedef struct myc__lane {
    myc__lap_ring ring;
    uint32_t worker; /* constant: the receiver */
    alignas(MYC__CACHE_LINE) myc__lane_slot slots[MYC__LANE_SLOTS];
} myc__lane;

/** Starts empty. `lane` is zeroed. */
static inline void myc__lane_init(myc__lane *lane, uint32_t worker)
{
    myc__lap_ring_init(&lane->ring, MYC__LANE_SLOTS);
    lane->worker = worker;
}

/** Producer: how many slots are free. Looks at the receiver's progress only below `wanted`. */
static inline uint32_t myc__lane_room(myc__lane *lane, uint32_t wanted)
{
    return myc__lap_ring_room(&lane->ring, MYC__LANE_SLOTS, wanted);
}

/**
 * Producer: sends an envelope; the receiver can see it at once. False when no more than `reserve`
 * slots are free.
 */
static inline bool myc__lane_put(myc__lane *lane, myc__envelope envelope, uint32_t reserve)
{
    if (MYC__UNLIKELY(myc__lane_room(lane, reserve + 1) <= reserve)) {
        return false;
    }
    uint32_t index = myc__lap_ring_fill_slot(&lane->ring, MYC__LANE_SLOTS);
    uint32_t later = (index + MYC__LANE_AHEAD) & (MYC__LANE_SLOTS - 1);
    myc__lane_slot *slot = &lane->slots[index];
    myc__prefetch_to_write(&lane->slots[later]);
    MYC__SHARED_WRITE(&slot->payload, sizeof slot->payload);
    slot->payload = envelope.payload;
    myc__lap_ring_fill(&lane->ring, MYC__LANE_SLOTS, &slot->word,
                       (uint64_t)envelope.life_and_tag << MYC__INDEX_BITS |
                           (envelope.slot & MYC__INDEX_MASK));
    return true;
}

/** Consumer: the envelope `ahead` slots on (0 = the next one). False when it is not there yet. */
static inline bool myc__lane_peek(const myc__lane *lane, uint32_t ahead, myc__envelope *envelope)
{
    const myc__lane_slot *slot =
        &lane->slots[myc__lap_ring_read_slot(&lane->ring, MYC__LANE_SLOTS, ahead)];
    uint64_t value;
    if (!myc__lap_ring_read(&lane->ring, MYC__LANE_SLOTS, ahead, &slot->word, &value)) {
        return false;
    }
    MYC__SHARED_READ(&slot->payload, sizeof slot->payload);
    envelope->slot = lane->worker << MYC__INDEX_BITS | ((uint32_t)value & MYC__INDEX_MASK);
    envelope->life_and_tag = (uint32_t)(value >> MYC__INDEX_BITS);
    envelope->payload = slot->payload;
    return true;
}

/** Consumer: whether there is an envelope. */
static inline bool myc__lane_pending(const myc__lane *lane)
{
    myc__envelope ignored;
    return myc__lane_peek(lane, 0, &ignored);
}

/** Consumer: gives the slots of the next `count` envelopes back, which it has peeked at. */
static inline void myc__lane_retire(myc__lane *lane, uint32_t count)
{
    myc__lap_ring_retire(&lane->ring, count);
}

/** One visit of the consumer to its lane. */
typedef struct myc__lane_visit {
    myc__lane *lane;
    uint32_t limit; /* envelopes it may handle */
    uint32_t taken; /* envelopes handled in this visit */
    uint32_t known; /* envelopes seen in it, their payloads asked for */
    bool dry;       /* the one behind those was not there */
} myc__lane_visit;

/* A slot that was not filled yet is not looked at again before all others are handled: each look
 * takes its line away from the producer, which is about to fill it. */
static inline void myc__lane_look_ahead(myc__lane_visit *visit)
{
    myc__envelope envelope;
    for (uint32_t i = 0; i < MYC__LANE_AHEAD; i++) {
        if (!myc__lane_peek(visit->lane, visit->known, &envelope)) {
            visit->dry = true;
            return;
        }
        myc__prefetch((const void *)((uintptr_t)envelope.payload - sizeof(myc__header)));
        visit->known++;
    }
}

/** Consumer: the next envelope of the visit. False at its end. */
static inline bool myc__lane_next(myc__lane_visit *visit, myc__envelope *envelope)
{
    if (visit->known - visit->taken <= MYC__LANE_AHEAD && !visit->dry) {
        myc__lane_look_ahead(visit);
    }
    return visit->taken < visit->known && myc__lane_peek(visit->lane, visit->taken, envelope);
}

#endif

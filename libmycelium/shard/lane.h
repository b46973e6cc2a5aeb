/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_LANE_H
#define MYC_SHARD_LANE_H

/*
 * A lane: the ring of envelopes from one endpoint (a worker, or a foreign thread: then it is called
 * a port) to one worker. Made on first use. Its protocol is that of base/spsc_ring.h.
 */
#include "base/spsc_ring.h"
#include "shard/envelope.h"

typedef struct myc__lane {
    myc__spsc_ring ring;
    alignas(MYC__CACHE_LINE) myc__envelope slots[MYC__LANE_SLOTS];
} myc__lane;

/** Producer: fills the next slot. False when the lane is full. */
static inline bool myc__lane_fill(myc__lane *lane, myc__envelope envelope)
{
    if (MYC__UNLIKELY(myc__spsc_room(&lane->ring) == 0)) {
        return false;
    }
    myc__envelope *slot = &lane->slots[myc__spsc_fill_slot(&lane->ring)];
    MYC__SHARED_WRITE(slot, sizeof *slot);
    *slot = envelope;
    myc__spsc_fill_done(&lane->ring);
    return true;
}

/** Consumer: the envelope `ahead` slots on (0 = the next one). Only below what is available. */
static inline const myc__envelope *myc__lane_at(const myc__lane *lane, uint32_t ahead)
{
    const myc__envelope *slot = &lane->slots[myc__spsc_read_slot(&lane->ring, ahead)];
    MYC__SHARED_READ(slot, sizeof *slot);
    return slot;
}

#endif

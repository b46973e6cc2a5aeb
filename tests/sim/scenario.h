/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

/*
 * What scenarios share: lanes, and a heap in the arena.
 */
#include "explorer.h"
#include "message/memory.h"
#include "message/reference.h"
#include "shard/lane.h"

/** An empty lane to worker 0. Its positions wrap after so many laps, at most 255; 0 = not soon. */
myc__lane *sim_lane_new(const char *name, uint32_t laps_before_wrap);

/** Lets the positions of an empty ring wrap after so many laps, 1 to 255. */
void sim_lap_ring_wraps(myc__lap_ring *ring, uint32_t slots, uint32_t laps_before_wrap);

/** Names a lane and its parts. */
void sim_lane_name(const myc__lane *lane, const char *name);

/** Names the indices of a ring of the return path. */
void sim_ring_name(const myc__spsc_ring *ring, const char *name);

/** Sends one envelope; spins while the lane is full. */
void sim_lane_send(myc__lane *lane, myc__envelope envelope);

/** Takes one envelope; false when there is none now. */
bool sim_lane_take(myc__lane *lane, myc__envelope *envelope);

/** No more is filled than there are slots, by what is in memory. For steps. */
void sim_lane_check(const myc__lane *lane);

/** An allocator whose memory comes from the arena, filled with rubbish. It lies there itself. */
void sim_allocator_init(myc__allocator *allocator);
myc__allocator *sim_allocator_new(void);

/** A heap in the arena. */
myc__heap *sim_heap_new(void);

/** Joins as `endpoint`. */
myc__memory *sim_memory_new(myc__heap *heap, uint16_t endpoint, bool stocks, const char *name);

/** Names a payload and its header. */
void sim_name_payload(const void *payload, const char *name);

#endif

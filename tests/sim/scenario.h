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

/** An empty lane whose indices begin at `start`. */
myc__lane *sim_lane_new(const char *name, uint32_t start);

/** Names a lane and its parts. */
void sim_lane_name(const myc__lane *lane, const char *name);

/** Names a ring's indices. */
void sim_ring_name(const myc__spsc_ring *ring, const char *name);

/** Sends one envelope and publishes it; spins while the lane is full. */
void sim_lane_send(myc__lane *lane, myc__envelope envelope);

/** Takes one envelope; false when there is none now. */
bool sim_lane_take(myc__lane *lane, myc__envelope *envelope);

/** A lane's indices as they are in memory are those of a ring. For steps. */
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

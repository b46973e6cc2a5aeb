/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <string.h>

myc__lane *sim_lane_new(const char *name, uint32_t laps_before_wrap)
{
    myc__lane *lane = sim_allocate(sizeof *lane, alignof(myc__lane));
    myc__lane_init(lane, 0);
    if (laps_before_wrap) {
        sim_lap_ring_wraps(&lane->ring, MYC__LANE_SLOTS, laps_before_wrap);
    }
    sim_lane_name(lane, name);
    return lane;
}

void sim_lap_ring_wraps(myc__lap_ring *ring, uint32_t slots, uint32_t laps_before_wrap)
{
    uint32_t start = 0u - laps_before_wrap * slots;
    ring->filled = ring->taken = ring->taken_seen = ring->next = start;
}

void sim_lane_name(const myc__lane *lane, const char *name)
{
    sim_name(lane, sizeof *lane, name);
    sim_name_part(name, &lane->ring.taken, sizeof lane->ring.taken, 1, "taken");
    sim_name_part(name, lane->slots, sizeof lane->slots[0], MYC__LANE_SLOTS, "slots");
}

void sim_ring_name(const myc__spsc_ring *ring, const char *name)
{
    sim_name_part(name, &ring->tail, sizeof ring->tail, 1, "tail");
    sim_name_part(name, &ring->head, sizeof ring->head, 1, "head");
}

void sim_lane_send(myc__lane *lane, myc__envelope envelope)
{
    while (!myc__lane_put(lane, envelope, 0)) {
        myc__pause();
    }
}

bool sim_lane_take(myc__lane *lane, myc__envelope *envelope)
{
    bool taken = myc__lane_peek(lane, 0, envelope);
    if (taken) {
        myc__lane_retire(lane, 1);
    }
    return taken;
}

void sim_lane_check(const myc__lane *lane)
{
    uint32_t used = lane->ring.filled - lane->ring.taken;
    SIM_EXPECT(used <= MYC__LANE_SLOTS, "a lane of %d slots has %u in use", MYC__LANE_SLOTS, used);
}

static void *arena_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    (void)user;
    return memset(sim_allocate(size_bytes, alignment_bytes), 0xA5, size_bytes);
}

static void arena_free(void *user, void *memory, size_t size_bytes)
{
    (void)user;
    (void)memory;
    (void)size_bytes;
}

void sim_allocator_init(myc__allocator *allocator)
{
    static const myc_allocator user = {arena_allocate, arena_free, NULL};
    static const myc__log log;
    myc__allocator_init(allocator, &user, &log);
}

myc__allocator *sim_allocator_new(void)
{
    myc__allocator *allocator = sim_allocate(sizeof *allocator, 64);
    sim_allocator_init(allocator);
    sim_name(allocator, sizeof *allocator, "allocator");
    return allocator;
}

myc__heap *sim_heap_new(void)
{
    myc__heap *heap = sim_allocate(sizeof *heap, 64);
    myc__heap_init(heap, sim_allocator_new());
    sim_name(heap, sizeof *heap, "heap");
    return heap;
}

myc__memory *sim_memory_new(myc__heap *heap, uint16_t endpoint, bool stocks, const char *name)
{
    myc__memory *memory = sim_allocate(sizeof *memory, 64);
    myc__memory_init(memory, heap, endpoint, stocks);
    sim_name(memory, sizeof *memory, name);
    return memory;
}

void sim_name_payload(const void *payload, const char *name)
{
    const myc__header *header = myc__header_of(payload);
    sim_name(payload, MYC__BLOCK_UNIT - sizeof *header, name);
    sim_name_part(name, header, sizeof *header, 1, "header");
    sim_name_part(name, header, sizeof header->references, 1, "references");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

/*
 * For each word of the arena, when each thread last touched it and how. Two accesses conflict when
 * one writes and one is plain; they race when the earlier one is not within what the later thread
 * knows. A word is four bytes: neighbours within one word count as one variable.
 */
typedef struct grain {
    sim_clock access[4]; /* by sim_access */
    sim_clock released;
    uint32_t generation;
} grain;

static grain grains[SIM_ARENA_BYTES / SIM_GRAIN_BYTES];

static grain *grain_at(size_t index)
{
    grain *found = &grains[index];
    if (found->generation != sim.generation) {
        *found = (grain){.generation = sim.generation};
    }
    return found;
}

static const char *const access_names[] = {"plain read", "plain write", "atomic read",
                                           "atomic write"};

/* What each kind of access conflicts with, as a set of kinds. */
static const uint8_t conflicts[] = {
    [SIM_PLAIN_READ] = 1 << SIM_PLAIN_WRITE | 1 << SIM_ATOMIC_WRITE,
    [SIM_PLAIN_WRITE] =
        1 << SIM_PLAIN_READ | 1 << SIM_PLAIN_WRITE | 1 << SIM_ATOMIC_READ | 1 << SIM_ATOMIC_WRITE,
    [SIM_ATOMIC_READ] = 1 << SIM_PLAIN_WRITE,
    [SIM_ATOMIC_WRITE] = 1 << SIM_PLAIN_READ | 1 << SIM_PLAIN_WRITE,
};

static noreturn void report(const grain *found, const void *memory, sim_access access,
                            sim_access earlier)
{
    uint32_t other = 0;
    while (found->access[earlier][other] <= sim_self()->now[other]) {
        other++;
    }
    char name[SIM_NAME_BYTES];
    sim_fail("race on %s between %s (%s) and %s (%s)", sim_name_of(memory, name),
             sim.scenario->threads[other].name, access_names[earlier],
             sim.scenario->threads[sim.current].name, access_names[access]);
}

static void check_grain(grain *found, const void *memory, sim_access access)
{
    for (sim_access earlier = SIM_PLAIN_READ; earlier <= SIM_ATOMIC_WRITE; earlier++) {
        if (conflicts[access] >> earlier & 1 &&
            !sim_clock_within(found->access[earlier], sim_self()->now)) {
            report(found, memory, access, earlier);
        }
    }
    found->access[access][sim.current] = sim_self()->now[sim.current];
}

void sim_check_access(const void *memory, size_t size_bytes, sim_access access)
{
    ptrdiff_t offset = sim_arena_offset(memory);
    if (!sim.active || offset < 0 || size_bytes == 0) {
        return;
    }
    size_t last = ((size_t)offset + size_bytes - 1) / SIM_GRAIN_BYTES;
    for (size_t i = (size_t)offset / SIM_GRAIN_BYTES; i <= last; i++) {
        check_grain(grain_at(i), memory, access);
    }
}

sim_clock *sim_released(const void *memory)
{
    ptrdiff_t offset = sim_arena_offset(memory);
    if (offset < 0) {
        sim_fail("an atomic variable lies outside of the arena: put it into sim_allocate() memory");
    }
    return &grain_at((size_t)offset / SIM_GRAIN_BYTES)->released;
}

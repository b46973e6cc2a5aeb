/* SPDX-License-Identifier: Apache-2.0 */
#include <stdalign.h>
#include <string.h>

#include "engine.h"

static alignas(64) uint8_t arena[SIM_ARENA_BYTES];
static size_t arena_used;

void sim_arena_reset(void)
{
    arena_used = 0;
}

void *sim_allocate(size_t size_bytes, size_t alignment_bytes)
{
    size_t start = (arena_used + alignment_bytes - 1) & ~(alignment_bytes - 1);
    if (start + size_bytes > sizeof arena) {
        sim_fail("the arena of %zu bytes is full", sizeof arena);
    }
    arena_used = start + size_bytes;
    return memset(arena + start, 0, size_bytes);
}

ptrdiff_t sim_arena_offset(const void *memory)
{
    uintptr_t offset = (uintptr_t)memory - (uintptr_t)arena;
    return offset < sizeof arena ? (ptrdiff_t)offset : -1;
}

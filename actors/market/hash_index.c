/* SPDX-License-Identifier: Apache-2.0 */
#include "market/hash_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/error.h>

/*
 * An index is full at 5/8. Its successor is full after as many insertions again, so moving two old
 * slots for each would do; eight end it early, and with it the double lookups.
 */
enum { SLOTS_MIN = 64, SLOTS_MOVED_PER_INSERT = 8 };

void hash_index_init(hash_index *index)
{
    *index = (hash_index){.slots = NULL};
}

void hash_index_fini(hash_index *index)
{
    free(index->slots);
    free(index->old_slots);
    hash_index_init(index);
}

static uint32_t find_in(const hash_slot *slots, size_t mask, uint32_t hash, hash_index_equal equal,
                        const void *table, const void *key)
{
    for (size_t at = hash & mask; slots[at].value != 0; at = (at + 1) & mask)
        if (slots[at].hash == hash && equal(table, slots[at].value - 1, key))
            return slots[at].value - 1;
    return HASH_INDEX_NONE;
}

uint32_t hash_index_find(const hash_index *index, uint32_t hash, hash_index_equal equal,
                         const void *table, const void *key)
{
    if (!index->slots)
        return HASH_INDEX_NONE;
    uint32_t value = find_in(index->slots, index->mask, hash, equal, table, key);
    if (value == HASH_INDEX_NONE && index->old_slots)
        value = find_in(index->old_slots, index->old_mask, hash, equal, table, key);
    return value;
}

static void put(hash_slot *slots, size_t mask, hash_slot slot)
{
    size_t at = slot.hash & mask;
    while (slots[at].value != 0)
        at = (at + 1) & mask;
    slots[at] = slot;
}

/* Old slots are copied, not cleared: a lookup that runs along them still finds its way. */
static void move_some(hash_index *index, size_t slots_max)
{
    if (!index->old_slots)
        return;
    for (size_t i = 0; i < slots_max && index->old_next <= index->old_mask; i++) {
        hash_slot slot = index->old_slots[index->old_next++];
        if (slot.value != 0)
            put(index->slots, index->mask, slot);
    }
    if (index->old_next <= index->old_mask)
        return;
    free(index->old_slots);
    index->old_slots = NULL;
}

static int grow(hash_index *index)
{
    size_t slots = index->slots ? 2 * (index->mask + 1) : SLOTS_MIN;
    hash_slot *successor = calloc(slots, sizeof *successor);
    if (!successor)
        return MYC_ENOMEM;
    assert(!index->old_slots);
    index->old_slots = index->slots;
    index->old_mask = index->mask;
    index->old_next = 0;
    index->slots = successor;
    index->mask = slots - 1;
    return 0;
}

int hash_index_insert(hash_index *index, uint32_t hash, uint32_t value)
{
    assert(value != HASH_INDEX_NONE);
    if (!index->slots || index->count >= (index->mask + 1) / 8 * 5) {
        int error = grow(index);
        if (error)
            return error;
    }
    move_some(index, SLOTS_MOVED_PER_INSERT);
    put(index->slots, index->mask, (hash_slot){.hash = hash, .value = value + 1});
    index->count++;
    return 0;
}

static uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
    return state ^ (state >> 32);
}

uint32_t hash_bytes(const void *bytes, size_t size_bytes)
{
    const unsigned char *at = bytes;
    uint64_t state = size_bytes;
    for (; size_bytes >= 8; size_bytes -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        state = mix(state, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, at, size_bytes);
    state = mix(mix(state, rest), 0);
    return (uint32_t)state;
}

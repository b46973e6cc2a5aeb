/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/ledger.h"

#include <string.h>

enum { CAPACITY_MIN = 8 };

static_assert((CAPACITY_MIN & (CAPACITY_MIN - 1)) == 0, "entries are found by a mask");

/* Entries and the ends of chains lie in one block. */
static bool make_ring(myc__ledger *ledger, myc__memory *memory, uint32_t capacity)
{
    size_t chains_bytes = ledger->has_keys ? capacity * sizeof ledger->newest[0] : 0;
    size_t entries_bytes = capacity * sizeof ledger->entries[0];
    ledger->entries = myc__memory_new_internal(memory, (uint32_t)(entries_bytes + chains_bytes));
    if (!ledger->entries) {
        return false;
    }
    ledger->newest = ledger->has_keys ? (uint64_t *)(void *)(ledger->entries + capacity) : NULL;
    if (chains_bytes) {
        memset(ledger->newest, 0, chains_bytes);
    }
    ledger->capacity = capacity;
    return true;
}

bool myc__ledger_init(myc__ledger *ledger, myc__memory *memory, bool has_keys)
{
    *ledger = (myc__ledger){.next = MYC__NO_NUMBER + 1, .has_keys = has_keys};
    return make_ring(ledger, memory, CAPACITY_MIN);
}

void myc__ledger_fini(myc__ledger *ledger, myc__memory *memory)
{
    if (ledger->entries) {
        myc__memory_free(memory, myc__header_of(ledger->entries));
        ledger->entries = NULL;
    }
}

/* Multiplied by 2 to the 64 over the golden ratio, the upper bits depend on all of them: keys in a
 * row spread evenly. */
static uint64_t *chain_of(const myc__ledger *ledger, uint32_t row, uint64_t key)
{
    uint64_t mixed = (key ^ (uint64_t)row << 48) * UINT64_C(0x9E3779B97F4A7C15);
    return &ledger->newest[(mixed >> 32) & (ledger->capacity - 1)];
}

static void hang(myc__ledger *ledger, myc__ledger_entry *entry, uint64_t number)
{
    uint64_t *newest = chain_of(ledger, entry->row, entry->key);
    entry->before = *newest;
    *newest = number;
}

void myc__ledger_add(myc__ledger *ledger, const myc__ledger_entry *given)
{
    myc__ledger_entry *entry = myc__ledger_at(ledger, ledger->next);
    entry->key = given->key; /* field by field: a wide load would wait for the caller's stores */
    entry->queued_at_ns = given->queued_at_ns;
    entry->row = given->row;
    entry->is_keyed = given->is_keyed;
    if (entry->is_keyed) {
        hang(ledger, entry, ledger->next);
    }
    ledger->next++;
}

/* The oldest first, so that the chains fall again. */
static void copy_newest(myc__ledger *to, const myc__ledger *from, uint32_t depth)
{
    to->next = from->next - depth;
    while (to->next < from->next) {
        myc__ledger_add(to, myc__ledger_at(from, to->next));
    }
}

static bool change_capacity(myc__ledger *ledger, myc__memory *memory, uint32_t capacity,
                            uint32_t depth)
{
    myc__ledger changed = *ledger;
    if (!make_ring(&changed, memory, capacity)) {
        return false;
    }
    copy_newest(&changed, ledger, depth);
    myc__ledger_fini(ledger, memory);
    *ledger = changed;
    return true;
}

bool myc__ledger_make_room(myc__ledger *ledger, myc__memory *memory, uint32_t depth)
{
    return depth < ledger->capacity || change_capacity(ledger, memory, 2 * ledger->capacity, depth);
}

void myc__ledger_shrink(myc__ledger *ledger, myc__memory *memory)
{
    if (ledger->capacity > CAPACITY_MIN) {
        (void)change_capacity(ledger, memory, CAPACITY_MIN, 0); /* without memory it stays */
    }
}

uint64_t myc__ledger_find(const myc__ledger *ledger, uint64_t oldest, uint32_t row, uint64_t key)
{
    uint64_t number = *chain_of(ledger, row, key);
    while (number >= oldest) {
        const myc__ledger_entry *entry = myc__ledger_at(ledger, number);
        if (entry->key == key && entry->row == row) {
            return number;
        }
        number = entry->before;
    }
    return MYC__NO_NUMBER;
}

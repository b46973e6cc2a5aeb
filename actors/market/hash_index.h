/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_HASH_INDEX_H
#define MARKET_HASH_INDEX_H

/*
 * From hashes to 32-bit numbers: the index of a table whose entries lie elsewhere.
 *
 * Open addressing with linear probing. Growth is spread: a full index gets a successor of twice
 * the size, into which each further insertion moves a few slots; lookups look at both until then.
 * Nothing is ever removed. Threads: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mycelium/export.h>

#define HASH_INDEX_NONE UINT32_MAX

typedef struct hash_slot {
    uint32_t hash;
    uint32_t value; /* plus one; 0 = empty */
} hash_slot;

typedef struct hash_index {
    hash_slot *slots; /* mask + 1 of them */
    size_t mask;
    size_t count;
    hash_slot *old_slots; /* being moved; NULL = nothing to move */
    size_t old_mask;
    size_t old_next; /* the first slot not moved yet */
} hash_index;

/** Whether the entry `value` has the key `key`. */
typedef bool (*hash_index_equal)(const void *table, uint32_t value, const void *key);

/** Starts empty. Takes memory at the first insertion. */
void hash_index_init(hash_index *index);
void hash_index_fini(hash_index *index);

/** The value whose entry equals `key`, or HASH_INDEX_NONE. `table` is passed on to `equal`. */
uint32_t hash_index_find(const hash_index *index, uint32_t hash, hash_index_equal equal,
                         const void *table, const void *key);

/** Adds a value (not HASH_INDEX_NONE) whose key is not there yet. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int hash_index_insert(hash_index *index, uint32_t hash, uint32_t value);

/** Mixes `size_bytes` of `bytes` so that every bit of the result depends on all of them. */
uint32_t hash_bytes(const void *bytes, size_t size_bytes);

#endif

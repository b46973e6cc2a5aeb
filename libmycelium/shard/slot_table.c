/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/slot_table.h"

#include "base/check.h"

enum { REUSE_AFTER = 64 }; /* free slots kept back, so that a generation lasts longer */

static_assert(((uint64_t)MYC__SLOT_CHUNK_MIN << MYC__SLOT_CHUNKS) - MYC__SLOT_CHUNK_MIN >=
                  (UINT64_C(1) << MYC__INDEX_BITS),
              "the chunks hold every index");

void myc__slot_table_init(myc__slot_table *table, myc__allocator *allocator)
{
    *table = (myc__slot_table){.allocator = allocator};
    int failed = pthread_mutex_init(&table->lock, NULL);
    MYC__CHECK(failed == 0);
}

static size_t chunk_bytes(uint32_t chunk)
{
    return ((size_t)MYC__SLOT_CHUNK_MIN << chunk) * sizeof(myc__slot);
}

void myc__slot_table_fini(myc__slot_table *table)
{
    for (uint32_t chunk = 0; chunk < MYC__SLOT_CHUNKS; chunk++) {
        myc__free(table->allocator, table->chunks[chunk], chunk_bytes(chunk));
    }
    pthread_mutex_destroy(&table->lock);
}

static int add_chunk(myc__slot_table *table)
{
    uint32_t chunk = 31u - (uint32_t)__builtin_clz(table->used + MYC__SLOT_CHUNK_MIN) - 6;
    if (table->used == 1u << MYC__INDEX_BITS || chunk >= MYC__SLOT_CHUNKS) {
        return MYC_ELIMIT;
    }
    if (table->chunks[chunk]) {
        return 0;
    }
    void *slots = myc__allocate(table->allocator, chunk_bytes(chunk), MYC__CACHE_LINE);
    if (!slots) {
        return MYC_ENOMEM;
    }
    myc__store_release_ptr((void **)&table->chunks[chunk], slots);
    return 0;
}

static int take_index(myc__slot_table *table, uint32_t *index)
{
    bool full = table->used == 1u << MYC__INDEX_BITS;
    if (table->free_count > (full ? 0 : REUSE_AFTER)) {
        *index = table->free_oldest;
        table->free_oldest = myc__slot_at(table, *index)->next_free;
        table->free_count--;
        return 0;
    }
    int error = add_chunk(table);
    if (!error) {
        *index = table->used++;
    }
    return error;
}

int myc__slot_take(myc__slot_table *table, uint32_t *index, uint32_t *generation)
{
    pthread_mutex_lock(&table->lock);
    int error = take_index(table, index);
    if (!error) {
        *generation = myc__load_relaxed_u32(&myc__slot_at(table, *index)->life) + 1;
        MYC__CHECK(*generation % 2 == 1);
    }
    pthread_mutex_unlock(&table->lock);
    return error;
}

void myc__slot_publish(myc__slot *slot, struct myc__actor *actor, uint32_t generation)
{
    slot->actor = actor;
    myc__store_relaxed_u32(&slot->pressure, 0);
    myc__store_release_u32(&slot->life, generation);
}

static void append_free(myc__slot_table *table, uint32_t index)
{
    if (table->free_count++ == 0) {
        table->free_oldest = index;
    } else {
        myc__slot_at(table, table->free_newest)->next_free = index;
    }
    table->free_newest = index;
}

void myc__slot_free(myc__slot_table *table, uint32_t index)
{
    pthread_mutex_lock(&table->lock);
    myc__slot *slot = myc__slot_at(table, index);
    uint32_t next = myc__load_relaxed_u32(&slot->life) + 1;
    MYC__CHECK(next % 2 == 0);
    slot->actor = NULL;
    myc__store_relaxed_u32(&slot->life, next);
    if (next < MYC__GENERATION_MASK - 1) {
        append_free(table, index);
    }
    pthread_mutex_unlock(&table->lock);
}

uint32_t myc__slot_table_used(myc__slot_table *table)
{
    pthread_mutex_lock(&table->lock);
    uint32_t used = table->used;
    pthread_mutex_unlock(&table->lock);
    return used;
}

void myc__slot_each_alive(myc__slot_table *table,
                          void (*visit)(void *user, uint32_t index, const myc__slot *slot),
                          void *user)
{
    pthread_mutex_lock(&table->lock);
    for (uint32_t index = 0; index < table->used; index++) {
        const myc__slot *slot = myc__slot_at(table, index);
        if (myc__load_acquire_u32(&slot->life) & 1) {
            visit(user, index, slot);
        }
    }
    pthread_mutex_unlock(&table->lock);
}

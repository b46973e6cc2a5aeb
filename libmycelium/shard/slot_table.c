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

/* Makes the chunk that the next new index lies in. The allocator is never called under the lock,
 * since it may have something to log. */
static int add_chunk(myc__slot_table *table, uint32_t chunk)
{
    void *slots = myc__allocate(table->allocator, chunk_bytes(chunk), MYC__CACHE_LINE);
    pthread_mutex_lock(&table->lock);
    bool wanted = slots && !table->chunks[chunk];
    if (wanted) {
        myc__store_release_ptr((void **)&table->chunks[chunk], slots);
    }
    pthread_mutex_unlock(&table->lock);
    if (!wanted) {
        myc__free(table->allocator, slots, chunk_bytes(chunk)); /* another thread was first */
    }
    return slots ? 0 : MYC_ENOMEM;
}

static uint32_t take_oldest_free(myc__slot_table *table)
{
    uint32_t index = table->free_oldest;
    table->free_oldest = myc__slot_at(table, index)->next_free;
    table->free_count--;
    return index;
}

/* Under the lock. Returns MYC_ENOMEM when a chunk is missing: `*chunk` says which. */
static int take_index(myc__slot_table *table, uint32_t keep_back, uint32_t *index, uint32_t *chunk)
{
    if (table->free_count > keep_back) {
        *index = take_oldest_free(table);
        return 0;
    }
    if (table->used == 1u << MYC__INDEX_BITS) {
        return MYC_ELIMIT;
    }
    *chunk = myc__slot_chunk_of(table->used);
    if (!table->chunks[*chunk]) {
        return MYC_ENOMEM;
    }
    *index = table->used++;
    return 0;
}

static int try_take(myc__slot_table *table, uint32_t keep_back, uint32_t *index,
                    uint32_t *generation, uint32_t *chunk)
{
    pthread_mutex_lock(&table->lock);
    int error = take_index(table, keep_back, index, chunk);
    if (!error) {
        *generation = myc__slot_next_generation(table, *index);
    }
    pthread_mutex_unlock(&table->lock);
    return error;
}

int myc__slot_take(myc__slot_table *table, uint32_t *index, uint32_t *generation)
{
    for (;;) {
        uint32_t chunk = 0;
        int error = try_take(table, REUSE_AFTER, index, generation, &chunk);
        if (error == MYC_ENOMEM && add_chunk(table, chunk) == 0) {
            continue; /* other threads may have used it up already */
        }
        if (error) { /* then without keeping any back */
            int last = try_take(table, 0, index, generation, &chunk);
            error = last ? error : 0;
        }
        return error;
    }
}

/* Only of what is there: a new chunk, or the slots kept back, are for myc__slot_take(). */
static void fill_run(myc__slot_table *table)
{
    uint32_t chunk;
    uint32_t count = 0;
    pthread_mutex_lock(&table->lock);
    while (count < MYC__SLOT_RUN &&
           take_index(table, REUSE_AFTER, &table->run[count], &chunk) == 0) {
        count++;
    }
    pthread_mutex_unlock(&table->lock);
    table->run_next = 0;
    table->run_count = count;
}

int myc__slot_take_beyond_run(myc__slot_table *table, uint32_t *index, uint32_t *generation)
{
    fill_run(table);
    return table->run_count ? myc__slot_take_at_home(table, index, generation)
                            : myc__slot_take(table, index, generation);
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

/* Under the lock for those who visit the actors of the table. */
void myc__slot_replace(myc__slot_table *table, uint32_t index, struct myc__actor *actor)
{
    pthread_mutex_lock(&table->lock);
    myc__slot_at(table, index)->actor = actor;
    pthread_mutex_unlock(&table->lock);
}

void myc__slot_give_back(myc__slot_table *table, uint32_t index)
{
    pthread_mutex_lock(&table->lock);
    append_free(table, index);
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

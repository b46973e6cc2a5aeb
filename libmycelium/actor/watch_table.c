/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/watch_table.h"

#include <string.h>

enum {
    BUCKETS_FIRST = 4,
    CHAIN_MAX = 2
}; /* watches for each bucket, on average, before it grows */

static myc__watch **bucket_of(myc__watch_table *table, myc_address target)
{
    uint64_t both = (uint64_t)target.life << 32 | target.slot;
    return &table->buckets[(both * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & table->mask];
}

static myc__watch_table *make(myc__memory *memory, uint32_t buckets)
{
    uint32_t size_bytes =
        (uint32_t)sizeof(myc__watch_table) + buckets * (uint32_t)sizeof(myc__watch *);
    myc__watch_table *table = myc__memory_new_internal(memory, size_bytes);
    if (table) {
        memset(table, 0, size_bytes);
        table->mask = buckets - 1;
    }
    return table;
}

bool myc__watch_table_make(myc__watch_table **table, myc__memory *memory)
{
    if (!*table) {
        *table = make(memory, BUCKETS_FIRST);
    }
    return *table != NULL;
}

static void put(myc__watch_table *table, myc__watch *watch)
{
    myc__watch **bucket = bucket_of(table, watch->target);
    watch->next_alike = *bucket;
    *bucket = watch;
    table->count++;
}

static void move_all(myc__watch_table *from, myc__watch_table *to)
{
    for (uint32_t i = 0; i <= from->mask; i++) {
        while (from->buckets[i]) {
            myc__watch *watch = from->buckets[i];
            from->buckets[i] = watch->next_alike;
            put(to, watch);
        }
    }
}

void myc__watch_table_add(myc__watch_table **table, myc__memory *memory, myc__watch *watch)
{
    myc__watch_table *old = *table;
    bool crowded = old->count >= CHAIN_MAX * (old->mask + 1) && old->mask < MYC__WATCH_BUCKETS_MAX;
    myc__watch_table *grown = crowded ? make(memory, 2 * (old->mask + 1)) : NULL;
    if (grown) {
        move_all(old, grown);
        myc__memory_free(memory, myc__header_of(old));
        *table = grown;
    }
    put(*table, watch);
}

myc__watch *myc__watch_table_find(const myc__watch_table *table, myc_address target, bool is_link)
{
    myc__watch *watch = table ? *bucket_of((myc__watch_table *)table, target) : NULL;
    while (watch && !(myc_address_equal(watch->target, target) && watch->is_link == is_link)) {
        watch = watch->next_alike;
    }
    return watch;
}

void myc__watch_table_remove(myc__watch_table *table, const myc__watch *watch)
{
    myc__watch **link = bucket_of(table, watch->target);
    while (*link != watch) {
        link = &(*link)->next_alike;
    }
    *link = watch->next_alike;
    table->count--;
}

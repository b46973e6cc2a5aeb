/* SPDX-License-Identifier: Apache-2.0 */
#include "service/names.h"

#include <string.h>

#include "actor/load.h"

static_assert((int)MYC__REGISTRY_NAME_BYTES == (int)MYC_REGISTRY_NAME_BYTES, "the header says so");

myc__names *myc__names_create(myc__allocator *allocator)
{
    myc__names *names = myc__allocate(allocator, sizeof *names, MYC__CACHE_LINE);
    if (names) {
        int failed = pthread_mutex_init(&names->lock, NULL);
        MYC__CHECK(failed == 0);
    }
    return names;
}

void myc__names_destroy(myc__names *names, myc__allocator *allocator)
{
    if (names) {
        MYC__CHECK(names->count == 0);
        MYC__CHECK(!names->watches && !names->log_first);
        pthread_mutex_destroy(&names->lock);
        myc__free(allocator, names, sizeof *names);
    }
}

void myc__names_clear(myc__names *names, myc_context *ctx)
{
    myc__names_after after = {0};
    for (uint32_t i = 0; i < MYC__NAME_BUCKETS; i++) {
        while (names->by_name[i]) {
            myc__names_take_out(names, names->by_name[i], &after);
        }
    }
    myc__names_finish(ctx, &after);
}

static myc__name **bucket_of_name(myc__names *names, const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *byte = name; *byte; byte++) {
        hash = (hash ^ (uint8_t)*byte) * 16777619u;
    }
    return &names->by_name[(hash ^ hash >> 16) % MYC__NAME_BUCKETS];
}

static myc__name **bucket_of_address(myc__names *names, myc_address address)
{
    uint32_t hash = (address.slot ^ address.life) * 2654435761u;
    return &names->by_address[(hash >> 16) % MYC__NAME_BUCKETS];
}

myc__name *myc__names_find(const myc__names *names, const char *name)
{
    myc__name *entry = *bucket_of_name((myc__names *)(uintptr_t)names, name);
    while (entry && strcmp(entry->name, name) != 0) {
        entry = entry->next;
    }
    return entry;
}

myc__name *myc__names_find_alive(const myc_context *ctx, const char *name)
{
    myc__name *entry = myc__names_find(ctx->fabric->names, name);
    return entry && myc__is_alive(ctx, entry->address) ? entry : NULL;
}

static void link_address(myc__names *names, myc__name *entry)
{
    myc__name **bucket = bucket_of_address(names, entry->address);
    entry->next_address = *bucket;
    *bucket = entry;
}

static void unlink_address(myc__names *names, const myc__name *entry)
{
    myc__name **link = bucket_of_address(names, entry->address);
    while (*link != entry) {
        link = &(*link)->next_address;
    }
    *link = entry->next_address;
}

void myc__names_insert(myc__names *names, myc__name *entry)
{
    myc__name **bucket = bucket_of_name(names, entry->name);
    entry->next = *bucket;
    *bucket = entry;
    link_address(names, entry);
    names->count++;
}

void myc__names_move(myc__names *names, myc__name *entry, myc_address address)
{
    unlink_address(names, entry);
    entry->address = address;
    link_address(names, entry);
}

void myc__names_take_out(myc__names *names, myc__name *entry, myc__names_after *after)
{
    myc__name **link = bucket_of_name(names, entry->name);
    while (*link != entry) {
        link = &(*link)->next;
    }
    *link = entry->next;
    unlink_address(names, entry);
    names->count--;
    entry->version = ++names->version;
    myc__names_tell(names, entry, MYC_REGISTRY_REMOVED, (myc_address){0}, entry->farewell, after);
    entry->next = after->names;
    after->names = entry;
}

void myc__names_take_out_all(myc__names *names, myc_address address, myc__names_after *after)
{
    myc__name *next;
    for (myc__name *entry = *bucket_of_address(names, address); entry; entry = next) {
        next = entry->next_address;
        if (myc_address_equal(entry->address, address)) {
            myc__names_take_out(names, entry, after);
        }
    }
}

myc__pair *myc__name_pair(myc__name *entry, const char *key)
{
    for (uint32_t i = 0; i < entry->pair_count; i++) {
        if (strcmp(entry->pairs[i].key, key) == 0) {
            return &entry->pairs[i];
        }
    }
    return NULL;
}

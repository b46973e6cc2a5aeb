/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "actor/load.h"
#include "service/names.h"
#include "service/names_check.h"

/* Calls `visit` for each entry that fits; returns for how many it said yes. Under the lock. */
static uint32_t each(const myc_context *ctx, const char *pattern,
                     bool (*visit)(void *user, uint32_t index, const myc__name *entry), void *user)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < MYC__NAME_BUCKETS; i++) {
        for (const myc__name *entry = ctx->fabric->names->by_name[i]; entry; entry = entry->next) {
            if (myc__name_fits(pattern, entry->name)) {
                count += visit(user, count, entry);
            }
        }
    }
    return count;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const myc_registry_entry *)a)->name, ((const myc_registry_entry *)b)->name);
}

typedef struct listing {
    const myc_context *ctx;
    myc_registry_entry *entries;
    uint32_t capacity;
} listing;

static bool copy_out(void *user, uint32_t index, const myc__name *entry)
{
    const listing *to = user;
    bool alive = myc__is_alive(to->ctx, entry->address);
    if (alive && index < to->capacity) {
        to->entries[index] = (myc_registry_entry){
            .address = entry->address, .protocol = entry->protocol, .version = entry->version};
        memcpy(to->entries[index].name, entry->name, sizeof entry->name);
    }
    return alive;
}

uint32_t myc_registry_list(myc_context *ctx, const char *pattern, myc_registry_entry *entries,
                           uint32_t capacity)
{
    listing to = {ctx, entries, capacity};
    myc__names_lock(ctx->fabric->names);
    uint32_t count = each(ctx, pattern ? pattern : "*", copy_out, &to);
    myc__names_unlock(ctx->fabric->names);
    if (capacity) {
        qsort(entries, count < capacity ? count : capacity, sizeof *entries, by_name);
    }
    return count;
}

/* What is there when a watch begins is told from blocks made before the lock is taken. */
static bool make_blocks(myc_context *ctx, uint32_t count, myc__change **blocks)
{
    *blocks = NULL;
    for (uint32_t i = 0; i < count; i++) {
        myc__change *block = myc__change_new(ctx);
        if (!block) {
            myc__changes_free(ctx, *blocks);
            return false;
        }
        block->next = *blocks;
        *blocks = block;
    }
    return true;
}

typedef struct filling {
    myc__change *spare; /* not used yet */
    myc__change *first; /* filled in */
} filling;

/* Also a name whose actor has ended just now: that it goes is still to be told, and a watcher must
 * not hear of the end of what it never heard of. */
static bool describe(void *user, uint32_t index, const myc__name *entry)
{
    (void)index;
    filling *to = user;
    myc__change *block = to->spare;
    to->spare = block->next;
    *block->payload = (myc_registry_change){.what = MYC_REGISTRY_ADDED,
                                            .address = entry->address,
                                            .protocol = entry->protocol,
                                            .version = entry->version};
    memcpy(block->payload->name, entry->name, sizeof entry->name);
    block->next = to->first;
    to->first = block;
    return true;
}

static bool only_count(void *user, uint32_t index, const myc__name *entry)
{
    (void)user;
    (void)index;
    (void)entry;
    return true;
}

/* Begins the watch if `blocks` are enough for what is there; else says how many it takes. */
static uint32_t try_begin(myc_context *ctx, myc__name_watch *watch, filling *blocks, uint32_t made,
                          bool current_first, myc__names_after *after)
{
    myc__names_lock(ctx->fabric->names);
    uint32_t count = current_first ? each(ctx, watch->pattern, only_count, NULL) : 0;
    if (count <= made) {
        if (count) {
            (void)each(ctx, watch->pattern, describe, blocks);
        }
        watch->current = blocks->first;
        myc__names_begin_watch(ctx->fabric->names, watch, after);
    }
    myc__names_unlock(ctx->fabric->names);
    return count;
}

enum { SPARE = 16 }; /* blocks more than there were names, for those that come meanwhile */

/* It tries again only after others have registered many names in between. */
static int begin(myc_context *ctx, myc__name_watch *watch, bool current_first)
{
    uint32_t made = 0;
    for (;;) {
        filling blocks = {0};
        myc__names_after after = {0};
        if (!make_blocks(ctx, made, &blocks.spare)) {
            return MYC_ENOMEM;
        }
        uint32_t count = try_begin(ctx, watch, &blocks, made, current_first, &after);
        myc__changes_free(ctx, blocks.spare);
        myc__names_finish(ctx, &after);
        if (count <= made) {
            return 0;
        }
        made = count + SPARE;
    }
}

static myc__name_watch *new_watch(myc_context *ctx, const char *pattern, uint32_t tag)
{
    myc__name_watch *watch = myc__memory_new_internal(&ctx->memory, sizeof *watch);
    if (watch) {
        *watch = (myc__name_watch){.to = ctx->current->address, .tag = tag};
        strcpy(watch->pattern, pattern);
    }
    return watch;
}

static bool row_takes_changes(const myc_context *ctx, uint32_t tag)
{
    const myc_protocol *protocol = ctx->current->behaviour->protocol;
    return tag < protocol->row_count && protocol->rows[tag].type == &myc_registry_change_type;
}

int myc_registry_watch(myc_context *ctx, const char *pattern, uint32_t tag, bool current_first)
{
    pattern = pattern ? pattern : "*";
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    if (!row_takes_changes(ctx, tag)) {
        return MYC_ETYPE;
    }
    int error = myc__check_pattern(ctx, pattern);
    if (error) {
        return error;
    }
    myc__name_watch *watch = myc__mark_here(ctx) ? new_watch(ctx, pattern, tag) : NULL;
    error = watch ? begin(ctx, watch, current_first) : MYC_ENOMEM;
    if (error && watch) {
        myc__memory_free(&ctx->memory, myc__header_of(watch));
    }
    return error;
}

bool myc_registry_unwatch(myc_context *ctx, const char *pattern, uint32_t tag)
{
    myc__names_after after = {0};
    uint32_t ended = 0;
    myc__names_lock(ctx->fabric->names);
    if (ctx->current) {
        ended = myc__names_end_watches(ctx->fabric->names, ctx->current->address,
                                       pattern ? pattern : "*", tag, &after);
    }
    myc__names_unlock(ctx->fabric->names);
    myc__names_finish(ctx, &after);
    return ended > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actor/load.h"
#include "service/names.h"
#include "service/names_check.h"

/* What a registration needs, made before the lock is taken. */
typedef struct registration {
    myc__name *entry;
    myc__change *change;
    myc__mark *mark;
} registration;

static void fill(myc__name *entry, const char *name, myc_address address,
                 const myc_protocol *protocol, const myc_registry_options *options)
{
    *entry = (myc__name){.address = address, .protocol = protocol, .farewell = entry->farewell};
    strcpy(entry->name, name);
    for (uint32_t i = 0; i < options->metadata_count; i++) {
        myc__pair *pair = myc__name_pair(entry, options->metadata[i].key);
        pair = pair ? pair : &entry->pairs[entry->pair_count++];
        strcpy(pair->key, options->metadata[i].key);
        strcpy(pair->value, options->metadata[i].value);
    }
}

static myc__name *new_name(myc_context *ctx)
{
    myc__name *entry = myc__memory_new_internal(&ctx->memory, sizeof *entry);
    if (entry) {
        entry->farewell = myc__change_new(ctx);
    }
    if (entry && !entry->farewell) {
        myc__memory_free(&ctx->memory, myc__header_of(entry));
        return NULL;
    }
    return entry;
}

static void free_parts(myc_context *ctx, const registration *parts)
{
    if (parts->entry) {
        myc__changes_free(ctx, parts->entry->farewell);
        myc__memory_free(&ctx->memory, myc__header_of(parts->entry));
    }
    myc__changes_free(ctx, parts->change);
    myc__mark_free(ctx, parts->mark);
}

static bool make_parts(myc_context *ctx, registration *parts)
{
    *parts = (registration){new_name(ctx), myc__change_new(ctx), myc__mark_new(ctx)};
    return parts->entry && parts->change && parts->mark;
}

/* Under the lock: may the name be given? */
static int may_register(const myc_context *ctx, const myc__name *present, myc_address address,
                        bool replace)
{
    if (!myc__is_alive(ctx, address)) {
        return MYC_EDEAD;
    }
    if (!present) {
        return ctx->fabric->names->count < MYC__NAMES_MAX ? 0 : MYC_ELIMIT;
    }
    bool free = replace || myc_address_equal(present->address, address) ||
                !myc__is_alive(ctx, present->address);
    return free ? 0 : MYC_ETAKEN;
}

/* What was there keeps its place in the table, and its farewell. */
static void renew(myc__names *names, myc__name *present, const myc__name *wanted)
{
    if (!myc_address_equal(present->address, wanted->address)) {
        myc__names_move(names, present, wanted->address);
    }
    present->protocol = wanted->protocol;
    present->pair_count = wanted->pair_count;
    memcpy(present->pairs, wanted->pairs, sizeof wanted->pairs);
}

static void tell_renewal(myc__names *names, myc__name *present, myc_address previous,
                         myc__change *change, myc__names_after *after)
{
    bool same = myc_address_equal(previous, present->address);
    present->version = ++names->version;
    myc__names_tell(names, present, same ? MYC_REGISTRY_CHANGED : MYC_REGISTRY_REPLACED,
                    same ? (myc_address){0} : previous, change, after);
}

/* Under the lock. Leaves in `parts` what it did not need. */
static void put(myc__names *names, myc__name *present, registration *parts, myc__names_after *after)
{
    if (present) {
        myc_address previous = present->address;
        renew(names, present, parts->entry);
        tell_renewal(names, present, previous, parts->change, after);
    } else {
        myc__names_insert(names, parts->entry);
        parts->entry->version = ++names->version;
        myc__names_tell(names, parts->entry, MYC_REGISTRY_ADDED, (myc_address){0}, parts->change,
                        after);
        parts->entry = NULL;
    }
    parts->change = NULL;
}

static int add(myc_context *ctx, registration *parts, bool replace)
{
    myc__names *names = ctx->fabric->names;
    myc__names_after after = {0};
    myc_address address = parts->entry->address;
    myc__names_lock(names);
    myc__name *present = myc__names_find(names, parts->entry->name);
    int error = may_register(ctx, present, address, replace);
    if (!error) {
        put(names, present, parts, &after);
    }
    myc__names_unlock(names);
    myc__names_finish(ctx, &after);
    if (!error) {
        myc__mark_send(ctx, address, parts->mark);
        parts->mark = NULL;
    }
    return error;
}

int myc_registry_add(myc_context *ctx, const char *name, myc_address address,
                     const myc_protocol *protocol, const myc_registry_options *given)
{
    myc_registry_options options = given ? *given : (myc_registry_options){0};
    int error = myc__check_name(ctx, name);
    error = error ? error : myc__check_metadata(ctx, name, &options);
    if (error) {
        return error;
    }
    registration parts;
    error = MYC_ENOMEM;
    if (make_parts(ctx, &parts)) {
        fill(parts.entry, name, address, protocol, &options);
        error = add(ctx, &parts, options.replace);
    }
    free_parts(ctx, &parts);
    return error;
}

int myc_registry_remove(myc_context *ctx, const char *name, myc_address address)
{
    myc__names *names = ctx->fabric->names;
    myc__names_after after = {0};
    bool anybody = myc_address_equal(address, (myc_address){0});
    myc__names_lock(names);
    myc__name *entry = myc__names_find_alive(ctx, name);
    bool found = entry && (anybody || myc_address_equal(entry->address, address));
    if (found) {
        myc__names_take_out(names, entry, &after);
    }
    myc__names_unlock(names);
    myc__names_finish(ctx, &after);
    return found ? 0 : MYC_EUNKNOWN;
}

int myc_registry_find(myc_context *ctx, const char *name, const myc_protocol *protocol,
                      myc_address *address)
{
    myc__names *names = ctx->fabric->names;
    int error = MYC_EUNKNOWN;
    myc__names_lock(names);
    const myc__name *entry = myc__names_find_alive(ctx, name);
    if (entry) {
        bool fits = !protocol || myc_protocol_equal(entry->protocol, protocol);
        error = fits ? 0 : MYC_ETYPE;
        *address = fits ? entry->address : *address;
    }
    myc__names_unlock(names);
    return error;
}

static int set_pair(myc__name *entry, const char *key, const char *value)
{
    myc__pair *pair = myc__name_pair(entry, key);
    if (value && !pair) {
        if (entry->pair_count == MYC__METADATA_MAX) {
            return MYC_ELIMIT;
        }
        pair = &entry->pairs[entry->pair_count++];
        strcpy(pair->key, key);
    }
    if (value) {
        strcpy(pair->value, value);
    } else if (pair) {
        *pair = entry->pairs[--entry->pair_count];
    }
    return 0;
}

int myc_registry_set(myc_context *ctx, const char *name, const char *key, const char *value)
{
    myc__names *names = ctx->fabric->names;
    int error = myc__check_pair(ctx, name, key, value ? value : "");
    myc__change *change = error ? NULL : myc__change_new(ctx);
    if (!change) {
        return error ? error : MYC_ENOMEM;
    }
    myc__names_after after = {0};
    myc__names_lock(names);
    myc__name *entry = myc__names_find_alive(ctx, name);
    error = entry ? set_pair(entry, key, value) : MYC_EUNKNOWN;
    if (!error) {
        tell_renewal(names, entry, entry->address, change, &after);
    }
    myc__names_unlock(names);
    myc__names_finish(ctx, &after);
    if (error) {
        myc__changes_free(ctx, change);
    }
    return error;
}

static int64_t copy_value(const myc__pair *pair, char *value, size_t capacity_bytes)
{
    size_t length = strlen(pair->value);
    if (length >= capacity_bytes) {
        return MYC_ESHORT;
    }
    memcpy(value, pair->value, length + 1);
    return (int64_t)length;
}

int64_t myc_registry_get(myc_context *ctx, const char *name, const char *key, char *value,
                         size_t capacity_bytes)
{
    myc__names_lock(ctx->fabric->names);
    myc__name *entry = myc__names_find_alive(ctx, name);
    const myc__pair *pair = entry ? myc__name_pair(entry, key) : NULL;
    int64_t length = pair ? copy_value(pair, value, capacity_bytes) : MYC_EUNKNOWN;
    myc__names_unlock(ctx->fabric->names);
    return length;
}

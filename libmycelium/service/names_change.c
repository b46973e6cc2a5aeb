/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the registry: the log, and who is to read what is written into it. */
#include <string.h>

#include "service/names.h"

MYC_MESSAGE_TYPE(myc_registry_change)

myc__change *myc__change_new(myc_context *ctx)
{
    myc__change *change = myc__memory_new_internal(&ctx->memory, sizeof *change);
    myc_registry_change *payload = change ? myc_registry_change_new(ctx) : NULL;
    if (payload) {
        *change = (myc__change){.payload = payload};
    } else if (change) {
        myc__memory_free(&ctx->memory, myc__header_of(change));
    }
    return payload ? change : NULL;
}

void myc__changes_free(myc_context *ctx, myc__change *changes)
{
    while (changes) {
        myc__change *next = changes->next;
        myc_release(ctx, changes->payload);
        myc__memory_free(&ctx->memory, myc__header_of(changes));
        changes = next;
    }
}

/* The star that was met last takes one byte more each time the rest does not fit. */
bool myc__name_fits(const char *pattern, const char *name)
{
    const char *star = NULL;
    const char *retry = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == 0;
}

static void discard(myc__change *change, myc__names_after *after)
{
    change->next = after->changes;
    after->changes = change;
}

static void append(myc__names *names, myc__change *change)
{
    change->next = NULL;
    if (names->log_last) {
        names->log_last->next = change;
    } else {
        names->log_first = change;
    }
    names->log_last = change;
}

/* Who has read all before skips what does not fit; who is behind has to pass it. So whoever has not
 * passed a change has not passed those after it either: only the first ones are ever done with. */
static void offer(myc__name_watch *watch, myc__change *change, myc__names_after *after)
{
    bool fits = myc__name_fits(watch->pattern, change->payload->name);
    change->readers += fits || watch->place;
    if (fits && !watch->place) {
        watch->place = change;
    }
    if (fits) {
        myc__names_ring(watch, after);
    }
}

void myc__names_tell(myc__names *names, const myc__name *entry, myc_registry_what what,
                     myc_address previous, myc__change *change, myc__names_after *after)
{
    *change->payload = (myc_registry_change){.what = what,
                                             .address = entry->address,
                                             .previous = previous,
                                             .protocol = entry->protocol,
                                             .version = entry->version};
    memcpy(change->payload->name, entry->name, sizeof entry->name);
    for (myc__name_watch *watch = names->watches; watch; watch = watch->next) {
        offer(watch, change, after);
    }
    if (change->readers) {
        append(names, change);
    } else {
        discard(change, after);
    }
}

void myc__names_pass(myc__names *names, myc__name_watch *watch, myc__names_after *after)
{
    myc__change *change = watch->place;
    watch->place = change->next;
    if (--change->readers == 0) {
        MYC__CHECK(names->log_first == change);
        names->log_first = change->next;
        if (!names->log_first) {
            names->log_last = NULL;
        }
        discard(change, after);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Those who watch the registry: the bell that wakes one, what it gets then, and its end. */
#include <string.h>

#include "actor/dead_letter.h"
#include "actor/load.h"
#include "service/names.h"

/* The next change that fits, with a reference; NULL: there is none, and the bell rests. */
static const void *read_log(myc_context *ctx, myc__name_watch *watch, myc__names_after *after)
{
    const void *found = NULL;
    while (watch->place && !found) {
        if (myc__name_fits(watch->pattern, watch->place->payload->name)) {
            found = myc_retain(ctx, watch->place->payload);
        }
        myc__names_pass(ctx->fabric->names, watch, after);
    }
    watch->ringing = found != NULL;
    return found;
}

static const void *read_current(myc_context *ctx, myc__name_watch *watch)
{
    myc__change *first = watch->current;
    watch->current = first->next;
    first->next = NULL;
    const void *payload = myc_retain(ctx, first->payload);
    myc__changes_free(ctx, first);
    return payload;
}

/* What the watcher is to get next. NULL: nothing; it may be freed by now. */
static const void *read_next(myc_context *ctx, myc__name_watch *watch)
{
    myc__names_after after = {0};
    const void *found = NULL;
    myc__names_lock(ctx->fabric->names);
    bool ended = watch->ended;
    if (ended) {
        after.watches = watch;
        watch->next = NULL;
    } else if (!watch->current) {
        found = read_log(ctx, watch, &after);
    }
    myc__names_unlock(ctx->fabric->names);
    if (!ended && !found && watch->current) {
        found = read_current(ctx, watch);
    }
    myc__names_finish(ctx, &after);
    return found;
}

static myc__name_watch *watch_of(myc__urgent *item)
{
    return (myc__name_watch *)(void *)item;
}

static bool has_ended(myc__names *names, const myc__name_watch *watch)
{
    myc__names_lock(names);
    bool ended = watch->ended;
    myc__names_unlock(names);
    return ended;
}

static void leave_letter(myc_context *ctx, myc__name_watch *watch)
{
    myc__dead_letter(ctx, watch->to, watch->tag, watch->in_hand, MYC_DEAD_LEFT);
    watch->in_hand = NULL;
}

/* One message for each time it rings; then it queues behind what else is urgent. */
static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__name_watch *watch = watch_of(item);
    if (watch->in_hand && has_ended(shard->context.fabric->names, watch)) {
        leave_letter(&shard->context, watch); /* it was to come again */
    }
    if (!watch->in_hand) {
        const void *next = read_next(&shard->context, watch);
        if (!next) {
            myc__count_end(&shard->context.counters.done, 1);
            return MYC__URGENT_SILENT;
        }
        myc__count(&shard->context.counters.accepted, 1);
        watch->in_hand = next;
    }
    myc__urgent_done done = myc__urgent_dispatch(shard, actor, watch->tag, watch->in_hand);
    if (done != MYC__URGENT_AGAIN) {
        watch->in_hand = NULL;
        myc__urge_here(shard, actor, item);
    }
    return done;
}

static void rest_or_free(myc_context *ctx, myc__name_watch *watch, bool alive)
{
    myc__names_after after = {0};
    myc__names_lock(ctx->fabric->names);
    watch->ringing = false;
    if (watch->ended) {
        watch->next = NULL;
        after.watches = watch;
    } else if (!alive) {
        (void)myc__names_end_watches(ctx->fabric->names, watch->to, NULL, 0, &after);
    }
    myc__names_unlock(ctx->fabric->names);
    myc__names_finish(ctx, &after);
}

/* On its worker its actor has ended; elsewhere it may be that memory was out: then it is rung again
 * with the next change. */
static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    myc__name_watch *watch = watch_of(item);
    if (watch->in_hand) {
        leave_letter(ctx, watch);
    }
    rest_or_free(ctx, watch, myc__is_alive(ctx, to));
    myc__count_end(&ctx->counters.done, 1);
}

static const myc__urgent_kind bell_kind = {.handle = handle, .abandon = abandon};

void myc__names_ring(myc__name_watch *watch, myc__names_after *after)
{
    if (!watch->ringing) {
        watch->ringing = true;
        watch->next_to_ring = after->to_ring;
        after->to_ring = watch;
    }
}

void myc__names_begin_watch(myc__names *names, myc__name_watch *watch, myc__names_after *after)
{
    watch->bell.kind = &bell_kind;
    watch->next = names->watches;
    names->watches = watch;
    if (watch->current) {
        myc__names_ring(watch, after);
    }
}

static bool is_meant(const myc__name_watch *watch, myc_address to, const char *pattern,
                     uint32_t tag)
{
    return myc_address_equal(watch->to, to) &&
           (!pattern || (watch->tag == tag && strcmp(watch->pattern, pattern) == 0));
}

static void end_watch(myc__names *names, myc__name_watch *watch, myc__names_after *after)
{
    watch->ended = true;
    while (watch->place) {
        myc__names_pass(names, watch, after);
    }
    if (!watch->ringing) {
        watch->next = after->watches;
        after->watches = watch;
    }
}

uint32_t myc__names_end_watches(myc__names *names, myc_address to, const char *pattern,
                                uint32_t tag, myc__names_after *after)
{
    uint32_t count = 0;
    myc__name_watch **link = &names->watches;
    while (*link) {
        myc__name_watch *watch = *link;
        if (is_meant(watch, to, pattern, tag)) {
            *link = watch->next;
            end_watch(names, watch, after);
            count++;
        } else {
            link = &watch->next;
        }
    }
    return count;
}

static void ring_all(myc_context *ctx, myc__name_watch *watch)
{
    while (watch) {
        myc__name_watch *next = watch->next_to_ring;
        myc__count(&ctx->counters.begun, 1);
        myc__urge(ctx, watch->to, &watch->bell); /* it may be freed by now */
        watch = next;
    }
}

static void free_watches(myc_context *ctx, myc__name_watch *watch)
{
    while (watch) {
        myc__name_watch *next = watch->next;
        myc__changes_free(ctx, watch->current);
        myc__memory_free(&ctx->memory, myc__header_of(watch));
        watch = next;
    }
}

static void free_names(myc_context *ctx, myc__name *entry)
{
    while (entry) {
        myc__name *next = entry->next;
        myc__memory_free(&ctx->memory, myc__header_of(entry));
        entry = next;
    }
}

void myc__names_finish(myc_context *ctx, myc__names_after *after)
{
    ring_all(ctx, after->to_ring);
    free_watches(ctx, after->watches);
    myc__changes_free(ctx, after->changes);
    free_names(ctx, after->names);
}

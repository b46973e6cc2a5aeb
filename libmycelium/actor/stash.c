/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/stash.h"

#include "actor/dead_letter.h"
#include "actor/request.h"
#include "actor/turn.h"

static myc__stash *stash_of(const myc__actor *actor)
{
    return actor && actor->annex ? actor->annex->stash : NULL;
}

static void add_last(myc__stash_list *list, myc__stashed *stashed)
{
    stashed->next = NULL;
    if (list->first) {
        list->last->next = stashed;
    } else {
        list->first = stashed;
    }
    list->last = stashed;
}

static void add_first(myc__stash_list *list, myc__stashed *stashed)
{
    stashed->next = list->first;
    if (!list->first) {
        list->last = stashed;
    }
    list->first = stashed;
}

static myc__stashed *take_first(myc__stash_list *list)
{
    myc__stashed *first = list->first;
    list->first = first ? first->next : NULL;
    return first;
}

/* All of `front`, which becomes empty, goes before `list`. */
static void prepend(myc__stash_list *list, myc__stash_list *front)
{
    if (!front->first) {
        return;
    }
    front->last->next = list->first;
    if (!list->first) {
        list->last = front->last;
    }
    list->first = front->first;
    front->first = NULL;
}

static void free_stashed(myc_context *ctx, myc__stashed *stashed)
{
    myc__memory_free(&ctx->memory, myc__header_of(stashed));
}

/* What the handler stashes meanwhile goes to the other list; what it puts back, behind this one if
 * it is to come again. */
static myc__urgent_done handle_first(myc__shard *shard, myc__actor *actor, myc__stash *stash)
{
    myc__stashed *first = take_first(&stash->back);
    myc__urgent_done done = myc__urgent_dispatch(shard, actor, first->tag, first->payload);
    if (done == MYC__URGENT_AGAIN) {
        add_first(&stash->back, first);
    } else {
        free_stashed(&shard->context, first);
    }
    return done;
}

/* Behind replies, timers and notices, also when its message is to come again: that may wait for one
 * of them. */
static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__stash *stash = (myc__stash *)(void *)item;
    myc__urgent_done done = handle_first(shard, actor, stash);
    stash->is_back = stash->back.first != NULL;
    if (stash->is_back) {
        myc__urge_here(shard, actor, item);
    }
    return done == MYC__URGENT_AGAIN ? MYC__URGENT_LATER : done;
}

/* The actor ends: the lists are myc__stash_end()'s. */
static void leave_to_the_end(myc_context *ctx, myc_address to, myc__urgent *item)
{
    (void)ctx, (void)to, (void)item;
}

static const myc__urgent_kind put_back_kind = {.handle = handle, .abandon = leave_to_the_end};

bool myc__stash_make(myc_context *ctx, myc__actor *actor, uint32_t bound)
{
    myc__annex *annex = myc__annex_of(ctx, actor);
    if (annex && !annex->stash) {
        annex->stash = myc__memory_new_internal(&ctx->memory, sizeof *annex->stash);
        if (annex->stash) {
            *annex->stash = (myc__stash){.urgent.kind = &put_back_kind, .bound = bound};
        }
    }
    return annex && annex->stash;
}

void myc__stash_abandon(myc_context *ctx, myc__actor *actor)
{
    if (stash_of(actor)) {
        myc__memory_free(&ctx->memory, myc__header_of(actor->annex->stash));
        actor->annex->stash = NULL;
    }
}

/* What the turn has in hand if it is `payload` to its handler: of a request it is the whole block,
 * so that its token stays with it. */
static const void *in_hand(const myc_context *ctx, const void *payload)
{
    const myc__request *request = ctx->request;
    const void *whole = request && request->payload == payload ? request : payload;
    return whole && ctx->handling == whole ? whole : NULL;
}

static int keep(myc_context *ctx, myc__stash *stash, uint32_t tag, const void *payload)
{
    if (stash->count >= stash->bound) {
        return MYC_ELIMIT;
    }
    myc__stashed *stashed = myc__memory_new_internal(&ctx->memory, sizeof *stashed);
    if (!stashed) {
        return MYC_ENOMEM;
    }
    *stashed = (myc__stashed){NULL, tag, payload};
    add_last(&stash->kept, stashed);
    stash->count++;
    ctx->handling = NULL; /* the reference is the stash's now */
    myc__turn_uncount(ctx->shard, ctx->current);
    return 0;
}

int myc_stash(myc_context *ctx, uint32_t tag, const void *payload)
{
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    const void *whole = in_hand(ctx, payload);
    if (!whole) {
        return MYC_EINVAL;
    }
    if (!myc__stash_make(ctx, ctx->current, MYC__STASH_BOUND_DEFAULT)) {
        return MYC_ENOMEM;
    }
    return keep(ctx, stash_of(ctx->current), whole == payload ? tag : MYC__REQUEST_TAG, whole);
}

uint32_t myc__stash_put_back(myc__shard *shard, myc__actor *actor)
{
    myc__stash *stash = stash_of(actor);
    if (!stash || !stash->kept.first) {
        return 0;
    }
    uint32_t count = stash->count;
    stash->count = 0;
    prepend(&stash->back, &stash->kept);
    if (!stash->is_back) {
        stash->is_back = true;
        myc__urge_here(shard, actor, &stash->urgent);
    }
    return count;
}

uint32_t myc_unstash_all(myc_context *ctx)
{
    return ctx->current ? myc__stash_put_back(ctx->shard, ctx->current) : 0;
}

uint32_t myc_stashed(const myc_context *ctx)
{
    const myc__stash *stash = stash_of(ctx->current);
    return stash ? stash->count : 0;
}

uint32_t myc__stash_depth(const myc__actor *actor)
{
    const myc__stash *stash = stash_of(actor);
    uint32_t depth = stash ? stash->count : 0;
    for (const myc__stashed *each = stash ? stash->back.first : NULL; each; each = each->next) {
        depth++;
    }
    return depth;
}

static void leave_letters(myc__shard *shard, const myc__actor *actor, myc__stash_list *list)
{
    myc_dead_reason reason =
        actor->why.reason == MYC_EXIT_SYSTEM ? MYC_DEAD_DISCARDED : MYC_DEAD_LEFT;
    myc__stashed *stashed;
    while ((stashed = take_first(list)) != NULL) {
        myc__dead_letter(&shard->context, actor->address, stashed->tag, stashed->payload, reason);
        free_stashed(&shard->context, stashed);
    }
}

void myc__stash_end(myc__shard *shard, myc__actor *actor)
{
    myc__stash *stash = stash_of(actor);
    if (stash) {
        leave_letters(shard, actor, &stash->back);
        leave_letters(shard, actor, &stash->kept);
        myc__stash_abandon(&shard->context, actor);
    }
}

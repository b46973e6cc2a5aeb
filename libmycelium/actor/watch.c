/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watcher's side of a watch: whom an actor watches, and until when. The protocol is in
 * watch_sides.h.
 */
#include "actor/deliver.h"
#include "actor/interpose.h"
#include "actor/watch_sides.h"
#include "actor/watch_table.h"

MYC_MESSAGE_TYPE(myc_down, .id = 0)

static void forget(myc_context *ctx, myc__watch *watch)
{
    watch->state = MYC__FORGOTTEN;
    if (!myc__watch_pass(ctx, watch->target, MYC__CONTROL_UNWATCH, watch)) {
        watch->state = MYC__UNASKED;
    }
}

/* The target's side is done with it. */
static void hear(myc__shard *shard, myc__actor *watcher, myc__watch *watch)
{
    if (watch->state == MYC__UNASKED) {
        myc__watch_free(&shard->context, watch);
    } else if (watch->state == MYC__FORGOTTEN) {
        watch->state = MYC__HEARD;
    } else if (watch->state == MYC__WATCHING && watch->is_link) {
        myc__watch_table_remove(watcher->annex->watches, watch);
        myc__link_down(shard, watcher, watch);
        myc__watch_free(&shard->context, watch);
    } else if (watch->state == MYC__WATCHING) {
        watch->state = MYC__TOLD;
        myc__count(&shard->context.counters.begun, 1);
        myc__urge_here(shard, watcher, &watch->urgent);
    }
}

/* The target's side does not know it any more, but its DOWN may come yet. */
static void get_back(myc_context *ctx, myc__watch *watch)
{
    if (watch->is_told && watch->state == MYC__FORGOTTEN) {
        watch->state = MYC__UNASKED;
    } else {
        myc__watch_free(ctx, watch);
    }
}

void myc__watch_obey(myc__shard *shard, myc__actor *actor, myc__control what, myc__watch *watch)
{
    switch (what) {
    case MYC__CONTROL_WATCH: myc__watched_list(shard, actor, watch); break;
    case MYC__CONTROL_UNWATCH: myc__watched_unlist(shard, actor, watch); break;
    case MYC__CONTROL_DOWN: hear(shard, actor, watch); break;
    case MYC__CONTROL_UNWATCHED: get_back(&shard->context, watch); break;
    default: MYC__CHECK(!"an order about a watch");
    }
}

static myc__watch *make(myc_context *ctx, myc_address target, bool is_link, uint32_t tag)
{
    myc__watch *watch = myc__memory_new_internal(&ctx->memory, sizeof *watch);
    myc_down *notice = is_link ? NULL : myc_down_new(ctx);
    if (!watch || (!notice && !is_link)) {
        myc_release(ctx, notice);
        if (watch) {
            myc__memory_free(&ctx->memory, myc__header_of(watch));
        }
        return NULL;
    }
    *watch = (myc__watch){.urgent.kind = &myc__watch_notice_kind,
                          .watcher = ctx->current->address,
                          .target = target,
                          .is_link = is_link,
                          .tag = tag,
                          .notice = notice};
    return watch;
}

static int begin(myc_context *ctx, myc__annex *annex, myc_address target, bool is_link,
                 uint32_t tag)
{
    myc__watch *watch = make(ctx, target, is_link, tag);
    if (!watch) {
        return MYC_ENOMEM;
    }
    myc__watch_table_add(&annex->watches, &ctx->memory, watch);
    if (myc__watch_pass(ctx, target, MYC__CONTROL_WATCH, watch)) {
        return 0;
    }
    myc__watch_table_remove(annex->watches, watch);
    myc__watch_free(ctx, watch);
    return MYC_ENOMEM;
}

static int fault_of(const myc_context *ctx, myc_address target)
{
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    if (myc__address_node(target) != 0) {
        return MYC_ENOTSUP;
    }
    return myc_address_equal(target, ctx->current->address) ? MYC_EINVAL : 0;
}

int myc__watch_begin(myc_context *ctx, myc_address target, bool is_link, uint32_t tag)
{
    int fault = fault_of(ctx, target);
    if (fault) {
        return fault;
    }
    myc__annex *annex = myc__annex_of(ctx, ctx->current);
    if (!annex || !myc__watch_table_make(&annex->watches, &ctx->memory)) {
        return MYC_ENOMEM;
    }
    myc__watch *watch = myc__watch_table_find(annex->watches, target, is_link);
    if (watch) {
        watch->tag = tag;
        return 0;
    }
    return begin(ctx, annex, target, is_link, tag);
}

static bool carries_notice(const myc__actor *actor, uint32_t tag)
{
    const myc_protocol *protocol = myc__behaviour_plain(actor)->protocol;
    return tag < protocol->row_count && protocol->rows[tag].type == &myc_down_type;
}

int myc_watch(myc_context *ctx, myc_address target, uint32_t tag)
{
    if (ctx->current && !carries_notice(ctx->current, tag)) {
        return MYC_ETYPE;
    }
    return myc__watch_begin(ctx, target, false, tag);
}

/* A queued notice goes when its turn comes, or with what else is queued for the actor. */
static void part(myc_context *ctx, myc__annex *annex, myc__watch *watch, myc_exit why)
{
    myc__watch_table_remove(annex->watches, watch);
    if (watch->state == MYC__TOLD) {
        watch->state = MYC__DEAF;
        return;
    }
    watch->left = why;
    forget(ctx, watch);
}

void myc__watch_end(myc_context *ctx, myc_address target, bool is_link)
{
    myc__annex *annex = ctx->current ? ctx->current->annex : NULL;
    myc__watch *watch = annex ? myc__watch_table_find(annex->watches, target, is_link) : NULL;
    if (!watch) {
        return;
    }
    part(ctx, annex, watch, (myc_exit){MYC_EXIT_DONE, 0});
}

void myc_unwatch(myc_context *ctx, myc_address target)
{
    myc__watch_end(ctx, target, false);
}

/* ---- ends ---- */

static void part_from_all(myc_context *ctx, myc__annex *annex, myc_exit why, bool links_too)
{
    for (uint32_t i = 0; i <= annex->watches->mask; i++) {
        myc__watch *watch = annex->watches->buckets[i];
        while (watch) {
            myc__watch *next = watch->next_alike;
            if (links_too || !watch->is_link) {
                part(ctx, annex, watch, why);
            }
            watch = next;
        }
    }
}

void myc__watches_drop(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex->watches) {
        part_from_all(&shard->context, actor->annex, actor->why, false);
    }
}

void myc__watches_end(myc__shard *shard, myc__actor *actor)
{
    myc__annex *annex = actor->annex;
    if (annex->watches) {
        part_from_all(&shard->context, annex, actor->why, true);
        myc__memory_free(&shard->context.memory, myc__header_of(annex->watches));
        annex->watches = NULL;
    }
    while (annex->watchers) {
        myc__watch_tell(shard, actor, annex->watchers, actor->why);
    }
}

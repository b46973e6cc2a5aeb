/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A watch is one block, made by the watcher. It is in two hands: the watcher's worker has it in the
 * watcher's table, the target's worker in the target's list. Each writes its own fields, and four
 * orders go between them (by call when both are one worker):
 *
 *     WATCH, UNWATCH      watcher -> target
 *     DOWN, UNWATCHED     target -> watcher
 *
 * Orders between two workers keep their order; so do calls.
 *
 *   watcher's side   event                          does                              then
 *   WATCHING         DOWN comes                     queues the notice                 TOLD
 *   WATCHING         unwatch, or the watcher ends   out of the table, UNWATCH         FORGOTTEN
 *   TOLD             the notice's turn              out of the table, handler, frees
 *   TOLD             unwatch                        out of the table                  DEAF
 *   TOLD, DEAF       the watcher ends               frees
 *   DEAF             the notice's turn              frees
 *   FORGOTTEN        DOWN comes                     nothing                           HEARD
 *   FORGOTTEN        UNWATCHED comes, no DOWN sent  frees
 *   FORGOTTEN        UNWATCHED comes, DOWN too      nothing                           UNASKED
 *   HEARD            UNWATCHED comes                frees
 *   UNASKED          DOWN comes                     frees
 *
 *   target's side    event                          does                              then
 *   -                WATCH comes, the target lives  lists it                          listed
 *   -                WATCH comes, it does not       DOWN (unknown)                    answered
 *   listed           the target ends                unlists it, DOWN                  answered
 *   listed           UNWATCH comes                  unlists it, UNWATCHED             over
 *   answered         UNWATCH comes                  UNWATCHED                         over
 *
 * Only the watcher's side frees. It frees after DOWN only if it has sent no UNWATCH, so none can
 * find the block gone; else after UNWATCHED and, if one was sent (`is_told`), DOWN. UNWATCHED may
 * come first when the target has ended away from its first home. The target's side does not touch
 * the block after its answer until UNWATCH comes. Thus either may end at any time.
 *
 * Where memory for an order is out: without WATCH there is no watch; without DOWN the watcher is
 * not told (the log is); without UNWATCH the block comes back by DOWN alone (UNASKED); without
 * UNWATCHED it stays with the target's worker until the system ends.
 */
#include "actor/watch.h"

#include "actor/control.h"
#include "actor/dead_letter.h"
#include "actor/deliver.h"
#include "actor/interpose.h"
#include "actor/watch_table.h"

MYC_MESSAGE_TYPE(myc_down, .id = 0)

static void free_watch(myc_context *ctx, myc__watch *watch)
{
    myc_release(ctx, watch->notice);
    myc__memory_free(&ctx->memory, myc__header_of(watch));
}

/* False when memory is out: nobody got it. On a worker that is not there nobody lives. */
static bool pass(myc_context *ctx, myc_address to, myc__control what, myc__watch *watch)
{
    static const myc_address nobody = {0};
    uint32_t worker = myc__address_worker(to);
    if (worker != ctx->worker && worker < ctx->fabric->shard_count) {
        return myc__control_send(ctx, to, what, watch);
    }
    myc__control_here(ctx->shard, worker == ctx->worker ? to : nobody, what, watch);
    return true;
}

/* ---- the notice ---- */

/* Nobody gets the notice. One that was begun is a message that was left. */
static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    myc__watch *watch = (myc__watch *)item;
    if (watch->counted) {
        myc__dead_letter(ctx, to, watch->tag, watch->notice, MYC_DEAD_LEFT);
        watch->notice = NULL;
    } else {
        myc__count_end(&ctx->counters.done, 1);
    }
    free_watch(ctx, watch);
}

/* The first time. It comes again when the handler says so. */
static void become_message(myc_context *ctx, myc__watch *watch)
{
    if (!watch->counted) {
        watch->counted = true;
        *watch->notice = (myc_down){watch->target, watch->why};
        myc__count(&ctx->counters.accepted, 1);
        myc__count_end(&ctx->counters.done, 1);
    }
}

static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__watch *watch = (myc__watch *)item;
    if (watch->state == MYC__DEAF) {
        abandon(&shard->context, actor->address, item);
        return MYC__URGENT_SILENT;
    }
    become_message(&shard->context, watch);
    myc__watch_table_remove(actor->annex->watches, watch);
    if (myc__urgent_dispatch(shard, actor, watch->tag, watch->notice) == MYC__URGENT_AGAIN) {
        myc__watch_table_add(&actor->annex->watches, &shard->context.memory, watch);
        return MYC__URGENT_AGAIN;
    }
    watch->notice = NULL; /* released, or moved on */
    free_watch(&shard->context, watch);
    return MYC__URGENT_HANDLED;
}

static const myc__urgent_kind kind = {.handle = handle, .abandon = abandon};

/* ---- the target's side ---- */

static void list(myc__annex *annex, myc__watch *watch)
{
    watch->is_listed = true;
    watch->previous = NULL;
    watch->next = annex->watchers;
    if (watch->next) {
        watch->next->previous = watch;
    }
    annex->watchers = watch;
}

static void unlist(myc__annex *annex, myc__watch *watch)
{
    if (watch->previous) {
        watch->previous->next = watch->next;
    } else {
        annex->watchers = watch->next;
    }
    if (watch->next) {
        watch->next->previous = watch->previous;
    }
    watch->is_listed = false;
}

static void answer_down(myc__shard *shard, myc__watch *watch, myc_exit why)
{
    watch->why = why;
    watch->is_told = true;
    if (!pass(&shard->context, watch->watcher, MYC__CONTROL_DOWN, watch)) {
        watch->is_told = false;
    }
}

void myc__watch_tell(myc__shard *shard, myc__actor *target, myc__watch *watch, myc_exit why)
{
    unlist(target->annex, watch);
    answer_down(shard, watch, why);
}

static void be_watched(myc__shard *shard, myc__actor *target, myc__watch *watch)
{
    myc__annex *annex = target ? myc__annex_of(&shard->context, target) : NULL;
    if (annex) {
        list(annex, watch);
    } else {
        answer_down(shard, watch, (myc_exit){MYC_EXIT_UNKNOWN, target ? MYC_ENOMEM : 0});
    }
}

static void be_unwatched(myc__shard *shard, myc__actor *target, myc__watch *watch)
{
    if (watch->is_listed) {
        unlist(target->annex, watch);
        if (watch->is_link) {
            myc__link_left(shard, target, watch);
        }
    }
    if (!pass(&shard->context, watch->watcher, MYC__CONTROL_UNWATCHED, watch)) {
        watch->next = shard->unanswered;
        shard->unanswered = watch;
    }
}

/* ---- the watcher's side ---- */

static void forget(myc_context *ctx, myc__watch *watch)
{
    watch->state = MYC__FORGOTTEN;
    if (!pass(ctx, watch->target, MYC__CONTROL_UNWATCH, watch)) {
        watch->state = MYC__UNASKED;
    }
}

/* The target's side is done with it. */
static void hear(myc__shard *shard, myc__actor *watcher, myc__watch *watch)
{
    if (watch->state == MYC__UNASKED) {
        free_watch(&shard->context, watch);
    } else if (watch->state == MYC__FORGOTTEN) {
        watch->state = MYC__HEARD;
    } else if (watch->state == MYC__WATCHING && watch->is_link) {
        myc__watch_table_remove(watcher->annex->watches, watch);
        myc__link_down(shard, watcher, watch);
        free_watch(&shard->context, watch);
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
        free_watch(ctx, watch);
    }
}

void myc__watch_obey(myc__shard *shard, myc__actor *actor, myc__control what, myc__watch *watch)
{
    switch (what) {
    case MYC__CONTROL_WATCH: be_watched(shard, actor, watch); break;
    case MYC__CONTROL_UNWATCH: be_unwatched(shard, actor, watch); break;
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
    *watch = (myc__watch){.urgent.kind = &kind,
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
    if (pass(ctx, target, MYC__CONTROL_WATCH, watch)) {
        return 0;
    }
    myc__watch_table_remove(annex->watches, watch);
    free_watch(ctx, watch);
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

void myc__watch_fini(myc__shard *shard)
{
    while (shard->unanswered) {
        myc__watch *watch = shard->unanswered;
        shard->unanswered = watch->next;
        free_watch(&shard->context, watch);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target's side of a watch: the list of those who are to be told when an actor ends. The
 * protocol is in watch_sides.h.
 */
#include "actor/control.h"
#include "actor/deliver.h"
#include "actor/watch_sides.h"

/* On a worker that is not there nobody lives. */
bool myc__watch_pass(myc_context *ctx, myc_address to, myc__control what, myc__watch *watch)
{
    static const myc_address nobody = {0};
    uint32_t worker = myc__address_worker(to);
    if (worker != ctx->worker && worker < ctx->fabric->shard_count) {
        return myc__control_send(ctx, to, what, watch);
    }
    myc__control_here(ctx->shard, worker == ctx->worker ? to : nobody, what, watch);
    return true;
}

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
    if (!myc__watch_pass(&shard->context, watch->watcher, MYC__CONTROL_DOWN, watch)) {
        watch->is_told = false;
    }
}

void myc__watch_tell(myc__shard *shard, myc__actor *target, myc__watch *watch, myc_exit why)
{
    unlist(target->annex, watch);
    answer_down(shard, watch, why);
}

void myc__watched_list(myc__shard *shard, myc__actor *target, myc__watch *watch)
{
    myc__annex *annex = target ? myc__annex_of(&shard->context, target) : NULL;
    if (annex) {
        list(annex, watch);
    } else {
        answer_down(shard, watch, (myc_exit){MYC_EXIT_UNKNOWN, target ? MYC_ENOMEM : 0});
    }
}

void myc__watched_unlist(myc__shard *shard, myc__actor *target, myc__watch *watch)
{
    if (watch->is_listed) {
        unlist(target->annex, watch);
        if (watch->is_link) {
            myc__link_left(shard, target, watch);
        }
    }
    if (!myc__watch_pass(&shard->context, watch->watcher, MYC__CONTROL_UNWATCHED, watch)) {
        watch->next = shard->unanswered;
        shard->unanswered = watch;
    }
}

void myc__watch_fini(myc__shard *shard)
{
    while (shard->unanswered) {
        myc__watch *watch = shard->unanswered;
        shard->unanswered = watch->next;
        myc__watch_free(&shard->context, watch);
    }
}

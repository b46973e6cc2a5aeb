/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A link is a watch (watch_sides.h) that kills instead of telling, and one for both ways: its DOWN
 * brings the end of the one who was linked to, its UNWATCH the end of the one who made it.
 */
#include "actor/stop.h"
#include "actor/watch.h"

static bool has_gone_wrong(myc_exit why)
{
    return why.reason == MYC_EXIT_FAILED || why.reason == MYC_EXIT_KILLED ||
           why.reason == MYC_EXIT_UNKNOWN;
}

static void follow(myc__shard *shard, myc__actor *actor, myc_exit why)
{
    if (has_gone_wrong(why)) {
        myc__actor_interrupt(shard, actor, (myc_exit){MYC_EXIT_KILLED, why.code});
    }
}

void myc__link_down(myc__shard *shard, myc__actor *watcher, const myc__watch *link)
{
    follow(shard, watcher, link->why);
}

void myc__link_left(myc__shard *shard, myc__actor *target, const myc__watch *link)
{
    follow(shard, target, link->left);
}

int myc_link(myc_context *ctx, myc_address other)
{
    return myc__watch_begin(ctx, other, true, 0);
}

/* To one that the other has made, the calling actor seems to have ended normally. */
static void give_back_links_of(myc_context *ctx, myc_address other)
{
    myc__watch *watch = ctx->current->annex->watchers;
    while (watch) {
        myc__watch *next = watch->next;
        if (watch->is_link && myc_address_equal(watch->watcher, other)) {
            myc__watch_tell(ctx->shard, ctx->current, watch, (myc_exit){MYC_EXIT_DONE, 0});
        }
        watch = next;
    }
}

void myc_unlink(myc_context *ctx, myc_address other)
{
    myc__watch_end(ctx, other, true);
    if (ctx->current && ctx->current->annex) {
        give_back_links_of(ctx, other);
    }
}

void myc_kill(myc_context *ctx, myc_address actor, int32_t code)
{
    myc__stop_for(ctx, actor, (myc_exit){MYC_EXIT_KILLED, code});
}

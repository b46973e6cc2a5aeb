/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The notice that a target has ended: an urgent item, which becomes a message when its turn comes
 * and somebody still wants it.
 */
#include "actor/dead_letter.h"
#include "actor/interpose.h"
#include "actor/watch_sides.h"
#include "actor/watch_table.h"

void myc__watch_free(myc_context *ctx, myc__watch *watch)
{
    myc_release(ctx, watch->notice);
    myc__memory_free(&ctx->memory, myc__header_of(watch));
}

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
    myc__watch_free(ctx, watch);
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
    myc__watch_free(&shard->context, watch);
    return MYC__URGENT_HANDLED;
}

const myc__urgent_kind myc__watch_notice_kind = {.handle = handle, .abandon = abandon};

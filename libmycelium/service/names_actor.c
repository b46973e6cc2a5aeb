/* SPDX-License-Identifier: Apache-2.0 */
#include "service/names.h"

/* First the urgent item that brings the ending to its actor, then the ending. */
struct myc__mark {
    myc__urgent urgent;
    myc__ending ending;
};

static void forget(myc_context *ctx, myc_address address)
{
    myc__names *names = ctx->fabric->names;
    myc__names_after after = {0};
    myc__names_lock(names);
    myc__names_take_out_all(names, address, &after);
    (void)myc__names_end_watches(names, address, NULL, 0, &after);
    myc__names_unlock(names);
    myc__names_finish(ctx, &after);
}

static void run_ending(myc__ending *ending, myc__shard *shard, myc__actor *actor)
{
    myc__mark *mark = (myc__mark *)(void *)((uint8_t *)ending - offsetof(myc__mark, ending));
    forget(&shard->context, actor->address);
    myc__mark_free(&shard->context, mark);
}

/* Its names stay; what it watches it will watch again. */
static void renew(myc__ending *ending, myc__shard *shard, myc__actor *actor)
{
    (void)ending;
    myc__names *names = shard->context.fabric->names;
    myc__names_after after = {0};
    myc__names_lock(names);
    (void)myc__names_end_watches(names, actor->address, NULL, 0, &after);
    myc__names_unlock(names);
    myc__names_finish(&shard->context, &after);
}

/* The actor has an annex. */
static void settle(myc_context *ctx, myc__actor *actor, myc__mark *mark)
{
    if (myc__annex_has_ending(actor, run_ending)) {
        myc__mark_free(ctx, mark);
    } else {
        myc__annex_add_ending(actor, &mark->ending);
    }
}

static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    settle(&shard->context, actor, (myc__mark *)(void *)item);
    return MYC__URGENT_SILENT;
}

static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    forget(ctx, to);
    myc__mark_free(ctx, (myc__mark *)(void *)item);
}

static const myc__urgent_kind mark_kind = {.handle = handle, .abandon = abandon};

myc__mark *myc__mark_new(myc_context *ctx)
{
    myc__mark *mark = myc__memory_new_internal(&ctx->memory, sizeof *mark);
    if (mark) {
        *mark = (myc__mark){.urgent.kind = &mark_kind, .ending = {NULL, run_ending, renew}};
    }
    return mark;
}

void myc__mark_free(myc_context *ctx, myc__mark *mark)
{
    if (mark) {
        myc__memory_free(&ctx->memory, myc__header_of(mark));
    }
}

void myc__mark_send(myc_context *ctx, myc_address address, myc__mark *mark)
{
    if (myc__address_node(address) != 0) {
        myc__mark_free(ctx, mark); /* nobody here will learn of its end */
    } else {
        myc__urge(ctx, address, &mark->urgent);
    }
}

bool myc__mark_here(myc_context *ctx)
{
    myc__mark *mark = myc__annex_of(ctx, ctx->current) ? myc__mark_new(ctx) : NULL;
    if (mark) {
        settle(ctx, ctx->current, mark);
    }
    return mark != NULL;
}

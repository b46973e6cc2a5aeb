/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/become.h"

#include "actor/interpose.h"

static myc__modes *make_modes(myc_context *ctx, const myc__actor *actor)
{
    myc__modes *modes = myc__memory_new_internal(&ctx->memory, sizeof *modes);
    if (modes) {
        modes->base = myc__behaviour_plain(actor);
        modes->now = *modes->base;
        modes->depth = 0;
    }
    return modes;
}

static myc__modes *modes_of(myc_context *ctx, myc__actor *actor)
{
    myc__annex *annex = myc__annex_of(ctx, actor);
    if (annex && !annex->modes) {
        annex->modes = make_modes(ctx, actor);
    }
    return annex ? annex->modes : NULL;
}

/* The handler that runs was found before: what it comes from may change. */
static void follow(myc__actor *actor, myc__modes *modes)
{
    if (modes->depth == 0) {
        myc__behaviour_become(actor, modes->base);
        return;
    }
    modes->now.dispatch = modes->stack[modes->depth - 1]->dispatch;
    myc__behaviour_become(actor, &modes->now);
}

static int push(myc__actor *actor, myc__modes *modes, const myc_mode *mode)
{
    if (modes->depth == MYC_MODES_MAX) {
        return MYC_ELIMIT;
    }
    modes->stack[modes->depth++] = mode;
    follow(actor, modes);
    return 0;
}

static int fault_of(const myc_context *ctx, const void *self, const myc_mode *mode)
{
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    bool own = self == myc__actor_state(ctx->current);
    return own && ctx->current->behaviour->protocol == mode->protocol ? 0 : MYC_EINVAL;
}

int myc_become(myc_context *ctx, const void *self, const myc_mode *mode)
{
    int error = fault_of(ctx, self, mode);
    if (error) {
        return error;
    }
    myc__modes *modes = modes_of(ctx, ctx->current);
    return modes ? push(ctx->current, modes, mode) : MYC_ENOMEM;
}

int myc_switch(myc_context *ctx, const void *self, const myc_mode *mode)
{
    int error = fault_of(ctx, self, mode);
    if (error) {
        return error;
    }
    myc__modes *modes = modes_of(ctx, ctx->current);
    if (!modes) {
        return MYC_ENOMEM;
    }
    modes->depth -= modes->depth > 0;
    return push(ctx->current, modes, mode);
}

int myc_unbecome(myc_context *ctx)
{
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    if (!myc__mode_of(ctx->current)) {
        return MYC_EINVAL;
    }
    ctx->current->annex->modes->depth--;
    follow(ctx->current, ctx->current->annex->modes);
    return 0;
}

const myc_mode *myc__mode_of(const myc__actor *actor)
{
    const myc__modes *modes = actor->annex ? actor->annex->modes : NULL;
    return modes && modes->depth ? modes->stack[modes->depth - 1] : NULL;
}

const char *myc_mode_name(const myc_context *ctx)
{
    const myc_mode *mode = ctx->current ? myc__mode_of(ctx->current) : NULL;
    return mode ? mode->name : NULL;
}

void myc__modes_reset(myc__actor *actor)
{
    if (myc__mode_of(actor)) {
        actor->annex->modes->depth = 0;
        follow(actor, actor->annex->modes);
    }
}

void myc__modes_end(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex->modes) {
        myc__modes_reset(actor);
        myc__memory_free(&shard->context.memory, myc__header_of(actor->annex->modes));
        actor->annex->modes = NULL;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/context.h"

#include "shard/fabric.h"

void myc__context_init(myc_context *ctx, myc__fabric *fabric, uint16_t endpoint, myc__shard *shard)
{
    ctx->fabric = fabric;
    ctx->shard = shard;
    ctx->worker = shard ? shard->index : MYC__NO_WORKER;
    myc__memory_init(&ctx->memory, &fabric->heap, endpoint, shard != NULL);
    myc__store_release_ptr((void **)&fabric->endpoints[endpoint], ctx);
    if (myc__load_relaxed_u32(&fabric->endpoint_high) <= endpoint) {
        myc__store_release_u32(&fabric->endpoint_high, endpoint + 1u);
    }
}

void myc__context_fini(myc_context *ctx)
{
    myc__allocator *allocator = &ctx->fabric->allocator;
    for (uint32_t i = 0; i < MYC__WORKERS_MAX; i++) {
        if (ctx->outbox[i]) {
            myc__free(allocator, ctx->outbox[i]->lane, sizeof *ctx->outbox[i]->lane);
            myc__free(allocator, ctx->outbox[i], sizeof *ctx->outbox[i]);
        }
    }
    myc__memory_fini(&ctx->memory);
}

static myc__outbox *open_outbox(myc_context *ctx, uint32_t worker)
{
    myc__allocator *allocator = &ctx->fabric->allocator;
    myc__shard *receiver = ctx->fabric->shards[worker];
    myc__outbox *outbox = myc__allocate(allocator, sizeof *outbox, MYC__CACHE_LINE);
    myc__lane *lane = myc__allocate(allocator, sizeof *lane, MYC__CACHE_LINE);
    if (!outbox || !lane) {
        myc__free(allocator, outbox, sizeof *outbox);
        myc__free(allocator, lane, sizeof *lane);
        return NULL;
    }
    myc__lane_init(lane, worker);
    myc__outbox_init(outbox, lane, &receiver->parking);
    /* Release: the worker that finds the lane finds it initialised. */
    myc__store_release_ptr((void **)&receiver->inbox[ctx->memory.endpoint], lane);
    ctx->outbox[worker] = outbox;
    return outbox;
}

myc__outbox *myc__context_outbox(myc_context *ctx, uint32_t worker)
{
    myc__outbox *outbox = ctx->outbox[worker];
    return MYC__LIKELY(outbox != NULL) ? outbox : open_outbox(ctx, worker);
}

static void block(myc_context *ctx, myc__outbox *outbox)
{
    if (!outbox->blocked) {
        outbox->blocked = true;
        outbox->next_blocked = ctx->blocked;
        ctx->blocked = outbox;
    }
}

bool myc__context_post_control(myc_context *ctx, uint32_t worker, myc__envelope envelope)
{
    myc__outbox *outbox = myc__context_outbox(ctx, worker);
    if (!outbox || !myc__outbox_post_control(outbox, &ctx->memory, envelope)) {
        return false;
    }
    if (outbox->waiting.depth) {
        block(ctx, outbox);
    }
    return true;
}

bool myc__context_retry(myc_context *ctx)
{
    myc__outbox *outbox = ctx->blocked;
    ctx->blocked = NULL;
    while (outbox) {
        myc__outbox *next = outbox->next_blocked;
        outbox->blocked = false;
        if (myc__outbox_retry(outbox)) {
            myc__mailbox_rest(&outbox->waiting, &ctx->memory);
        } else {
            block(ctx, outbox);
        }
        outbox = next;
    }
    return ctx->blocked == NULL;
}

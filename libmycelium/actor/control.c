/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/control.h"

static bool post_by_lane(myc_context *ctx, uint32_t worker, myc__envelope envelope)
{
    myc__outbox *outbox = myc__context_outbox(ctx, worker);
    if (!outbox || !myc__outbox_post_control(outbox, &ctx->memory, envelope)) {
        return false;
    }
    myc__context_touch(ctx, outbox);
    return true;
}

static bool post_by_box(myc_context *ctx, uint32_t worker, myc__envelope envelope)
{
    myc__shard *receiver = ctx->fabric->shards[worker];
    if (!myc__order_box_put(&receiver->orders, &ctx->memory, envelope)) {
        return false;
    }
    myc__parking_notify(&receiver->parking);
    return true;
}

void myc__control_send(myc_context *ctx, myc_address to, myc__control order, const void *argument)
{
    uint32_t worker = myc__address_worker(to);
    myc__envelope envelope = myc__envelope_make(to, order, argument);
    myc__count(&ctx->counters.begun, 1);
    bool posted =
        ctx->shard ? post_by_lane(ctx, worker, envelope) : post_by_box(ctx, worker, envelope);
    if (!posted) {
        myc__count_end(&ctx->counters.done, 1);
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "out of memory: an order to worker %u is lost", worker);
    }
}

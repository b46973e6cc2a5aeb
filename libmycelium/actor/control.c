/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/control.h"

bool myc__control_post(myc_context *ctx, myc_address to, myc__control what, const void *argument)
{
    myc__count(&ctx->counters.begun, 1);
    bool posted = myc__context_post_control(ctx, myc__address_worker(to),
                                            myc__envelope_make(to, what, argument));
    if (!posted) {
        myc__count_end(&ctx->counters.done, 1);
    }
    return posted;
}

void myc__control_put(myc_context *ctx, myc__order *order, myc_address to, myc__control what,
                      const void *argument)
{
    myc__shard *receiver = ctx->fabric->shards[myc__address_worker(to)];
    myc__count(&ctx->counters.begun, 1);
    myc__order_box_put(&receiver->orders, order, myc__envelope_make(to, what, argument));
    myc__parking_notify(&receiver->parking);
}

static bool post_by_box(myc_context *ctx, myc_address to, myc__control what, const void *argument)
{
    myc__order *order = myc__order_new(&ctx->memory);
    if (order) {
        myc__control_put(ctx, order, to, what, argument);
    }
    return order != NULL;
}

bool myc__control_send(myc_context *ctx, myc_address to, myc__control what, const void *argument)
{
    bool posted = ctx->shard ? myc__control_post(ctx, to, what, argument)
                             : post_by_box(ctx, to, what, argument);
    if (!posted) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "out of memory: an order to worker %u is lost", myc__address_worker(to));
    }
    return posted;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/control.h"

static bool post(myc_context *ctx, myc_address to, myc__control order, const void *argument)
{
    myc__outbox *outbox = myc__context_outbox(ctx, myc__address_worker(to));
    myc__envelope envelope = myc__envelope_make(to, order, argument);
    if (!outbox || !myc__outbox_post_control(outbox, &ctx->memory, envelope)) {
        return false;
    }
    myc__context_touch(ctx, outbox);
    return true;
}

void myc__control_send(myc_context *ctx, myc_address to, myc__control order, const void *argument)
{
    myc__count(&ctx->counters.begun, 1);
    if (!post(ctx, to, order, argument)) {
        myc__count_end(&ctx->counters.done, 1);
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "out of memory: an order to worker %u is lost", myc__address_worker(to));
    } else if (!ctx->shard) {
        myc__context_flush_foreign(ctx);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/call.h"

static void arrive(myc__shard *shard, myc__actor *nobody, myc__errand *errand)
{
    (void)nobody;
    myc__call_run(shard, (myc__call *)(void *)errand);
}

void myc__call_send(myc_context *ctx, uint32_t worker, myc__call *call)
{
    myc_address nobody = {worker << MYC__INDEX_BITS, 0};
    myc__store_relaxed_u32(&call->state, MYC__CALL_ASKED); /* the order box publishes it */
    myc__errand_init(&call->errand, arrive);
    myc__errand_send(ctx, nobody, &call->errand);
}

bool myc__call_is_done(const myc__call *call)
{
    return myc__load_acquire_u32(&call->state) == MYC__CALL_DONE;
}

/* Whoever is second frees. */
static void leave(myc_context *ctx, myc__call *call, uint32_t mark)
{
    if (myc__exchange_acq_rel_u32(&call->state, mark) != MYC__CALL_ASKED) {
        myc__memory_free(&ctx->memory, myc__header_of(call));
    }
}

void myc__call_leave(myc_context *ctx, myc__call *call)
{
    leave(ctx, call, MYC__CALL_LEFT);
}

void myc__call_run(myc__shard *shard, myc__call *call)
{
    call->run(shard, call);
    leave(&shard->context, call, MYC__CALL_DONE);
}

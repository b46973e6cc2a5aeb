/* SPDX-License-Identifier: Apache-2.0 */
#include "system/ask_worker.h"

#include "base/back_off.h"

uint64_t myc__ask_worker_deadline(uint64_t timeout_ns)
{
    return myc__deadline_after(timeout_ns ? timeout_ns : MYC__ASK_WORKER_NS_DEFAULT);
}

/* All its actors are gone, and its thread soon is: it may answer or not. */
static bool has_ended(const myc_system *system, const myc__shard *shard)
{
    return !system->caller_driven && myc__load_acquire_u32(&shard->stage_done) == MYC__STAGE_EXIT;
}

static int await(myc_system *system, const myc__shard *shard, myc__call *call, uint64_t deadline_ns)
{
    for (uint32_t looks = 0; !myc__call_is_done(call); looks++) {
        bool ended = has_ended(system, shard);
        if (ended || myc__kernel_now_ns() >= deadline_ns) {
            myc__call_leave(myc_context_of(system), call);
            return ended ? MYC_ESTOPPING : MYC_ETIMEDOUT;
        }
        myc__back_off(looks);
    }
    return 0;
}

static int send(myc_system *system, const myc__shard *shard, myc__call *call)
{
    myc_context *ctx = myc_context_of(system);
    if (has_ended(system, shard)) {
        myc__memory_free(&ctx->memory, myc__header_of(call));
        return MYC_ESTOPPING;
    }
    myc__call_send(ctx, shard->index, call);
    return 0;
}

int myc__ask_worker(myc_system *system, myc__shard *shard, myc__call *call, uint64_t deadline_ns)
{
    if (system->caller_driven) {
        myc__call_run(shard, call);
        return 0;
    }
    int error = send(system, shard, call);
    return error ? error : await(system, shard, call, deadline_ns);
}

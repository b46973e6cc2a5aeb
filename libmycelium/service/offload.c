/* SPDX-License-Identifier: Apache-2.0 */
#include "service/helpers.h"

static uint32_t failed_row(const myc_protocol *protocol)
{
    uint32_t tag = 0;
    while (tag < protocol->row_count && protocol->rows[tag].type != &myc_work_failed_type) {
        tag++;
    }
    return tag;
}

static const char *fault_of(const myc_context *ctx, uint32_t tag)
{
    if (!ctx->current) {
        return "no handler runs here";
    }
    const myc_protocol *protocol = ctx->current->behaviour->protocol;
    if (tag >= protocol->row_count) {
        return "the result is for a row that the actor has not";
    }
    bool hears_of_failures = failed_row(protocol) < protocol->row_count;
    return hears_of_failures ? NULL : "the actor has no row of type myc_work_failed";
}

MYC__COLD static myc_sent refuse(myc_context *ctx, const void *argument, const char *fault)
{
    const char *name = ctx->current ? myc__actor_name(ctx->current) : "nobody";
    myc_log(ctx, MYC_LOG_ERROR, "work of %s is not taken: %s", name, fault);
    myc_release(ctx, argument);
    return MYC_DEAD;
}

static void address(myc__job *job, const myc__actor *actor, uint32_t tag)
{
    const myc_protocol *protocol = actor->behaviour->protocol;
    job->to = actor->address;
    job->failed.tag = tag;
    job->type = protocol->rows[tag].type;
    job->failed_tag = failed_row(protocol);
    job->era = myc__job_era(actor);
}

myc_sent myc_offload(myc_context *ctx, myc_pool *pool, uint32_t tag, myc_work work,
                     myc_work_call call, const void *argument)
{
    const char *fault = fault_of(ctx, tag);
    if (MYC__UNLIKELY(fault != NULL)) {
        return refuse(ctx, argument, fault);
    }
    myc__job *job = myc__job_new(ctx, argument);
    if (!job) {
        return MYC_FULL;
    }
    address(job, ctx->current, tag);
    job->work = work;
    job->call = call;
    myc_sent sent = myc__pool_put(ctx, pool, job);
    if (sent != MYC_SENT) {
        myc__job_free(ctx, job);
    }
    return sent;
}

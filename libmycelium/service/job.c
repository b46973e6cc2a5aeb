/* SPDX-License-Identifier: Apache-2.0 */
#include "service/job.h"

#include "actor/control.h"
#include "actor/dead_letter.h"

static void failed_destroy(myc_context *ctx, void *payload)
{
    myc_release(ctx, ((myc_work_failed *)payload)->argument);
}

MYC_MESSAGE_TYPE(myc_work_failed, .destroy = failed_destroy)

static myc__job *job_of(myc__urgent *item)
{
    return (myc__job *)(void *)((uint8_t *)item - offsetof(myc__job, urgent));
}

/* What the actor is given: the result, or the job itself. */
static const void *payload_of(const myc__job *job)
{
    return job->result ? job->result : &job->failed;
}

static uint32_t tag_of(const myc__job *job)
{
    return job->result ? job->failed.tag : job->failed_tag;
}

/* Takes it. */
static void leave_letter(myc_context *ctx, myc_address to, myc__job *job, myc_dead_reason reason)
{
    bool has_result = job->result != NULL;
    myc__dead_letter(ctx, to, tag_of(job), payload_of(job), reason);
    if (has_result) {
        myc_release(ctx, &job->failed);
    }
}

static void job_abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    leave_letter(ctx, to, job_of(item), MYC_DEAD_STOPPED);
}

static myc__urgent_done job_handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__job *job = job_of(item);
    if (MYC__UNLIKELY(job->era != myc__job_era(actor))) {
        leave_letter(&shard->context, actor->address, job, MYC_DEAD_LATE);
        return MYC__URGENT_SILENT;
    }
    bool has_result = job->result != NULL;
    myc__urgent_done done = myc__urgent_dispatch(shard, actor, tag_of(job), payload_of(job));
    if (has_result && done != MYC__URGENT_AGAIN) {
        myc_release(&shard->context, &job->failed);
    }
    return done;
}

static const myc__urgent_kind job_kind = {.handle = job_handle, .abandon = job_abandon};

void myc__job_deliver(myc_context *ctx, myc__job *job)
{
    myc__order *order = job->order;
    myc_address to = job->to;
    job->order = NULL;
    job->urgent.kind = &job_kind;
    myc__count(&ctx->counters.accepted, 1); /* before the receiver can count its end */
    myc__control_put(ctx, order, to, MYC__CONTROL_URGENT, &job->urgent);
    myc__count_end(&ctx->counters.done, 1);
}

/* Returns whether it is a payload that the row can carry. */
static bool check_result(myc_context *ctx, myc__job *job)
{
    if (!job->result || myc_type_of(job->result) == job->type) {
        return job->result != NULL;
    }
    myc_log(ctx, MYC_LOG_ERROR, "work returned a payload of type %s: expected %s",
            myc_type_of(job->result)->name, job->type->name);
    myc_release(ctx, job->result);
    job->result = NULL;
    return false;
}

bool myc__job_run(myc_context *ctx, myc__job *job, bool cancelled)
{
    job->failed.outcome = cancelled ? MYC_WORK_CANCELLED : MYC_WORK_NO_RESULT;
    job->result = cancelled ? NULL : job->call(job->work, ctx, job->failed.argument);
    return check_result(ctx, job);
}

myc__job *myc__job_new(myc_context *ctx, const void *argument)
{
    myc__job *job =
        myc__memory_new(&ctx->memory, &myc_work_failed_type, sizeof *job, alignof(myc__job));
    if (!job) {
        myc_release(ctx, argument);
        return NULL;
    }
    *job = (myc__job){.failed = {.argument = argument}, .order = myc__order_new(&ctx->memory)};
    if (!job->order) {
        myc__job_free(ctx, job);
        return NULL;
    }
    return job;
}

void myc__job_free(myc_context *ctx, myc__job *job)
{
    if (job->order) {
        (void)myc__order_free(job->order, &ctx->memory);
    }
    myc_release(ctx, &job->failed);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_JOB_H
#define MYC_SERVICE_JOB_H

/*
 * A piece of work, from the handler that offloads it to the message that ends it. All memory that
 * its end needs is taken at its beginning, so the end is never lost. The block is itself the
 * payload of the message that the work has failed.
 */
#include <mycelium/offload.h>

#include "actor/urgent.h"

typedef struct myc__job {
    myc_work_failed failed; /* first: a payload; its tag and its argument are the job's */
    myc__urgent urgent;
    struct myc__job *next; /* in the queue of its pool */
    myc__order *order;     /* carries it to the actor's worker; NULL when it is on its way */
    myc_work work;
    myc_work_call call;
    const myc_type *type; /* of the result */
    const void *result;
    myc_address to;
    uint32_t failed_tag;
    uint32_t era; /* of the actor, when it offloaded */
} myc__job;

/** The actor's era: it changes when the actor starts anew, with another state. */
static inline uint32_t myc__job_era(const myc__actor *actor)
{
    return actor->annex ? actor->annex->era : 0;
}

/** Gives a job with nothing but its argument, or NULL when memory is out. Takes `argument`. */
myc__job *myc__job_new(myc_context *ctx, const void *argument);

/** Takes a job that was not queued. */
void myc__job_free(myc_context *ctx, myc__job *job);

/** Does the work, unless it is cancelled. Returns true when it has a result. */
bool myc__job_run(myc_context *ctx, myc__job *job, bool cancelled);

/** Sends its end to its actor, and counts that it is no longer begun. Takes it. */
void myc__job_deliver(myc_context *ctx, myc__job *job);

#endif

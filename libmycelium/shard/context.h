/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_CONTEXT_H
#define MYC_SHARD_CONTEXT_H

/*
 * An endpoint: where one thread sends and allocates from. Each worker has one, each foreign thread
 * that uses the system has one. Only its thread touches it, but for the counters, which others
 * read.
 */
#include "message/reference.h"
#include "shard/counters.h"
#include "shard/outbox.h"

enum { MYC__NO_WORKER = UINT32_MAX };

/** What an actor does, when that is not to handle a message whose tag is known. */
typedef enum myc__doing {
    MYC__DOING_MESSAGE =
        1u << 31, /* the tag is known of those only that are traced (actor/trace.h) */
    MYC__DOING_START,
    MYC__DOING_STOP,
    MYC__DOING_URGENT, /* an answer, a notice */
} myc__doing;

struct myc_context {
    myc__memory memory;         /* first: the message layer sees a context as its memory */
    struct myc__fabric *fabric; /* constant */
    struct myc__shard *shard;   /* constant; NULL on a foreign thread */
    uint32_t worker;            /* constant; MYC__NO_WORKER on a foreign thread */
    struct myc__actor *current; /* atomic: whose handler runs; NULL between turns */
    uint32_t doing; /* atomic: the tag it handles, or myc__doing; while there is a `current` */
    const void *handling; /* the message whose reference the running handler still has */
    const void *request;  /* what it was asked with; NULL: it was sent */
    myc__outbox *blocked; /* outboxes where control waits for room */
    myc__outbox *outbox[MYC__WORKERS_MAX]; /* to each worker; NULL until first used */
    alignas(MYC__CACHE_LINE) myc__counters counters;
};

static_assert(offsetof(struct myc_context, memory) == 0, "a context begins with its memory");

/**
 * Joins `fabric` as `endpoint`; `shard` is NULL for a foreign thread. `ctx` is zeroed.
 * Threads: one at a time joins a fabric; others may use it.
 */
void myc__context_init(myc_context *ctx, struct myc__fabric *fabric, uint16_t endpoint,
                       struct myc__shard *shard);

/** Frees outboxes and memory. No thread uses the fabric any more. */
void myc__context_fini(myc_context *ctx);

/** Others may look whose handler runs and what it does (system/watchdog.c). */
static inline void myc__context_run(myc_context *ctx, struct myc__actor *current)
{
    myc__store_relaxed_ptr((void **)&ctx->current, current);
}

static inline void myc__context_do(myc_context *ctx, uint32_t doing)
{
    myc__store_relaxed_u32(&ctx->doing, doing);
}

/** The outbox to `worker`, made on first use; NULL when memory is out. */
myc__outbox *myc__context_outbox(myc_context *ctx, uint32_t worker);

/** Posts a control envelope to `worker`. False when memory is out. */
bool myc__context_post_control(myc_context *ctx, uint32_t worker, myc__envelope envelope);

/** Posts what waits for room in a lane. Returns true when nothing waits any more. */
bool myc__context_retry(myc_context *ctx);

#endif

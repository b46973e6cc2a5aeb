/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_HELPERS_H
#define MYC_SERVICE_HELPERS_H

/*
 * Helper pools: threads that run work which may block. A lock and a condition do: work that is
 * worth a thread of its own takes longer than they.
 *
 *   a job is     by                                         counted
 *   queued       myc_offload(), in a handler                begun, before a helper can see it
 *   running      a helper                                   -
 *   delivered    the helper: an urgent item to the actor    accepted; then done, for `begun`
 *
 *   a pool is    set by                                     its helpers
 *   open         create                                     run jobs
 *   cancelling   a stop of the system, destroy              deliver queued jobs as cancelled
 *   leaving      destroy                                    end when nothing is queued
 *
 * The fabric has a list of pools, for stops, and for caller-driven systems, whose pools have no
 * threads.
 */
#include <mycelium/offload.h>

#include "service/job.h"

struct myc_pool {
    myc__fabric *fabric;
    struct myc_pool *next; /* guarded by the fabric's pools_lock */
    char name[16];
    uint32_t queue_bound;
    uint32_t wanted;       /* threads */
    uint32_t thread_count; /* started */
    pthread_mutex_t lock;  /* guards all below */
    pthread_cond_t changed;
    myc__job *first;
    myc__job *last;
    myc_pool_counts counts;
    uint32_t reported; /* threads that have a context, or could not get one */
    uint32_t contextless;
    bool cancelling;
    bool leaving;
    pthread_t threads[];
};

/** Queues `job`. Returns what myc_offload() does; takes it with MYC_SENT only. */
myc_sent myc__pool_put(myc_context *ctx, myc_pool *pool, myc__job *job);

/** Starts the threads. Returns 0 or MYC_ELIMIT: those that did start wait to be ended. */
int myc__pool_start(myc_pool *pool);

/** Cancels what is and will be queued; with `leaving` its threads end when it is. */
void myc__pool_cancel(myc_pool *pool, bool leaving);

/** Waits for the threads, which are leaving. */
void myc__pool_join(myc_pool *pool);

/** Does, or cancels, a piece of work on the calling thread. False when there is none. */
bool myc__pool_run_one(myc_pool *pool, myc_context *ctx);

/* For the system layer, in pools.c. */

/** Cancels all that is and will be queued in any pool. */
void myc__pools_cancel(myc__fabric *fabric);

/** True when no pool has work. */
bool myc__pools_are_idle(myc__fabric *fabric);

/** Ends all pools that are left. */
void myc__pools_end(myc__fabric *fabric);

/** Of a caller-driven system: does a piece of work for each pool. True when there was one. */
bool myc__pools_run(myc__fabric *fabric);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "service/helpers.h"

#include <stdio.h>
#include <string.h>

#include <mycelium/system.h>

/* ---- the queue ---- */

/* Returns what keeps the job out, or MYC_SENT. */
static myc_sent look_at_door(myc_pool *pool)
{
    if (pool->cancelling) {
        return MYC_DEAD;
    }
    if (pool->counts.queued >= pool->queue_bound) {
        pool->counts.refused++;
        return MYC_FULL;
    }
    return MYC_SENT;
}

static void link_job(myc_pool *pool, myc__job *job)
{
    job->next = NULL;
    *(pool->last ? &pool->last->next : &pool->first) = job;
    pool->last = job;
    pool->counts.accepted++;
    pool->counts.queued++;
}

myc_sent myc__pool_put(myc_context *ctx, myc_pool *pool, myc__job *job)
{
    pthread_mutex_lock(&pool->lock);
    myc_sent sent = look_at_door(pool);
    if (sent == MYC_SENT) {
        myc__count(&ctx->counters.begun, 1);
        link_job(pool, job);
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return sent;
}

/* Under the lock. NULL when nothing is queued. */
static myc__job *take_job(myc_pool *pool, bool *cancelled)
{
    myc__job *job = pool->first;
    if (job) {
        pool->first = job->next;
        if (!pool->first) {
            pool->last = NULL;
        }
        pool->counts.queued--;
        pool->counts.running++;
        *cancelled = pool->cancelling;
    }
    return job;
}

static void count_outcome(myc_pool *pool, bool has_result, bool cancelled)
{
    pool->counts.running--;
    pool->counts.done += has_result;
    pool->counts.cancelled += cancelled;
    pool->counts.failed += !has_result && !cancelled;
}

/* In one step with the delivery: who finds the pool idle, or the system quiet, finds both done. No
 * code of the user's runs under the lock. */
static void end_job(myc_pool *pool, myc_context *ctx, myc__job *job, bool has_result,
                    bool cancelled)
{
    pthread_mutex_lock(&pool->lock);
    count_outcome(pool, has_result, cancelled);
    myc__job_deliver(ctx, job);
    pthread_mutex_unlock(&pool->lock);
}

static void run_job(myc_pool *pool, myc_context *ctx, myc__job *job, bool cancelled)
{
    bool has_result = myc__job_run(ctx, job, cancelled);
    end_job(pool, ctx, job, has_result, cancelled);
    myc__memory_flush(&ctx->memory); /* it has no end of a pass to send blocks home at */
}

bool myc__pool_run_one(myc_pool *pool, myc_context *ctx)
{
    bool cancelled;
    pthread_mutex_lock(&pool->lock);
    myc__job *job = take_job(pool, &cancelled);
    pthread_mutex_unlock(&pool->lock);
    if (job) {
        run_job(pool, ctx, job, cancelled);
    }
    return job != NULL;
}

/* ---- the threads ---- */

/* Waits for a job. NULL when the pool is to end. */
static myc__job *await_job(myc_pool *pool, bool *cancelled)
{
    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->leaving) {
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    myc__job *job = take_job(pool, cancelled);
    pthread_mutex_unlock(&pool->lock);
    return job;
}

/* Returns the number of the thread in its pool. */
static uint32_t report(myc_pool *pool, const myc_context *ctx)
{
    pthread_mutex_lock(&pool->lock);
    uint32_t number = pool->reported++;
    pool->contextless += ctx == NULL;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return number;
}

static void name_thread(const myc_pool *pool, uint32_t number)
{
    char name[16];
    snprintf(name, sizeof name, "%.10s-%u", pool->name, number);
    pthread_setname_np(pthread_self(), name);
}

static void *helper_main(void *argument)
{
    myc_pool *pool = argument;
    const myc__fabric *fabric = pool->fabric;
    myc_context *ctx = myc_context_of(fabric->system);
    name_thread(pool, report(pool, ctx));
    if (!ctx) {
        return NULL;
    }
    if (fabric->thread_start) {
        fabric->thread_start(fabric->thread_start_user, MYC__NO_WORKER);
    }
    bool cancelled;
    for (myc__job *job; (job = await_job(pool, &cancelled)) != NULL;) {
        run_job(pool, ctx, job, cancelled);
    }
    return NULL;
}

static bool start_threads(myc_pool *pool)
{
    int error = 0;
    while (pool->thread_count < pool->wanted && !error) {
        error = pthread_create(&pool->threads[pool->thread_count], NULL, helper_main, pool);
        pool->thread_count += !error;
    }
    if (error) {
        myc__log_line(
            &pool->fabric->log, MYC_LOG_ERROR,
            "a thread of pool %s was refused (%s): raise RLIMIT_NPROC or the memory limit",
            pool->name, strerrordesc_np(error));
    }
    return error == 0;
}

/* Returns true when each thread has a context. */
static bool await_contexts(myc_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->reported < pool->thread_count) {
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    bool complete = pool->contextless == 0;
    pthread_mutex_unlock(&pool->lock);
    if (!complete) {
        myc__log_line(&pool->fabric->log, MYC_LOG_ERROR,
                      "a thread of pool %s has no context: memory is out, or there are 256 foreign "
                      "threads",
                      pool->name);
    }
    return complete;
}

int myc__pool_start(myc_pool *pool)
{
    bool complete = start_threads(pool);
    return await_contexts(pool) && complete ? 0 : MYC_ELIMIT;
}

void myc__pool_cancel(myc_pool *pool, bool leaving)
{
    pthread_mutex_lock(&pool->lock);
    pool->cancelling = true;
    pool->leaving = pool->leaving || leaving;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void myc__pool_join(myc_pool *pool)
{
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        int failed = pthread_join(pool->threads[i], NULL);
        MYC__CHECK(failed == 0);
    }
}

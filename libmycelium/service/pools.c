/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include <mycelium/system.h>

#include "service/helpers.h"

static void link_pool(myc_pool *pool)
{
    pthread_mutex_lock(&pool->fabric->pools_lock);
    pool->next = pool->fabric->pools;
    pool->fabric->pools = pool;
    pthread_mutex_unlock(&pool->fabric->pools_lock);
}

static void unlink_pool(myc_pool *pool)
{
    pthread_mutex_lock(&pool->fabric->pools_lock);
    struct myc_pool **link = &pool->fabric->pools;
    while (*link != pool) {
        link = &(*link)->next;
    }
    *link = pool->next;
    pthread_mutex_unlock(&pool->fabric->pools_lock);
}

/* ---- create ---- */

static const char *fault_of(const myc_pool_options *options)
{
    if (options->threads > MYC__POOL_THREADS_MAX) {
        return "threads is over 64";
    }
    return options->queue_bound > MYC__POOL_QUEUE_MAX ? "queue_bound is over 1048576" : NULL;
}

static size_t size_of(uint32_t threads)
{
    return sizeof(myc_pool) + threads * sizeof(pthread_t);
}

static void init_locks(myc_pool *pool)
{
    int failed = pthread_mutex_init(&pool->lock, NULL);
    MYC__CHECK(failed == 0);
    failed = pthread_cond_init(&pool->changed, NULL);
    MYC__CHECK(failed == 0);
}

static void name(myc_pool *pool, const char *given)
{
    if (given) {
        snprintf(pool->name, sizeof pool->name, "%.10s", given);
    } else {
        snprintf(pool->name, sizeof pool->name, "%.8s-w", pool->fabric->name);
    }
}

static myc_pool *make(myc__fabric *fabric, const myc_pool_options *options)
{
    uint32_t threads = options->threads ? options->threads : 1;
    threads = fabric->caller_driven ? 0 : threads;
    myc_pool *pool = myc__allocate(&fabric->allocator, size_of(threads), alignof(myc_pool));
    if (pool) {
        pool->fabric = fabric;
        pool->queue_bound = options->queue_bound ? options->queue_bound : MYC__POOL_QUEUE_DEFAULT;
        pool->wanted = threads;
        name(pool, options->name);
        init_locks(pool);
    }
    return pool;
}

static void cancel_here(myc_pool *pool)
{
    while (myc__pool_run_one(pool, &pool->fabric->shards[0]->context)) {
    }
}

/* What is queued is cancelled by the threads, which have contexts, or here where there are none. */
static void end(myc_pool *pool)
{
    myc__fabric *fabric = pool->fabric;
    myc__pool_cancel(pool, true);
    if (fabric->caller_driven) {
        cancel_here(pool);
    }
    myc__pool_join(pool);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    myc__free(&fabric->allocator, pool, size_of(pool->wanted));
}

static int create(myc__fabric *fabric, const myc_pool_options *options, myc_pool **created)
{
    myc_pool *pool = make(fabric, options);
    if (!pool) {
        return MYC_ENOMEM;
    }
    int error = myc__pool_start(pool);
    if (error) {
        end(pool);
        return error;
    }
    link_pool(pool);
    *created = pool;
    return 0;
}

int myc_pool_create(myc_system *system, const myc_pool_options *given, myc_pool **created)
{
    myc_pool_options options = given ? *given : (myc_pool_options){0};
    myc_context *ctx = myc_context_of(system);
    const char *fault = fault_of(&options);
    if (!ctx) {
        return MYC_ELIMIT;
    }
    if (fault) {
        myc_log(ctx, MYC_LOG_ERROR, "pool %s cannot be created: %s",
                options.name ? options.name : "", fault);
        return MYC_EINVAL;
    }
    if (ctx->shard) {
        return MYC_ETHREAD; /* it would have to wait for the threads */
    }
    if (myc__load_acquire_u32(&ctx->fabric->stopping)) {
        return MYC_ESTOPPING;
    }
    return create(ctx->fabric, &options, created);
}

/* ---- destroy ---- */

static bool is_helper(const myc_pool *pool)
{
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        if (pthread_equal(pthread_self(), pool->threads[i])) {
            return true;
        }
    }
    return false;
}

static bool in_a_handler(const myc__fabric *fabric)
{
    const myc_context *ctx = myc_context_of(fabric->system);
    bool inside = ctx && ctx->shard;
    for (uint32_t i = 0; fabric->caller_driven && i < fabric->shard_count; i++) {
        inside = inside || fabric->shards[i]->context.current;
    }
    return inside;
}

int myc_pool_destroy(myc_pool *pool)
{
    if (!pool) {
        return 0;
    }
    if (is_helper(pool) || in_a_handler(pool->fabric)) {
        return MYC_ETHREAD;
    }
    unlink_pool(pool);
    end(pool);
    return 0;
}

void myc_pool_counts_read(myc_pool *pool, myc_pool_counts *counts)
{
    pthread_mutex_lock(&pool->lock);
    *counts = pool->counts;
    pthread_mutex_unlock(&pool->lock);
}

/* ---- all pools of a system ---- */

void myc__pools_cancel(myc__fabric *fabric)
{
    pthread_mutex_lock(&fabric->pools_lock);
    for (myc_pool *pool = fabric->pools; pool; pool = pool->next) {
        myc__pool_cancel(pool, false);
    }
    pthread_mutex_unlock(&fabric->pools_lock);
}

static bool is_idle(myc_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool idle = pool->counts.queued == 0 && pool->counts.running == 0;
    pthread_mutex_unlock(&pool->lock);
    return idle;
}

bool myc__pools_are_idle(myc__fabric *fabric)
{
    bool idle = true;
    pthread_mutex_lock(&fabric->pools_lock);
    for (myc_pool *pool = fabric->pools; pool && idle; pool = pool->next) {
        idle = is_idle(pool);
    }
    pthread_mutex_unlock(&fabric->pools_lock);
    return idle;
}

/* All workers have ended; no other thread uses the system. */
void myc__pools_end(myc__fabric *fabric)
{
    while (fabric->pools) {
        myc_pool *pool = fabric->pools;
        unlink_pool(pool);
        end(pool);
    }
}

/* The pools of a caller-driven system are made, run and destroyed by one thread at a time. */
bool myc__pools_run(myc__fabric *fabric)
{
    bool any = false;
    for (myc_pool *pool = fabric->pools, *next; pool; pool = next) {
        next = pool->next;
        any |= myc__pool_run_one(pool, &fabric->shards[0]->context);
    }
    return any;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVICE_OFFLOAD_SUPPORT_H
#define TESTS_SERVICE_OFFLOAD_SUPPORT_H

/*
 * A pool, and an actor that offloads whatever work it is ordered to and writes down how it ended.
 */
#include "actor/actor.h"
#include "actor/actor_support.h"

typedef struct figure {
    uint64_t value;
} figure;
MYC_MESSAGE(figure)

typedef const figure *(*figure_work)(myc_context *ctx, const void *argument);

typedef struct work_order {
    figure_work work;
    uint64_t value; /* of the argument */
} work_order;
MYC_MESSAGE(work_order)

__attribute__((weak)) MYC_MESSAGE_TYPE(figure, .destroy = NULL);
__attribute__((weak)) MYC_MESSAGE_TYPE(work_order, .destroy = NULL);

#define WORKER_ROWS(ROW, P)                                                                        \
    ROW(P, order, work_order)                                                                      \
    ROW(P, figure, figure)                                                                         \
    ROW(P, failed, myc_work_failed)
MYC_PROTOCOL(worker, WORKER_ROWS)

/** What happened to a worker, and what it is to do. */
struct worklog {
    myc_pool *pool;
    uint32_t full; /* orders that the pool refused */
    uint32_t done;
    uint32_t failed;
    uint32_t cancelled;
    uint64_t sum;        /* of results */
    uint64_t failed_sum; /* of the arguments of what has failed */
    uint32_t again;      /* ends that are to come again */
    bool gated;          /* orders come again and again */
};

struct worker {
    struct worklog *log;
};

static myc_next worker_on_order(struct worker *self, myc_context *ctx, const work_order *order)
{
    if (self->log->gated)
        return MYC_AGAIN;
    if (!order->work) { /* as if it had started anew */
        myc__annex_of(ctx, ctx->current)->era++;
        return MYC_CONTINUE;
    }
    figure *argument = figure_new(ctx);
    cr_assert_not_null(argument);
    argument->value = order->value;
    myc_sent sent = worker_offload_figure(ctx, self->log->pool, order->work, argument);
    cr_expect_neq(MYC_DEAD, sent);
    self->log->full += sent == MYC_FULL;
    return MYC_CONTINUE;
}

static bool comes_again(struct worklog *log)
{
    bool again = log->again > 0;
    log->again -= again;
    return again;
}

static myc_next worker_on_figure(struct worker *self, myc_context *ctx, const figure *result)
{
    (void)ctx;
    if (comes_again(self->log))
        return MYC_AGAIN;
    self->log->done++;
    self->log->sum += result->value;
    return MYC_CONTINUE;
}

static myc_next worker_on_failed(struct worker *self, myc_context *ctx, const myc_work_failed *why)
{
    (void)ctx;
    if (comes_again(self->log))
        return MYC_AGAIN;
    cr_expect_eq(worker_tag_figure, why->tag);
    self->log->failed += why->outcome == MYC_WORK_NO_RESULT;
    self->log->cancelled += why->outcome == MYC_WORK_CANCELLED;
    self->log->failed_sum += figure_cast(why->argument)->value;
    return MYC_CONTINUE;
}

MYC_ACTOR(worker, worker, WORKER_ROWS)

/* ---- work ---- */

MYC_UNUSED static const figure *square(myc_context *ctx, const void *argument)
{
    figure *made = figure_new(ctx);
    if (made)
        made->value = figure_cast(argument)->value * figure_cast(argument)->value;
    return made;
}

MYC_UNUSED static const figure *no_result(myc_context *ctx, const void *argument)
{
    (void)ctx, (void)argument;
    return NULL;
}

MYC_UNUSED static const figure *wrong_result(myc_context *ctx, const void *argument)
{
    (void)argument;
    return (const figure *)(const void *)job_data_new(ctx);
}

/* ---- a world with a pool and a worker on worker 1 ---- */

struct bench {
    struct world *here;
    myc_pool *pool;
    struct worklog log;
    worker_ref ref;
};

MYC_UNUSED static void bench_open(struct bench *bench, const myc_pool_options *options)
{
    *bench = (struct bench){.here = world_open(2)};
    cr_assert_eq(0, myc_pool_create(bench->here->system, options, &bench->pool));
    bench->log.pool = bench->pool;
    myc_spawn_options place = {.mailbox_bound = 10, .place = MYC_PLACE_ON_WORKER, .worker = 1};
    cr_assert_eq(
        0, worker_spawn(bench->here->ctx, &(struct worker){&bench->log}, &place, &bench->ref));
}

/** Destroys the pool, if it is still there, and closes the world. */
MYC_UNUSED static void bench_close(struct bench *bench)
{
    if (bench->pool)
        cr_expect_eq(0, myc_pool_destroy(bench->pool));
    world_close(bench->here);
}

MYC_UNUSED static myc_sent order_work_anyway(struct bench *bench, figure_work work, uint64_t value)
{
    work_order *made = work_order_new(bench->here->ctx);
    cr_assert_not_null(made);
    *made = (work_order){work, value};
    return worker_send_order(bench->here->ctx, bench->ref, made);
}

MYC_UNUSED static void order_work(struct bench *bench, figure_work work, uint64_t value)
{
    cr_assert_eq(MYC_SENT, order_work_anyway(bench, work, value));
}

MYC_UNUSED static void expect_pool(const struct bench *bench, myc_pool_counts expected)
{
    myc_pool_counts counts;
    myc_pool_counts_read(bench->pool, &counts);
    cr_expect_eq(0, memcmp(&expected, &counts, sizeof counts),
                 "accepted %d refused %d done %d failed %d cancelled %d queued %d running %d",
                 (int)counts.accepted, (int)counts.refused, (int)counts.done, (int)counts.failed,
                 (int)counts.cancelled, (int)counts.queued, (int)counts.running);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_WATCH_SUPPORT_H
#define TESTS_ACTOR_WATCH_SUPPORT_H

/*
 * An actor that watches and is linked as a test tells it: by jobs, which run in its handler.
 */
#include "actor_support.h"

enum { NOTICES_KEPT = 64 };

/** What a guard was told. Lives longer than its guard. */
struct notebook {
    uint32_t count;
    myc_down notices[NOTICES_KEPT];
    uint32_t rows[NOTICES_KEPT]; /* 0: down, 1: lost */
    uint32_t agains;             /* notices that are to come again */
    int32_t fail_code;           /* with it a notice fails the guard */
    uint32_t jobs;
    uint32_t jobs_before; /* handled before the first notice */
    uint32_t stops;
    myc_exit why;
    void (*at_notice)(struct notebook *book, myc_context *ctx, const myc_down *down);
    void (*at_stop)(struct notebook *book, myc_context *ctx);
    void *user;
};

#define GUARD_ROWS(ROW, P)                                                                         \
    ROW(P, job, job_data)                                                                          \
    ROW(P, down, myc_down)                                                                         \
    ROW(P, lost, myc_down)
MYC_PROTOCOL(guard, GUARD_ROWS)

struct guard {
    struct notebook *book;
};

static myc_next guard_on_job(struct guard *self, myc_context *ctx, const job_data *job)
{
    self->book->jobs++;
    job->run(ctx, job->argument);
    return MYC_CONTINUE;
}

static myc_next note_down(struct notebook *book, myc_context *ctx, const myc_down *down,
                          uint32_t row)
{
    if (book->agains && book->agains--)
        return MYC_AGAIN;
    if (book->count == 0)
        book->jobs_before = book->jobs;
    if (book->count < NOTICES_KEPT) {
        book->notices[book->count] = *down;
        book->rows[book->count] = row;
    }
    book->count++;
    if (book->at_notice)
        book->at_notice(book, ctx, down);
    return book->fail_code ? MYC_FAIL(book->fail_code) : MYC_CONTINUE;
}

static myc_next guard_on_down(struct guard *self, myc_context *ctx, const myc_down *down)
{
    return note_down(self->book, ctx, down, 0);
}

static myc_next guard_on_lost(struct guard *self, myc_context *ctx, const myc_down *down)
{
    return note_down(self->book, ctx, down, 1);
}

static int guard_on_start(struct guard *self, myc_context *ctx)
{
    (void)self;
    (void)ctx;
    return 0;
}

static void guard_on_stop(struct guard *self, myc_context *ctx, myc_exit why)
{
    self->book->stops++;
    self->book->why = why;
    if (self->book->at_stop)
        self->book->at_stop(self->book, ctx);
}

MYC_ACTOR_WITH_LIFECYCLE(guard, guard, GUARD_ROWS)

MYC_UNUSED static guard_ref guard_at(struct world *world, uint32_t worker, struct notebook *book)
{
    guard_ref ref = {0};
    cr_assert_eq(
        0, guard_spawn(world->ctx, &(struct guard){book},
                       &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker}, &ref));
    return ref;
}

/** Queues a job for a guard. */
MYC_UNUSED static void guard_tell(struct world *world, guard_ref guard,
                                  void (*run)(myc_context *ctx, void *argument), void *argument)
{
    job_data *made = job_data_new(world->ctx);
    cr_assert_not_null(made);
    *made = (job_data){run, argument};
    cr_assert_eq(MYC_SENT, guard_send_job(world->ctx, guard, made));
}

static inline void run_watch(myc_context *ctx, void *argument)
{
    cr_expect_eq(0, MYC_WATCH(guard, down, ctx, *(guard_ref *)argument));
}

static inline void run_unwatch(myc_context *ctx, void *argument)
{
    myc_unwatch(ctx, *(myc_address *)argument);
}

static inline void run_link(myc_context *ctx, void *argument)
{
    cr_expect_eq(0, myc_link(ctx, *(myc_address *)argument));
}

static inline void run_unlink(myc_context *ctx, void *argument)
{
    myc_unlink(ctx, *(myc_address *)argument);
}

static inline void run_kill(myc_context *ctx, void *argument)
{
    myc_kill(ctx, *(myc_address *)argument, -77);
}

/** The guard's one notice is of `actor`, with this. */
MYC_UNUSED static void expect_told(const struct notebook *book, myc_address actor,
                                   myc_exit_reason reason, int32_t code)
{
    cr_assert_eq(1, book->count, "told %u times", book->count);
    cr_expect(myc_address_equal(actor, book->notices[0].actor));
    cr_expect_eq(reason, book->notices[0].why.reason);
    cr_expect_eq(code, book->notices[0].why.code);
}

#endif

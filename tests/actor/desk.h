/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_DESK_H
#define TESTS_ACTOR_DESK_H

/*
 * The one kind of actor of these tests: it writes each ticket it gets into a journal of the test's
 * and does what the journal's script says. A job runs a function of the test inside a handler, so
 * on a worker's context.
 */
#include <stdlib.h>

#include <criterion/criterion.h>
#include <mycelium/mycelium.h>

typedef struct ticket_data {
    uint32_t sender;
    uint32_t number;
    uint32_t *destroyed; /* counted up by the destroy hook; may be NULL */
} ticket_data;
MYC_MESSAGE(ticket_data)

typedef struct job_data {
    void (*run)(myc_context *ctx, void *argument);
    void *argument;
} job_data;
MYC_MESSAGE(job_data)

static void ticket_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    uint32_t *destroyed = ((ticket_data *)payload)->destroyed;
    if (destroyed)
        ++*destroyed;
}

/* Weak: each test file of the program brings the same definitions. */
__attribute__((weak)) MYC_MESSAGE_TYPE(ticket_data, .destroy = ticket_destroy);
__attribute__((weak)) MYC_MESSAGE_TYPE(job_data, .destroy = NULL);

#define DESK_ROWS(ROW, P)                                                                          \
    ROW(P, ticket, ticket_data)                                                                    \
    ROW(P, job, job_data)
MYC_PROTOCOL(desk, DESK_ROWS)

/** What happened to a desk, and what it is to do. Lives longer than its desk. */
struct journal {
    ticket_data *entries; /* one for each call of the handler */
    uint32_t count;
    uint32_t capacity;
    uint32_t starts;
    uint32_t stops;
    uint32_t jobs;
    myc_exit why;
    int start_code;
    bool gated;       /* without a permit the ticket in hand comes again and again */
    uint32_t permits; /* tickets that still pass the gate */
    myc_next (*on_ticket)(struct journal *journal, myc_context *ctx, const ticket_data *ticket);
    void (*at_start)(struct journal *journal, myc_context *ctx);
    void (*at_stop)(struct journal *journal, myc_context *ctx);
    void *user;
};

struct desk {
    struct journal *journal;
};

static inline void journal_add(struct journal *journal, const ticket_data *entry)
{
    if (journal->count == journal->capacity) {
        journal->capacity = journal->capacity ? 2 * journal->capacity : 64;
        journal->entries = realloc(journal->entries, journal->capacity * sizeof *journal->entries);
        cr_assert_not_null(journal->entries);
    }
    journal->entries[journal->count++] = *entry;
}

static inline void journal_fini(struct journal *journal)
{
    free(journal->entries);
    journal->entries = NULL;
    journal->count = journal->capacity = 0;
}

static myc_next desk_on_ticket(struct desk *self, myc_context *ctx, const ticket_data *ticket)
{
    struct journal *journal = self->journal;
    if (!journal)
        return MYC_CONTINUE;
    if (journal->gated && journal->permits == 0)
        return MYC_AGAIN;
    journal->permits -= journal->gated;
    journal_add(journal, ticket);
    return journal->on_ticket ? journal->on_ticket(journal, ctx, ticket) : MYC_CONTINUE;
}

static myc_next desk_on_job(struct desk *self, myc_context *ctx, const job_data *job)
{
    self->journal->jobs++;
    job->run(ctx, job->argument);
    return MYC_CONTINUE;
}

static int desk_on_start(struct desk *self, myc_context *ctx)
{
    struct journal *journal = self->journal;
    if (!journal)
        return 0;
    journal->starts++;
    if (journal->at_start)
        journal->at_start(journal, ctx);
    return journal->start_code;
}

static void desk_on_stop(struct desk *self, myc_context *ctx, myc_exit why)
{
    struct journal *journal = self->journal;
    if (!journal)
        return;
    journal->stops++;
    journal->why = why;
    if (journal->at_stop)
        journal->at_stop(journal, ctx);
}

MYC_ACTOR_WITH_LIFECYCLE(desk, desk, DESK_ROWS)

#endif

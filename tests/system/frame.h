/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SYSTEM_FRAME_H
#define TESTS_SYSTEM_FRAME_H

/*
 * What the tests of this layer share: a protocol with a message for each thing a handler can do, an
 * actor that does it and keeps a journal, and a system whose log lines and dead letters are kept.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>
#include <mycelium/mycelium.h>

#include "support/leaks.h"

#define SECOND_NS UINT64_C(1000000000)
#define LONG_NS (60 * SECOND_NS) /* for what must happen: never waited for to the end */

/* ---- messages: one definition for all files of the program ---- */

typedef struct note {
    uint64_t value;
} note;

/** The handler tells that it was entered and waits until it may leave. */
typedef struct gate {
    sem_t *entered;
    sem_t *leave;
} gate;

typedef struct hold {
    uint64_t unused;
} hold;

typedef struct quit {
    uint64_t unused;
} quit;

MYC_MESSAGE(note)
MYC_MESSAGE(gate)
MYC_MESSAGE(hold)
MYC_MESSAGE(quit)
MYC_UNUSED MYC_FLAT_CODEC(note) __attribute__((weak))
MYC_MESSAGE_TYPE(note, .id = 1, .encode = note__encode, .decode = note__decode)
    __attribute__((weak)) MYC_MESSAGE_TYPE(gate) __attribute__((weak)) MYC_MESSAGE_TYPE(hold)
        __attribute__((weak)) MYC_MESSAGE_TYPE(quit)

#define DESK_ROWS(ROW, P)                                                                          \
    ROW(P, note, note) ROW(P, gate, gate) ROW(P, hold, hold) ROW(P, quit, quit)
            MYC_PROTOCOL(desk, DESK_ROWS)

/* ---- the actor ---- */

typedef struct journal {
    atomic_uint started;
    atomic_uint stopped;
    atomic_uint notes;
    atomic_ullong last_value;
    atomic_uint out_of_order; /* notes whose value was not the last one's plus 1 */
    atomic_uint worker;       /* where it ran last */
    myc_exit why;             /* of the last stop */
    int (*on_start)(myc_context *ctx);
    void (*on_note)(myc_context *ctx, const note *got, void *user);
    void (*on_stop)(myc_context *ctx, void *user);
    void *user;
} journal;

struct clerk {
    journal *journal;
};

MYC_UNUSED static myc_next clerk_on_note(struct clerk *self, myc_context *ctx, const note *got)
{
    journal *to = self->journal;
    unsigned long long last = atomic_exchange(&to->last_value, got->value);
    atomic_fetch_add(&to->out_of_order, got->value != last + 1);
    atomic_store(&to->worker, myc_worker(ctx));
    if (to->on_note) {
        to->on_note(ctx, got, to->user);
    }
    atomic_fetch_add(&to->notes, 1);
    return MYC_CONTINUE;
}

MYC_UNUSED static void wait_semaphore(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) {
    }
}

MYC_UNUSED static myc_next clerk_on_gate(struct clerk *self, myc_context *ctx, const gate *got)
{
    (void)self;
    (void)ctx;
    sem_post(got->entered);
    wait_semaphore(got->leave);
    return MYC_CONTINUE;
}

MYC_UNUSED static myc_next clerk_on_hold(struct clerk *self, myc_context *ctx, const hold *got)
{
    (void)self;
    (void)ctx;
    (void)got;
    return MYC_AGAIN;
}

MYC_UNUSED static myc_next clerk_on_quit(struct clerk *self, myc_context *ctx, const quit *got)
{
    (void)self;
    (void)ctx;
    (void)got;
    return MYC_STOP;
}

MYC_UNUSED static int clerk_on_start(struct clerk *self, myc_context *ctx)
{
    atomic_store(&self->journal->worker, myc_worker(ctx));
    atomic_fetch_add(&self->journal->started, 1);
    return self->journal->on_start ? self->journal->on_start(ctx) : 0;
}

MYC_UNUSED static void clerk_on_stop(struct clerk *self, myc_context *ctx, myc_exit why)
{
    self->journal->why = why;
    if (self->journal->on_stop) {
        self->journal->on_stop(ctx, self->journal->user);
    }
    atomic_fetch_add(&self->journal->stopped, 1);
}

MYC_ACTOR_WITH_LIFECYCLE(clerk, desk, DESK_ROWS)

/* ---- a system whose words are kept ---- */

typedef struct office {
    myc_system *system;
    myc_context *ctx; /* the test's own thread */
    pthread_mutex_t lock;
    char lines[8192]; /* all log lines, each with its newline */
    atomic_uint letters[MYC_DEAD_REASONS];
} office;

MYC_UNUSED static void office_log(void *user, myc_log_level level, const char *text)
{
    (void)level;
    office *at = user;
    pthread_mutex_lock(&at->lock);
    size_t used = strlen(at->lines);
    snprintf(at->lines + used, sizeof at->lines - used, "%s\n", text);
    pthread_mutex_unlock(&at->lock);
}

MYC_UNUSED static void office_letter(void *user, const myc_dead_letter *letter)
{
    office *at = user;
    atomic_fetch_add(&at->letters[letter->reason], 1);
}

/** What the office listens to, added to the options. */
MYC_UNUSED static myc_system_options office_options(office *at, myc_system_options options)
{
    *at = (office){.lock = PTHREAD_MUTEX_INITIALIZER};
    options.log = office_log;
    options.log_user = at;
    options.dead_letter = office_letter;
    options.dead_letter_user = at;
    return options;
}

MYC_UNUSED static void office_open(office *at, myc_system_options options)
{
    options = office_options(at, options);
    cr_assert_eq(0, myc_system_create(&options, &at->system));
    at->ctx = myc_context_of(at->system);
    cr_assert_not_null(at->ctx);
}

/** Destroys the system: no payload may be left. */
MYC_UNUSED static void office_close(office *at)
{
    cr_expect_eq(0, myc_system_destroy(at->system));
}

MYC_UNUSED static desk_ref hire(office *at, journal *to, uint32_t worker)
{
    desk_ref ref = {{0, 0}};
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = worker};
    cr_assert_eq(0, clerk_spawn(at->ctx, &(struct clerk){to}, &options, &ref));
    return ref;
}

MYC_UNUSED static myc_sent send_note(myc_context *ctx, desk_ref to, uint64_t value)
{
    note *made = note_new(ctx);
    if (made) {
        made->value = value;
    }
    return desk_send_note(ctx, to, made);
}

MYC_UNUSED static void send_gate(myc_context *ctx, desk_ref to, sem_t *entered, sem_t *leave)
{
    gate *made = gate_new(ctx);
    cr_assert_not_null(made);
    *made = (gate){entered, leave};
    cr_assert_eq(MYC_SENT, desk_send_gate(ctx, to, made));
}

/** Waits for what another thread will do; false after a long time. */
MYC_UNUSED static bool await_count(atomic_uint *count, unsigned expected)
{
    for (uint32_t looks = 0; looks < 10000; looks++) {
        if (atomic_load(count) >= expected) {
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

MYC_UNUSED static void expect_quiet(office *at)
{
    cr_expect_eq(0, myc_system_await_quiescence(at->system, LONG_NS));
}

#endif

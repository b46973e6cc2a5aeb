/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVICE_CREW_SUPPORT_H
#define TESTS_SERVICE_CREW_SUPPORT_H

/*
 * Children for supervisors: each writes what happens to it into a record of the test's, and into
 * one story for all. The clock of their world stands still until the test moves it.
 *
 *     struct crew crew;
 *     crew_open(&crew, 2);
 *     myc_child children[] = {hand_of(&crew, 0, MYC_RESTART_PERMANENT), ...};
 *     crew_spawn(&crew, &(myc_supervisor_options){0}, children, 2);
 *     crew_send(&crew, 0, FAIL);
 *     crew_expect(&crew, "-a +a");                  a has stopped and started
 *     crew_close(&crew);
 */
#include "actor/actor_support.h"

enum { HANDS = 8, STORY_BYTES = 512, SECOND_TICKS = 1000000000 };

/* What a ticket's number tells a hand to do; others are just handled. */
enum { FAIL = 1000, DONE, KILL_SELF, STOP_SELF, AGAIN_ONCE };

struct record {
    struct crew *crew;
    char letter;
    uint32_t starts;
    uint32_t stops;
    myc_exit why[16];
    uint32_t handled;
    uint32_t last_count; /* of the state, after the last ticket */
    uint32_t last_at_stop;
    int start_code;
    uint32_t bad_starts; /* how many starts fail with it */
    uint32_t worker;
    void (*at_start)(struct record *record, myc_context *ctx);
    void (*at_stop)(struct record *record, myc_context *ctx);
    void *user;
};

struct crew {
    struct world *here;
    uint64_t now_ns;
    struct record records[HANDS];
    desk_ref refs[HANDS];
    myc_supervisor_ref supervisor;
    char story[STORY_BYTES];
};

struct hand {
    struct record *record;
    uint32_t count; /* tickets in this life */
};

static inline void crew_tell(struct record *record, char what)
{
    char *story = record->crew->story;
    size_t length = strlen(story);
    cr_assert_lt(length + 4, STORY_BYTES);
    snprintf(story + length, STORY_BYTES - length, "%s%c%c", length ? " " : "", what,
             record->letter);
}

static inline myc_next hand_on_ticket(struct hand *self, myc_context *ctx,
                                      const ticket_data *ticket)
{
    self->count++;
    self->record->handled++;
    self->record->last_count = self->count;
    switch (ticket->number) {
    case FAIL: return MYC_FAIL(-1000 - (int)ticket->sender);
    case DONE: return MYC_STOP;
    case KILL_SELF: myc_kill(ctx, myc_self(ctx), -7); break;
    case STOP_SELF: myc_stop(ctx, myc_self(ctx)); break;
    case AGAIN_ONCE: return self->count == 1 ? MYC_AGAIN : MYC_CONTINUE;
    default: break;
    }
    return MYC_CONTINUE;
}

static inline myc_next hand_on_job(struct hand *self, myc_context *ctx, const job_data *job)
{
    (void)self;
    job->run(ctx, job->argument);
    return MYC_CONTINUE;
}

static inline int hand_on_start(struct hand *self, myc_context *ctx)
{
    struct record *record = self->record;
    cr_expect_eq(0, self->count, "a new life begins with the spec's state");
    record->starts++;
    record->worker = myc_worker(ctx);
    crew_tell(record, '+');
    if (record->at_start)
        record->at_start(record, ctx);
    return record->starts <= record->bad_starts ? record->start_code : 0;
}

static inline void hand_on_stop(struct hand *self, myc_context *ctx, myc_exit why)
{
    struct record *record = self->record;
    if (record->stops < 16)
        record->why[record->stops] = why;
    record->stops++;
    record->last_at_stop = self->count;
    crew_tell(record, '-');
    if (record->at_stop)
        record->at_stop(record, ctx);
}

MYC_ACTOR_WITH_LIFECYCLE(hand, desk, DESK_ROWS)

static inline uint64_t crew_clock(void *user)
{
    return ((struct crew *)user)->now_ns;
}

static inline void crew_open(struct crew *crew, uint32_t workers)
{
    *crew = (struct crew){.now_ns = SECOND_TICKS};
    crew->here = calloc(1, sizeof *crew->here);
    cr_assert_not_null(crew->here);
    crew->here->workers = workers;
    myc_system_options options = world_options(crew->here);
    options.now_ns = crew_clock;
    options.clock_user = crew;
    world_start(crew->here, &options);
    world_run(crew->here);
    world_mark(crew->here);
    for (uint32_t at = 0; at < HANDS; at++)
        crew->records[at] = (struct record){.crew = crew, .letter = (char)('a' + at)};
}

static inline void crew_close(struct crew *crew)
{
    world_close(crew->here);
    NO_LEAKS();
}

/** Hand `at` as a child; spawned where its supervisor is. */
static inline myc_child hand_of(struct crew *crew, uint32_t at, myc_restart restart)
{
    static struct hand states[HANDS];
    states[at] = (struct hand){.record = &crew->records[at]};
    return MYC_CHILD(hand, &states[at], &crew->refs[at], .restart = restart);
}

/** The same on a worker. */
MYC_UNUSED static inline myc_child hand_on(struct crew *crew, uint32_t at, uint32_t worker,
                                           myc_restart restart)
{
    myc_child made = hand_of(crew, at, restart);
    made.spawn.place = MYC_PLACE_ON_WORKER;
    made.spawn.worker = worker;
    return made;
}

static inline void crew_run(struct crew *crew)
{
    world_run(crew->here);
}

MYC_UNUSED static void crew_spawn(struct crew *crew, const myc_supervisor_options *options,
                                  const myc_child *children, uint32_t count)
{
    myc_supervisor_options given = *options;
    if (given.spawn.place == MYC_PLACE_WITH_SPAWNER)
        given.spawn.place = MYC_PLACE_ON_WORKER; /* worker 0 */
    cr_assert_eq(0,
                 myc_supervisor_spawn(crew->here->ctx, &given, children, count, &crew->supervisor));
    crew_run(crew);
    crew->story[0] = '\0';
}

MYC_UNUSED static void crew_send(struct crew *crew, uint32_t at, uint32_t number)
{
    cr_expect_eq(MYC_SENT, send_ticket(crew->here->ctx, crew->refs[at], at, number));
    crew_run(crew);
}

/** Moves the clock and lets what is due happen. */
MYC_UNUSED static void crew_wait(struct crew *crew, uint64_t ns)
{
    crew->now_ns += ns;
    crew_run(crew);
}

/** What has happened since the last time: +a is a start of hand 0, -a its stop. */
#define crew_expect(crew, expected)                                                                \
    do {                                                                                           \
        cr_expect_str_eq((crew)->story, (expected), "expected \"%s\", got \"%s\"", (expected),     \
                         (crew)->story);                                                           \
        (crew)->story[0] = '\0';                                                                   \
    } while (0)

#endif

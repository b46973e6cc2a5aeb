/* SPDX-License-Identifier: Apache-2.0 */
/* Timers on real workers, which sleep until the next one or are kept busy. */
#include <mycelium/stream.h>
#include <mycelium/timer.h>
#include <unistd.h>

#include "system/frame.h"

enum { TICKS = 20 };
#define TICK_NS UINT64_C(500000)

/* ---- a worker that sleeps, in every way it can ---- */

static int tick_from_start(myc_context *ctx)
{
    return desk_every_note(ctx, TICK_NS, note_new(ctx), NULL);
}

static void expect_ticks(office *at, journal *ticking)
{
    cr_expect(await_count(&ticking->notes, TICKS), "only %u ticks came",
              atomic_load(&ticking->notes));
    office_close(at);
}

/* Nothing but the timer wakes the worker. */
static void expect_to_wake(myc_system_options options)
{
    office at;
    journal ticking = {.on_start = tick_from_start};
    options.workers = 2;
    office_open(&at, options);
    hire(&at, &ticking, 1);
    expect_ticks(&at, &ticking);
}

Test(timers, wake_a_worker_in_every_mode)
{
    expect_to_wake((myc_system_options){.idle = MYC_IDLE_PARK});
    expect_to_wake((myc_system_options){.idle = MYC_IDLE_SPIN_PARK, .spin_ns = 1000});
    expect_to_wake((myc_system_options){.idle = MYC_IDLE_SPIN});
    expect_to_wake((myc_system_options){.idle = MYC_IDLE_PARK, .keep_memory_ns = UINT64_MAX});
    NO_LEAKS();
}

/* A reader of a pipe that never says anything: its worker sleeps in the driver. */
MYC_PROTOCOL(reading, MYC_STREAM_ROWS)

struct reader {
    int fd;
};

static myc_next reader_on_chunk(struct reader *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)self;
    (void)ctx;
    (void)chunk;
    return MYC_CONTINUE;
}

static myc_next reader_on_end(struct reader *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)self;
    (void)ctx;
    (void)end;
    return MYC_CONTINUE;
}

static int reader_on_start(struct reader *self, myc_context *ctx)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", self->fd);
    return myc_stream_open(ctx, path, NULL, NULL);
}

static void reader_on_stop(struct reader *self, myc_context *ctx, myc_exit why)
{
    (void)self;
    (void)ctx;
    (void)why;
}

MYC_ACTOR_WITH_LIFECYCLE(reader, reading, MYC_STREAM_ROWS)

static void expect_to_wake_from_io(myc_io_backend io)
{
    office at;
    journal ticking = {.on_start = tick_from_start};
    int ends[2];
    reading_ref reader;
    cr_assert_eq(0, pipe(ends));
    office_open(&at, (myc_system_options){.workers = 1, .idle = MYC_IDLE_PARK, .io = io});
    cr_assert_eq(0, reader_spawn(at.ctx, &(struct reader){ends[0]}, NULL, &reader));
    hire(&at, &ticking, 0);
    expect_ticks(&at, &ticking);
    close(ends[0]);
    close(ends[1]);
}

Test(timers, wake_a_worker_that_waits_for_input)
{
    expect_to_wake_from_io(MYC_IO_AUTO);
    expect_to_wake_from_io(MYC_IO_EPOLL);
    NO_LEAKS();
}

/* ---- not before ---- */

typedef struct stopwatch {
    atomic_ullong due_ns; /* of the next note */
    atomic_uint early;
} stopwatch;

static void check_and_set_again(myc_context *ctx, const note *got, void *user)
{
    stopwatch *watch = user;
    uint64_t now_ns = myc_now_ns(ctx);
    atomic_fetch_add(&watch->early, now_ns < atomic_load(&watch->due_ns));
    uint64_t delay_ns = 1 + got->value * 7919 % 3000000;
    note *made = note_new(ctx);
    made->value = got->value + 1;
    atomic_store(&watch->due_ns, myc_now_ns(ctx) + delay_ns);
    cr_assert_eq(0, desk_after_note(ctx, delay_ns, made, NULL));
}

Test(timers, are_never_early_by_the_kernels_clock)
{
    office at;
    stopwatch watch = {0};
    journal checking = {.on_note = check_and_set_again, .user = &watch};
    office_open(&at, (myc_system_options){.workers = 1, .idle = MYC_IDLE_PARK});
    cr_assert_eq(MYC_SENT, send_note(at.ctx, hire(&at, &checking, 0), 1));
    cr_expect(await_count(&checking.notes, TICKS));
    office_close(&at);
    cr_expect_eq(0, atomic_load(&watch.early));
    NO_LEAKS();
}

/* ---- a clock of the user's ---- */

static atomic_ullong hands_ns;

static uint64_t read_hands(void *user)
{
    (void)user;
    return atomic_load(&hands_ns);
}

static int set_for_hours(myc_context *ctx)
{
    return desk_after_note(ctx, 7200 * SECOND_NS, note_new(ctx), NULL);
}

/* The worker sleeps while the hands are put forward, and nobody wakes it. */
Test(timers, follow_a_clock_that_is_put_forward)
{
    office at;
    journal waiting = {.on_start = set_for_hours};
    office_open(&at,
                (myc_system_options){.workers = 1,
                                     .idle = MYC_IDLE_PARK,
                                     .keep_memory_ns = UINT64_MAX, /* nor does memory wake it */
                                     .now_ns = read_hands});
    hire(&at, &waiting, 0);
    cr_assert(await_count(&waiting.started, 1));
    expect_quiet(&at);
    atomic_store(&hands_ns, 7199 * SECOND_NS);
    expect_quiet(&at);
    cr_expect_eq(0, atomic_load(&waiting.notes));
    atomic_store(&hands_ns, 7200 * SECOND_NS);
    cr_expect(await_count(&waiting.notes, 1));
    office_close(&at);
    NO_LEAKS();
}

/* ---- a flood ---- */

typedef struct flood {
    atomic_bool is_over;
    desk_ref self;
} flood;

static void send_to_itself(myc_context *ctx, const note *got, void *user)
{
    flood *at = user;
    if (!atomic_load(&at->is_over)) {
        myc_ignore(send_note(ctx, at->self, got->value + 1));
    }
}

static void end_flood(myc_context *ctx, const note *got, void *user)
{
    (void)ctx;
    (void)got;
    atomic_store(&((flood *)user)->is_over, true);
}

static int tick_once(myc_context *ctx)
{
    return desk_after_note(ctx, 3 * TICK_NS, note_new(ctx), NULL);
}

/* A mailbox that is never empty on the timer's worker, and a foreign thread that never rests: both
 * until the timer fires. If they starve it, this does not end. */
Test(timers, are_not_starved_by_a_flood, .timeout = 60)
{
    office at;
    flood raging = {false, {{0}}};
    journal flooded = {.on_note = send_to_itself, .user = &raging};
    journal timed = {.on_start = tick_once, .on_note = end_flood, .user = &raging};
    office_open(&at, (myc_system_options){.workers = 1});
    raging.self = hire(&at, &flooded, 0);
    for (uint32_t i = 0; i < 100; i++)
        myc_ignore(send_note(at.ctx, raging.self, 1));
    hire(&at, &timed, 0);
    while (!atomic_load(&raging.is_over))
        myc_ignore(send_note(at.ctx, raging.self, 1));
    cr_expect_eq(1, atomic_load(&timed.notes));
    expect_quiet(&at);
    office_close(&at);
    NO_LEAKS();
}

/* ---- stopping ---- */

/* Ticks as fast as the worker goes: there is always one due. */
static int tick_each_ns(myc_context *ctx)
{
    return desk_every_note(ctx, 1, note_new(ctx), NULL);
}

Test(timers, do_not_hold_up_a_drain)
{
    office at;
    journal ticking = {.on_start = tick_each_ns};
    office_open(&at, (myc_system_options){.workers = 2});
    hire(&at, &ticking, 0);
    hire(&at, &ticking, 1);
    cr_expect(await_count(&ticking.notes, 1000));
    cr_expect_eq(0, myc_system_stop(at.system, &(myc_stop_options){.timeout_ns = LONG_NS}, NULL));
    myc_counts counts;
    myc_system_counts(at.system, &counts);
    cr_expect_eq(0, counts.dead, "a drain handles what was due");
    cr_expect_eq(counts.accepted, counts.handled);
    office_close(&at);
    NO_LEAKS();
}

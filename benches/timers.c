/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timers_1m: an actor sets 1 M timers, one shared payload, that are due at random times within a
 * second; cancels them in another random order; sets them again, and gets their messages.
 *
 * The rows `arm`, `cancel` and `fire` are ns a timer, `bytes` is the growth of the resident set for
 * each armed one. To arm takes new memory the first time, which is the time that counts. The
 * system's clock is the kernel's, so that it costs what it costs, but it is put forward: by ten
 * seconds when all are armed, to a time when all are due. So `fire` is what a worker takes that has
 * fallen behind: the wheel's way from slot to slot, the urgent queue, and the handler.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "memory.h"
#include "system.h"

#define SECOND_NS UINT64_C(1000000000)
#define AHEAD_NS (10 * SECOND_NS) /* nothing is due while timers are set */

enum { STEP = 64 }; /* timers a turn */

typedef enum stage { ARM, CANCEL, ARM_AGAIN, FIRE, DONE } stage;

typedef struct alarms {
    uint64_t count;
    uint64_t next; /* of the stage */
    uint64_t fired;
    stage stage;
    uint64_t began_ns[DONE + 1];
    double before_bytes;
    double armed_bytes;
    myc_timer *timers;
} alarms;

static atomic_uint_least64_t ahead_ns;

static uint64_t read_clock(void *user)
{
    (void)user;
    return bench_now_ns() + atomic_load_explicit(&ahead_ns, memory_order_relaxed);
}

#define ALARM_ROWS(ROW, P)                                                                         \
    ROW(P, message, bench_message)                                                                 \
    ROW(P, alarm, bench_message)
MYC_PROTOCOL(alarm, ALARM_ROWS)

struct alarm {
    alarms *all;
};

static uint64_t mix(uint64_t number)
{
    number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
    return number ^ number >> 31;
}

static int arm_one(alarms *all, myc_context *ctx, const bench_message *message)
{
    uint64_t delay_ns = AHEAD_NS + mix(all->next) % SECOND_NS;
    return alarm_after_alarm(ctx, delay_ns, bench_message_retain(ctx, message),
                             &all->timers[all->next]);
}

/* The handles lie in the order of their use, so that the misses are those of the timers. */
static void shuffle_handles(alarms *all)
{
    for (uint64_t i = all->count - 1; i > 0; i--) {
        uint64_t other = mix(i) % (i + 1);
        myc_timer swapped = all->timers[i];
        all->timers[i] = all->timers[other];
        all->timers[other] = swapped;
    }
}

static int cancel_one(alarms *all, myc_context *ctx)
{
    return myc_timer_cancel(ctx, all->timers[all->next]) ? 0 : MYC_ENOENT;
}

static void enter(alarms *all, stage next)
{
    if (next == CANCEL) {
        all->armed_bytes = bench_resident_bytes();
        shuffle_handles(all);
    } else if (next == FIRE) {
        atomic_fetch_add(&ahead_ns, AHEAD_NS + SECOND_NS);
    }
    all->stage = next;
    all->next = 0;
    all->began_ns[next] = bench_now_ns();
}

static int do_one(alarms *all, myc_context *ctx, const bench_message *message)
{
    return all->stage == CANCEL ? cancel_one(all, ctx) : arm_one(all, ctx, message);
}

/* Comes again until the last timer has fired, which keeps the system from being quiet. */
static myc_next alarm_on_message(struct alarm *self, myc_context *ctx, const bench_message *message)
{
    alarms *all = self->all;
    for (int i = 0; i < STEP && all->stage < FIRE && all->next < all->count; i++, all->next++) {
        int error = do_one(all, ctx, message);
        if (error) {
            return MYC_FAIL(error);
        }
    }
    if (all->stage < FIRE && all->next == all->count) {
        enter(all, all->stage + 1);
    }
    return all->stage == DONE ? MYC_CONTINUE : MYC_AGAIN;
}

static myc_next alarm_on_alarm(struct alarm *self, myc_context *ctx, const bench_message *message)
{
    (void)ctx;
    self->all->fired += message->number;
    if (self->all->fired == self->all->count) {
        enter(self->all, DONE);
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(alarm, alarm, ALARM_ROWS)

static alarms *make_alarms(uint64_t count)
{
    alarms *all = calloc(1, sizeof *all);
    myc_timer *timers = malloc(count * sizeof *timers);
    if (!all || !timers) {
        bench_fail("the handles", MYC_ENOMEM);
    }
    for (uint64_t i = 0; i < count; i++) {
        timers[i] = (myc_timer){i}; /* resident before memory is measured */
    }
    *all = (alarms){.count = count, .timers = timers};
    return all;
}

static void run_all(const bench_options *options, alarms *all)
{
    myc_context *ctx;
    alarm_ref first;
    myc_system *system =
        bench_system_create_with(options, &(myc_system_options){.now_ns = read_clock}, &ctx);
    all->before_bytes = bench_resident_bytes();
    int error = alarm_spawn(ctx, &(struct alarm){all}, NULL, &first);
    if (error) {
        bench_fail("a spawn", error);
    }
    enter(all, ARM);
    if (alarm_send_message(ctx, first, bench_start_message(ctx, 1)) != MYC_SENT) {
        bench_fail("the first message", MYC_EBUSY);
    }
    bench_await(system);
    bench_system_destroy(system, all->count + 1);
}

static double each_ns(const alarms *all, stage from)
{
    return (double)(all->began_ns[from + 1] - all->began_ns[from]) / (double)all->count;
}

static void run(const bench_options *options, bench_output *output)
{
    bench_trim_memory();
    alarms *all = make_alarms(bench_count(options, 1000000));
    run_all(options, all);
    bench_print_part(output, "arm", each_ns(all, ARM));
    bench_print_part(output, "cancel", each_ns(all, CANCEL));
    bench_print_part(output, "fire", each_ns(all, FIRE));
    bench_print_part(output, "bytes", (all->armed_bytes - all->before_bytes) / (double)all->count);
    free(all->timers);
    free(all);
}

const bench_workload bench_timers_1m = {
    .name = "timers_1m",
    .what = "arm, cancel and fire a timer, with 1 M of them armed; resident bytes of an armed one",
    .workers = 1,
    .processors = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

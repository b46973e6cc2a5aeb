/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst_10m: what a burst leaves behind. 10,000 actors, each alive and with its first message
 * handled, get 1000 fresh 48-byte messages each while they are not run, because the sender is on
 * their worker and does not give way; then they handle them. The rows are bytes of resident memory
 * of the whole process: `before` the burst, `peak` with all of it queued, and `after` it, once the
 * resident set is within 5 % of before, or has had two seconds to get there. The worker spins a
 * little and then sleeps, as by default.
 *
 * --scale changes the count of actors. The numbers in all messages are added up and the sum is
 * checked, as is the count of messages the system handled. There is no warm-up: it would leave
 * memory behind. Not measured: time.
 */
#include <stdlib.h>
#include <time.h>

#include "memory.h"
#include "system.h"

enum { MESSAGES_EACH = 1000 };

struct hoarder {
    uint64_t *sum; /* of the numbers in all messages handled: all hoarders are on one worker */
};

static myc_next hoarder_on_message(struct hoarder *self, myc_context *ctx,
                                   const bench_message *message)
{
    (void)ctx;
    *self->sum += message->number;
    return MYC_CONTINUE;
}
MYC_ACTOR(hoarder, bench, BENCH_ROWS)

typedef struct burst_crowd {
    bench_ref *refs;
    uint32_t count;
    uint64_t sum;
    double peak_bytes;
} burst_crowd;

struct flood {
    burst_crowd *crowd;
};

static int send_each(myc_context *ctx, bench_ref to, uint64_t messages)
{
    for (uint64_t number = 1; number <= messages; number++) {
        bench_message *message = bench_message_new(ctx);
        if (!message) {
            return MYC_ENOMEM;
        }
        message->number = number;
        if (bench_send_message(ctx, to, message) != MYC_SENT) {
            return MYC_EBUSY;
        }
    }
    return 0;
}

/* Sends as many messages to each actor as the number in `start` says. */
static myc_next flood_on_message(struct flood *self, myc_context *ctx, const bench_message *start)
{
    for (uint32_t i = 0; i < self->crowd->count; i++) {
        int error = send_each(ctx, self->crowd->refs[i], start->number);
        if (error) {
            return MYC_FAIL(error);
        }
    }
    self->crowd->peak_bytes = bench_resident_bytes();
    return MYC_CONTINUE;
}
MYC_ACTOR(flood, bench, BENCH_ROWS)

static bench_ref spawn_all(const bench_options *options, myc_context *ctx, burst_crowd *crowd)
{
    myc_spawn_options place = bench_on_worker(options, 0);
    bench_ref flood;
    int error = flood_spawn(ctx, &(struct flood){crowd}, &place, &flood);
    for (uint32_t i = 0; i < crowd->count && !error; i++) {
        error = hoarder_spawn(ctx, &(struct hoarder){&crowd->sum}, &place, &crowd->refs[i]);
    }
    if (error) {
        bench_fail("a spawn", error);
    }
    return flood;
}

static double await_resident(double wanted_bytes)
{
    const uint64_t patience_ns = 2000000000;
    const struct timespec pause = {.tv_nsec = 5000000};
    uint64_t deadline_ns = bench_now_ns() + patience_ns;
    double bytes;
    while ((bytes = bench_resident_bytes()) > wanted_bytes && bench_now_ns() < deadline_ns) {
        (void)nanosleep(&pause, NULL);
    }
    return bytes;
}

static void measure(const bench_options *options, const bench_output *output, burst_crowd *crowd)
{
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    bench_ref flood = spawn_all(options, ctx, crowd);
    bench_system_run(system, ctx, flood, 1);
    double before_bytes = bench_resident_bytes();
    bench_system_run(system, ctx, flood, MESSAGES_EACH);
    double after_bytes = await_resident(1.05 * before_bytes);
    bench_print_part(output, "before", before_bytes);
    bench_print_part(output, "peak", crowd->peak_bytes);
    bench_print_part(output, "after", after_bytes);
    bench_system_destroy(system, (uint64_t)crowd->count * (MESSAGES_EACH + 1) + 2);
}

static void run(const bench_options *options, bench_output *output)
{
    const uint64_t sum_each = (uint64_t)MESSAGES_EACH * (MESSAGES_EACH + 1) / 2 + 1;
    uint32_t actors = (uint32_t)(bench_count(options, 10000000) / MESSAGES_EACH);
    burst_crowd crowd = {.refs = calloc(actors, sizeof *crowd.refs), .count = actors};
    if (!crowd.refs) {
        bench_fail("the refs", MYC_ENOMEM);
    }
    measure(options, output, &crowd);
    if (crowd.sum != sum_each * actors) {
        bench_fail("the sum of the messages", MYC_EINVAL);
    }
    free(crowd.refs);
}

const bench_workload bench_burst_10m = {
    .name = "burst_10m",
    .what = "resident memory before, in and after a burst of 10 M queued messages",
    .workers = 1,
    .idle = MYC_IDLE_SPIN_PARK,
    .cold = true,
    .run = run,
};

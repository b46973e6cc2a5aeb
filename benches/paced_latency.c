/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paced_latency: a thread outside of the runtime sends 100 000 messages a second to actor A, which
 * sends each on to actor B; both are on one worker, the thread is on the other processor. The rows
 * are the time from when a message was due to B's handler, and `.cpu`: ns of processor time of the
 * runtime for each message, without the source.
 *
 * busy: the worker never sleeps. spin_park: it spins 50 us, which is longer than the 10 us between
 * two messages, and then sleeps; park: it sleeps as soon as it has nothing to do, so a message pays
 * for a wake-up by the kernel. limits.c_loop is the same without a runtime, from the same source.
 *
 * Each message is a fresh payload that carries its due time; B counts them, and a sum over the
 * times is checked, so nothing can be left out. Not measured: a source that is an actor.
 */
#include "latency.h"
#include "paced.h"
#include "system.h"

enum { INTERVAL_NS = 10000, SEND_TIMEOUT_NS = 2000000000 };

typedef struct paced_result {
    myc_histogram *latency;
    uint64_t due_sum;
} paced_result;

struct relayer {
    bench_ref next;
};

static myc_next relayer_on_message(struct relayer *self, myc_context *ctx,
                                   const bench_message *message)
{
    myc_sent sent = bench_send_message(ctx, self->next, bench_message_move(ctx, message));
    return sent == MYC_SENT ? MYC_CONTINUE : MYC_FAIL(MYC_EBUSY);
}
MYC_ACTOR(relayer, bench, BENCH_ROWS)

struct recorder {
    paced_result *result;
};

static myc_next recorder_on_message(struct recorder *self, myc_context *ctx,
                                    const bench_message *message)
{
    (void)ctx;
    bench_latency_record(self->result->latency, message->number, bench_now_ns());
    self->result->due_sum += message->number;
    return MYC_CONTINUE;
}
MYC_ACTOR(recorder, bench, BENCH_ROWS)

typedef struct source {
    myc_system *system;
    myc_context *ctx; /* of the source's thread: from its first message on */
    bench_ref to;
    uint64_t due_sum;
} source;

static void send_message(void *user, uint64_t due_ns)
{
    source *self = user;
    self->ctx = self->ctx ? self->ctx : myc_context_of(self->system);
    bench_message *message = bench_message_new(self->ctx);
    if (message) {
        message->number = due_ns;
    }
    if (bench_send_wait_message(self->ctx, self->to, message, SEND_TIMEOUT_NS) != MYC_SENT) {
        bench_fail("a message of the source", MYC_EBUSY);
    }
    self->due_sum += due_ns;
}

static bench_ref spawn_actors(const bench_options *options, myc_context *ctx, paced_result *result)
{
    struct relayer relayer;
    bench_ref first;
    myc_spawn_options place = bench_on_worker(options, 0);
    int error = recorder_spawn(ctx, &(struct recorder){result}, &place, &relayer.next);
    error = error ? error : relayer_spawn(ctx, &relayer, &place, &first);
    if (error) {
        bench_fail("a spawn", error);
    }
    return first;
}

static void run(const bench_options *options, bench_output *output)
{
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    paced_result result = {.latency = bench_latency_create()};
    source from = {.system = system, .to = spawn_actors(options, ctx, &result)};
    bench_paced paced = {.options = options,
                         .count = bench_count(options, 50000),
                         .interval_ns = INTERVAL_NS,
                         .processor = 1,
                         .send = send_message,
                         .user = &from};
    bench_paced_begin(&paced);
    bench_paced_join(&paced);
    if (myc_system_await_quiescence(system, SEND_TIMEOUT_NS)) {
        bench_fail("the run", MYC_ETIMEDOUT);
    }
    double cpu_ns = bench_paced_cpu(&paced);
    bench_system_destroy(system, 2 * paced.count);
    if (result.due_sum != from.due_sum || myc_histogram_count(result.latency) != paced.count) {
        bench_fail("the times that arrived", MYC_EINVAL);
    }
    bench_print_latency(output, NULL, result.latency);
    bench_print_part(output, "max", (double)myc_histogram_max(result.latency));
    bench_print_part(output, "cpu", cpu_ns);
    myc_histogram_destroy(result.latency);
}

const bench_workload bench_paced_latency_busy = {
    .name = "paced_latency.busy",
    .what = "100 k messages/s from outside, A to B, from due to handled; busy worker",
    .workers = 1,
    .processors = 2,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

const bench_workload bench_paced_latency_spin_park = {
    .name = "paced_latency.spin_park",
    .what = "the same; the worker spins 50 us, then sleeps",
    .workers = 1,
    .processors = 2,
    .idle = MYC_IDLE_SPIN_PARK,
    .run = run,
};

const bench_workload bench_paced_latency_park = {
    .name = "paced_latency.park",
    .what = "the same; the worker sleeps when it has nothing to do",
    .workers = 1,
    .processors = 2,
    .idle = MYC_IDLE_PARK,
    .run = run,
};

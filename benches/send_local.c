/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_local: 10 M sends of one shared payload, a reference taken for each, on one worker, handled.
 *
 * A producer fills the mailbox (1000) of a sink on its worker, pauses until it has drained to half,
 * and goes on. Time is from the first send to the last handler. The payload's references are real:
 * each send retains, each handler's end releases. The sink adds up a field of every message and the
 * sum is checked, so no send can be left out.
 */
#include "producer.h"

struct local_sink {
    uint64_t count;
    uint64_t sum;
    uint64_t expected;
    uint64_t *ended_ns;
};

static myc_next local_sink_on_message(struct local_sink *self, myc_context *ctx,
                                      const bench_message *message)
{
    (void)ctx;
    self->sum += message->number + 1;
    if (++self->count == self->expected) {
        *self->ended_ns = self->sum == self->expected ? bench_now_ns() : 0;
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(local_sink, bench, BENCH_ROWS)

struct local_source {
    bench_production production;
};

static myc_sent send_shared(bench_production *self, myc_context *ctx, const bench_message *shared)
{
    return bench_send_message(ctx, self->to, bench_message_retain(ctx, shared));
}

static myc_next local_source_on_message(struct local_source *self, myc_context *ctx,
                                        const bench_message *message)
{
    return bench_produce(&self->production, ctx, message, send_shared);
}
MYC_ACTOR(local_source, bench, BENCH_ROWS)

static double run(const bench_options *options)
{
    uint64_t messages = options->quick ? 1000000 : 10000000;
    uint64_t started_ns = 0, ended_ns = 0;
    myc_context *ctx;
    myc_system *system = bench_system_create(1, &ctx);
    struct local_sink sink = {.expected = messages, .ended_ns = &ended_ns};
    struct local_source source = {{.left = messages, .started_ns = &started_ns}};
    bench_ref first;
    int error = local_sink_spawn(ctx, &sink, NULL, &source.production.to);
    error = error ? error : local_source_spawn(ctx, &source, NULL, &first);
    bool ran = !error && bench_system_run(system, ctx, first);
    bench_system_destroy(system);
    return ran && ended_ns ? (double)messages * 1e9 / (double)(ended_ns - started_ns) : -1;
}

const bench_workload bench_send_local = {
    .name = "send_local",
    .unit = BENCH_RATE,
    .what = "one shared payload, a reference taken for each send, one worker, handled",
    .bar_ns = 15,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_cross: one producer to one sink on another core, each message a new 48-byte payload whose
 * reference moves with it and whose memory goes home.
 *
 * The producer sends while there is room and pauses when there is none. Time is from the first send
 * to the last handler. The sink adds up the numbers of the messages and the sum is checked, so none
 * can be left out or doubled.
 */
#include "producer.h"

struct cross_sink {
    uint64_t count;
    uint64_t sum;
    uint64_t expected;
    uint64_t *ended_ns;
};

static myc_next cross_sink_on_message(struct cross_sink *self, myc_context *ctx,
                                      const bench_message *message)
{
    (void)ctx;
    self->sum += message->number;
    if (++self->count == self->expected) {
        bool whole = self->sum == self->expected * (self->expected + 1) / 2;
        *self->ended_ns = whole ? bench_now_ns() : 0;
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(cross_sink, bench, BENCH_ROWS)

struct cross_source {
    bench_production production;
};

static myc_sent send_fresh(bench_production *self, myc_context *ctx, const bench_message *start)
{
    (void)start;
    bench_message *message = bench_message_new(ctx);
    if (message) {
        message->number = self->left;
    }
    return bench_send_message(ctx, self->to, message);
}

static myc_next cross_source_on_message(struct cross_source *self, myc_context *ctx,
                                        const bench_message *message)
{
    return bench_produce(&self->production, ctx, message, send_fresh);
}
MYC_ACTOR(cross_source, bench, BENCH_ROWS)

static double run(const bench_options *options)
{
    uint64_t messages = options->quick ? 1000000 : 10000000;
    uint64_t started_ns = 0, ended_ns = 0;
    myc_context *ctx;
    myc_system *system = bench_system_create(2, &ctx);
    struct cross_sink sink = {.expected = messages, .ended_ns = &ended_ns};
    struct cross_source source = {{.left = messages, .started_ns = &started_ns}};
    myc_spawn_options there = bench_on_worker(1), here = bench_on_worker(0);
    bench_ref first;
    int error = cross_sink_spawn(ctx, &sink, &there, &source.production.to);
    error = error ? error : cross_source_spawn(ctx, &source, &here, &first);
    bool ran = !error && bench_system_run(system, ctx, first);
    bench_system_destroy(system);
    return ran && ended_ns ? (double)messages * 1e9 / (double)(ended_ns - started_ns) : -1;
}

const bench_workload bench_stream_cross = {
    .name = "stream_cross",
    .unit = BENCH_RATE,
    .what = "fresh 48-byte payloads from one core to another, moved, memory going home",
    .run = run,
};

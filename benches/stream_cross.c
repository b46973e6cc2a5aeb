/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_cross: one producer to one sink on another core, each message a new 48-byte payload whose
 * reference moves with it and whose memory goes home. See stream.h for the method.
 */
#include "stream.h"

static myc_sent send_fresh(myc_context *ctx, bench_ref to, const bench_message *start,
                           uint64_t number)
{
    (void)start;
    bench_message *message = bench_message_new(ctx);
    if (message) {
        message->number = number;
    }
    return bench_send_message(ctx, to, message);
}

static double run(const bench_options *options)
{
    uint64_t messages = options->quick ? 1000000 : 10000000;
    return bench_stream_run(&(bench_stream){.workers = 2,
                                            .messages = messages,
                                            .sum = messages * (messages + 1) / 2,
                                            .send_one = send_fresh});
}

const bench_workload bench_stream_cross = {
    .name = "stream_cross",
    .unit = BENCH_RATE,
    .what = "fresh 48-byte payloads from one core to another, moved, memory going home",
    .run = run,
};

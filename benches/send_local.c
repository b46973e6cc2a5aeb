/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_local: 10 M sends of one shared payload, a reference taken for each, on one worker, handled.
 * See stream.h for the method. The references are real: each send retains, each handler's end
 * releases.
 */
#include "stream.h"

static myc_sent send_shared(myc_context *ctx, bench_ref to, const bench_message *start,
                            uint64_t number)
{
    (void)number;
    return bench_send_message(ctx, to, bench_message_retain(ctx, start));
}

static double run(const bench_options *options)
{
    uint64_t messages = options->quick ? 1000000 : 10000000;
    return bench_stream_run(&(bench_stream){
        .workers = 1, .messages = messages, .sum = messages, .send_one = send_shared});
}

const bench_workload bench_send_local = {
    .name = "send_local",
    .unit = BENCH_RATE,
    .what = "one shared payload, a reference taken for each send, one worker, handled",
    .bar_ns = 15,
    .run = run,
};

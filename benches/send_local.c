/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_local: 10 M sends of one shared payload, a reference taken for each, on one worker, handled.
 * The row is messages a second.
 *
 * See stream.h for what is timed and why nothing can be left out. The references are real: each
 * send retains, each handler's end releases. Not measured: making payloads, another core.
 */
#include "stream.h"
#include "workloads.h"

void bench_run_send_local(const bench_options *options, bench_output *output)
{
    uint64_t messages = bench_count(options, 10000000);
    double ns = bench_stream_run(
        options,
        (bench_stream){.messages = messages, .sum = messages, .send_one = bench_send_shared});
    bench_print(output, 1e9 / ns);
}

const bench_workload bench_send_local = {
    .name = "send_local",
    .what = "one shared payload, a reference taken for each send, one worker, handled",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_send_local,
};

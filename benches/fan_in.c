/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fan_in: 100 senders send 100 k messages each to one receiver, on two workers. The row is messages
 * a second.
 *
 * The senders are spread over the workers, the receiver is on the last one. All messages are one
 * shared payload, a reference taken for each send: its count is what all senders and the receiver
 * contend for. A sender that finds the mailbox (1000) full pauses until it has drained to half.
 * See stream.h for what is timed and why nothing can be left out. Not measured: fairness between
 * the senders.
 */
#include "stream.h"
#include "workloads.h"

enum { SENDERS = 100 };

void bench_run_fan_in(const bench_options *options, bench_output *output)
{
    uint64_t messages = bench_count(options, 10000000) / SENDERS;
    double ns = bench_stream_run(options, (bench_stream){.messages = messages,
                                                         .sum = messages,
                                                         .send_one = bench_send_shared,
                                                         .producers = SENDERS,
                                                         .sink_worker = options->workers - 1});
    bench_print(output, 1e9 / ns);
}

const bench_workload bench_fan_in = {
    .name = "fan_in",
    .what = "100 senders on two workers to one receiver, one shared payload",
    .workers = 2,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_fan_in,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_fresh: each of 10 M messages is a new 48-byte payload, freed when it is handled, on one
 * worker and from one to another. stream_cross is the same stream across two cores, under the name
 * of its own bar: the reference moves with the message and the memory goes home to its maker.
 * The rows are messages a second.
 *
 * See stream.h for what is timed and why nothing can be left out; the messages carry their numbers,
 * so a payload that is reused too soon gives a wrong sum. Not measured: filling more of a payload
 * than its number (it is zeroed), sharing it.
 */
#include "stream.h"
#include "workloads.h"

static void run(const bench_options *options, bench_output *output, uint32_t sink_worker)
{
    uint64_t messages = bench_count(options, 10000000);
    double ns = bench_stream_run(options, (bench_stream){.messages = messages,
                                                         .sum = messages * (messages + 1) / 2,
                                                         .send_one = bench_send_fresh,
                                                         .sink_worker = sink_worker});
    bench_print(output, 1e9 / ns);
}

static void run_together(const bench_options *options, bench_output *output)
{
    run(options, output, 0);
}

void bench_run_stream_cross(const bench_options *options, bench_output *output)
{
    run(options, output, 1);
}

const bench_workload bench_send_fresh_one_worker = {
    .name = "send_fresh.one_worker",
    .what = "a fresh 48-byte payload for each message, one worker",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run_together,
};

const bench_workload bench_send_fresh_two_workers = {
    .name = "send_fresh.two_workers",
    .what = "a fresh 48-byte payload for each message, from one worker to another",
    .workers = 2,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_stream_cross,
};

const bench_workload bench_stream_cross = {
    .name = "stream_cross",
    .what = "fresh 48-byte payloads from one core to another, moved, memory going home",
    .workers = 2,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_stream_cross,
};

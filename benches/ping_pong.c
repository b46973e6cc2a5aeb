/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ping_pong: one message to and fro between two actors, on one worker (10 M hops) or on two, busy
 * workers (2 M hops). The rows are ns a hop.
 *
 * See token.h for what is timed and why nothing can be left out. Not measured: a worker that has to
 * be woken, making a payload.
 */
#include "token.h"
#include "workloads.h"

void bench_run_ping_pong(const bench_options *options, bench_output *output)
{
    uint64_t hops = bench_count(options, options->workers == 1 ? 10000000 : 2000000);
    bench_print(output, bench_token_run(options, &(bench_token){.actors = 2, .hops = hops}));
}

const bench_workload bench_ping_pong_one_worker = {
    .name = "ping_pong.one_worker",
    .what = "one hop: send and handle, two actors of one worker",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_ping_pong,
};

const bench_workload bench_ping_pong_two_workers = {
    .name = "ping_pong.two_workers",
    .what = "one hop from core to core, busy workers",
    .workers = 2,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_ping_pong,
};

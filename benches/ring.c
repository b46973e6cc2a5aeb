/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring_503: one message makes 1 M hops round 503 actors of one worker. The row is ns a hop.
 * ring_spread: the same with each actor on the next worker, so that each hop is from one worker to
 * another, 100 k of them.
 *
 * See token.h for what is timed and why nothing can be left out. Not measured: actors with more
 * state than the caches hold (curve.actors), several messages at a time.
 */
#include "token.h"
#include "workloads.h"

void bench_run_ring_503(const bench_options *options, bench_output *output)
{
    bench_token token = {.actors = 503, .hops = bench_count(options, 1000000), .together = true};
    bench_print(output, bench_token_run(options, &token));
}

void bench_run_ring_spread(const bench_options *options, bench_output *output)
{
    bench_token token = {.actors = 503, .hops = bench_count(options, 100000)};
    bench_print(output, bench_token_run(options, &token));
}

const bench_workload bench_ring_spread = {
    .name = "ring_spread",
    .what = "one hop of a message round 503 actors, each on the other of two workers",
    .workers = 2,
    .processors = 2,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_ring_spread,
};

const bench_workload bench_ring_503 = {
    .name = "ring_503",
    .what = "one hop of a message round 503 actors, one worker",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = bench_run_ring_503,
};

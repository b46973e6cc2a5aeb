/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curve.*: how the cost of a message changes with one number, the --parameter. All rows are ns a
 * message, of the whole system where several workers are busy.
 *
 * actors: a message goes round so many actors of one worker, at least twice (token.h).
 * depth: a stream of fresh payloads on one worker into a mailbox of that bound (stream.h), which
 *   is between half full and full.
 * senders: fan_in with so many senders. subscribers: fan_out with so many subscribers.
 * workers: on each worker a producer, which sends fresh payloads to a sink on the next worker
 *   (stream.h). Workers spin a little and then sleep; with more of them than processors, they are
 *   spread over the processors as with oversubscribed.*.
 *
 * The files named say what is timed and why nothing can be left out. The counts are below those of
 * the rows of the same kind: a curve has many points.
 */
#include "fan_out.h"
#include "stream.h"
#include "token.h"

static uint64_t at_least(uint64_t count, uint64_t least)
{
    return count < least ? least : count;
}

static void run_actors(const bench_options *options, bench_output *output)
{
    uint32_t actors = options->parameter;
    bench_token token = {.actors = actors,
                         .hops = at_least(bench_count(options, 4000000), 2 * (uint64_t)actors)};
    bench_print(output, bench_token_run(options, &token));
}

static void run_depth(const bench_options *options, bench_output *output)
{
    uint64_t depth = options->parameter;
    uint64_t messages = at_least(bench_count(options, 5000000), 8 * depth);
    bench_print(output,
                bench_stream_run(options, (bench_stream){.messages = messages,
                                                         .sum = messages * (messages + 1) / 2,
                                                         .send_one = bench_send_fresh,
                                                         .mailbox_bound = (uint32_t)depth}));
}

static void run_senders(const bench_options *options, bench_output *output)
{
    uint64_t messages = at_least(bench_count(options, 5000000) / options->parameter, 4);
    bench_print(output,
                bench_stream_run(options, (bench_stream){.messages = messages,
                                                         .sum = messages,
                                                         .send_one = bench_send_shared,
                                                         .producers = options->parameter,
                                                         .sink_worker = options->workers - 1}));
}

static void run_subscribers(const bench_options *options, bench_output *output)
{
    uint64_t deliveries = bench_count(options, 5000000);
    bench_print(output, bench_fan_out_run(options, options->parameter, deliveries));
}

static void run_workers(const bench_options *options, bench_output *output)
{
    bench_options spread = *options;
    uint32_t workers = options->parameter, processors = bench_processors_allowed()->count;
    uint64_t messages = bench_count(options, 5000000) / workers;
    spread.workers = workers;
    spread.processors = workers < processors ? workers : processors;
    bench_print(output,
                bench_stream_run(&spread, (bench_stream){.messages = messages,
                                                         .sum = messages * (messages + 1) / 2,
                                                         .send_one = bench_send_fresh,
                                                         .producers = workers,
                                                         .sinks = workers,
                                                         .sink_worker = 1}));
}

const bench_workload bench_curve_actors = {
    .name = "curve.actors",
    .what = "ns a message when N actors take turns, one worker",
    .workers = 1,
    .parameter_most = 1000000,
    .idle = MYC_IDLE_SPIN,
    .run = run_actors,
};

const bench_workload bench_curve_depth = {
    .name = "curve.depth",
    .what = "ns a message through a mailbox of N, one worker",
    .workers = 1,
    .parameter_most = 65536,
    .idle = MYC_IDLE_SPIN,
    .run = run_depth,
};

const bench_workload bench_curve_senders = {
    .name = "curve.senders",
    .what = "ns a message from N senders on two workers to one receiver",
    .workers = 2,
    .parameter_most = 1000,
    .idle = MYC_IDLE_SPIN,
    .run = run_senders,
};

const bench_workload bench_curve_subscribers = {
    .name = "curve.subscribers",
    .what = "ns a delivery from one publisher to N subscribers, one worker",
    .workers = 1,
    .parameter_most = 1000,
    .idle = MYC_IDLE_SPIN,
    .run = run_subscribers,
};

const bench_workload bench_curve_workers = {
    .name = "curve.workers",
    .what = "ns a message of the whole system, each of N workers sending to the next",
    .processors = 1,
    .parameter_most = 64,
    .idle = MYC_IDLE_SPIN_PARK,
    .run = run_workers,
};

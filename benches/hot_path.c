/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hot_path: from a market event to the judged signal, by the actors and by the relay they replace,
 * on the same events of a simulated market, decoded beforehand.
 *
 * together: market data and signal generator are actors on one worker; spread: on two, busy ones.
 * relay: two threads, each signal encoded (SBE), written to a Unix stream socket, read by a
 * blocking read(), decoded. market_state and signal_judge do the work on all of them, and the
 * program's own actors (actors/) and relay (actors/relay/) carry it.
 *
 * Only events that raise a signal have an end to be measured, one end for each signal (a large
 * trade opens up to three). The count starts when the event was DUE, also when the feed came late
 * to it: at 100 k events/s (rows p50, p99, p999), at 10 k (at_10k), or as fast as they are taken
 * (flat_out, there from when the event was handed over). Who feeds is the same on all sides:
 * market data's own thread looks at the clock until the event is due. On the actors' side an actor
 * of that worker does so, and market data gets the event as a message; the relay's thread calls
 * its function.
 *
 * The work for a signal is in all figures: finding it (exact arithmetic on big integers) and
 * judging it. limits.hot_path is that work alone: one thread that calls the judge. So the part of
 * a figure that the way makes is its difference to limits.hot_path.
 *
 * The relay's reader sleeps in the kernel until a signal comes, as programs of its kind do; with
 * events far apart its figure has a wake-up in it. The actors' workers are busy.
 *
 * Signals are counted on both ends and must be as many, so nothing can be left out. Not measured:
 * decoding of logs, writing of signals as JSON.
 */
#include "hot_path.h"

#include "latency.h"

typedef void hot_path_way(hot_path_run *run);

typedef struct pace {
    const char *part; /* of the rows; NULL = the workload's own */
    uint64_t count;
    uint64_t least;
    uint64_t interval_ns;
} pace;

static void check(const hot_path_run *run)
{
    const market_counters *counters = market_state_counters(run->state);
    uint64_t judged = live_count_get(&run->judge.received);
    uint64_t handled = counters->syncs + counters->swaps + counters->liquidity_events;
    if (handled != run->count || judged != counters->signals || judged == 0) {
        bench_fail("the signals that arrived", MYC_EINVAL);
    }
}

static uint64_t count_of(const bench_options *options, const pace *at)
{
    uint64_t count = (uint64_t)(options->scale * (double)at->count);
    return count < at->least ? at->least : count;
}

static void run_at(const bench_options *options, bench_output *output,
                   const hot_path_events *events, const pace *at, hot_path_way *way)
{
    hot_path_run run = {
        .options = options,
        .events = events->events,
        .count = count_of(options, at),
        .interval_ns = at->interval_ns,
        .state = hot_path_state_create(events),
        .judge = {.rules = signal_rules_create(NULL), .latency = bench_latency_create()}};
    if (!run.judge.rules) {
        bench_fail("the rules", MYC_ENOMEM);
    }
    way(&run);
    check(&run);
    bench_print_latency(output, at->part, run.judge.latency);
    myc_histogram_destroy(run.judge.latency);
    signal_rules_destroy(run.judge.rules);
    market_state_destroy(run.state);
}

static void run(const bench_options *options, bench_output *output, hot_path_way *way)
{
    static const pace PACES[] = {
        {NULL, 40000, 4000, 10000}, {"flat_out", 40000, 4000, 0}, {"at_10k", 4000, 1000, 100000}};
    size_t paces = sizeof PACES / sizeof PACES[0];
    hot_path_events events;
    hot_path_events_create(&events, count_of(options, &PACES[0]));
    for (size_t i = 0; i < (output->warming_up ? 1 : paces); i++) {
        run_at(options, output, &events, &PACES[i], way);
    }
    hot_path_events_destroy(&events);
}

static void run_actors(const bench_options *options, bench_output *output)
{
    run(options, output, hot_path_run_actors);
}

static void run_relay(const bench_options *options, bench_output *output)
{
    run(options, output, hot_path_run_relay);
}

static void run_calls(const bench_options *options, bench_output *output)
{
    run(options, output, hot_path_run_calls);
}

const bench_workload bench_hot_path_together = {
    .name = "hot_path.together",
    .what = "market event to signal, both actors on one worker",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run_actors,
};

const bench_workload bench_hot_path_spread = {
    .name = "hot_path.spread",
    .what = "market event to signal, actors on two workers",
    .workers = 2,
    .idle = MYC_IDLE_SPIN,
    .run = run_actors,
};

const bench_workload bench_hot_path_relay = {
    .name = "hot_path.relay",
    .what = "market event to signal, by two threads and a socket",
    .processors = 2,
    .run = run_relay,
};

const bench_workload bench_limits_hot_path = {
    .name = "limits.hot_path",
    .what = "the same arithmetic in one thread, by calls",
    .processors = 1,
    .run = run_calls,
};

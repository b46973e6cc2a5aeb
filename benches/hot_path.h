/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_HOT_PATH_H
#define BENCH_HOT_PATH_H

/*
 * What the ways of hot_path.c have in common: the events, when they are due, and what they are
 * handled by.
 */
#include "bench.h"
#include "feeds/eth_logs.h"
#include "market/market_state.h"
#include "signal_judge.h"

/** Events of a simulated market, decoded before anything is measured. */
typedef struct hot_path_events {
    eth_log *events;
    uint64_t count;
    int pools_fd; /* a file in memory: the pools file of the market */
} hot_path_events;

/** Simulates until there are `count` events. Exits on failure. */
void hot_path_events_create(hot_path_events *self, uint64_t count);
void hot_path_events_destroy(hot_path_events *self);

/** A state that knows the pools of the market. Exits on failure. */
market_state *hot_path_state_create(const hot_path_events *events);

/** One run of some way from event to signal. */
typedef struct hot_path_run {
    const bench_options *options;
    const eth_log *events;
    uint64_t count;
    uint64_t interval_ns; /* 0 = flat out */
    uint64_t start_ns;    /* when event 0 is due */
    market_state *state;
    signal_judge judge; /* records the latencies: its clock is bench_now_ns() */
} hot_path_run;

/** From the begin to the first event, so that all threads are at rest. */
enum { HOT_PATH_SETTLE_NS = 1000000 };

/** Sets when the events are due: to be called by whoever feeds, when all else is ready. */
static inline void hot_path_begin(hot_path_run *run)
{
    run->start_ns = bench_now_ns() + HOT_PATH_SETTLE_NS;
}

/** When event `index` is due; flat out: now. */
static inline uint64_t hot_path_due_ns(const hot_path_run *run, uint64_t index, uint64_t now_ns)
{
    return run->interval_ns ? run->start_ns + index * run->interval_ns : now_ns;
}

/** Event `index`, read at `due_ns`: what its latency counts from. */
static inline eth_log hot_path_event(const hot_path_run *run, uint64_t index, uint64_t due_ns)
{
    eth_log log = run->events[index];
    log.event.sync.received_ns = due_ns; /* at the same place in all events */
    return log;
}

/** Waits until event `index` is due, looking at the clock. */
static inline eth_log hot_path_await(const hot_path_run *run, uint64_t index)
{
    uint64_t now_ns = bench_now_ns();
    uint64_t due_ns = hot_path_due_ns(run, index, now_ns);
    while (now_ns < due_ns) {
        now_ns = bench_now_ns();
    }
    return hot_path_event(run, index, due_ns);
}

/** Sends all events on their way, and returns when all signals are judged: through actors, through
 * the relay, or by plain calls in one thread. */
void hot_path_run_actors(hot_path_run *run);
void hot_path_run_relay(hot_path_run *run);
void hot_path_run_calls(hot_path_run *run);

#endif

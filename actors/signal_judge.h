/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SIGNAL_JUDGE_H
#define ACTORS_SIGNAL_JUDGE_H

/*
 * What is done with a signal once it has come: an arbitrage of pools is judged by the rules, an
 * accepted one becomes a line of JSON in the sink, and the time since its event was read is
 * recorded. Signals from quotes have passed a threshold when they were made: each is counted and
 * becomes a line. Knows nothing of how signals travel.
 *
 * Threads: one at a time; `received` may be read by others.
 */
#include <stdbool.h>

#include <libtypes/signal.h>
#include <mycelium/histogram.h>

#include "live_count.h"
#include "market/signal_rules.h"
#include "signal_sink.h"

/** Signals from quotes, by what they say. */
typedef struct signal_judge_counts {
    uint64_t cross_venue_starts;
    uint64_t cross_venue_turns;
    uint64_t cross_venue_ends;
    uint64_t momentum_up;
    uint64_t momentum_down;
} signal_judge_counts;

/** Everything is borrowed. */
typedef struct signal_judge {
    signal_rules *rules;
    signal_sink *sink;      /* NULL = nothing is written */
    myc_histogram *latency; /* gets, for each signal, the ns since its event was read */
    live_count received;    /* signals judged */
    signal_judge_counts counts;
    bool is_replay; /* quotes were received when they were recorded: no latency can be told */
} signal_judge;

/** Judges `signal` (borrowed) at `now_ns`, ns since the Unix epoch. */
signal_verdict signal_judge_take(signal_judge *self, const arbitrage_signal *signal,
                                 uint64_t now_ns);

/** Count and write `signal` (borrowed), which came at `now_ns`. */
void signal_judge_take_cross_venue(signal_judge *self, const cross_venue_signal *signal,
                                   uint64_t now_ns);
void signal_judge_take_momentum(signal_judge *self, const momentum_signal *signal, uint64_t now_ns);

/** Writes what the sink has buffered, if there is one. */
void signal_judge_flush(signal_judge *self);

#endif

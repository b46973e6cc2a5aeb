/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SIGNAL_JUDGE_H
#define ACTORS_SIGNAL_JUDGE_H

/*
 * What is done with a signal once it has come: it is judged by the rules, an accepted one becomes
 * a line of JSON in the sink, and the time since its event was read is recorded. Knows nothing of
 * how signals travel.
 *
 * Threads: one at a time; `received` may be read by others.
 */
#include <libtypes/signal.h>
#include <mycelium/histogram.h>

#include "live_count.h"
#include "market/signal_rules.h"
#include "signal_sink.h"

/** Everything is borrowed. */
typedef struct signal_judge {
    signal_rules *rules;
    signal_sink *sink;      /* NULL = nothing is written */
    myc_histogram *latency; /* gets, for each signal, the ns since its event was read */
    live_count received;    /* signals judged */
} signal_judge;

/** Judges `signal` (borrowed) at `now_ns`, ns since the Unix epoch. */
void signal_judge_take(signal_judge *self, const arbitrage_signal *signal, uint64_t now_ns);

/** Writes what the sink has buffered, if there is one. */
void signal_judge_flush(signal_judge *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

/*
 * Latencies under load that does not wait for the answer (open loop): a message counts from when it
 * was due, not from when a late source got round to it. So a stall counts for every message that
 * fell into it, as it does for those who wait for them (no coordinated omission).
 *
 * Values are in the library's log-linear histogram: 3 significant digits, nothing thrown away.
 */
#include <mycelium/histogram.h>

#include "bench.h"

/** A histogram; exits when memory is out. Release with myc_histogram_destroy(). */
myc_histogram *bench_latency_create(void);

/** Records the time from `due_ns` to `now_ns`; both are of bench_now_ns(). */
static inline void bench_latency_record(myc_histogram *latency, uint64_t due_ns, uint64_t now_ns)
{
    myc_histogram_record(latency, now_ns > due_ns ? now_ns - due_ns : 0);
}

/** Prints the row `name` of WORKLOAD.`part`, or of WORKLOAD when that is NULL. */
void bench_print_quantile(const bench_output *output, const char *part, const char *name,
                          const myc_histogram *latency, double quantile);

/** Prints the curve of WORKLOAD.`part`, or of WORKLOAD. */
void bench_print_latency_curve(const bench_output *output, const char *part,
                               const myc_histogram *latency);

/** Prints the rows p50, p99 and p999 and the curve. */
void bench_print_latency(const bench_output *output, const char *part,
                         const myc_histogram *latency);

#endif

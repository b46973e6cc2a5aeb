/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_WORKLOADS_H
#define BENCH_WORKLOADS_H

/*
 * Runs that are measured under more than one name: oversubscribed.* are these with more workers
 * than processors.
 */
#include "bench.h"

void bench_run_send_local(const bench_options *options, bench_output *output);
void bench_run_stream_cross(const bench_options *options, bench_output *output);
void bench_run_ping_pong(const bench_options *options, bench_output *output);
void bench_run_fan_in(const bench_options *options, bench_output *output);
void bench_run_ring_503(const bench_options *options, bench_output *output);
void bench_run_ring_spread(const bench_options *options, bench_output *output);

#endif

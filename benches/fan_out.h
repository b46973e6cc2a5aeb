/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_FAN_OUT_H
#define BENCH_FAN_OUT_H

#include "bench.h"

/**
 * One publisher, `subscribers` of them, about `deliveries` in all. Returns ns a delivery. See
 * fan_out.c.
 */
double bench_fan_out_run(const bench_options *options, uint32_t subscribers, uint64_t deliveries);

#endif

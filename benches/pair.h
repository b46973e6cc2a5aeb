/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

/*
 * Two bare threads that begin together, with --pin on the first two processors: the machine's
 * limits are measured with these, without the runtime.
 */
#include "bench.h"

typedef struct bench_pair {
    void (*sides[2])(void *argument);
    void *argument;
} bench_pair;

/** Runs both sides to their ends. Returns the ns from the common start to the later end. */
double bench_pair_run(const bench_options *options, const bench_pair *pair);

#endif

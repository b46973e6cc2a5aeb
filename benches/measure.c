/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

uint64_t bench_now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median_of(const double *sorted, uint32_t count)
{
    double upper = sorted[count / 2];
    return count % 2 ? upper : (sorted[count / 2 - 1] + upper) / 2;
}

bool bench_measure(const bench_workload *workload, const bench_options *options, bench_row *row)
{
    double values[100];
    if (workload->run(options) < 0) { /* warms up caches, page tables and the processor's clock */
        return false;
    }
    for (uint32_t i = 0; i < options->runs; i++) {
        values[i] = workload->run(options);
        if (values[i] < 0) {
            return false;
        }
    }
    qsort(values, options->runs, sizeof values[0], compare);
    *row = (bench_row){workload, options->runs, median_of(values, options->runs), values[0],
                       values[options->runs - 1]};
    return true;
}

double bench_row_cost(const bench_row *row)
{
    bool is_rate = strcmp(row->workload->unit, BENCH_RATE) == 0;
    return is_rate ? 1e9 / row->median : row->median;
}

bool bench_row_meets(const bench_row *row)
{
    return row->workload->bar_ns == 0 || bench_row_cost(row) <= row->workload->bar_ns;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

void bench_print(const bench_output *output, double value)
{
    if (!output->warming_up) {
        printf("%s %.3f\n", output->workload, value);
    }
}

void bench_print_part(const bench_output *output, const char *part, double value)
{
    if (!output->warming_up) {
        printf("%s.%s %.3f\n", output->workload, part, value);
    }
}

void bench_print_curve(const bench_output *output, const char *part, double percentile,
                       double value_ns)
{
    if (!output->warming_up) {
        printf("curve %s%s%s %g %.0f\n", output->workload, part ? "." : "", part ? part : "",
               percentile, value_ns);
    }
}

uint64_t bench_count(const bench_options *options, uint64_t full)
{
    const uint64_t least = full < 4000 ? full : 4000;
    uint64_t scaled = (uint64_t)(options->scale * (double)full);
    return scaled < least ? least : scaled;
}

uint64_t bench_now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void bench_fail(const char *what, int error)
{
    fprintf(stderr, "myc-bench: %s: %s\n", what, myc_error_text(error));
    exit(1);
}

void bench_cannot_run(const char *reason)
{
    fprintf(stderr, "myc-bench: %s\n", reason);
    exit(3);
}

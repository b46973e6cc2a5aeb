/* SPDX-License-Identifier: Apache-2.0 */
#include "latency.h"

#include <stdio.h>

myc_histogram *bench_latency_create(void)
{
    myc_histogram *latency = myc_histogram_create();
    if (!latency) {
        bench_fail("a histogram", MYC_ENOMEM);
    }
    return latency;
}

void bench_print_quantile(const bench_output *output, const char *part, const char *name,
                          const myc_histogram *latency, double quantile)
{
    char row[64];
    snprintf(row, sizeof row, "%s%s%s", part ? part : "", part ? "." : "", name);
    bench_print_part(output, row, (double)myc_histogram_quantile(latency, quantile));
}

void bench_print_latency_curve(const bench_output *output, const char *part,
                               const myc_histogram *latency)
{
    static const double CURVE[] = {1,  5,    10,   25,    50,    75,     90, 95,
                                   99, 99.5, 99.9, 99.95, 99.99, 99.999, 100};
    for (size_t i = 0; i < sizeof CURVE / sizeof CURVE[0]; i++) {
        bench_print_curve(output, part, CURVE[i],
                          (double)myc_histogram_quantile(latency, CURVE[i] / 100));
    }
}

void bench_print_latency(const bench_output *output, const char *part, const myc_histogram *latency)
{
    bench_print_quantile(output, part, "p50", latency, 0.5);
    bench_print_quantile(output, part, "p99", latency, 0.99);
    bench_print_quantile(output, part, "p999", latency, 0.999);
    bench_print_latency_curve(output, part, latency);
}

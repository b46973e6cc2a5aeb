/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench.h"

/* Spread between runs beyond which a figure says little. */
static bool is_noisy(const bench_row *row)
{
    return row->max > 1.25 * row->min;
}

static void print_figure(const bench_row *row, double value)
{
    if (strcmp(row->workload->unit, BENCH_RATE) == 0) {
        printf(" %9.2f M", value / 1e6);
    } else {
        printf(" %11.1f", value);
    }
}

static void print_row(const bench_row *row)
{
    bool memory = strcmp(row->workload->unit, BENCH_MEMORY) == 0;
    printf("%-22s %-10s", row->workload->name, row->workload->unit);
    print_figure(row, row->median);
    print_figure(row, row->min);
    print_figure(row, row->max);
    printf("  %7.1f %s", bench_row_cost(row), memory ? "B " : "ns");
    if (row->workload->bar_ns > 0) {
        printf("  <= %3.0f %s %s", row->workload->bar_ns, memory ? "B " : "ns",
               bench_row_meets(row) ? "met" : "MISSED");
    }
    printf("%s\n", is_noisy(row) ? "  (noisy)" : "");
}

void bench_table_print(const bench_machine *machine, const bench_row *rows, uint32_t count)
{
    printf("%s, %d processors, %s, %s, governor %s\n\n", machine->processor, machine->processors,
           machine->kernel, machine->compiler, machine->governor);
    printf("%-22s %-10s %11s %11s %11s  %10s  bar\n", "workload", "unit", "median", "min", "max",
           "each");
    for (uint32_t i = 0; i < count; i++) {
        print_row(&rows[i]);
    }
    printf("\n");
    for (uint32_t i = 0; i < count; i++) {
        printf("%-22s %s\n", rows[i].workload->name, rows[i].workload->what);
    }
}

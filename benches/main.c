/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sample: runs one workload once and prints its rows. See bench.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void print_help(void)
{
    puts("Usage: myc-bench WORKLOAD [--scale F] [--pin] [--parameter N] [--workers N]\n"
         "       myc-bench --list | --about | --help\n"
         "Measures one workload once and prints a line `ROW VALUE` for each of its rows.\n"
         "  --scale F      multiplies the counts, above 0, at most 10 (default: 1)\n"
         "  --pin          one worker a processor, in the order of the allowed ones\n"
         "                 (default: the kernel places them)\n"
         "  --parameter N  the point of a curve\n"
         "  --workers N    workers of the system, 1 to 64 (default: the workload's)\n"
         "  --list         the names of the workloads\n"
         "  --about        compiler, flags and version this program was built with\n"
         "Exit codes: 0 it ran, 2 wrong arguments, 3 this machine cannot run it, else it failed.\n"
         "\nWorkloads:");
    for (const bench_workload *const *entry = bench_workloads; *entry; entry++) {
        printf("  %-28s %s\n", (*entry)->name, (*entry)->what);
    }
}

static void print_list(void)
{
    for (const bench_workload *const *entry = bench_workloads; *entry; entry++) {
        puts((*entry)->name);
    }
}

static void print_about(void)
{
#ifdef __clang__
    puts("compiler " __VERSION__);
#else
    puts("compiler gcc " __VERSION__);
#endif
    puts("flags " BENCH_FLAGS);
    puts("version " BENCH_VERSION);
}

/* Returns true when the argument was one of those that only print. */
static bool print_only(const char *argument)
{
    if (strcmp(argument, "--help") == 0) {
        print_help();
    } else if (strcmp(argument, "--list") == 0) {
        print_list();
    } else if (strcmp(argument, "--about") == 0) {
        print_about();
    } else {
        return false;
    }
    return true;
}

static void measure(const bench_workload *workload, const bench_options *options)
{
    bench_output output = {.workload = workload->name, .warming_up = true};
    bench_options small = *options;
    small.scale = options->scale / 10;
    if (!workload->cold) {
        workload->run(&small, &output);
    }
    output.warming_up = false;
    workload->run(options, &output);
}

int main(int argc, char **argv)
{
    bench_options options;
    if (argc == 2 && print_only(argv[1])) {
        return 0;
    }
    (void)bench_processors_allowed(); /* before anything is pinned */
    measure(bench_options_parse(argc, argv, &options), &options);
    if (fflush(stdout) != 0) {
        bench_fail("standard output", MYC_EIO);
    }
    return 0;
}

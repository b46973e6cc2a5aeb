/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_H
#define BENCH_H

/*
 * What a workload is, and what it may ask of the program around it.
 *
 * The program measures ONE workload ONCE in a fresh process and prints a line for each of its rows:
 * `ROW VALUE`. Repeating, comparing and tables are for whoever starts it. Before the measured run
 * main.c runs the workload with a tenth of its counts and prints nothing of that (unless it is
 * `cold`): caches, page tables, branch predictors and the processor's clock are warm, as they are
 * in a program that serves.
 */
#include <mycelium/system.h>

/** How to run: the arguments, completed by the workload's own numbers. */
typedef struct bench_options {
    double scale;        /* multiplies the counts; 1 = a full run */
    bool pin;            /* worker k, and threads of the workload, on one processor each */
    uint32_t parameter;  /* of a curve; 0 = none */
    uint32_t workers;    /* of the system */
    uint32_t processors; /* worker k is pinned to processor k % processors */
    myc_idle idle;
} bench_options;

/** Where rows go. */
typedef struct bench_output {
    const char *workload;
    bool warming_up; /* nothing is printed */
} bench_output;

typedef struct bench_workload {
    const char *name;
    const char *what;        /* one line for --help */
    uint32_t workers;        /* unless --workers says otherwise; 0 = has none to choose */
    uint32_t processors;     /* at least so many are needed; 0 = as many as workers */
    uint32_t parameter_most; /* a curve: --parameter is 1 to this; 0 = takes none */
    myc_idle idle;
    bool cold; /* no warm-up: it measures memory, not time */
    /** Sets up, runs once, prints its rows. Ends the program (bench_fail()) when it cannot. */
    void (*run)(const bench_options *options, bench_output *output);
} bench_workload;

/** All workloads, ended by NULL. */
extern const bench_workload *const bench_workloads[];

/**
 * Parses the arguments of a run and finds its workload. Exits 2 with one line when they are wrong,
 * and 3 when this process may not run on enough processors.
 */
const bench_workload *bench_options_parse(int argc, char **argv, bench_options *options);

/** Prints the row of a workload that has only one. */
void bench_print(const bench_output *output, double value);

/** Prints the row WORKLOAD.`part`. */
void bench_print_part(const bench_output *output, const char *part, double value);

/** Prints a point of the latency curve of WORKLOAD, or WORKLOAD.`part` when that is not NULL. */
void bench_print_curve(const bench_output *output, const char *part, double percentile,
                       double value_ns);

/** `full`, scaled, but not below 4000 (or `full`): less measures the start. */
uint64_t bench_count(const bench_options *options, uint64_t full);

/** Monotonic time in ns. */
uint64_t bench_now_ns(void);

enum { BENCH_PROCESSORS_MAX = 64 };

/** The processors the program may run on, in order, as they were at its start. */
typedef struct bench_processors {
    uint32_t numbers[BENCH_PROCESSORS_MAX];
    uint32_t count;
} bench_processors;
const bench_processors *bench_processors_allowed(void);

/** With --pin, pins the calling thread to processor `index` (modulo their count). */
void bench_pin(const bench_options *options, uint32_t index);

/** Restricts the calling thread, and those it starts, to the first `count` processors. */
void bench_restrict(uint32_t count);

/** Ends the program with a line: a workload that went wrong has no figure. */
_Noreturn void bench_fail(const char *what, int error);

/** Ends the program with exit code 3: this machine cannot run the workload. */
_Noreturn void bench_cannot_run(const char *reason);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_H
#define BENCH_H

/*
 * What a workload is and what comes out of it. A workload has one run function for each of its
 * rows; measure.c runs it several times, the reports print what it gave.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct bench_options {
    bool quick; /* less of everything: the same rows in seconds */
    bool help;
    uint32_t runs;         /* measured runs of each row, after one that only warms up */
    const char *only;      /* names, separated by commas; NULL = all */
    const char *json_path; /* NULL = none */
    const char *command;   /* as typed, for the JSON */
} bench_options;

/** The three units of the suite. Rates are better high, times and memory low. */
#define BENCH_RATE "messages/s"
#define BENCH_TIME "ns"
#define BENCH_MEMORY "bytes"

typedef struct bench_workload {
    const char *name; /* of the row */
    const char *unit;
    const char *what; /* one line for the table */
    double bar_ns;    /* the bar: at most so many ns for each message (for memory: bytes) */
    /** Runs once; returns the figure in `unit`, or a negative number when it could not run. */
    double (*run)(const bench_options *options);
} bench_workload;

typedef struct bench_row {
    const bench_workload *workload;
    uint32_t runs;
    double median;
    double min;
    double max;
} bench_row;

typedef struct bench_machine {
    char processor[128];
    char kernel[128];
    char compiler[64];
    char governor[32]; /* "unknown" where the kernel does not say */
    int processors;    /* this process may run on */
} bench_machine;

/* The workloads, in the files of their names. */
extern const bench_workload bench_send_local;
extern const bench_workload bench_ping_pong_one_worker;
extern const bench_workload bench_ping_pong_two_workers;
extern const bench_workload bench_stream_cross;
extern const bench_workload bench_spawn_time;
extern const bench_workload bench_spawn_bytes;
extern const bench_workload bench_limit_cache_line;
extern const bench_workload bench_limit_refcount;

/** Parses the arguments. Exits 2 with one line when they are wrong. Borrows `argv`. */
bench_options bench_options_parse(int argc, char **argv);

/** Whether `--only` asks for the row: its name, or the part before the dot. */
bool bench_options_want(const bench_options *options, const char *name);

/** Warms up once, runs `options->runs` times. False when the workload could not run. */
bool bench_measure(const bench_workload *workload, const bench_options *options, bench_row *row);

/** ns for one message (or bytes): the scale a bar is in. */
double bench_row_cost(const bench_row *row);

/** Whether the row meets its bar. */
bool bench_row_meets(const bench_row *row);

bench_machine bench_machine_read(void);

void bench_table_print(const bench_machine *machine, const bench_row *rows, uint32_t count);

/** Returns false, with errno set, when the file could not be written. */
bool bench_json_write(const bench_options *options, const bench_machine *machine,
                      const bench_row *rows, uint32_t count);

/** Monotonic time in ns. */
uint64_t bench_now_ns(void);

#endif

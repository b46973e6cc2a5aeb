/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_SYSTEM_H
#define BENCH_SYSTEM_H

/*
 * The system a workload runs on, and the message most of them send.
 */
#include <mycelium/mycelium.h>

#include "bench.h"

/** 48 bytes: with its header one cache line. */
typedef struct bench_message {
    uint64_t number;
    uint64_t rest[5];
} bench_message;
MYC_MESSAGE(bench_message)

#define BENCH_ROWS(ROW, P) ROW(P, message, bench_message)
MYC_PROTOCOL(bench, BENCH_ROWS)

/** A pinned system of busy workers, and the context of the calling thread. Exits on failure. */
myc_system *bench_system_create(uint32_t workers, myc_context **ctx);

/** Stops and destroys it. Exits when a message or a payload was lost: the figure would be wrong. */
void bench_system_destroy(myc_system *system);

/**
 * Sends the message that starts a run (its number is 1) and waits until all is handled. Returns
 * false on a time-out.
 */
bool bench_system_run(myc_system *system, myc_context *ctx, bench_ref first);

/** The processors this process may run on, at most 64. Returns how many. */
uint32_t bench_allowed_cpus(uint32_t cpus[static 64]);

/** Options that put an actor on `worker`. */
myc_spawn_options bench_on_worker(uint32_t worker);

/** Ends the program with a line: a workload that cannot be set up has no figure. */
void bench_fail(const char *what, int error);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PACED_H
#define BENCH_PACED_H

/*
 * A source of messages at a fixed rate: a thread that is no part of any runtime, waits for the time
 * each message is due by looking at the clock, and hands it over. Late ones go out at once, with
 * the time they were due.
 *
 * Threads: bench_paced_begin() and _end() on one, `send` on the source's own.
 */
#include <pthread.h>

#include "bench.h"

typedef struct bench_paced {
    const bench_options *options;
    uint64_t count;
    uint64_t interval_ns;
    uint32_t processor; /* with --pin */
    /** Hands over the message that was due at `due_ns`, whatever the wait. */
    void (*send)(void *user, uint64_t due_ns);
    void *user;
    pthread_t thread;       /* this and the rest is private */
    uint64_t source_cpu_ns; /* processor time of the source thread */
    uint64_t begin_cpu_ns;  /* of the whole process when it began */
} bench_paced;

/** Starts the source. Exits on failure. */
void bench_paced_begin(bench_paced *self);

/** Waits until all is handed over. */
void bench_paced_join(bench_paced *self);

/** After the last message was handled: ns of processor time for each message, of all threads but
 * the source. */
double bench_paced_cpu(const bench_paced *self);

#endif

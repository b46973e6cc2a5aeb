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

/**
 * A system as `options` say, and the context of the calling thread. Without --pin the kernel places
 * the workers; where there are more of them than processors, on that many processors all the same.
 * Exits on failure.
 */
myc_system *bench_system_create(const bench_options *options, myc_context **ctx);

/** The same; what `chosen` has beside the workers and their places is the workload's own. */
myc_system *bench_system_create_with(const bench_options *options, const myc_system_options *chosen,
                                     myc_context **ctx);

/**
 * Stops and destroys it. Exits when the messages handled in it were not exactly `handled`, or a
 * message or payload was lost: the figure would be wrong.
 */
void bench_system_destroy(myc_system *system, uint64_t handled);

/** Makes a message with `number`. Exits when memory is out. */
bench_message *bench_start_message(myc_context *ctx, uint64_t number);

/** Waits until all is handled. Exits when that takes a minute. */
void bench_await(myc_system *system);

/** Sends a message with `number` to the actor that starts a run, and waits until all is handled. */
void bench_system_run(myc_system *system, myc_context *ctx, bench_ref first, uint64_t number);

/** Options that put an actor on `worker` (modulo the workers there are). */
myc_spawn_options bench_on_worker(const bench_options *options, uint32_t worker);

#endif

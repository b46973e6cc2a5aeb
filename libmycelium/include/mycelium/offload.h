/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_OFFLOAD_H
#define MYCELIUM_OFFLOAD_H

/*
 * Blocking work beside the actors: a pool of helper threads runs a function that may block, and its
 * result comes back as a message. (For an actor that blocks all the time: MYC_PLACE_DEDICATED.)
 *
 *     #define ARCHIVE_ROWS(ROW, P)       \
 *         ROW(P, load, path)             \
 *         ROW(P, loaded, page)           \
 *         ROW(P, failed, myc_work_failed)
 *
 *     static const page *read_page(myc_context *ctx, const void *argument);   on a helper thread
 *
 *     static myc_next archive_on_load(struct archive *self, myc_context *ctx, const path *load)
 *     {
 *         sent = archive_offload_loaded(ctx, self->pool, read_page, path_move(ctx, load));
 *
 * Work that was accepted ends in exactly one message: its result in the row it was offloaded for,
 * or myc_work_failed in the row of that type, which the protocol of who offloads must have. Both go
 * ahead of the mailbox and are never refused. When the actor has ended by then, or has started anew
 * under its supervisor, they are dead letters.
 *
 * Work in flight counts for myc_system_await_quiescence() and for a stop that drains.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

struct myc_system;

/** A pool of helper threads. */
typedef struct myc_pool myc_pool;

/** Options of a pool; all zero means the defaults. */
typedef struct myc_pool_options {
    const char *name;     /* at most 10 characters count; threads are NAME-0 ...; SYSTEM-w */
    uint32_t threads;     /* 1 to 64; default 1 */
    uint32_t queue_bound; /* pieces of work that wait, 1 to 1 M; default 1000 */
} myc_pool_options;

/** What became of work. At quiescence: accepted = done + failed + cancelled. */
typedef struct myc_pool_counts {
    uint64_t accepted;
    uint64_t refused; /* the queue was at its bound */
    uint64_t done;
    uint64_t failed;
    uint64_t cancelled;
    uint64_t queued;  /* now */
    uint64_t running; /* now */
} myc_pool_counts;

typedef enum myc_work_outcome {
    MYC_WORK_NO_RESULT = 0, /* it returned NULL, or a payload of another type than the row's */
    MYC_WORK_CANCELLED = 1  /* it did not run: the pool or the system was stopped before */
} myc_work_outcome;

/** Work that has no result. */
typedef struct myc_work_failed {
    myc_work_outcome outcome;
    uint32_t tag;         /* of the row that the result was for */
    const void *argument; /* of the work; valid as long as this message: retain it to try again */
} myc_work_failed;
MYC_MESSAGE(myc_work_failed)

/** Any function that does work, and what calls it as the type it is. Made by MYC_PROTOCOL(). */
typedef void (*myc_work)(void);
typedef const void *(*myc_work_call)(myc_work work, myc_context *ctx, const void *argument);

/**
 * Starts a pool. `options` may be NULL. Gives `*pool`: destroy it. The system's `thread_start` runs
 * first on each of its threads, with UINT32_MAX for the worker; each counts as a foreign thread.
 * The pool of a caller-driven system has no threads: each myc_system_run_once() does one piece of
 * work.
 *
 * Returns 0, MYC_EINVAL (an option: the log line says which), MYC_ENOMEM, MYC_ELIMIT (the kernel
 * refuses a thread, or there are 256 foreign threads), MYC_ESTOPPING or MYC_ETHREAD (on a worker of
 * a system with threads).
 */
MYC_API MYC_MUST_CHECK int myc_pool_create(struct myc_system *system,
                                           const myc_pool_options *options, myc_pool **pool);

/**
 * Ends a pool: cancels what is queued and waits for what runs. Takes `pool`, unless it returns an
 * error; NULL is ignored. No actor offloads to it any more. myc_system_destroy() ends those that
 * are left. Returns 0 or MYC_ETHREAD (on a worker or a helper thread, which would wait for itself).
 */
MYC_API int myc_pool_destroy(myc_pool *pool);

/** Reads the counts. Any thread. */
MYC_API void myc_pool_counts_read(myc_pool *pool, myc_pool_counts *counts);

/**
 * Has `work(ctx, argument)` called through `call` on a helper thread, and what it returns delivered
 * to the calling actor as row `tag`. Prefer the typed P_offload_row().
 *
 * `work` gets a context of its thread: it may make payloads, send and log, and must return a new
 * payload of the row's type, or NULL. Takes `argument`, a payload or NULL, whatever the answer: it
 * is valid until the message that ends the work is handled.
 * Returns MYC_SENT, MYC_FULL (the queue is at its bound, counted; or memory is out), or MYC_DEAD:
 * the pool or the system was stopped, no handler runs here, or the actor's protocol has no such row
 * or none of type myc_work_failed (the log line says so).
 */
MYC_API MYC_MUST_CHECK myc_sent myc_offload(myc_context *ctx, myc_pool *pool, uint32_t tag,
                                            myc_work work, myc_work_call call,
                                            const void *argument);

MYC_EXTERN_C_END

#endif

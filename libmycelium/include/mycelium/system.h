/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_SYSTEM_H
#define MYCELIUM_SYSTEM_H

/*
 * A system: a fixed pool of workers and the actors on them. Any number per process.
 *
 *     myc_system *system;
 *     int error = myc_system_create(&(myc_system_options){.workers = 2}, &system);
 *     myc_context *ctx = myc_context_of(system);
 *     error = momentum_spawn(ctx, &(struct momentum){0}, NULL, &ref);
 *     myc_sent sent = market_send_quote(ctx, ref, quote);
 *     error = myc_system_stop(system, NULL, NULL);
 *     myc_system_destroy(system);
 *
 * Threads: functions on a myc_system may be called from any thread unless it says otherwise.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

typedef struct myc_system myc_system;

/**
 * What a worker does when it has nothing to do. In a system with more workers than processors one
 * that spins gives its processor up between looks: the message it waits for may need it.
 */
typedef enum myc_idle {
    MYC_IDLE_SPIN_PARK = 0, /* spins for `spin_ns`, then sleeps in the kernel (default) */
    MYC_IDLE_SPIN = 1,      /* never sleeps: lowest latency, a whole core */
    MYC_IDLE_PARK = 2       /* sleeps at once */
} myc_idle;

/** How sources are read. */
typedef enum myc_io_backend {
    MYC_IO_AUTO = 0,  /* io_uring; where it is refused, epoll, and a warning says why */
    MYC_IO_URING = 1, /* io_uring or an error from the open */
    MYC_IO_EPOLL = 2  /* epoll; files are read and written at once */
} myc_io_backend;

/** Where all memory of a system comes from. Functions must be safe to call from any thread. */
typedef struct myc_allocator {
    void *(*allocate)(void *user, size_t size_bytes, size_t alignment_bytes);
    void (*free)(void *user, void *memory, size_t size_bytes);
    void *user;
} myc_allocator;

/** Why a message became a dead letter. */
typedef enum myc_dead_reason {
    MYC_DEAD_NO_ACTOR = 0,  /* the ref never named an actor of this system */
    MYC_DEAD_STOPPED = 1,   /* the actor had stopped before the message was sent or arrived */
    MYC_DEAD_LEFT = 2,      /* it was still queued when the actor stopped */
    MYC_DEAD_DISCARDED = 3, /* it was on its way when the system stopped */
    MYC_DEAD_NO_ROUTE = 4,  /* no transport for the node, or the transport refused it */
    MYC_DEAD_FAILED = 5,    /* its handler failed */
    MYC_DEAD_EXPIRED = 6,   /* a request whose deadline had passed when its turn came */
    MYC_DEAD_LATE = 7,      /* a reply to an ask that had ended; work of an actor's earlier life */
    MYC_DEAD_REASONS = 8
} myc_dead_reason;

/** Why an accepted message was dropped. */
typedef enum myc_drop_reason {
    MYC_DROP_NEWEST = 0,    /* it found the mailbox at its bound, or no memory to be queued in */
    MYC_DROP_OLDEST = 1,    /* it was the oldest when another one found the mailbox at its bound */
    MYC_DROP_CONFLATED = 2, /* another one with its key has taken its place (mailbox.h) */
    MYC_DROP_EXPIRED = 3,   /* it was older than its row may be when its turn came */
    MYC_DROP_LIMITED = 4,   /* its row's limit was reached, or only reserved slots were left */
    MYC_DROP_REASONS = 5
} myc_drop_reason;

/** A message nobody handled. Borrowed: everything is valid during the call only. */
typedef struct myc_dead_letter {
    myc_address to;
    uint32_t tag;
    myc_dead_reason reason;
    const void *payload; /* myc_type_of(payload) tells its type */
} myc_dead_letter;

struct myc_stuck;

/** Options of a system; all zero means the defaults. Everything is copied. */
typedef struct myc_system_options {
    const char *name; /* at most 8 characters count; threads are NAME-0, NAME-1, ...; "myc" */
    uint32_t workers; /* 1 to 64; 0 = one for each processor this thread may run on */
    /** Workers for actors that block (MYC_PLACE_DEDICATED), one for each, beside `workers`: 64 in
     * all. Not pinned; threads are NAME-d0, NAME-d1, ...; until they are used they sleep. */
    uint32_t dedicated;
    bool caller_driven; /* no threads: the caller drives all workers by myc_system_run_once() */
    myc_idle idle;
    uint64_t spin_ns;     /* with MYC_IDLE_SPIN_PARK; default 50 000 */
    const uint32_t *cpus; /* worker k is pinned to cpus[k % cpu_count]; NULL = not pinned */
    uint32_t cpu_count;
    myc_io_backend io;
    myc_allocator allocator; /* all NULL = malloc */
    /** An idle worker gives memory back that it did not need for so long (to twice as long), and a
     * later burst allocates again. Default 100 ms; UINT64_MAX = memory is kept for ever. */
    uint64_t keep_memory_ns;
    /** A thread of the library, NAME-dog, looks for workers that have been in one turn for so long,
     * and tells of each in a log line, and by `stuck`, once. To name messages it has every actor traced:
     * half a KiB an actor, and some ns a message. 0 = there is no such thread. */
    uint64_t watchdog_ns;
    void (*stuck)(void *user, const struct myc_stuck *stuck); /* inspect.h; may be NULL */
    void *stuck_user;
    bool flight_recorder; /* each worker records its last 4096 events (inspect.h) */
    bool profile;         /* every actor is profiled from its start (inspect.h) */
    /** Gets each log line. Called on the thread that has something to say, never under a lock. */
    void (*log)(void *user, myc_log_level level, const char *text);
    void *log_user;
    /** Gets each dead letter, on the thread that found it. Must not call into the system. */
    void (*dead_letter)(void *user, const myc_dead_letter *letter);
    void *dead_letter_user;
    /** Runs first on each new worker thread. Dedicated workers are numbered after the
     * others; on the helper thread of a pool (offload.h) it is UINT32_MAX. */
    void (*thread_start)(void *user, uint32_t worker);
    void *thread_start_user;
    /** Replaces CLOCK_MONOTONIC and CLOCK_REALTIME; ns. Any thread. NULL = the kernel's. A worker that
     * sleeps with a timer armed looks at such a clock once in a ms. */
    uint64_t (*now_ns)(void *user);
    uint64_t (*wall_ns)(void *user);
    void *clock_user;
} myc_system_options;

/** How to stop; all zero means: drain, within 5 s. */
typedef struct myc_stop_options {
    bool discard; /* true: queued messages become dead letters; false: they are handled first */
    uint64_t timeout_ns; /* default 5 s */
} myc_stop_options;

/** An actor that did not stop in time: its worker is stuck in a handler. */
typedef struct myc_straggler {
    myc_address address;
    char name[32];
    uint32_t worker;
} myc_straggler;

/** Filled in by myc_system_stop(). `count` may exceed the room; the rest is not listed. */
typedef struct myc_stop_report {
    myc_straggler *stragglers; /* borrowed array of `capacity`; may be NULL */
    uint32_t capacity;
    uint32_t count;
} myc_stop_report;

/**
 * What became of every message. At quiescence, exactly:
 * accepted = handled + dead + dropped + queued. A refused send was never accepted.
 */
typedef struct myc_counts {
    uint64_t accepted;
    uint64_t handled;
    uint64_t dead;    /* sum of dead_by */
    uint64_t dropped; /* sum of the five dropped_ */
    uint64_t queued;
    uint64_t refused;
    uint64_t dead_by[MYC_DEAD_REASONS];
    uint64_t dropped_newest;
    uint64_t dropped_oldest;
    uint64_t dropped_conflated;
    uint64_t dropped_expired;
    uint64_t dropped_limited;
    uint64_t circled; /* parked messages let in, even beyond a bound, to open a circle of senders */
    uint64_t actors;  /* alive now */
} myc_counts;

/**
 * Creates a system and starts its workers. `options` may be NULL. Gives `*system`: destroy it.
 * Returns 0, MYC_EINVAL (an option; the log line says which), MYC_ENOMEM, or MYC_ELIMIT when the
 * kernel refuses a thread or a file descriptor (the log line says what to raise).
 */
MYC_API MYC_MUST_CHECK int myc_system_create(const myc_system_options *options,
                                             myc_system **system);

/**
 * Stops in stages: foreign sends and spawns are refused; sources bring nothing more, and timers
 * fire no more; queued messages are handled (or discarded), and offloaded work done (or cancelled,
 * but for what runs); every actor's on_stop runs; what actors wrote to streams until then is written,
 * and streams are closed. Idempotent. Not from a handler.
 * Returns 0, MYC_ETIMEDOUT (`report` lists the actors that did not stop; call again to wait on) or
 * MYC_ETHREAD (called from a handler). `options` and `report` may be NULL.
 */
MYC_API int myc_system_stop(myc_system *system, const myc_stop_options *options,
                            myc_stop_report *report);

/**
 * Frees the system; stops it first (discarding) if need be. Waits for a handler that is still
 * running. Takes `system`; NULL is ignored. No thread may use it or a context of it any more.
 * Aborts if a message is unaccounted for. Returns the count of payloads the program still held:
 * each type is reported to the log, and their memory is gone.
 */
MYC_API uint64_t myc_system_destroy(myc_system *system);

/**
 * The calling thread's context: on a worker its own; on any other thread one that is made at the
 * first call and closed when the thread ends: destructors of other thread-specific data must not
 * use it. Borrowed. Keep it: looking it up costs some ns.
 * Returns NULL when memory or the limit of 256 foreign threads at one time is reached.
 */
MYC_API myc_context *myc_context_of(myc_system *system);

/** The system a context belongs to. */
MYC_API myc_system *myc_context_system(const myc_context *ctx);

/**
 * Runs each worker of a caller-driven system once, in order, on the calling thread: takes what has
 * arrived, gives turns to runnable actors in the order they became so (at most 64 turns or about
 * 1000 messages a worker), polls sources. Never blocks.
 * Returns how many messages were handled, MYC_EINVAL when the system has threads of its own, or
 * MYC_ETHREAD (called from a handler).
 * Threads: one at a time; the same thread's context is that of a foreign thread.
 */
MYC_API int64_t myc_system_run_once(myc_system *system);

/**
 * Waits until nothing is queued, no handler and no offloaded work runs and no source is open, or
 * `timeout_ns` has passed. Timers that are armed do not count: a system with periodic ones is quiet
 * between their ticks. Drives the workers if the system is caller-driven.
 * Returns 0, MYC_ETIMEDOUT, or MYC_ETHREAD (called from a handler).
 */
MYC_API int myc_system_await_quiescence(myc_system *system, uint64_t timeout_ns);

/** Reads the counts. Exact at quiescence, else a snapshot in which `queued` is an estimate. */
MYC_API void myc_system_counts(const myc_system *system, myc_counts *counts);

/**
 * Gives free memory of a foreign thread's context back to the allocator at once, and publishes what
 * the thread freed for others. Workers do that themselves when they are idle, and for threads that
 * have ended; a thread that lives and sends no more holds the memory of its payloads until it calls
 * this. Takes about 10 ns for each free payload where they lie in a row, up to 250 where each
 * misses the cache. Does nothing on a worker, while the memory is sealed, and when memory is kept
 * for ever. Threads: the context's.
 */
MYC_API void myc_context_trim(myc_context *ctx);

/** How sources are read: MYC_IO_AUTO until one was opened, then MYC_IO_URING or MYC_IO_EPOLL. */
MYC_API myc_io_backend myc_system_io(const myc_system *system);

/** The count of workers, without dedicated ones. */
MYC_API uint32_t myc_system_workers(const myc_system *system);

/**
 * Makes `type` known to myc_from_bytes(). Registering it twice is fine.
 * Returns 0, MYC_EINVAL (id 0, a codec hook missing, or another type has the id) or MYC_ELIMIT.
 */
MYC_API MYC_MUST_CHECK int myc_system_register(myc_system *system, const myc_type *type);

/**
 * Test mode: from this mark on, every allocation from the system's allocator is counted as a breach
 * and the first is logged, and no memory is given back. Call it when the program is warm, and with
 * keep_memory_ns = UINT64_MAX if it may be idle before it is sealed.
 */
MYC_API void myc_system_seal_memory(myc_system *system);

/** Ends the test mode. Returns the count of breaches since the mark: 0 = the hot path is clean. */
MYC_API uint64_t myc_system_unseal_memory(myc_system *system);

/** Bytes the system holds from its allocator now. */
MYC_API uint64_t myc_system_memory_bytes(const myc_system *system);

MYC_EXTERN_C_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SYSTEM_SYSTEM_H
#define MYC_SYSTEM_SYSTEM_H

/*
 * A system: the fabric, its shards and their threads, the foreign threads' endpoints, and the
 * lifecycle.
 *
 *   stage          entered by                        every worker, when it sees it
 *   RUN            create                            runs
 *   CLOSE_SOURCES  stop, when it drains              closes its sources
 *   STOP_ACTORS    stop, after the drain             closes its sources, stops its actors
 *   EXIT           stop, when all actors are gone    ends its thread
 */
#include "actor/actor.h"
#include "io/io.h"
#include "shard/pace.h"

typedef struct myc__foreign {
    myc_context context;       /* first: what the foreign thread holds */
    struct myc__foreign *next; /* all of the system */
    bool taken;                /* guarded by foreign_lock: a live thread or a trim has it */
} myc__foreign;

struct myc_system {
    myc__fabric fabric;
    char name[9];
    bool caller_driven;
    myc_idle idle;
    uint64_t spin_ns;
    uint64_t keep_memory_ns; /* UINT64_MAX = for ever */
    uint32_t *cpus;          /* NULL = not pinned */
    uint32_t cpu_count;
    bool crowded;         /* more workers than processors */
    uint32_t instruments; /* of every actor from its start (actor/instrument.h) */
    bool has_flight;

    /** Caller-driven: drives the workers instead of one after the other; NULL = nobody does. Time
     * that the driver owns may pass up to `until_ns` (0 = none). Returns how many messages were
     * handled. */
    int64_t (*drive)(void *user, uint64_t until_ns);
    void *drive_user;

    /** Of each worker, when it was looked at last (stuck.c). */
    struct myc__sighting {
        uint64_t passes;
        uint64_t handled;
        const void *actor;
        uint64_t since_ns;
    } sightings[MYC__WORKERS_MAX]; /* guarded by sightings_lock */
    pthread_mutex_t sightings_lock;
    struct myc__watchdog *watchdog; /* NULL: there is none */

    pthread_t threads[MYC__WORKERS_MAX];
    uint32_t thread_count; /* started and not joined */
    bool stopped;          /* guarded by stop_lock */
    pthread_mutex_t stop_lock;

    pthread_key_t foreign_key; /* the calling thread's myc__foreign */
    bool foreign_key_made;
    pthread_mutex_t foreign_lock; /* guards the list and `taken`; and attaching a transport */
    myc__foreign *foreigners;
    uint32_t foreign_count;
    uint32_t foreign_trims; /* guarded by foreign_lock: trims that have one taken */
};

/* worker.c */
void *myc__worker_main(void *shard);
/** One round of a worker: orders, deadlines, lanes, actors, I/O. Returns how much there was to do. */
uint32_t myc__worker_pass(myc__shard *shard, uint32_t *handled);
/** The same on the thread of a caller, by a test's pace if there is one. */
uint32_t myc__worker_pass_here(myc__shard *shard, const myc__pace *pace, uint32_t *handled);
/** True when a pass would find something to do. The worker's thread. */
bool myc__worker_has_work(myc__shard *shard);

/* run_once.c */
/** Drives a caller-driven system for one who waits, no longer than to `until_ns` of its clock. */
void myc__drive_on(myc_system *system, uint64_t until_ns);

/* watchdog.c */
int myc__watchdog_start(myc_system *system, const myc_system_options *options);
void myc__watchdog_stop(myc_system *system);
void myc__stuck_init(myc_system *system);
void myc__stuck_fini(myc_system *system);

/* foreign.c */
int myc__foreign_init(myc_system *system);
void myc__foreign_fini(myc_system *system);
bool myc__foreign_trim_step(myc_system *system, myc_context *ctx);

/* tidy.c: giving memory back */
int64_t myc__tidy(myc__shard *shard, uint64_t now_ns);

/* stop.c */
int myc__stages(myc_system *system, bool discard, uint64_t deadline_ns);

/* threads.c */
int myc__threads_start(myc_system *system);
void myc__threads_join(myc_system *system);

/* build.c: everything of a system but its threads */
int myc__system_build(const myc_system_options *options, myc_system **system);
void myc__system_free(myc_system *system);

/* quiescence.c */
bool myc__is_quiescent(const myc_system *system);
bool myc__in_a_handler(const myc_system *system);
uint64_t myc__deadline_after(uint64_t timeout_ns);
bool myc__wait_until(myc_system *system, bool (*reached)(const myc_system *), uint64_t deadline_ns);

/* counts.c: sums of one field over all endpoints */
uint64_t myc__sum_ends(const myc_system *system);
uint64_t myc__sum_beginnings(const myc_system *system);

static inline bool myc__tidy_is_under_way(const myc__shard *shard)
{
    return shard->tidying.stage != 0;
}

static inline bool myc__tidy_is_called(const myc__shard *shard)
{
    return myc__load_relaxed_u32(&shard->context.memory.trim.called) != 0;
}

static inline myc_system *myc__system_of(const myc__shard *shard)
{
    return shard->context.fabric->system;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

/*
 * What the parts of the explorer share:
 *
 *   schedule.c    runs one schedule: whose turn it is, who waits, how it ends
 *   memory.c      loads and stores, store buffers, fences
 *   race.c        who knows of whose accesses; plain accesses that nothing orders
 *   blocking.c    events and mutexes
 *   arena.c       the memory that is watched
 *   trace.c       names and lines
 *   hooks.c       calls the compiler and the library make
 *   main.c        the command line
 */
#include "clock.h"
#include "coroutine.h"
#include "explorer.h"
#include "explorer_sync.h"

enum { SIM_BUFFER_STORES = 4, SIM_STEPS_MAX = 20000, SIM_FAILURE_BYTES = 512 };

/** A store that other threads cannot see yet. */
typedef struct sim_pending {
    sim_clock clock; /* what whoever acquires it gets to know */
    void *to;
    uint64_t value;
    uint32_t size_bytes;
    bool release;
} sim_pending;

typedef enum sim_state {
    SIM_READY,
    SIM_WAITS_EVENT,
    SIM_WAITS_WORD,
    SIM_WAITS_MUTEX,
    SIM_ENDED
} sim_state;

typedef struct sim_thread {
    sim_clock now;    /* what it did and knows of */
    sim_clock fenced; /* `now` at its last full fence: what its relaxed stores carry */
    sim_clock seen;   /* read by relaxed loads: known after its next full fence */
    sim_pending buffer[SIM_BUFFER_STORES];
    uint32_t buffered;
    sim_state state;
    int event;         /* while SIM_WAITS_EVENT */
    const void *word;  /* while SIM_WAITS_WORD */
    const void *mutex; /* while SIM_WAITS_MUTEX */
    int32_t priority;
    sim_coroutine coroutine;
} sim_thread;

typedef struct sim_engine {
    const sim_scenario *scenario;
    uint64_t random;
    uint32_t thread_count;
    uint32_t current;
    uint32_t steps;
    uint32_t generation;   /* of the schedule: what is older in a table is empty */
    uint32_t buffered;     /* in all buffers */
    uint32_t drain_one_in; /* the chance that a buffered store leaves at a step; 1 = at once */
    bool active;           /* virtual threads run: accesses are steps and are checked */
    bool tracing;
    bool failed;
    char failure[SIM_FAILURE_BYTES];
    sim_thread threads[SIM_THREADS_MAX];
} sim_engine;

extern sim_engine sim;

static inline sim_thread *sim_self(void)
{
    return &sim.threads[sim.current];
}

/* schedule.c */

/** Runs the schedule of `seed`; afterwards `sim.failed` tells. */
void sim_run(const sim_scenario *scenario, uint64_t seed);

/** A step begins: others may go first. */
void sim_step(void);

/** Lets others run until somebody sets this thread SIM_READY. Its state says what it waits for. */
void sim_block(void);

/** The current thread spins: others go first. */
void sim_yield_priority(void);

/* memory.c */

/** Every buffered store of the thread becomes visible, in order. */
void sim_drain(uint32_t thread);

/** With the seed's chance, one store of some thread becomes visible. */
void sim_drain_by_chance(void);

/** A full fence of the thread, no step. */
void sim_fence_of(uint32_t thread);

/** The thread's next operations are not known to those who synchronised with it before. */
static inline void sim_clock_tick(uint32_t thread)
{
    sim.threads[thread].now[thread]++;
}

/* race.c */
typedef enum sim_access {
    SIM_PLAIN_READ,
    SIM_PLAIN_WRITE,
    SIM_ATOMIC_READ,
    SIM_ATOMIC_WRITE
} sim_access;

/** Fails the schedule when something unordered conflicts with the access; notes it. */
void sim_check_access(const void *memory, size_t size_bytes, sim_access access);

/** The clock that lies with the value of an atomic variable. */
sim_clock *sim_released(const void *memory);

/* blocking.c */
void sim_blocking_reset(void);

/* arena.c */
enum { SIM_ARENA_BYTES = 128 << 10, SIM_GRAIN_BYTES = 4 };
void sim_arena_reset(void);

/** Byte offset into the arena, or -1 when it lies outside. */
ptrdiff_t sim_arena_offset(const void *memory);

/* trace.c */
enum { SIM_NAME_BYTES = 64 };
void sim_names_reset(void);

/** Writes the name of a variable into `text` of SIM_NAME_BYTES; returns it. */
const char *sim_name_of(const void *memory, char *text);

/** A line for an operation of `thread`; `memory` may be NULL. */
void sim_trace(uint32_t thread, const char *operation, const void *memory, uint64_t value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_EXPLORER_H
#define SIM_EXPLORER_H

/*
 * What a scenario uses. A scenario is a few virtual threads over the library's own code, and what
 * must hold at each step and at the end. README.md says what the explorer can see.
 *
 * Memory from sim_allocate() is shared: every access to it is checked for races. Static variables
 * are the scenario's model (who holds what, what was seen): not checked, and invisible to the
 * protocols. A scenario sets them in `setup`, which runs before each schedule.
 *
 * Threads: one real thread. Code of a scenario goes on without interruption from one access through
 * base/sync.h to the next.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

enum { SIM_THREADS_MAX = 8, SIM_EVENTS = 8 };

typedef struct sim_thread_plan {
    const char *name;
    void (*run)(void);
} sim_thread_plan;

typedef struct sim_scenario {
    const char *name;
    const char *about;      /* what must hold, in a line */
    uint32_t typical_steps; /* of a schedule: where priorities change lies within */
    void (*setup)(void);    /* before the threads start; no schedule, no checks */
    void (*step)(void);     /* at every step, reads memory as it is; may be NULL */
    void (*check)(void);    /* after all threads have ended; no schedule, no checks */
    sim_thread_plan threads[SIM_THREADS_MAX];
} sim_scenario;

/** Zeroed memory until the end of the schedule. Aligned as asked, a power of two up to 64. */
void *sim_allocate(size_t size_bytes, size_t alignment_bytes);

/** 0 to below - 1, from the schedule's seed. */
uint32_t sim_random(uint32_t below);

/**
 * Names memory in traces. Borrows the names until the end of the schedule. A name given later wins
 * over one of the whole, and replaces one of the same.
 */
void sim_name(const void *memory, size_t size_bytes, const char *name);

/** Names `count` things of `size_bytes` each "whole.part[index]", without index when it is one. */
void sim_name_part(const char *whole, const void *memory, size_t size_bytes, uint32_t count,
                   const char *part);

/** Waits until the event counter `fd` is not 0, and sets it to 0: what a read of an eventfd does.
 */
void sim_event_wait(int fd);

/** How often `fd` was signalled in this schedule. */
uint32_t sim_event_signals(int fd);

/** How often a word was woken in this schedule, slept on or not. */
uint32_t sim_word_wakes(void);

/** A line in the trace, for what is no shared access. */
void sim_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Ends the schedule as failed. */
noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define SIM_EXPECT(condition, ...) ((condition) ? (void)0 : sim_fail(__VA_ARGS__))

/** The scenarios linked in: a list that ends with NULL. */
extern const sim_scenario *const sim_scenarios[];

#endif

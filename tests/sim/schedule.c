/* SPDX-License-Identifier: Apache-2.0 */
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum { STACK_BYTES = 64 << 10, PRIORITY_CHANGES_MAX = 3 };

sim_engine sim;

static alignas(64) uint8_t stacks[SIM_THREADS_MAX][STACK_BYTES];
static sim_coroutine explorer;

/*
 * Half of the seeds walk at random. The other half give each thread a priority and lower that of
 * the running thread at a few random steps (PCT, Burckhardt et al., ASPLOS 2010): such schedules
 * have long runs of one thread and find faults that need few, but exact, changes.
 */
static bool by_priority;
static uint32_t change_at[PRIORITY_CHANGES_MAX];
static int32_t lowest_priority;

/* Of a step, that some buffered store leaves: at once (no store buffers at all) to hardly ever. */
static const uint8_t drain_chances[] = {1, 2, 3, 4, 8, 16, 32, 64};

static uint64_t random_word(void)
{
    sim.random ^= sim.random << 13;
    sim.random ^= sim.random >> 7;
    sim.random ^= sim.random << 17;
    return sim.random;
}

uint32_t sim_random(uint32_t below)
{
    return (uint32_t)((random_word() >> 32) * below >> 32);
}

static noreturn void stop_schedule(void)
{
    sim.active = false;
    sim_coroutine_switch(&sim_self()->coroutine, &explorer);
    abort(); /* nobody switches back */
}

noreturn void sim_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(sim.failure, sizeof sim.failure, format, args);
    va_end(args);
    if (sim.current == SIM_THREADS_MAX) {
        fprintf(stderr, "explorer: setup of %s: %s\n", sim.scenario->name, sim.failure);
        exit(2);
    }
    sim.failed = true;
    stop_schedule();
}

static noreturn void fail_stuck(void)
{
    static char text[SIM_FAILURE_BYTES];
    int used = 0;
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        const sim_thread *thread = &sim.threads[i];
        if (thread->state == SIM_WAITS_EVENT) {
            used += snprintf(text + used, sizeof text - (size_t)used, "; %s waits for event %d",
                             sim.scenario->threads[i].name, thread->event);
        } else if (thread->state == SIM_WAITS_WORD) {
            used += snprintf(text + used, sizeof text - (size_t)used, "; %s sleeps on a word",
                             sim.scenario->threads[i].name);
        } else if (thread->state == SIM_WAITS_MUTEX) {
            used += snprintf(text + used, sizeof text - (size_t)used, "; %s waits for a mutex",
                             sim.scenario->threads[i].name);
        }
    }
    sim_fail("deadlock or lost wake-up: nobody can go on%s", text);
}

static uint32_t choose_at_random(void)
{
    uint32_t ready[SIM_THREADS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        if (sim.threads[i].state == SIM_READY) {
            ready[count++] = i;
        }
    }
    return count ? ready[sim_random(count)] : SIM_THREADS_MAX;
}

void sim_yield_priority(void)
{
    sim_self()->priority = --lowest_priority;
}

static uint32_t choose_by_priority(void)
{
    for (uint32_t i = 0; i < PRIORITY_CHANGES_MAX; i++) {
        if (change_at[i] == sim.steps) {
            sim_yield_priority();
        }
    }
    uint32_t best = SIM_THREADS_MAX;
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        if (sim.threads[i].state == SIM_READY &&
            (best == SIM_THREADS_MAX || sim.threads[i].priority > sim.threads[best].priority)) {
            best = i;
        }
    }
    return best;
}

static void run_another(void)
{
    uint32_t next = by_priority ? choose_by_priority() : choose_at_random();
    if (next == SIM_THREADS_MAX) {
        fail_stuck();
    }
    if (next != sim.current) {
        sim_coroutine *from = &sim_self()->coroutine;
        sim.current = next;
        sim_coroutine_switch(from, &sim_self()->coroutine);
    }
}

void sim_step(void)
{
    if (!sim.active) {
        return;
    }
    if (++sim.steps > SIM_STEPS_MAX) {
        sim_fail("livelock: not done after %d steps", SIM_STEPS_MAX);
    }
    sim_drain_by_chance();
    if (sim.scenario->step) {
        sim.active = false;
        sim.scenario->step();
        sim.active = true;
    }
    run_another();
}

void sim_block(void)
{
    while (sim_self()->state != SIM_READY) {
        run_another();
    }
}

void sim_pause(void)
{
    if (sim.active) {
        sim_yield_priority();
        sim_step();
        sim_note("pauses");
    }
}

static bool all_ended(void)
{
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        if (sim.threads[i].state != SIM_ENDED) {
            return false;
        }
    }
    return true;
}

/* The last thread looks at the result, with everything visible. */
static void finish(void)
{
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        sim_drain(i);
    }
    sim.active = false;
    sim.scenario->check();
    stop_schedule();
}

static void run_thread(void)
{
    sim.scenario->threads[sim.current].run();
    sim_self()->state = SIM_ENDED;
    if (sim.tracing) {
        sim_note("has ended");
    }
    if (all_ended()) {
        finish();
    }
    run_another();
    abort(); /* an ended thread is never chosen */
}

static void init_threads(void)
{
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        sim_thread *thread = &sim.threads[i];
        thread->now = thread->fenced = thread->seen = (sim_clock){0};
        thread->now[i] = 1;
        thread->buffered = 0;
        thread->state = SIM_READY;
        thread->priority = (int32_t)sim_random(1 << 20);
        sim_coroutine_init(&thread->coroutine, stacks[i], STACK_BYTES, run_thread);
    }
}

static void init_choices(const sim_scenario *scenario, uint64_t seed)
{
    sim.random = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
    sim.random ^= sim.random >> 32;
    for (int i = 0; i < 4; i++) {
        random_word();
    }
    by_priority = seed % 2;
    lowest_priority = 0;
    for (uint32_t i = 0; i < PRIORITY_CHANGES_MAX; i++) {
        change_at[i] = 1 + sim_random(scenario->typical_steps);
    }
    sim.drain_one_in = drain_chances[sim_random(sizeof drain_chances)];
}

static void reset(const sim_scenario *scenario, uint64_t seed)
{
    sim.scenario = scenario;
    sim.generation++;
    sim.steps = sim.buffered = 0;
    sim.failed = false;
    sim.current = SIM_THREADS_MAX;
    sim.thread_count = 0;
    while (sim.thread_count < SIM_THREADS_MAX && scenario->threads[sim.thread_count].run) {
        sim.thread_count++;
    }
    init_choices(scenario, seed);
    init_threads();
    sim_arena_reset();
    sim_blocking_reset();
    sim_names_reset();
}

void sim_run(const sim_scenario *scenario, uint64_t seed)
{
    reset(scenario, seed);
    scenario->setup();
    sim.active = true;
    sim.current = 0;
    sim.current = by_priority ? choose_by_priority() : choose_at_random();
    sim_coroutine_switch(&explorer, &sim_self()->coroutine);
    sim.active = false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include "engine.h"

/*
 * Events are counters as the kernel's eventfds are; a word is slept on as on a futex. A signal and
 * a wake are system calls, but the protocols must not rely on that: they neither fence nor
 * synchronise here.
 */
static uint32_t event_counts[SIM_EVENTS];
static uint32_t event_signals[SIM_EVENTS];
static uint32_t word_wakes;

enum { MUTEXES = 8 };

typedef struct mutex {
    const void *address; /* NULL = the entry is free */
    bool locked;
    sim_clock released;
} mutex;

static mutex mutexes[MUTEXES];

void sim_blocking_reset(void)
{
    memset(event_counts, 0, sizeof event_counts);
    memset(event_signals, 0, sizeof event_signals);
    word_wakes = 0;
    memset(mutexes, 0, sizeof mutexes);
}

void sim_event_signal(int fd)
{
    SIM_EXPECT(fd >= 0 && fd < SIM_EVENTS, "a signal to event %d, which is not there", fd);
    sim_step();
    event_counts[fd]++;
    event_signals[fd]++;
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        sim_thread *thread = &sim.threads[i];
        if (thread->state == SIM_WAITS_EVENT && thread->event == fd) {
            thread->state = SIM_READY;
        }
    }
    if (sim.tracing) {
        sim_note("signals event %d", fd);
    }
}

void sim_event_wait(int fd)
{
    sim_step();
    while (event_counts[fd] == 0) {
        if (sim.tracing) {
            sim_note("waits for event %d", fd);
        }
        sim_self()->event = fd;
        sim_self()->state = SIM_WAITS_EVENT;
        sim_block();
    }
    event_counts[fd] = 0;
    if (sim.tracing) {
        sim_note("has event %d", fd);
    }
}

uint32_t sim_event_signals(int fd)
{
    return event_signals[fd];
}

/* The look is a load like any other, which sees the thread's own stores before others do. Nothing
 * comes between it and the sleep. */
void sim_word_wait(const uint32_t *word, uint32_t expected)
{
    if (sim_load(word, sizeof *word, SIM_RELAXED) != expected) {
        return;
    }
    sim_note("sleeps on the word");
    sim_self()->word = word;
    sim_self()->state = SIM_WAITS_WORD;
    sim_block();
}

void sim_word_wake(const uint32_t *word)
{
    sim_step();
    word_wakes++;
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        sim_thread *thread = &sim.threads[i];
        if (thread->state == SIM_WAITS_WORD && thread->word == word) {
            thread->state = SIM_READY;
        }
    }
    sim_note("wakes the word");
}

uint32_t sim_word_wakes(void)
{
    return word_wakes;
}

static mutex *mutex_at(const void *address)
{
    for (uint32_t i = 0; i < MUTEXES; i++) {
        if (mutexes[i].address == address || !mutexes[i].address) {
            mutexes[i].address = address;
            return &mutexes[i];
        }
    }
    sim_fail("more than %d mutexes", MUTEXES);
}

/* The library's calls of pthread_mutex_lock() and _unlock() come here: see CMakeLists.txt. */
int sim_mutex_lock(pthread_mutex_t *address);
int sim_mutex_unlock(pthread_mutex_t *address);

int sim_mutex_lock(pthread_mutex_t *address)
{
    if (!sim.active) {
        return 0;
    }
    sim_step();
    mutex *lock = mutex_at(address);
    while (lock->locked) {
        sim_self()->mutex = address;
        sim_self()->state = SIM_WAITS_MUTEX;
        sim_block();
    }
    lock->locked = true;
    sim_self()->now = sim_clock_join(sim_self()->now, lock->released);
    if (sim.tracing) {
        sim_trace(sim.current, "locks", address, 0);
    }
    return 0;
}

int sim_mutex_unlock(pthread_mutex_t *address)
{
    if (!sim.active) {
        return 0;
    }
    sim_step();
    sim_drain(sim.current);
    mutex *lock = mutex_at(address);
    lock->locked = false;
    lock->released = sim_self()->now;
    sim_clock_tick(sim.current);
    for (uint32_t i = 0; i < sim.thread_count; i++) {
        sim_thread *thread = &sim.threads[i];
        if (thread->state == SIM_WAITS_MUTEX && thread->mutex == address) {
            thread->state = SIM_READY;
        }
    }
    if (sim.tracing) {
        sim_trace(sim.current, "unlocks", address, 0);
    }
    return 0;
}

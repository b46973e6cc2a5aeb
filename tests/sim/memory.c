/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "engine.h"

/*
 * Stores wait in their thread's buffer; loads look there first, then into memory. What may leave a
 * buffer before what:
 *
 *   two stores to the same variable      in order
 *   a release store                      after all stores before it
 *   a relaxed store                      any time, also before earlier stores elsewhere
 *
 * Each value in memory has a clock: what its writer knew if it was a release, at its last full
 * fence if not. A read-modify-write adds to the clock it finds (the release sequence goes on), a
 * store replaces it.
 */

/* Not memcpy(): calls of that are watched as plain accesses (hooks.c). */
typedef uint32_t __attribute__((may_alias)) word32;
typedef uint64_t __attribute__((may_alias)) word64;

static uint64_t peek(const void *from, uint32_t size_bytes)
{
    return size_bytes == sizeof(word32) ? *(const word32 *)from : *(const word64 *)from;
}

static void poke(void *to, uint32_t size_bytes, uint64_t value)
{
    if (size_bytes == sizeof(word32)) {
        *(word32 *)to = (word32)value;
    } else {
        *(word64 *)to = value;
    }
}

/* The newest buffered store of the thread to the variable, or NULL. */
static const sim_pending *find_buffered(const sim_thread *thread, const void *memory)
{
    for (uint32_t i = thread->buffered; i-- > 0;) {
        if (thread->buffer[i].to == memory) {
            return &thread->buffer[i];
        }
    }
    return NULL;
}

static void make_visible(uint32_t thread, uint32_t position)
{
    sim_thread *owner = &sim.threads[thread];
    sim_pending store = owner->buffer[position];
    owner->buffered--;
    sim.buffered--;
    memmove(&owner->buffer[position], &owner->buffer[position + 1],
            (owner->buffered - position) * sizeof store);
    poke(store.to, store.size_bytes, store.value);
    *sim_released(store.to) = store.clock;
    if (sim.tracing) {
        sim_trace(thread, "  becomes visible", store.to, store.value);
    }
}

static bool may_leave(const sim_thread *thread, uint32_t position)
{
    for (uint32_t i = 0; i < position; i++) {
        if (thread->buffer[position].release ||
            thread->buffer[i].to == thread->buffer[position].to) {
            return false;
        }
    }
    return true;
}

void sim_drain(uint32_t thread)
{
    while (sim.threads[thread].buffered) {
        make_visible(thread, 0);
    }
}

static void drain_one(void)
{
    uint32_t thread = sim_random(sim.thread_count);
    while (sim.threads[thread].buffered == 0) {
        thread = (thread + 1) % sim.thread_count;
    }
    uint32_t position = sim_random(sim.threads[thread].buffered);
    while (!may_leave(&sim.threads[thread], position)) {
        position--;
    }
    make_visible(thread, position);
}

void sim_drain_by_chance(void)
{
    if (sim.buffered && sim_random(sim.drain_one_in) == 0) {
        do {
            drain_one();
        } while (sim.buffered && sim.drain_one_in == 1);
    }
}

uint64_t sim_load(const void *from, uint32_t size_bytes, sim_order order)
{
    if (!sim.active) {
        return peek(from, size_bytes);
    }
    sim_step();
    sim_check_access(from, size_bytes, SIM_ATOMIC_READ);
    sim_thread *self = sim_self();
    const sim_pending *own = find_buffered(self, from);
    uint64_t value = own ? own->value : peek(from, size_bytes);
    if (!own) {
        sim_clock *learns = order == SIM_ORDERED ? &self->now : &self->seen;
        *learns = sim_clock_join(*learns, *sim_released(from));
    }
    if (sim.tracing) {
        sim_trace(sim.current, order == SIM_ORDERED ? "load acquire" : "load relaxed", from, value);
    }
    return value;
}

static void buffer_store(sim_thread *self, sim_pending store)
{
    if (self->buffered == SIM_BUFFER_STORES) {
        make_visible(sim.current, 0);
    }
    self->buffer[self->buffered++] = store;
    sim.buffered++;
}

void sim_store(void *to, uint32_t size_bytes, uint64_t value, sim_order order)
{
    if (!sim.active) {
        poke(to, size_bytes, value);
        return;
    }
    sim_step();
    sim_check_access(to, size_bytes, SIM_ATOMIC_WRITE);
    sim_thread *self = sim_self();
    bool release = order == SIM_ORDERED;
    sim_clock clock = release ? self->now : self->fenced;
    buffer_store(self, (sim_pending){clock, to, value, size_bytes, release});
    if (release) {
        sim_clock_tick(sim.current);
    }
    if (sim.tracing) {
        sim_trace(sim.current, release ? "store release" : "store relaxed", to, value);
    }
}

/* One that is not relaxed orders what is around it. A relaxed one passes the buffer by, but not a
 * buffered store to the variable itself. */
static uint64_t read_modify_write(void *memory, uint32_t size_bytes, uint64_t amount, bool adds,
                                  sim_order order)
{
    sim_step();
    sim_thread *self = sim_self();
    if (order == SIM_ORDERED || find_buffered(self, memory)) {
        sim_drain(sim.current);
    }
    sim_check_access(memory, size_bytes, SIM_ATOMIC_WRITE);
    sim_clock *released = sim_released(memory);
    sim_clock *learns = order == SIM_ORDERED ? &self->now : &self->seen;
    *learns = sim_clock_join(*learns, *released);
    *released = sim_clock_join(*released, order == SIM_ORDERED ? self->now : self->fenced);
    uint64_t before = peek(memory, size_bytes);
    poke(memory, size_bytes, adds ? before + amount : amount);
    if (order == SIM_ORDERED) {
        sim_clock_tick(sim.current);
    }
    return before;
}

uint64_t sim_add(void *to, uint32_t size_bytes, uint64_t amount, sim_order order)
{
    if (!sim.active) {
        uint64_t before = peek(to, size_bytes);
        poke(to, size_bytes, before + amount);
        return before;
    }
    uint64_t before = read_modify_write(to, size_bytes, amount, true, order);
    if (sim.tracing) {
        const char *operation = order == SIM_ORDERED ? "add acq_rel, now" : "add relaxed, now";
        sim_trace(sim.current, operation, to, peek(to, size_bytes));
    }
    return before;
}

uint64_t sim_exchange(void *to, uint32_t size_bytes, uint64_t value)
{
    if (!sim.active) {
        uint64_t before = peek(to, size_bytes);
        poke(to, size_bytes, value);
        return before;
    }
    uint64_t before = read_modify_write(to, size_bytes, value, false, SIM_ORDERED);
    if (sim.tracing) {
        sim_trace(sim.current, "exchange acq_rel, was", to, before);
    }
    return before;
}

void sim_fence_of(uint32_t thread)
{
    sim_thread *fenced = &sim.threads[thread];
    sim_drain(thread);
    fenced->now = sim_clock_join(fenced->now, fenced->seen);
    fenced->fenced = fenced->now;
    sim_clock_tick(thread);
}

void sim_fence_full(void)
{
    if (!sim.active) {
        return;
    }
    sim_step();
    if (sim.tracing) {
        sim_trace(sim.current, "full fence", NULL, 0);
    }
    sim_fence_of(sim.current);
}

/* The kernel fences the caller, then interrupts one processor after the other. */
void sim_fence_every_thread(void)
{
    sim_fence_full();
    uint32_t self = sim.current;
    uint32_t first = sim_random(sim.thread_count);
    for (uint32_t i = 0; sim.active && i < sim.thread_count; i++) {
        uint32_t thread = (first + i) % sim.thread_count;
        if (thread != self) {
            sim_step();
            if (sim.tracing) {
                sim_trace(thread, "fenced from outside", NULL, 0);
            }
            sim_fence_of(thread);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_EXPLORER_SYNC_H
#define SIM_EXPLORER_SYNC_H

/*
 * base/sync.h for the explorer: every access is a point where the schedule may change.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum sim_order { SIM_RELAXED, SIM_ORDERED } sim_order; /* acquire, release or both */

uint64_t sim_load(const void *from, uint32_t size_bytes, sim_order order);
void sim_store(void *to, uint32_t size_bytes, uint64_t value, sim_order order);
uint64_t sim_add(void *to, uint32_t size_bytes, uint64_t amount, sim_order order);
uint64_t sim_exchange(void *to, uint32_t size_bytes, uint64_t value);
void sim_fence_full(void);
void sim_fence_every_thread(void);
void sim_pause(void);
void sim_event_signal(int fd);
void sim_word_wait(const uint32_t *word, uint32_t expected);
void sim_word_wake(const uint32_t *word);
void sim_plain_access(const void *memory, size_t size_bytes, bool writes);

#define MYC__SHARED_WRITE(memory, size_bytes) sim_plain_access(memory, size_bytes, true)
#define MYC__SHARED_READ(memory, size_bytes) sim_plain_access(memory, size_bytes, false)

#define SIM_LOAD_STORE(suffix, type, number)                                                       \
    static inline type myc__load_relaxed_##suffix(const type *from)                                \
    {                                                                                              \
        return (type)(number)sim_load(from, sizeof *from, SIM_RELAXED);                            \
    }                                                                                              \
    static inline type myc__load_acquire_##suffix(const type *from)                                \
    {                                                                                              \
        return (type)(number)sim_load(from, sizeof *from, SIM_ORDERED);                            \
    }                                                                                              \
    static inline void myc__store_relaxed_##suffix(type *to, type value)                           \
    {                                                                                              \
        sim_store(to, sizeof *to, (number)value, SIM_RELAXED);                                     \
    }                                                                                              \
    static inline void myc__store_release_##suffix(type *to, type value)                           \
    {                                                                                              \
        sim_store(to, sizeof *to, (number)value, SIM_ORDERED);                                     \
    }

#define SIM_ADD(suffix, type)                                                                      \
    static inline type myc__add_relaxed_##suffix(type *to, type amount)                            \
    {                                                                                              \
        return (type)sim_add(to, sizeof *to, amount, SIM_RELAXED);                                 \
    }                                                                                              \
    static inline type myc__sub_acq_rel_##suffix(type *to, type amount)                            \
    {                                                                                              \
        return (type)sim_add(to, sizeof *to, 0 - (uint64_t)amount, SIM_ORDERED);                   \
    }

typedef void *myc__sync_pointer;

SIM_LOAD_STORE(u32, uint32_t, uint32_t)
SIM_LOAD_STORE(u64, uint64_t, uint64_t)
SIM_LOAD_STORE(ptr, myc__sync_pointer, uintptr_t)
SIM_ADD(u32, uint32_t)
SIM_ADD(u64, uint64_t)

static inline uint32_t myc__exchange_acq_rel_u32(uint32_t *to, uint32_t value)
{
    return (uint32_t)sim_exchange(to, sizeof *to, value);
}

static inline void *myc__exchange_acq_rel_ptr(void **to, void *value)
{
    return (void *)(uintptr_t)sim_exchange(to, sizeof *to, (uintptr_t)value);
}

static inline void myc__fence_full(void)
{
    sim_fence_full();
}

/* The code between two accesses is not reordered here: the store buffers stand for all of it. */
static inline void myc__fence_compiler(void)
{
}

static inline void myc__pause(void)
{
    sim_pause();
}

static inline void myc__prefetch(const void *address)
{
    (void)address;
}

static inline void myc__prefetch_to_write(const void *address)
{
    (void)address;
}

static inline void myc__event_signal(int fd)
{
    sim_event_signal(fd);
}

/* No timeout ever ends it: a wake-up that is lost must show. */
static inline void myc__word_wait(const uint32_t *word, uint32_t expected, int64_t timeout_ns)
{
    (void)timeout_ns;
    sim_word_wait(word, expected);
}

static inline void myc__word_wake(const uint32_t *word)
{
    sim_word_wake(word);
}

static inline bool myc__fence_asymmetric_setup(void)
{
    return true;
}

static inline void myc__fence_heavy(bool asymmetric)
{
    if (asymmetric) {
        sim_fence_every_thread();
    } else {
        sim_fence_full();
    }
}

static inline void myc__fence_light(bool asymmetric)
{
    if (asymmetric) {
        myc__fence_compiler();
    } else {
        myc__fence_full();
    }
}

#endif

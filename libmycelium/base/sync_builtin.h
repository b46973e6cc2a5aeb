/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_SYNC_BUILTIN_H
#define MYC_BASE_SYNC_BUILTIN_H

/*
 * sync.h by compiler builtins, each with exactly the order its name says and no more: what
 * ThreadSanitizer reports here is an order that is too weak, on any machine.
 */
#include <stdbool.h>
#include <stdint.h>

#define MYC__SYNC_LOAD_STORE(suffix, type)                                                         \
    static inline type myc__load_relaxed_##suffix(const type *from)                                \
    {                                                                                              \
        return __atomic_load_n(from, __ATOMIC_RELAXED);                                            \
    }                                                                                              \
    static inline type myc__load_acquire_##suffix(const type *from)                                \
    {                                                                                              \
        return __atomic_load_n(from, __ATOMIC_ACQUIRE);                                            \
    }                                                                                              \
    static inline void myc__store_relaxed_##suffix(type *to, type value)                           \
    {                                                                                              \
        __atomic_store_n(to, value, __ATOMIC_RELAXED);                                             \
    }                                                                                              \
    static inline void myc__store_release_##suffix(type *to, type value)                           \
    {                                                                                              \
        __atomic_store_n(to, value, __ATOMIC_RELEASE);                                             \
    }

#define MYC__SYNC_ADD(suffix, type)                                                                \
    static inline type myc__add_relaxed_##suffix(type *to, type amount)                            \
    {                                                                                              \
        return __atomic_fetch_add(to, amount, __ATOMIC_RELAXED);                                   \
    }                                                                                              \
    static inline type myc__sub_acq_rel_##suffix(type *to, type amount)                            \
    {                                                                                              \
        return __atomic_fetch_sub(to, amount, __ATOMIC_ACQ_REL);                                   \
    }

typedef void *myc__sync_pointer;

MYC__SYNC_LOAD_STORE(u32, uint32_t)
MYC__SYNC_LOAD_STORE(u64, uint64_t)
MYC__SYNC_LOAD_STORE(ptr, myc__sync_pointer)
MYC__SYNC_ADD(u32, uint32_t)
MYC__SYNC_ADD(u64, uint64_t)

#define MYC__SYNC_EXCHANGE(suffix, type)                                                           \
    static inline type myc__exchange_acq_rel_##suffix(type *to, type value)                        \
    {                                                                                              \
        return __atomic_exchange_n(to, value, __ATOMIC_ACQ_REL);                                   \
    }

MYC__SYNC_EXCHANGE(u32, uint32_t)
MYC__SYNC_EXCHANGE(ptr, myc__sync_pointer)

static inline void myc__fence_full(void)
{
    /* A locked instruction rather than __atomic_thread_fence(), which TSan does not model. */
    uint32_t word = 0;
    (void)__atomic_exchange_n(&word, 1, __ATOMIC_SEQ_CST);
}

static inline void myc__fence_compiler(void)
{
    __asm__ __volatile__("" ::: "memory");
}

static inline void myc__pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __asm__ __volatile__("pause" ::: "memory");
#else
    myc__fence_compiler();
#endif
}

#endif

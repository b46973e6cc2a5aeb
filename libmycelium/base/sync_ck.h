/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_SYNC_CK_H
#define MYC_BASE_SYNC_CK_H

/*
 * sync.h by Concurrency Kit. ck's plain loads and stores are relaxed; its fences give the rest (on
 * x86 they only stop the compiler). Its read-modify-write operations are full fences on x86 and
 * relaxed elsewhere, hence the fences around them.
 */
#include <ck_pr.h>
#include <stdbool.h>
#include <stdint.h>

#define MYC__SYNC_LOAD_STORE(suffix, type, ck)                                                     \
    static inline type myc__load_relaxed_##suffix(const type *from)                                \
    {                                                                                              \
        return (type)ck_pr_load_##ck(from);                                                        \
    }                                                                                              \
    static inline type myc__load_acquire_##suffix(const type *from)                                \
    {                                                                                              \
        type value = (type)ck_pr_load_##ck(from);                                                  \
        ck_pr_fence_acquire();                                                                     \
        return value;                                                                              \
    }                                                                                              \
    static inline void myc__store_relaxed_##suffix(type *to, type value)                           \
    {                                                                                              \
        ck_pr_store_##ck(to, value);                                                               \
    }                                                                                              \
    static inline void myc__store_release_##suffix(type *to, type value)                           \
    {                                                                                              \
        ck_pr_fence_release();                                                                     \
        ck_pr_store_##ck(to, value);                                                               \
    }

#define MYC__SYNC_ADD(suffix, type, ck)                                                            \
    static inline type myc__add_relaxed_##suffix(type *to, type amount)                            \
    {                                                                                              \
        return ck_pr_faa_##ck(to, amount);                                                         \
    }                                                                                              \
    static inline type myc__sub_acq_rel_##suffix(type *to, type amount)                            \
    {                                                                                              \
        ck_pr_fence_release();                                                                     \
        type before = ck_pr_faa_##ck(to, (type)0 - amount);                                        \
        ck_pr_fence_acquire();                                                                     \
        return before;                                                                             \
    }

#define MYC__SYNC_EXCHANGE(suffix, type, ck)                                                       \
    static inline type myc__exchange_acq_rel_##suffix(type *to, type value)                        \
    {                                                                                              \
        ck_pr_fence_release();                                                                     \
        type before = ck_pr_fas_##ck(to, value);                                                   \
        ck_pr_fence_acquire();                                                                     \
        return before;                                                                             \
    }

typedef void *myc__sync_pointer;

MYC__SYNC_LOAD_STORE(u32, uint32_t, 32)
MYC__SYNC_LOAD_STORE(u64, uint64_t, 64)
MYC__SYNC_LOAD_STORE(ptr, myc__sync_pointer, ptr)
MYC__SYNC_ADD(u32, uint32_t, 32)
MYC__SYNC_ADD(u64, uint64_t, 64)
MYC__SYNC_EXCHANGE(u32, uint32_t, 32)
MYC__SYNC_EXCHANGE(ptr, myc__sync_pointer, ptr)

static inline void myc__fence_full(void)
{
    ck_pr_fence_strict_memory();
}

static inline void myc__fence_compiler(void)
{
    ck_pr_barrier();
}

static inline void myc__pause(void)
{
    ck_pr_stall();
}

#endif

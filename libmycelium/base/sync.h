/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_SYNC_H
#define MYC_BASE_SYNC_H

/*
 * The one place for concurrency: every atomic access, fence and wake-up of the library goes through
 * this header, with its memory order in its name. Three implementations stand behind it:
 *
 *   sync_ck.h       Concurrency Kit: what is shipped.
 *   sync_builtin.h  compiler builtins with the exact orders, for ThreadSanitizer, which cannot see
 *                   into ck's inline assembly (MYC_SYNC_BUILTIN).
 *   the explorer's  every access is a point where the schedule may change and stores may wait in a
 *                   store buffer (MYC_SYNC_EXPLORER; tests/sim).
 *
 *   myc__load_relaxed_T, myc__load_acquire_T              T is u32, u64 or ptr
 *   myc__store_relaxed_T, myc__store_release_T
 *   myc__add_relaxed_T, myc__sub_acq_rel_T                give the value before (u32, u64)
 *   myc__exchange_acq_rel_T                               gives the value before (u32, ptr)
 *   myc__fence_full()                                     store before, load after: not reordered
 *   myc__fence_compiler()
 *   myc__pause()                                          in a spin loop
 *   myc__prefetch(address), myc__prefetch_to_write(address)   hints; any address will do
 *   myc__event_signal(fd)                                 wakes who waits for the eventfd
 *   myc__word_wait(word, expected, timeout_ns)            sleeps while the word has that value
 *   myc__word_wake(word)                                  wakes who sleeps on the word
 *   MYC__SHARED_WRITE(p, n), MYC__SHARED_READ(p, n)       marks a plain access to memory that
 * another thread accesses too: nothing in a build, checked for races by the explorer
 *
 * The asymmetric fence: the side that runs often pays a compiler barrier, the side that runs seldom
 * a system call (membarrier) that puts a full fence into every running thread of the process. Where
 * the kernel has no membarrier both sides pay a full fence.
 */
#include <stdbool.h>
#include <stdint.h>

#if defined(MYC_SYNC_EXPLORER)
#include "explorer_sync.h"
#else
#include <unistd.h>
#if defined(MYC_SYNC_BUILTIN)
#include "base/sync_builtin.h"
#else
#include "base/sync_ck.h"
#endif

#define MYC__SHARED_WRITE(memory, size_bytes) ((void)0)
#define MYC__SHARED_READ(memory, size_bytes) ((void)0)

static inline void myc__prefetch(const void *address)
{
    __builtin_prefetch(address);
}

/* The builtin asks for a line to read unless the compiler may assume that the processor has
 * prefetchw; those without take it for a no-op. A line asked for to read has to be asked for again
 * when it is written. */
static inline void myc__prefetch_to_write(const void *address)
{
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1);
#endif
}

/** Gives an eventfd for myc__event_signal() (release with close()), or -1 with the cause in errno.
 */
int myc__event_open(void);

/** Wakes the thread that waits for the eventfd `fd`, now or when it waits next. */
static inline void myc__event_signal(int fd)
{
    uint64_t one = 1;
    ssize_t written = write(fd, &one, sizeof one);
    (void)written; /* EAGAIN means the counter is at its top: it is readable, so the wait ends */
}

/**
 * Sleeps until myc__word_wake() or until `timeout_ns` is over (-1 = never). Returns at once when
 * `*word` is not `expected`; looking and going to sleep are one step for who changes the word and
 * then wakes. It may end early (signals): look again. One thread at a time sleeps on a word.
 */
void myc__word_wait(const uint32_t *word, uint32_t expected, int64_t timeout_ns);

/** Wakes the thread that sleeps on `word`, if one does. Does not touch the word, which may be gone
 * by now. */
void myc__word_wake(const uint32_t *word);

/** True when this kernel has the asymmetric fence; registers the process for it. */
bool myc__fence_asymmetric_setup(void);

/** The seldom side. With `asymmetric` a full fence in every thread, else a full fence here. */
void myc__fence_heavy(bool asymmetric);

/** The frequent side. */
static inline void myc__fence_light(bool asymmetric)
{
    if (asymmetric) {
        myc__fence_compiler();
    } else {
        myc__fence_full();
    }
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BASE_PROBE_ALLOCATOR_H
#define TESTS_BASE_PROBE_ALLOCATOR_H

/*
 * A user allocator that checks how it is used: sizes given back are those asked for, memory comes
 * back once. Its memory is not zero, and it can be told to run out.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/allocator.h"

enum { PROBE_PREFIX = 64, PROBE_ALIVE = 0x600d, PROBE_GONE = 0xdead, PROBE_FILL = 0xa5 };

typedef struct probe_allocator {
    uint64_t calls; /* successful ones */
    uint64_t frees;
    uint64_t bytes; /* held now */
    uint64_t wrong; /* frees with another size, or of no block of ours */
    size_t last_size;
    size_t last_alignment;
    void *last_user;
    bool exhausted; /* every allocation fails */
} probe_allocator;

typedef struct probe_prefix {
    size_t size_bytes;
    uint32_t state;
} probe_prefix;

MYC_UNUSED static void *probe_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    probe_allocator *probe = user;
    uint8_t *memory = NULL;
    if (probe->exhausted)
        return NULL;
    if (posix_memalign((void **)&memory, PROBE_PREFIX, PROBE_PREFIX + size_bytes) != 0)
        abort();
    *(probe_prefix *)(void *)memory = (probe_prefix){size_bytes, PROBE_ALIVE};
    memset(memory + PROBE_PREFIX, PROBE_FILL, size_bytes);
    __atomic_add_fetch(&probe->calls, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&probe->bytes, size_bytes, __ATOMIC_RELAXED);
    probe->last_size = size_bytes;
    probe->last_alignment = alignment_bytes;
    probe->last_user = user;
    return memory + PROBE_PREFIX;
}

MYC_UNUSED static void probe_free(void *user, void *memory, size_t size_bytes)
{
    probe_allocator *probe = user;
    probe_prefix *prefix = (probe_prefix *)(void *)((uint8_t *)memory - PROBE_PREFIX);
    if (prefix->state != PROBE_ALIVE || prefix->size_bytes != size_bytes) {
        __atomic_add_fetch(&probe->wrong, 1, __ATOMIC_RELAXED);
        return;
    }
    prefix->state = PROBE_GONE;
    __atomic_add_fetch(&probe->frees, 1, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&probe->bytes, size_bytes, __ATOMIC_RELAXED);
    free(prefix);
}

MYC_UNUSED static myc_allocator probe_interface(probe_allocator *probe)
{
    return (myc_allocator){probe_allocate, probe_free, probe};
}

/** A library allocator on top of the probe, without a log. */
MYC_UNUSED static void probe_start(probe_allocator *probe, myc__allocator *allocator)
{
    static const myc__log no_log = {NULL, NULL};
    *probe = (probe_allocator){0};
    myc_allocator user = probe_interface(probe);
    myc__allocator_init(allocator, &user, &no_log);
}

/** All is given back, in the sizes it was asked for with. */
MYC_UNUSED static void probe_expect_balanced(const probe_allocator *probe)
{
    cr_expect_eq(0, probe->wrong);
    cr_expect_eq(0, probe->bytes);
    cr_expect_eq(probe->calls, probe->frees);
}

#endif

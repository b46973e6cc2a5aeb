/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_ALLOCATOR_H
#define MYC_BASE_ALLOCATOR_H

/*
 * All memory of a system comes through here: from the user's allocator or our own, accounted, and
 * watched in the test mode that wants none (seal). Never on a hot path, so atomics do.
 *
 * Our own is malloc, and for 2 MiB and more the kernel, in huge pages where it has them: a program
 * that stays small never gets there (the slabs of a pool begin small and grow with it).
 */
#include <stddef.h>

#include <mycelium/system.h>

#include "base/limits.h"
#include "base/log.h"

typedef struct myc__allocator {
    myc_allocator user;
    const myc__log *log;
    uint64_t bytes;    /* atomic: held now */
    uint64_t breaches; /* atomic: allocations since the seal */
    uint32_t sealed;   /* atomic: 1 = count breaches */
} myc__allocator;

/** `user` with NULL functions means our own. Borrows `log` for its life. */
void myc__allocator_init(myc__allocator *allocator, const myc_allocator *user, const myc__log *log);

/** Gives zeroed memory, or NULL. `alignment_bytes` is a power of two up to 2 MiB. Any thread.
 */
void *myc__allocate(myc__allocator *allocator, size_t size_bytes, size_t alignment_bytes);

/** Takes `memory` (NULL is ignored) of exactly the size it was asked for with. Any thread. */
void myc__free(myc__allocator *allocator, void *memory, size_t size_bytes);

/** Like myc__allocate(), but leaves the bytes as they come: for slabs, touched as they are used. */
void *myc__allocate_raw(myc__allocator *allocator, size_t size_bytes, size_t alignment_bytes);

#endif

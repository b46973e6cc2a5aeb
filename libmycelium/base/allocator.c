/* SPDX-License-Identifier: Apache-2.0 */
#include "base/allocator.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sync.h"

static void *malloc_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    (void)user;
    void *memory = NULL;
    if (alignment_bytes < sizeof(void *)) {
        alignment_bytes = sizeof(void *);
    }
    return posix_memalign(&memory, alignment_bytes, size_bytes) == 0 ? memory : NULL;
}

/* malloc keeps what is freed inside its heaps, and a burst's memory would stay resident: the pages
 * of a slab go first. Where they may not (mlockall), they stay, as is wanted there. */
static void drop_pages(void *memory, size_t size_bytes)
{
    uintptr_t page_mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
    uintptr_t begin = ((uintptr_t)memory + page_mask) & ~page_mask;
    uintptr_t end = ((uintptr_t)memory + size_bytes) & ~page_mask;
    if (begin < end) {
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
}

static void malloc_free(void *user, void *memory, size_t size_bytes)
{
    (void)user;
    if (size_bytes >= MYC__SLAB_MIN_BYTES) {
        drop_pages(memory, size_bytes);
    }
    free(memory);
}

void myc__allocator_init(myc__allocator *allocator, const myc_allocator *user, const myc__log *log)
{
    *allocator = (myc__allocator){.log = log};
    if (user && user->allocate) {
        allocator->user = *user;
    } else {
        allocator->user = (myc_allocator){malloc_allocate, malloc_free, NULL};
    }
}

static void count_breach(myc__allocator *allocator, size_t size_bytes)
{
    if (myc__add_relaxed_u64(&allocator->breaches, 1) == 0) {
        myc__log_line(allocator->log, MYC_LOG_WARNING,
                      "an allocation of %zu bytes after the memory was sealed", size_bytes);
    }
}

void *myc__allocate_raw(myc__allocator *allocator, size_t size_bytes, size_t alignment_bytes)
{
    MYC__CHECK(size_bytes > 0);
    if (MYC__UNLIKELY(myc__load_relaxed_u32(&allocator->sealed))) {
        count_breach(allocator, size_bytes);
    }
    void *memory = allocator->user.allocate(allocator->user.user, size_bytes, alignment_bytes);
    if (memory) {
        myc__add_relaxed_u64(&allocator->bytes, size_bytes);
    }
    return memory;
}

void *myc__allocate(myc__allocator *allocator, size_t size_bytes, size_t alignment_bytes)
{
    void *memory = myc__allocate_raw(allocator, size_bytes, alignment_bytes);
    return memory ? memset(memory, 0, size_bytes) : NULL;
}

void myc__free(myc__allocator *allocator, void *memory, size_t size_bytes)
{
    if (memory) {
        uint64_t before = myc__sub_acq_rel_u64(&allocator->bytes, size_bytes);
        MYC__CHECK(before >= size_bytes);
        allocator->user.free(allocator->user.user, memory, size_bytes);
    }
}

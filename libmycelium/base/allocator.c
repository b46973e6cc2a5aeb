/* SPDX-License-Identifier: Apache-2.0 */
#include "base/allocator.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sync.h"

enum { HUGE_PAGE_BYTES = 2 << 20 };

static_assert(MYC__SLAB_HUGE_BYTES % HUGE_PAGE_BYTES == 0, "they fill huge pages");

static void *map(size_t size_bytes)
{
    void *memory =
        mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, size_t size_bytes)
{
    if (size_bytes) {
        int failed = munmap(memory, size_bytes);
        MYC__CHECK(failed == 0);
    }
}

/* Maps more than is wanted and gives back what lies before and behind the aligned part. */
static void *map_and_cut(size_t size_bytes)
{
    uint8_t *memory = map(size_bytes + HUGE_PAGE_BYTES);
    if (!memory) {
        return NULL;
    }
    size_t before_bytes = -(uintptr_t)memory % HUGE_PAGE_BYTES;
    unmap(memory, before_bytes);
    unmap(memory + before_bytes + size_bytes, HUGE_PAGE_BYTES - before_bytes);
    return memory + before_bytes;
}

static size_t whole_pages(size_t size_bytes)
{
    size_t page_mask = (size_t)sysconf(_SC_PAGESIZE) - 1;
    return (size_bytes + page_mask) & ~page_mask;
}

/* In huge pages where the kernel has them: one fault for each, instead of 512, takes a third of the
 * time, and so does giving them back. Mappings in a row touch, so the first try mostly is aligned. */
static void *allocate_huge(size_t size_bytes)
{
    size_t mapped_bytes = whole_pages(size_bytes);
    void *memory = map(mapped_bytes);
    if (memory && (uintptr_t)memory % HUGE_PAGE_BYTES) {
        unmap(memory, mapped_bytes);
        memory = map_and_cut(mapped_bytes);
    }
    if (memory) {
        (void)madvise(memory, mapped_bytes, MADV_HUGEPAGE);
    }
    return memory;
}

static bool is_huge(size_t size_bytes)
{
    return size_bytes >= HUGE_PAGE_BYTES;
}

static void *default_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    (void)user;
    void *memory = NULL;
    if (size_bytes > PTRDIFF_MAX) { /* more than any object; and sizes are rounded up below */
        return NULL;
    }
    if (is_huge(size_bytes)) {
        return allocate_huge(size_bytes);
    }
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

static void default_free(void *user, void *memory, size_t size_bytes)
{
    (void)user;
    if (is_huge(size_bytes)) {
        unmap(memory, whole_pages(size_bytes));
        return;
    }
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
        allocator->user = (myc_allocator){default_allocate, default_free, NULL};
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

/* Not to touch what is zero already leaves it to be paid for as it is used. */
static bool comes_zeroed(const myc__allocator *allocator, size_t size_bytes)
{
    return allocator->user.allocate == default_allocate && is_huge(size_bytes);
}

void *myc__allocate(myc__allocator *allocator, size_t size_bytes, size_t alignment_bytes)
{
    void *memory = myc__allocate_raw(allocator, size_bytes, alignment_bytes);
    if (memory && !comes_zeroed(allocator, size_bytes)) {
        memset(memory, 0, size_bytes);
    }
    return memory;
}

void myc__free(myc__allocator *allocator, void *memory, size_t size_bytes)
{
    if (memory) {
        uint64_t before = myc__sub_acq_rel_u64(&allocator->bytes, size_bytes);
        MYC__CHECK(before >= size_bytes);
        allocator->user.free(allocator->user.user, memory, size_bytes);
    }
}

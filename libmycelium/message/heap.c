/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "message/memory.h"

void myc__heap_init(myc__heap *heap, myc__allocator *allocator)
{
    heap->allocator = allocator;
    heap->large.next = &heap->large;
    heap->large.previous = &heap->large;
    int failed = pthread_mutex_init(&heap->large_lock, NULL);
    MYC__CHECK(failed == 0);
}

void myc__heap_fini(myc__heap *heap)
{
    while (heap->large.next != &heap->large) {
        myc__large_block *large = heap->large.next;
        heap->large.next = large->next;
        myc__free(heap->allocator, large, large->size_bytes);
    }
    pthread_mutex_destroy(&heap->large_lock);
}

void myc__heap_each_live(myc__heap *heap, void (*visit)(void *user, myc__header *header),
                         void *user)
{
    uint32_t high = myc__load_acquire_u32(&heap->member_high);
    for (uint32_t i = 0; i < high; i++) {
        myc__memory *memory = myc__load_acquire_ptr((void **)&heap->members[i]);
        if (memory) {
            myc__pool_each_live(&memory->pool, visit, user);
        }
    }
    for (myc__large_block *large = heap->large.next; large != &heap->large; large = large->next) {
        visit(user, (myc__header *)(void *)((uint8_t *)large + MYC__BLOCK_UNIT));
    }
}

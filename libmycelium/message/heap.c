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

static myc__memory *member_at(myc__heap *heap, uint32_t endpoint)
{
    return myc__load_acquire_ptr((void **)&heap->members[endpoint]);
}

/* What waits for memory to make a way home with: its home is not in use now, so it is put there. */
static void carry_home(myc__heap *heap, myc__memory *memory, uint16_t home)
{
    myc__return_end *end = &memory->out[home];
    while (end->overflow) {
        myc__free_block *block = end->overflow;
        end->overflow = block->next;
        myc__pool_push(&member_at(heap, home)->pool, block, block->header.size_class);
    }
}

static void send_all_home(myc__heap *heap, myc__memory *memory)
{
    myc__memory_flush(memory);
    for (uint32_t i = 0; i < memory->unflushed; i++) {
        carry_home(heap, memory, memory->unflushed_homes[i]);
    }
}

/* What was freed elsewhere counts as live until its home has it. */
static void bring_all_home(myc__heap *heap, uint32_t high)
{
    for (uint32_t i = 0; i < high; i++) {
        if (member_at(heap, i)) {
            send_all_home(heap, member_at(heap, i));
        }
    }
    for (uint32_t i = 0; i < high; i++) {
        if (member_at(heap, i)) {
            (void)myc__memory_collect(member_at(heap, i), UINT32_MAX);
        }
    }
}

void myc__heap_each_live(myc__heap *heap, void (*visit)(void *user, myc__header *header),
                         void *user)
{
    uint32_t high = myc__load_acquire_u32(&heap->member_high);
    bring_all_home(heap, high);
    for (uint32_t i = 0; i < high; i++) {
        myc__memory *memory = member_at(heap, i);
        if (memory) {
            myc__pool_each_live(&memory->pool, visit, user);
        }
    }
    for (myc__large_block *large = heap->large.next; large != &heap->large; large = large->next) {
        visit(user, (myc__header *)(void *)((uint8_t *)large + MYC__BLOCK_UNIT));
    }
}

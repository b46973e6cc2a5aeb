/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_POOL_H
#define MYC_MESSAGE_POOL_H

/*
 * The blocks of one endpoint: slabs cut into blocks of a size class, and a list of free blocks for
 * each class. Only its owner takes blocks from it and puts blocks back; others send them home
 * (return_path.h).
 *
 * A free block keeps its header with `references` 0, so that a walk over the slabs finds what is
 * live; the link to the next free block lies behind the header.
 */
#include "base/allocator.h"
#include "base/check.h"
#include "message/header.h"

typedef struct myc__free_block {
    myc__header header;
    struct myc__free_block *next;
} myc__free_block;

static_assert(sizeof(myc__free_block) <= MYC__BLOCK_UNIT, "the link fits in every block");

typedef struct myc__slab myc__slab;

typedef struct myc__pool {
    myc__free_block *free[MYC__SIZE_CLASSES];
    uint8_t *carve_next[MYC__SIZE_CLASSES]; /* the rest of the newest slab, not cut yet */
    uint8_t *carve_end[MYC__SIZE_CLASSES];
    myc__slab *slabs;
    size_t slab_bytes; /* of all slabs: the next one grows with it */
    myc__allocator *allocator;
} myc__pool;

/** Starts empty: no memory is taken before the first block is. Borrows `allocator`. */
void myc__pool_init(myc__pool *pool, myc__allocator *allocator);

/** Frees all slabs. Blocks still in use are gone with them. */
void myc__pool_fini(myc__pool *pool);

/** Gives a block from a slab, not one that was freed before; NULL when memory is out. */
myc__header *myc__pool_carve(myc__pool *pool, uint32_t size_class);

/** Calls `visit` for each block whose `references` is not 0. */
void myc__pool_each_live(const myc__pool *pool, void (*visit)(void *user, myc__header *header),
                         void *user);

/** Gives a free block of the class, or NULL when there is none at hand. */
static inline myc__header *myc__pool_pop(myc__pool *pool, uint32_t size_class)
{
    myc__free_block *block = pool->free[size_class];
    if (MYC__LIKELY(block != NULL)) {
        pool->free[size_class] = block->next;
        return &block->header;
    }
    return NULL;
}

/** Takes back a block of this pool. `block` is its start. */
static inline void myc__pool_push(myc__pool *pool, void *block, uint32_t size_class)
{
    myc__free_block *freed = block;
    freed->header.references = 0;
    freed->next = pool->free[size_class];
    pool->free[size_class] = freed;
}

#endif

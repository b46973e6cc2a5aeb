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
 *
 * A block is                      until
 *   uncut     of a newest slab    carved, when there is no free block
 *   live                          pushed
 *   free      in free[class]      popped; or sorted, at a quiet moment
 *   sorted    in its slab         refilled, all of a slab, when free[class] is empty; or released
 *                                 with its slab
 *
 * Sorting finds out which slabs are wholly free without a count on the way of push and pop.
 * Refilling prefers slabs in use, so that those wholly free stay so. A slab that was wholly free at
 * two looks is given back, but for a small one of each class, which the next message will need.
 */
#include "base/allocator.h"
#include "base/check.h"
#include "message/header.h"
#include "message/slab.h"

typedef struct myc__free_block {
    myc__header header;
    struct myc__free_block *next;
} myc__free_block;

static_assert(sizeof(myc__free_block) <= MYC__BLOCK_UNIT, "the link fits in every block");

typedef struct myc__pool {
    myc__free_block *free[MYC__SIZE_CLASSES];
    uint8_t *carve_next[MYC__SIZE_CLASSES]; /* the rest of the newest slab, not cut yet */
    uint8_t *carve_end[MYC__SIZE_CLASSES];
    myc__slab *partial[MYC__SIZE_CLASSES]; /* slabs with sorted blocks and others */
    myc__slab *spare[MYC__SIZE_CLASSES];   /* slabs with sorted blocks only */
    myc__slab *slabs;                      /* root of the tree */
    size_t slab_bytes;                     /* of all slabs: the next one grows with it */
    size_t class_bytes[MYC__SIZE_CLASSES]; /* of those of the class */
    myc__allocator *allocator;
} myc__pool;

/** How far a look at the slabs has come; zeroed to begin with. */
typedef struct myc__pool_look {
    const void *after; /* slabs up to this address are done */
    uint32_t kept;     /* bits: the classes of which one wholly free slab was kept */
    bool again;        /* some are given back at the next look, unless they are needed */
    bool at_once;      /* in: give back at the first look, not at the second */
} myc__pool_look;

/** Starts empty: no memory is taken before the first block is. Borrows `allocator`. */
void myc__pool_init(myc__pool *pool, myc__allocator *allocator);

/** Frees all slabs. Blocks still in use are gone with them. */
void myc__pool_fini(myc__pool *pool);

/** Gives a block from a slab, not one that was freed before; NULL when memory is out. */
myc__header *myc__pool_carve(myc__pool *pool, uint32_t size_class);

/**
 * The same; where the class has much memory already, some blocks that follow go to the free list,
 * so that the way here is not taken for each.
 */
myc__header *myc__pool_carve_run(myc__pool *pool, uint32_t size_class);

/** Gives a block that was sorted into its slab, or NULL. Only when myc__pool_pop() gave none. */
myc__header *myc__pool_refill(myc__pool *pool, uint32_t size_class);

/** Sorts up to `limit` free blocks into their slabs. Returns how many; less than that: all. */
uint32_t myc__pool_sort(myc__pool *pool, uint32_t limit);

/**
 * Looks at up to `limit` slabs and frees at most one. Returns false when it has seen all of them.
 */
bool myc__pool_release(myc__pool *pool, myc__pool_look *look, uint32_t limit);

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

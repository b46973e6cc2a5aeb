/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_SLAB_H
#define MYC_MESSAGE_SLAB_H

/*
 * A piece of memory cut into blocks of one class, and the tree in which a pool finds the slab a
 * block lies in. Its head is the first unit of the slab, so neither needs memory of its own.
 *
 * The tree is a treap: ordered by address, and by a hash of the address from the root down, which
 * keeps it shallow whatever the allocator gives.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

typedef struct myc__slab {
    struct myc__slab *left; /* of the tree: lower addresses */
    struct myc__slab *right;
    struct myc__slab *next; /* among those of its class that hold free blocks */
    struct myc__slab **link;
    struct myc__free_block *free; /* of its blocks, those sorted out of the pool's free list */
    uint32_t free_count;
    uint32_t size_bytes;
    uint32_t cut_bytes; /* up to the end of its last block; some may be left behind it */
    uint8_t size_class;
    bool unneeded; /* a look found all of it free, and no block was taken since */
} myc__slab;

static_assert(sizeof(myc__slab) <= MYC__BLOCK_UNIT, "blocks begin one unit into a slab");

void myc__slab_insert(myc__slab **root, myc__slab *slab);

/** `slab` is in the tree. */
void myc__slab_remove(myc__slab **root, const myc__slab *slab);

/** The slab that `address` lies in, or NULL. */
myc__slab *myc__slab_at(myc__slab *root, const void *address);

/** The first slab beyond `address`, or NULL: a walk that goes on after any change of the tree. */
myc__slab *myc__slab_after(myc__slab *root, const void *address);

#endif

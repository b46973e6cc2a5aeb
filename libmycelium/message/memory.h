/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_MEMORY_H
#define MYC_MESSAGE_MEMORY_H

/*
 * The memory of one endpoint: its pool, its ends of the return lanes, and the payload whose
 * references it holds in stock (reference.h). And the heap: what the endpoints of a system share.
 *
 * Threads: a myc__memory belongs to its endpoint's thread.
 */
#include <pthread.h>

#include "message/return_path.h"
#include "message/size_class.h"

typedef struct myc__memory myc__memory;

/** A block too big for the pools, in the heap's list. */
typedef struct myc__large_block {
    struct myc__large_block *next;
    struct myc__large_block *previous;
    size_t size_bytes;
} myc__large_block;

/** How far the giving back of memory has come (trim.h). */
typedef struct myc__trim {
    uint32_t stage;
    uint32_t called; /* atomic: 1 = another endpoint has sent blocks home; it wants a look */
    myc__pool_look look;
} myc__trim;

typedef struct myc__heap {
    myc__allocator *allocator;
    myc__memory
        *members[MYC__ENDPOINTS_MAX]; /* atomic: by endpoint; published once, never removed */
    uint32_t member_high;             /* atomic: one more than the highest endpoint */
    pthread_mutex_t large_lock;       /* guards large */
    myc__large_block large;           /* head of a circle */
} myc__heap;

struct myc__memory {
    myc__pool pool;
    myc__header *stock;   /* the payload whose spare references are counted here; may be NULL */
    uint32_t stock_count; /* references of `stock` that this endpoint holds beyond its users' */
    bool stocks;          /* false: a foreign thread, which has no end of a pass to settle at */
    uint16_t endpoint;
    uint16_t unflushed; /* return lanes with something unpublished */
    myc__heap *heap;
    myc__return_end out[MYC__ENDPOINTS_MAX];      /* to each home; lane NULL until first used */
    myc__return_lane *in[MYC__ENDPOINTS_MAX];     /* atomic: from each freeing endpoint */
    uint8_t out_unflushed[MYC__ENDPOINTS_MAX];    /* 1 = counted in `unflushed` */
    uint16_t unflushed_homes[MYC__ENDPOINTS_MAX]; /* their endpoints */
    uint32_t out_told[MYC__ENDPOINTS_MAX];        /* slots filled when the home was told (trim.h) */
    myc__trim trim;
};

/** Borrows `allocator` for its life. */
void myc__heap_init(myc__heap *heap, myc__allocator *allocator);

/** Frees what is left of large blocks. All members are finished before. */
void myc__heap_fini(myc__heap *heap);

/**
 * Joins `heap` as `endpoint`. `memory` is zeroed. `stocks`: see the struct.
 * Threads: one at a time joins a heap; others may use it.
 */
void myc__memory_init(myc__memory *memory, myc__heap *heap, uint16_t endpoint, bool stocks);

/** Frees all blocks of the pool and the lanes to it. Nobody uses any memory of the heap any more.
 */
void myc__memory_fini(myc__memory *memory);

/**
 * Gives a payload of `size_bytes` aligned to `alignment_bytes` (a power of two up to 64), with one
 * reference; NULL when memory is out. Not initialised.
 */
void *myc__memory_new(myc__memory *memory, const myc_type *type, uint32_t size_bytes,
                      uint32_t alignment_bytes);

/** Takes a block nobody refers to any more; it goes home. */
void myc__memory_free(myc__memory *memory, myc__header *header);

/** Publishes what was freed for other endpoints. A worker at the end of each pass, a foreign thread
 * with each send. */
void myc__memory_flush(myc__memory *memory);

/** Takes up to `limit` blocks that came home into the pool. Returns how many: less than that: all. */
uint32_t myc__memory_collect(myc__memory *memory, uint32_t limit);

/** Calls `visit` for every live block of the heap. Only while no thread uses it. */
void myc__heap_each_live(myc__heap *heap, void (*visit)(void *user, myc__header *header),
                         void *user);

/** For blocks the library uses itself: an actor, a mailbox. Not a payload. */
extern const myc_type myc__internal_type;

/** myc__memory_new() for a size known when it is compiled, aligned to 16. */
static inline void *myc__memory_new_fixed(myc__memory *memory, const myc_type *type,
                                          uint32_t size_bytes)
{
    uint32_t size_class = myc__size_class((uint32_t)sizeof(myc__header) + size_bytes);
    myc__header *header = myc__pool_pop(&memory->pool, size_class);
    if (MYC__UNLIKELY(!header)) {
        return myc__memory_new(memory, type, size_bytes, 16);
    }
    *header = (myc__header){1, memory->endpoint, (uint8_t)size_class, 0, type};
    return myc__payload_of(header);
}

/** myc__memory_free() of one that was made so. */
static inline void myc__memory_free_fixed(myc__memory *memory, myc__header *header)
{
    if (MYC__LIKELY(header->home == memory->endpoint)) {
        myc__pool_push(&memory->pool, header, header->size_class);
    } else {
        myc__memory_free(memory, header);
    }
}

static inline void *myc__memory_new_internal(myc__memory *memory, uint32_t size_bytes)
{
    return myc__memory_new(memory, &myc__internal_type, size_bytes, 16);
}

#endif

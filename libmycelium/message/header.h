/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_HEADER_H
#define MYC_MESSAGE_HEADER_H

/*
 * What lies before each payload. A payload and its header share a block of a pool; a payload
 * aligned to more than 16 bytes begins at its alignment, with the header right before it.
 */
#include <assert.h>

#include <mycelium/message.h>

#include "base/limits.h"

typedef struct myc__header {
    uint32_t references; /* atomic; 0 = the block is free. See reference.h */
    uint16_t home;       /* endpoint whose pool the block belongs to */
    uint8_t size_class;
    uint8_t outlives_hook; /* 1 = the type's destroy hook frees the block, then or later */
    const myc_type *type;
} myc__header;

static_assert(sizeof(myc__header) == 16, "48 bytes of payload fill one cache line");

enum { MYC__LARGE_CLASS = 255 }; /* a block of its own from the allocator, too big for the pools */

static inline myc__header *myc__header_of(const void *payload)
{
    return (myc__header *)payload - 1;
}

static inline void *myc__payload_of(myc__header *header)
{
    return header + 1;
}

/** Bytes from the start of the block to the payload. */
static inline uint32_t myc__payload_offset(uint32_t alignment_bytes)
{
    return alignment_bytes > sizeof(myc__header) ? alignment_bytes : (uint32_t)sizeof(myc__header);
}

/** The block a header lies in: blocks are aligned to a cache line and headers lie in the first. */
static inline void *myc__block_of(myc__header *header)
{
    return (void *)((uintptr_t)header & ~(uintptr_t)(MYC__BLOCK_UNIT - 1));
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/stream.h>

#include "shard/context.h"

/* No ids: what has been read stays in its process. */
MYC_MESSAGE_TYPE(myc_chunk, .id = 0)
MYC_MESSAGE_TYPE(myc_stream_event, .id = 0)
MYC_MESSAGE_TYPE(myc_stream_end, .id = 0)

static_assert(sizeof(myc_chunk) + MYC_CHUNK_BYTES + sizeof(myc__header) == MYC__CHUNK_BLOCK_BYTES,
              "the largest chunk fills a block of a pool");

myc_chunk *myc_chunk_make(myc_context *ctx, uint32_t capacity_bytes)
{
    if (capacity_bytes == 0 || capacity_bytes > MYC_CHUNK_BYTES) {
        return NULL;
    }
    myc_chunk *chunk = myc__memory_new(&ctx->memory, &myc_chunk_type,
                                       (uint32_t)sizeof *chunk + capacity_bytes, 16);
    if (chunk) {
        *chunk = (myc_chunk){.bytes = (uint8_t *)(chunk + 1), .capacity_bytes = capacity_bytes};
    }
    return chunk;
}

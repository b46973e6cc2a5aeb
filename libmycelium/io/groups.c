/* SPDX-License-Identifier: Apache-2.0 */
#include "io/groups.h"

#include <mycelium/stream.h>

#include "shard/fabric.h"

enum { BEFORE_ROOM_BYTES = sizeof(myc__header) + sizeof(myc_chunk) };

static_assert(MYC__DATAGRAM_BYTES_DEFAULT + MYC__DATAGRAM_HEAD_BYTES + BEFORE_ROOM_BYTES <=
                  MYC__DATAGRAM_BLOCK_BYTES,
              "a datagram of the default size fits");
static_assert(MYC__DATAGRAM_BYTES_MAX + MYC__DATAGRAM_HEAD_BYTES + BEFORE_ROOM_BYTES <=
                  MYC__LARGE_DATAGRAM_BLOCK_BYTES,
              "so does the longest");

static void *make(myc_context *ctx, uint32_t block_bytes, uint8_t **bytes)
{
    uint32_t room_bytes = block_bytes - BEFORE_ROOM_BYTES;
    myc_chunk *chunk =
        myc__memory_new(&ctx->memory, &myc_chunk_type, (uint32_t)sizeof *chunk + room_bytes, 16);
    if (chunk) {
        *chunk = (myc_chunk){.bytes = (uint8_t *)(chunk + 1), .capacity_bytes = room_bytes};
        *bytes = chunk->bytes;
    }
    return chunk;
}

static void *make_stream(void *ctx, uint8_t **bytes)
{
    return make(ctx, MYC__STREAM_BLOCK_BYTES, bytes);
}

static void *make_datagram(void *ctx, uint8_t **bytes)
{
    return make(ctx, MYC__DATAGRAM_BLOCK_BYTES, bytes);
}

static void *make_large_datagram(void *ctx, uint8_t **bytes)
{
    return make(ctx, MYC__LARGE_DATAGRAM_BLOCK_BYTES, bytes);
}

static void drop(void *ctx, void *buffer)
{
    myc_release(ctx, buffer);
}

static const struct {
    uint32_t count, block_bytes;
    void *(*make)(void *, uint8_t **);
} shapes[MYC__GROUPS] = {
    [MYC__GROUP_STREAM] = {MYC__STREAM_BUFFERS, MYC__STREAM_BLOCK_BYTES, make_stream},
    [MYC__GROUP_DATAGRAM] = {MYC__DATAGRAM_BUFFERS, MYC__DATAGRAM_BLOCK_BYTES, make_datagram},
    [MYC__GROUP_LARGE_DATAGRAM] = {MYC__LARGE_DATAGRAM_BUFFERS, MYC__LARGE_DATAGRAM_BLOCK_BYTES,
                                   make_large_datagram},
};

int myc__groups_get(myc__groups *groups, myc__shard *shard, myc__driver *driver, myc__group group,
                    myc__buffers **buffers)
{
    int error = 0;
    if (!groups->made[group]) {
        const myc__buffers_options options = {
            .count = shapes[group].count,
            .size_bytes = shapes[group].block_bytes - BEFORE_ROOM_BYTES,
            .make = shapes[group].make,
            .drop = drop,
            .user = &shard->context,
        };
        error = myc__buffers_create(driver, &options, &groups->made[group]);
    }
    *buffers = groups->made[group];
    return error;
}

void myc__groups_fini(myc__groups *groups)
{
    for (uint32_t group = 0; group < MYC__GROUPS; group++) {
        myc__buffers_destroy(groups->made[group]);
        groups->made[group] = NULL;
    }
}

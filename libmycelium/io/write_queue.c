/* SPDX-License-Identifier: Apache-2.0 */
#include "io/write_queue.h"

#include "actor/pause.h"

enum { FIRST_CAPACITY = 8 };

void myc__write_queue_init(myc__write_queue *queue, uint32_t bound_bytes)
{
    *queue =
        (myc__write_queue){.bound_bytes = bound_bytes ? bound_bytes : MYC__WRITE_BYTES_DEFAULT};
}

static const myc_chunk *chunk_at(const myc__write_queue *queue, uint32_t ahead)
{
    return queue->ring[(queue->head + ahead) & (queue->capacity - 1)];
}

static void free_ring(myc__write_queue *queue, myc_context *ctx)
{
    myc__memory_free(&ctx->memory, myc__header_of(queue->ring));
    queue->ring = NULL;
    queue->capacity = 0;
    queue->head = 0;
}

/* Twice as large, or the first one. */
static bool grow(myc__write_queue *queue, myc_context *ctx)
{
    uint32_t capacity = queue->capacity ? 2 * queue->capacity : FIRST_CAPACITY;
    const myc_chunk **ring =
        myc__memory_new_internal(&ctx->memory, capacity * (uint32_t)sizeof *ring);
    if (!ring) {
        return false;
    }
    for (uint32_t ahead = 0; ahead < queue->count; ahead++) {
        ring[ahead] = chunk_at(queue, ahead);
    }
    if (queue->ring) {
        free_ring(queue, ctx);
    }
    queue->ring = ring;
    queue->capacity = capacity;
    queue->head = 0;
    return true;
}

static bool has_room(const myc__write_queue *queue, const myc_chunk *chunk)
{
    return queue->count == 0 || (queue->count < MYC__WRITES_MAX &&
                                 queue->bytes + chunk->size_bytes <= queue->bound_bytes);
}

myc_sent myc__write_queue_add(myc__write_queue *queue, myc_context *ctx, const myc_chunk *chunk)
{
    if (!has_room(queue, chunk) || (queue->count == queue->capacity && !grow(queue, ctx))) {
        myc_release(ctx, chunk);
        return MYC_FULL;
    }
    queue->ring[(queue->head + queue->count) & (queue->capacity - 1)] = chunk;
    queue->count++;
    queue->bytes += chunk->size_bytes;
    return MYC_SENT;
}

const myc_chunk *myc__write_queue_front(const myc__write_queue *queue)
{
    return queue->count ? chunk_at(queue, 0) : NULL;
}

uint32_t myc__write_queue_gather(const myc__write_queue *queue, struct iovec *parts,
                                 uint32_t parts_max)
{
    uint32_t count = queue->count < parts_max ? queue->count : parts_max;
    uint32_t skipped = queue->first_written;
    for (uint32_t ahead = 0; ahead < count; ahead++) {
        const myc_chunk *chunk = chunk_at(queue, ahead);
        parts[ahead] = (struct iovec){chunk->bytes + skipped, chunk->size_bytes - skipped};
        skipped = 0;
    }
    return count;
}

/* What is left of the oldest chunk is not waited for any more. */
static void take_first(myc__write_queue *queue, myc_context *ctx)
{
    const myc_chunk *chunk = chunk_at(queue, 0);
    queue->bytes -= chunk->size_bytes - queue->first_written;
    queue->first_written = 0;
    queue->head = (queue->head + 1) & (queue->capacity - 1);
    queue->count--;
    myc_release(ctx, chunk);
    if (queue->count == 0) {
        free_ring(queue, ctx);
    }
}

void myc__write_queue_pop(myc__write_queue *queue, myc_context *ctx, bool is_written)
{
    MYC__CHECK(queue->count > 0);
    queue->written_bytes += is_written ? chunk_at(queue, 0)->size_bytes : 0;
    take_first(queue, ctx);
}

void myc__write_queue_written(myc__write_queue *queue, myc_context *ctx, uint64_t bytes)
{
    MYC__CHECK(bytes <= queue->bytes);
    queue->written_bytes += bytes;
    while (queue->count && bytes >= chunk_at(queue, 0)->size_bytes - queue->first_written) {
        bytes -= chunk_at(queue, 0)->size_bytes - queue->first_written;
        take_first(queue, ctx);
    }
    queue->first_written += (uint32_t)bytes;
    queue->bytes -= bytes;
}

uint64_t myc__write_queue_drop(myc__write_queue *queue, myc_context *ctx)
{
    uint64_t dropped = queue->bytes;
    while (queue->count) {
        take_first(queue, ctx);
    }
    MYC__CHECK(queue->bytes == 0);
    return dropped;
}

void myc__write_queue_release_owner(myc__write_queue *queue, myc__shard *shard, myc_address owner)
{
    myc__actor *actor = queue->pauses ? myc__actor_find(shard, owner) : NULL;
    queue->pauses = false;
    if (actor) {
        myc__resume(shard, actor);
    }
}

void myc__write_queue_ease(myc__write_queue *queue, myc__shard *shard, myc_address owner)
{
    if (!myc__write_queue_is_high(queue)) {
        myc__write_queue_release_owner(queue, shard, owner);
    }
}

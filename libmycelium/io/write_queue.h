/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_WRITE_QUEUE_H
#define MYC_IO_WRITE_QUEUE_H

/*
 * What waits to be written to one stream: chunks in order, the first of them perhaps in part.
 *
 * A source that writes has one and points to it (source->writes); stream_write.c puts chunks in and
 * wakes the source, whose poll takes them out:
 *
 *     struct iovec parts[8];
 *     uint32_t count = myc__write_queue_gather(&queue, parts, 8);
 *     ... writes them, and when `result` bytes are written ...
 *     myc__write_queue_written(&queue, ctx, result);
 *     myc__write_queue_ease(&queue, shard, owner);
 *
 * A chunk may wait in several queues, so it is not linked: the queue is a ring of pointers that
 * grows out of the worker's pool and goes back to it whenever the queue is empty.
 *
 * Threads: the worker's.
 */
#include <sys/uio.h>

#include <mycelium/stream.h>

#include "actor/actor.h"

typedef struct myc__write_queue {
    const myc_chunk **ring; /* NULL while empty */
    uint32_t capacity;      /* of the ring, a power of two */
    uint32_t head;          /* index of the oldest */
    uint32_t count;
    uint32_t first_written; /* bytes of the oldest that are written */
    uint32_t bound_bytes;
    bool pauses;            /* the owner waits until half of the bound is written */
    uint64_t bytes;         /* that wait */
    uint64_t written_bytes; /* in all */
} myc__write_queue;

/** `bound_bytes` 0 = 1 MiB. */
void myc__write_queue_init(myc__write_queue *queue, uint32_t bound_bytes);

/** Drops what waits. Returns how many bytes that were. The queue can be used again. */
uint64_t myc__write_queue_drop(myc__write_queue *queue, myc_context *ctx);

/**
 * Takes `chunk`, also when refused.
 * Returns MYC_SENT, or MYC_FULL: `bound_bytes` or as many chunks as a ring holds wait, or memory is
 * out. An empty queue has room for any chunk.
 */
myc_sent myc__write_queue_add(myc__write_queue *queue, myc_context *ctx, const myc_chunk *chunk);

/** Fills in the oldest bytes, at most `parts_max` parts. Returns how many. They stay valid until
 * they are written or dropped. Empty chunks are parts too. */
uint32_t myc__write_queue_gather(const myc__write_queue *queue, struct iovec *parts,
                                 uint32_t parts_max);

/** The oldest chunk, or NULL. */
const myc_chunk *myc__write_queue_front(const myc__write_queue *queue);

/** The oldest `bytes` are written. */
void myc__write_queue_written(myc__write_queue *queue, myc_context *ctx, uint64_t bytes);

/** Takes out the oldest chunk, a datagram: it was written, or is given up. */
void myc__write_queue_pop(myc__write_queue *queue, myc_context *ctx, bool is_written);

/** Lets a paused owner go on, if there is room enough. After each write. */
void myc__write_queue_ease(myc__write_queue *queue, myc__shard *shard, myc_address owner);

/** Lets a paused owner go on in any case: nothing will be written any more. */
void myc__write_queue_release_owner(myc__write_queue *queue, myc__shard *shard, myc_address owner);

/** True when more than half of the bound waits. */
static inline bool myc__write_queue_is_high(const myc__write_queue *queue)
{
    return queue->bytes > queue->bound_bytes / 2 || queue->count > MYC__WRITES_MAX / 2;
}

#endif

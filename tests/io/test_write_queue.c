/* SPDX-License-Identifier: Apache-2.0 */
#include "source_frame.h"

#include "io/write_queue.h"

static const myc_chunk *chunk_of(myc_context *ctx, uint64_t offset, uint32_t size_bytes)
{
    myc_chunk *chunk = myc_chunk_make(ctx, size_bytes ? size_bytes : 1);
    cr_assert_not_null(chunk);
    for (uint32_t index = 0; index < size_bytes; index++)
        chunk->bytes[index] = byte_at(offset + index);
    chunk->size_bytes = size_bytes;
    return chunk;
}

static void open_and_close(void (*test)(struct frame *frame, myc__write_queue *queue),
                           uint32_t bound_bytes)
{
    struct frame frame;
    frame_open_with(&frame, (myc_system_options){.caller_driven = true, .workers = 1});
    myc__write_queue queue;
    myc__write_queue_init(&queue, bound_bytes);
    test(&frame, &queue);
    myc__write_queue_drop(&queue, frame.ctx);
    frame_close(&frame);
}

static uint64_t seed = 1;

static uint32_t below(uint32_t bound)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % bound);
}

static uint64_t check_parts(const struct iovec *parts, uint32_t count, uint64_t offset)
{
    uint64_t bytes = 0;
    for (uint32_t part = 0; part < count; part++)
        for (size_t index = 0; index < parts[part].iov_len; index++, bytes++)
            cr_assert_eq(byte_at(offset + bytes), ((uint8_t *)parts[part].iov_base)[index]);
    return bytes;
}

/* A random walk of adds and short writes: the bytes come out as they went in. */
static void walk(struct frame *frame, myc__write_queue *queue)
{
    uint64_t added = 0, written = 0;
    for (uint32_t step_index = 0; step_index < 20000; step_index++) {
        if (below(2)) {
            uint32_t size_bytes = below(300);
            bool has_room = queue->count == 0 || added - written + size_bytes <= 5000;
            myc_sent expected = has_room ? MYC_SENT : MYC_FULL;
            cr_assert_eq(expected, myc__write_queue_add(queue, frame->ctx,
                                                        chunk_of(frame->ctx, added, size_bytes)));
            added += has_room ? size_bytes : 0;
        } else {
            struct iovec parts[5];
            uint32_t count = myc__write_queue_gather(queue, parts, 5);
            uint64_t bytes = check_parts(parts, count, written);
            uint32_t some = below((uint32_t)bytes + 1);
            myc__write_queue_written(queue, frame->ctx, some);
            written += some;
        }
        cr_assert_eq(added - written, queue->bytes);
        cr_assert_eq(written, queue->written_bytes);
    }
    cr_expect_eq(added - written, myc__write_queue_drop(queue, frame->ctx));
    cr_expect_eq(0, queue->bytes);
}

Test(write_queue, keeps_bytes_in_order)
{
    open_and_close(walk, 5000);
}

static void take_one(struct frame *frame, myc__write_queue *queue)
{
    cr_expect_eq(MYC_SENT, myc__write_queue_add(queue, frame->ctx, chunk_of(frame->ctx, 0, 1000)));
    cr_expect_eq(MYC_FULL, myc__write_queue_add(queue, frame->ctx, chunk_of(frame->ctx, 0, 1)));
    cr_expect(myc__write_queue_is_high(queue));
    myc__write_queue_written(queue, frame->ctx, 995);
    cr_expect_eq(MYC_SENT, myc__write_queue_add(queue, frame->ctx, chunk_of(frame->ctx, 0, 5)));
    cr_expect_eq(MYC_FULL, myc__write_queue_add(queue, frame->ctx, chunk_of(frame->ctx, 0, 1)));
}

Test(write_queue, has_room_for_any_chunk_when_empty)
{
    open_and_close(take_one, 10);
}

static void fill_ring(struct frame *frame, myc__write_queue *queue)
{
    for (uint32_t count = 0; count < MYC__WRITES_MAX; count++)
        cr_assert_eq(MYC_SENT,
                     myc__write_queue_add(queue, frame->ctx, chunk_of(frame->ctx, count, 1)));
    cr_expect_eq(MYC_FULL, myc__write_queue_add(queue, frame->ctx, chunk_of(frame->ctx, 0, 1)));
    cr_expect(myc__write_queue_is_high(queue));
    myc__write_queue_written(queue, frame->ctx, MYC__WRITES_MAX / 2);
    cr_expect(!myc__write_queue_is_high(queue));
}

Test(write_queue, bounds_its_chunks_too)
{
    open_and_close(fill_ring, 0);
}

static void pop_datagrams(struct frame *frame, myc__write_queue *queue)
{
    static const uint32_t sizes[] = {10, 0, 20};
    for (uint32_t index = 0; index < 3; index++)
        cr_assert_eq(MYC_SENT, myc__write_queue_add(queue, frame->ctx,
                                                    chunk_of(frame->ctx, 0, sizes[index])));
    cr_expect_eq(10, myc__write_queue_front(queue)->size_bytes);
    myc__write_queue_pop(queue, frame->ctx, true);
    cr_expect_eq(0, myc__write_queue_front(queue)->size_bytes);
    myc__write_queue_pop(queue, frame->ctx, true);
    myc__write_queue_pop(queue, frame->ctx, false);
    cr_expect_null(myc__write_queue_front(queue));
    cr_expect_eq(10, queue->written_bytes);
    cr_expect_eq(0, queue->bytes);
}

Test(write_queue, takes_datagrams_out_whole)
{
    open_and_close(pop_datagrams, 0);
}

static void run_dry(struct frame *frame, myc__write_queue *queue)
{
    const myc_chunk *chunk = chunk_of(frame->ctx, 0, 100);
    uint32_t added = 0;
    limit_memory(frame, 0);
    while (added < 100000 &&
           myc__write_queue_add(queue, frame->ctx, myc_chunk_retain(frame->ctx, chunk)) == MYC_SENT)
        added++;
    cr_expect_lt(added, MYC__WRITES_MAX, "the ring must have found no memory");
    frame->bytes_limit = 0;
    cr_expect_eq(MYC_SENT, myc__write_queue_add(queue, frame->ctx, chunk));
}

Test(write_queue, refuses_without_memory)
{
    open_and_close(run_dry, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_WRITER_H
#define TESTS_IO_WRITER_H

/*
 * An actor that writes bytes of byte_at() to a stream, as fast as it is let, and notes what it was
 * told. It begins at once; each `go` lets it write `more_bytes` more.
 */
#include "source_frame.h"

/** What a writer is to do, and what it was told. Read the latter, unless it is atomic, at
 * quiescence only. */
struct pen {
    const char *path;
    myc_stream_options options; /* its mode is set */
    uint64_t more_bytes;
    uint32_t piece_bytes; /* of a chunk; 0 = all lengths in turn */
    uint32_t sync_every;  /* pieces; 0 = never */
    bool closes;          /* the stream, when all is accepted */
    bool stops;           /* itself, then */
    bool writes_at_stop;  /* one piece more */

    uint32_t opened; /* atomic */
    int error;       /* of the open */
    myc_stream stream;
    uint64_t wanted_bytes;
    uint64_t accepted_bytes; /* atomic */
    uint32_t pieces;
    uint32_t pauses; /* atomic: times it had to wait */
    uint32_t dead;   /* writes that were refused since the stream has ended */
    uint32_t syncs, synced, wrong_syncs;
    myc_stream_event last_sync;
    uint32_t ends; /* atomic */
    myc_stream_end end;
};

typedef struct go {
    uint64_t reserved;
} go;
MYC_MESSAGE(go)

#define WRITING_ROWS(ROW, P)                                                                       \
    ROW(P, go, go)                                                                                 \
    MYC_READER_ROWS(ROW, P)
MYC_PROTOCOL(writing, WRITING_ROWS)

struct writer {
    struct pen *pen;
    bool writes_at_stop; /* its pen is still there then */
};

static int writer_on_start(struct writer *self, myc_context *ctx);
static void writer_on_stop(struct writer *self, myc_context *ctx, myc_exit why);
static myc_next writer_on_go(struct writer *self, myc_context *ctx, const go *order);
static myc_next writer_on_chunk(struct writer *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next writer_on_event(struct writer *self, myc_context *ctx,
                                const myc_stream_event *event);
static myc_next writer_on_end(struct writer *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(writer, writing, WRITING_ROWS)

static int writer_on_start(struct writer *self, myc_context *ctx)
{
    struct pen *pen = self->pen;
    pen->options.mode = MYC_STREAM_APPEND;
    pen->error = myc_stream_open(ctx, pen->path, &pen->options, &pen->stream);
    myc_ignore(writing_send_go(ctx, writer_self(ctx), go_new(ctx)));
    __atomic_store_n(&pen->opened, 1, __ATOMIC_RELEASE);
    return 0;
}

static uint32_t next_piece_bytes(const struct pen *pen)
{
    static const uint32_t lengths[] = {1, 100, 8192, 8193, 3, 65472, 20000, 4096, 4096, 4096, 77};
    uint32_t size = pen->piece_bytes ? pen->piece_bytes
                                     : lengths[pen->pieces % (sizeof lengths / sizeof lengths[0])];
    uint64_t left = pen->wanted_bytes - pen->accepted_bytes;
    return size < left ? size : (uint32_t)left;
}

static myc_sent write_piece(struct pen *pen, myc_context *ctx, uint32_t size_bytes)
{
    myc_chunk *chunk = myc_chunk_make(ctx, size_bytes);
    if (!chunk)
        return MYC_FULL;
    chunk->size_bytes = size_bytes;
    for (uint32_t index = 0; index < size_bytes; index++)
        chunk->bytes[index] = byte_at(pen->accepted_bytes + index);
    return myc_stream_write(ctx, pen->stream, chunk);
}

static void count_piece(struct pen *pen, myc_context *ctx, uint32_t size_bytes)
{
    pen->pieces++;
    __atomic_store_n(&pen->accepted_bytes, pen->accepted_bytes + size_bytes, __ATOMIC_RELEASE);
    if (pen->sync_every && pen->pieces % pen->sync_every == 0)
        pen->syncs += myc_stream_sync(ctx, pen->stream) == 0;
}

/* Returns false when it has to wait. */
static bool write_all(struct pen *pen, myc_context *ctx)
{
    while (pen->accepted_bytes < pen->wanted_bytes) {
        uint32_t size_bytes = next_piece_bytes(pen);
        myc_sent sent = write_piece(pen, ctx, size_bytes);
        if (sent == MYC_FULL)
            return false;
        if (sent == MYC_DEAD) {
            pen->dead++;
            return true;
        }
        count_piece(pen, ctx, size_bytes);
    }
    return true;
}

static myc_next writer_on_go(struct writer *self, myc_context *ctx, const go *order)
{
    (void)order;
    struct pen *pen = self->pen;
    if (pen->wanted_bytes == pen->accepted_bytes)
        pen->wanted_bytes += pen->more_bytes;
    if (!write_all(pen, ctx)) {
        __atomic_store_n(&pen->pauses, pen->pauses + 1, __ATOMIC_RELEASE);
        myc_stream_pause_until_writable(ctx, pen->stream);
        return MYC_AGAIN;
    }
    if (pen->closes)
        myc_stream_close(ctx, pen->stream);
    return pen->stops ? MYC_STOP : MYC_CONTINUE;
}

static void writer_on_stop(struct writer *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    struct pen *pen = self->pen;
    if (self->writes_at_stop && write_piece(pen, ctx, 10) == MYC_SENT)
        pen->accepted_bytes += 10;
}

static myc_next writer_on_chunk(struct writer *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)self, (void)ctx, (void)chunk;
    return MYC_FAIL(MYC_EINVAL); /* a sink brings none */
}

static myc_next writer_on_event(struct writer *self, myc_context *ctx,
                                const myc_stream_event *event)
{
    (void)ctx;
    struct pen *pen = self->pen;
    pen->wrong_syncs += event->what != MYC_STREAM_SYNCED ||
                        event->stream.number != pen->stream.number ||
                        event->count < pen->last_sync.count;
    pen->synced++;
    pen->last_sync = *event;
    return MYC_CONTINUE;
}

static myc_next writer_on_end(struct writer *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx;
    struct pen *pen = self->pen;
    pen->end = *end;
    __atomic_store_n(&pen->ends, pen->ends + 1, __ATOMIC_RELEASE);
    return MYC_CONTINUE;
}

MYC_UNUSED static uint64_t accepted(const struct pen *pen)
{
    return __atomic_load_n(&pen->accepted_bytes, __ATOMIC_ACQUIRE);
}

MYC_UNUSED static uint32_t pauses(const struct pen *pen)
{
    return __atomic_load_n(&pen->pauses, __ATOMIC_ACQUIRE);
}

/** Spawns a writer, which borrows `pen` until it has ended. Its stream is open then. */
MYC_UNUSED static writing_ref spawn_writer(struct frame *frame, struct pen *pen)
{
    writing_ref ref;
    const struct writer state = {pen, pen->writes_at_stop};
    cr_assert_eq(0, writer_spawn(frame->ctx, &state, NULL, &ref));
    AWAIT(frame, __atomic_load_n(&pen->opened, __ATOMIC_ACQUIRE));
    return ref;
}

/** Lets it write `more_bytes` more. */
MYC_UNUSED static void write_more(struct frame *frame, writing_ref ref)
{
    cr_assert_eq(MYC_SENT, writing_send_go(frame->ctx, ref, go_new(frame->ctx)));
}

/** Writes until all is in the file. */
MYC_UNUSED static writing_ref write_to_quiet(struct frame *frame, struct pen *pen)
{
    writing_ref ref = spawn_writer(frame, pen);
    await_quiescence(frame);
    return ref;
}

/** A path in the frame's directory. Static storage, for one at a time. */
MYC_UNUSED static const char *path_of(const struct frame *frame, const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", frame->directory, name);
    return path;
}

/** `fd` has `size_bytes` of byte_at(), from its position on, then the end. */
MYC_UNUSED static void expect_bytes_of(int fd, uint64_t size_bytes)
{
    static uint8_t bytes[1 << 16];
    uint64_t at = 0;
    ssize_t size;
    while ((size = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t index = 0; index < size; index++, at++)
            cr_assert_eq(byte_at(at), bytes[index], "at %llu", (unsigned long long)at);
    }
    cr_expect_eq(0, size);
    cr_expect_eq(size_bytes, at, "%llu bytes, not %llu", (unsigned long long)at,
                 (unsigned long long)size_bytes);
}

MYC_UNUSED static void expect_file(const char *path, uint64_t size_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    expect_bytes_of(fd, size_bytes);
    close(fd);
}

/** It has ended for the kernel's reason, and every byte it took is accounted for. */
MYC_UNUSED static void expect_end_of_writer(const struct pen *pen, int os_error)
{
    cr_expect_eq(1, pen->ends);
    cr_expect_eq(os_error, pen->end.os_error, "%d", pen->end.os_error);
    cr_expect_neq(0, pen->end.error);
    cr_expect_eq(pen->stream.number, pen->end.stream.number);
    cr_expect_eq(pen->accepted_bytes, pen->end.written_bytes + pen->end.unwritten_bytes,
                 "%llu written, %llu not", (unsigned long long)pen->end.written_bytes,
                 (unsigned long long)pen->end.unwritten_bytes);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_READER_H
#define TESTS_IO_READER_H

/*
 * An actor that reads, checks every byte, and notes what it was told.
 */
#include "source_frame.h"

/** What a reader is to do, and what it was told. Read the latter, unless it is atomic, at
 * quiescence only. */
struct script {
    const char *path;
    myc_stream_options options;
    uint32_t again;       /* each chunk is handled at so many comings */
    uint32_t stop_after;  /* chunks; then it stops. 0 = never */
    uint32_t close_after; /* chunks; then it closes the source. 0 = never */
    uint32_t wait_after;  /* chunks; then it goes on when the system stops. 0 = never */
    bool fails_to_start;
    bool retains; /* keeps every chunk */

    uint32_t opened; /* atomic: myc_stream_open() has returned */
    int error;       /* of it */
    myc_stream source;
    uint64_t received_bytes; /* atomic */
    uint32_t chunks;
    uint32_t wrong_bytes, wrong_offsets, wrong_sources;
    uint32_t ends; /* atomic */
    myc_stream_end end;
    uint32_t comings; /* of the current chunk */
    const myc_chunk *kept[64];
};

MYC_PROTOCOL(reading, MYC_STREAM_ROWS)

struct reader {
    struct script *script;
};

static int reader_on_start(struct reader *self, myc_context *ctx);
static void reader_on_stop(struct reader *self, myc_context *ctx, myc_exit why);
static myc_next reader_on_chunk(struct reader *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next reader_on_end(struct reader *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(reader, reading, MYC_STREAM_ROWS)

static int reader_on_start(struct reader *self, myc_context *ctx)
{
    struct script *script = self->script;
    script->error = myc_stream_open(ctx, script->path, &script->options, &script->source);
    __atomic_store_n(&script->opened, 1, __ATOMIC_RELEASE);
    return script->fails_to_start ? MYC_EINVAL : 0;
}

static void reader_on_stop(struct reader *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

MYC_UNUSED static uint32_t count_wrong_bytes(const myc_chunk *chunk)
{
    uint32_t wrong = 0;
    for (uint32_t index = 0; index < chunk->size_bytes; index++)
        wrong += chunk->bytes[index] != byte_at(chunk->offset + index);
    return wrong;
}

static void check_chunk(struct script *script, const myc_chunk *chunk)
{
    script->wrong_offsets += chunk->offset != script->received_bytes;
    script->wrong_sources +=
        chunk->stream.number != script->source.number || chunk->size_bytes == 0;
    script->wrong_bytes += count_wrong_bytes(chunk);
}

static bool has_to_wait(const struct script *script, const myc_context *ctx)
{
    return script->wait_after && script->chunks == script->wait_after &&
           myc__load_acquire_u32(&ctx->shard->stage) == MYC__STAGE_RUN;
}

static myc_next reader_on_chunk(struct reader *self, myc_context *ctx, const myc_chunk *chunk)
{
    struct script *script = self->script;
    if (++script->comings < script->again || has_to_wait(script, ctx))
        return MYC_AGAIN;
    script->comings = 0;
    check_chunk(script, chunk);
    if (script->retains)
        script->kept[script->chunks] = myc_chunk_retain(ctx, chunk);
    script->chunks++;
    __atomic_store_n(&script->received_bytes, script->received_bytes + chunk->size_bytes,
                     __ATOMIC_RELEASE);
    if (script->chunks == script->close_after)
        myc_stream_close(ctx, script->source);
    return script->chunks == script->stop_after ? MYC_STOP : MYC_CONTINUE;
}

static myc_next reader_on_end(struct reader *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx;
    struct script *script = self->script;
    script->end = *end;
    script->wrong_sources += end->stream.number != script->source.number;
    __atomic_store_n(&script->ends, script->ends + 1, __ATOMIC_RELEASE);
    return MYC_CONTINUE;
}

MYC_UNUSED static uint64_t received(const struct script *script)
{
    return __atomic_load_n(&script->received_bytes, __ATOMIC_ACQUIRE);
}

MYC_UNUSED static uint32_t ends(const struct script *script)
{
    return __atomic_load_n(&script->ends, __ATOMIC_ACQUIRE);
}

/** Spawns a reader, which borrows `script` until nothing more comes. Its file is open then. */
MYC_UNUSED static reading_ref spawn_reader(struct frame *frame, struct script *script)
{
    reading_ref ref;
    cr_assert_eq(0, reader_spawn(frame->ctx, &(struct reader){script}, NULL, &ref));
    AWAIT(frame, __atomic_load_n(&script->opened, __ATOMIC_ACQUIRE));
    return ref;
}

/** Reads `script->path` until nothing more comes. */
MYC_UNUSED static void read_all(struct frame *frame, struct script *script)
{
    spawn_reader(frame, script);
    await_quiescence(frame);
}

MYC_UNUSED static void expect_read(const struct script *script, uint64_t size_bytes)
{
    cr_expect_eq(0, script->error, "%s", myc_error_text(script->error));
    cr_expect_eq(size_bytes, script->received_bytes, "%zu, not %zu", (size_t)script->received_bytes,
                 (size_t)size_bytes);
    cr_expect_eq(0, script->wrong_bytes);
    cr_expect_eq(0, script->wrong_offsets);
    cr_expect_eq(0, script->wrong_sources);
}

MYC_UNUSED static void expect_read_to_end(const struct script *script, uint64_t size_bytes)
{
    expect_read(script, size_bytes);
    cr_expect_eq(1, script->ends);
    cr_expect_eq(size_bytes, script->end.size_bytes);
    cr_expect_eq(0, script->end.error);
    cr_expect_eq(0, script->end.os_error);
}

#endif

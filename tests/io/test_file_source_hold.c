/* SPDX-License-Identifier: Apache-2.0 */
#include "source_frame.h"

enum { CHUNKS = 12, FILES = 2 };

/* Reads two files, a chunk of each in turn, whatever comes when. */
struct turns {
    const char *path;
    uint32_t order[2 * CHUNKS]; /* the file of each chunk */
    uint32_t chunks;
    uint32_t ends;
    uint32_t wrong; /* chunks that came while their file was held */
    bool is_held[FILES];
    int unknown; /* what a hold of no stream answers */
};

MYC_PROTOCOL(turning, MYC_STREAM_ROWS)

struct turner {
    struct turns *turns;
    myc_stream streams[FILES];
};

static int turner_on_start(struct turner *self, myc_context *ctx);
static void turner_on_stop(struct turner *self, myc_context *ctx, myc_exit why);
static myc_next turner_on_chunk(struct turner *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next turner_on_end(struct turner *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(turner, turning, MYC_STREAM_ROWS)

static void hold(struct turner *self, myc_context *ctx, uint32_t file)
{
    /* One that has ended is gone. */
    int error = myc_stream_hold(ctx, self->streams[file]);
    self->turns->is_held[file] = error == 0;
    self->turns->wrong += error != 0 && error != MYC_EINVAL;
}

static void resume(struct turner *self, myc_context *ctx, uint32_t file)
{
    self->turns->is_held[file] = false;
    myc_stream_resume(ctx, self->streams[file]);
}

static int turner_on_start(struct turner *self, myc_context *ctx)
{
    const myc_stream_options options = {.depth = 1};
    for (uint32_t file = 0; file < FILES; file++) {
        int error = myc_stream_open(ctx, self->turns->path, &options, &self->streams[file]);
        if (error)
            return error;
    }
    self->turns->unknown = myc_stream_hold(ctx, (myc_stream){0});
    hold(self, ctx, 1);
    return 0;
}

static void turner_on_stop(struct turner *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static uint32_t file_of_stream(const struct turner *self, myc_stream stream)
{
    return stream.number == self->streams[0].number ? 0 : 1;
}

static myc_next turner_on_chunk(struct turner *self, myc_context *ctx, const myc_chunk *chunk)
{
    uint32_t file = file_of_stream(self, chunk->stream);
    self->turns->wrong += self->turns->is_held[file];
    self->turns->order[self->turns->chunks++ % (2 * CHUNKS)] = file;
    hold(self, ctx, file);
    resume(self, ctx, 1 - file);
    return MYC_CONTINUE;
}

static myc_next turner_on_end(struct turner *self, myc_context *ctx, const myc_stream_end *end)
{
    uint32_t file = file_of_stream(self, end->stream);
    self->turns->ends++;
    resume(self, ctx, 1 - file);
    return MYC_CONTINUE;
}

SOURCE_TEST(file_source_hold, lets_an_owner_choose_what_it_reads)
{
    struct turns turns = {.path = file_of(frame, CHUNKS * MYC_CHUNK_BYTES)};
    turning_ref ref;
    cr_assert_eq(0, turner_spawn(frame->ctx, &(struct turner){.turns = &turns}, NULL, &ref));
    await_quiescence(frame);
    cr_expect_eq(2 * CHUNKS, turns.chunks);
    cr_expect_eq(2, turns.ends);
    cr_expect_eq(0, turns.wrong);
    cr_expect_eq(MYC_EINVAL, turns.unknown);
    for (uint32_t i = 0; i < 2 * CHUNKS; i++) {
        cr_expect_eq(i % 2, turns.order[i], "chunk %u", i);
    }
}

/* A held file is open: it ends with its owner, and with the system. */
SOURCE_TEST(file_source_hold, does_not_outlive_its_owner)
{
    struct turns turns = {.path = file_of(frame, CHUNKS * MYC_CHUNK_BYTES)};
    turning_ref ref;
    cr_assert_eq(0, turner_spawn(frame->ctx, &(struct turner){.turns = &turns}, NULL, &ref));
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
    cr_expect_leq(turns.chunks, 2 * CHUNKS);
}

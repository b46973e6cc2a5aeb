/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/stream.h>

#include "actor/move.h"
#include "io/file_source.h"

/* No ids: what has been read stays in its process. */
MYC_MESSAGE_TYPE(myc_chunk, .id = 0)
MYC_MESSAGE_TYPE(myc_stream_end, .id = 0)

static_assert(sizeof(myc_chunk) + sizeof(myc__header) == MYC__CHUNK_BLOCK_BYTES,
              "a chunk fills a block of a pool");

static bool is_stopping(const myc__shard *shard)
{
    return myc__load_acquire_u32(&shard->stage) != MYC__STAGE_RUN ||
           myc__load_acquire_u32(&shard->context.fabric->stopping);
}

static int check(const myc_context *ctx, myc_address to, const char *path, uint32_t depth)
{
    if (!ctx->shard || !ctx->current || !myc_address_equal(to, ctx->current->address) || !path ||
        depth > MYC__READ_DEPTH_MAX) {
        return MYC_EINVAL;
    }
    return is_stopping(ctx->shard) ? MYC_ESTOPPING : 0;
}

static int open_source(myc_context *ctx, const char *path, uint32_t depth, uint32_t *number)
{
    myc__file_source_options options = {.owner = ctx->current->address, .depth = depth};
    if (myc__actor_is_away(ctx->current)) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "cannot read %s: an actor that has moved opens no sources", path);
        return MYC_ENOTSUP;
    }
    if (!myc__annex_of(ctx, ctx->current)) { /* which counts it */
        return MYC_ENOMEM;
    }
    if (myc__io_is_full(ctx->shard->io)) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "cannot read %s: worker %u has %u open sources already", path,
                      ctx->shard->index, MYC__SOURCES_MAX);
        return MYC_ELIMIT;
    }
    int error = myc__file_open(path, &ctx->fabric->log, &options.file);
    if (error) {
        return error;
    }
    error = myc__file_source_create(ctx->shard, &options, number);
    if (error) {
        myc__file_close(&options.file);
    }
    return error;
}

int myc_read_file(myc_context *ctx, myc_stream_ref to, const char *path,
                  const myc_read_options *options, myc_source *source)
{
    uint32_t depth = options ? options->depth : 0;
    uint32_t number = 0;
    int error = check(ctx, to.address, path, depth);
    error = error ? error : open_source(ctx, path, depth, &number);
    if (source) {
        source->number = number;
    }
    return error;
}

void myc_source_close(myc_context *ctx, myc_source source)
{
    myc__source *found = ctx->shard ? myc__io_find(ctx->shard->io, source.number) : NULL;
    if (found) {
        myc__source_close(found);
    }
}

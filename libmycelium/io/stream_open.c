/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/stream.h>

#include "actor/move.h"
#include "io/file_source.h"

static bool is_stopping(const myc__shard *shard)
{
    return myc__load_acquire_u32(&shard->stage) != MYC__STAGE_RUN ||
           myc__load_acquire_u32(&shard->context.fabric->stopping);
}

static uint32_t row_of(const myc_protocol *protocol, const myc_type *type)
{
    for (uint32_t row = 0; row < protocol->row_count; row++) {
        if (protocol->rows[row].type == type) {
            return row;
        }
    }
    return MYC__NO_ROW;
}

static myc__source_rows rows_of(const myc_protocol *protocol)
{
    return (myc__source_rows){.chunk = row_of(protocol, &myc_chunk_type),
                              .end = row_of(protocol, &myc_stream_end_type),
                              .event = row_of(protocol, &myc_stream_event_type)};
}

static int check(const myc_context *ctx, const char *target, uint32_t depth)
{
    if (!ctx->shard || !ctx->current || !target || depth > MYC__READ_DEPTH_MAX) {
        return MYC_EINVAL;
    }
    myc__source_rows rows = rows_of(ctx->current->behaviour->protocol);
    if (rows.chunk == MYC__NO_ROW || rows.end == MYC__NO_ROW) {
        return MYC_ETYPE;
    }
    return is_stopping(ctx->shard) ? MYC_ESTOPPING : 0;
}

static int open_source(myc_context *ctx, const char *path, uint32_t depth, uint32_t *number)
{
    myc__file_source_options options = {.owner = ctx->current->address,
                                        .rows = rows_of(ctx->current->behaviour->protocol),
                                        .depth = depth};
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

int myc_stream_open(myc_context *ctx, const char *target, const myc_stream_options *options,
                    myc_stream *stream)
{
    uint32_t depth = options ? options->depth : 0;
    uint32_t number = 0;
    int error = check(ctx, target, depth);
    error = error ? error : open_source(ctx, target, depth, &number);
    if (stream) {
        stream->number = number;
    }
    return error;
}

void myc_stream_close(myc_context *ctx, myc_stream stream)
{
    myc__source *found = ctx->shard ? myc__io_find(ctx->shard->io, stream.number) : NULL;
    if (found) {
        myc__source_close(found);
    }
}

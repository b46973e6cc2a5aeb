/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/stream.h>

#include "actor/move.h"
#include "io/directory_source.h"
#include "io/file_sink.h"
#include "io/file_source.h"
#include "io/signal_source.h"
#include "io/socket_open.h"

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

/* What it brings needs rows: a file that is appended to brings no chunks, a watch brings events. */
static int check(const myc_context *ctx, const void *subject, const myc_type *brings)
{
    if (!ctx->shard || !ctx->current || !subject) {
        return MYC_EINVAL;
    }
    const myc_protocol *protocol = ctx->current->behaviour->protocol;
    if (row_of(protocol, brings) == MYC__NO_ROW || rows_of(protocol).end == MYC__NO_ROW) {
        return MYC_ETYPE;
    }
    return is_stopping(ctx->shard) ? MYC_ESTOPPING : 0;
}

static int parse(const myc_context *ctx, const char *text, myc__target *target)
{
    const char *expected;
    int error = myc__target_parse(text, target, &expected);
    if (error) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR, "cannot open %s: expected %s", text,
                      expected);
    }
    return error;
}

/* Whether the calling actor may have one more. */
static int admit(myc_context *ctx, const char *text)
{
    if (myc__actor_is_away(ctx->current)) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "cannot open %s: an actor that has moved opens no sources", text);
        return MYC_ENOTSUP;
    }
    if (myc__io_is_full(ctx->shard->io)) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                      "cannot open %s: worker %u has %u open sources already", text,
                      ctx->shard->index, MYC__SOURCES_MAX);
        return MYC_ELIMIT;
    }
    return myc__io_admit(ctx->shard->io, ctx->current);
}

static int open_to_read(myc_context *ctx, const char *path, const myc_stream_options *given,
                        uint32_t *number)
{
    myc__file_source_options options = {.owner = ctx->current->address,
                                        .rows = rows_of(ctx->current->behaviour->protocol),
                                        .depth = given ? given->depth : 0};
    if (options.depth > MYC__READ_DEPTH_MAX) {
        return MYC_EINVAL;
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

static int open_to_append(myc_context *ctx, const char *path, const myc_stream_options *given,
                          uint32_t *number)
{
    myc__file_sink_options options = {.owner = ctx->current->address,
                                      .rows = rows_of(ctx->current->behaviour->protocol),
                                      .queue_bytes = given->queue_bytes};
    int error = myc__file_open_to_append(path, &ctx->fabric->log, &options.file);
    if (error) {
        return error;
    }
    error = myc__file_sink_create(ctx->shard, &options, number);
    if (error) {
        myc__file_close(&options.file);
    }
    return error;
}

static int open_file(myc_context *ctx, const char *path, const myc_stream_options *options,
                     uint32_t *number)
{
    myc_stream_mode mode = options ? options->mode : MYC_STREAM_READ;
    switch (mode) {
    case MYC_STREAM_READ: return open_to_read(ctx, path, options, number);
    case MYC_STREAM_APPEND: return open_to_append(ctx, path, options, number);
    }
    myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR,
                  "cannot open %s: mode %d is neither MYC_STREAM_READ nor MYC_STREAM_APPEND", path,
                  (int)mode);
    return MYC_EINVAL;
}

static int open_socket(myc_context *ctx, const char *text, const myc__target *target,
                       const myc_stream_options *options, uint32_t *number)
{
    return myc__socket_open(
        &(myc__socket_request){.shard = ctx->shard,
                               .owner = ctx->current->address,
                               .rows = rows_of(ctx->current->behaviour->protocol),
                               .text = text,
                               .target = target,
                               .options = options},
        number);
}

static int open_target(myc_context *ctx, const char *text, const myc_stream_options *options,
                       uint32_t *number)
{
    myc__target target;
    int error = parse(ctx, text, &target);
    error = error ? error : admit(ctx, text);
    if (error) {
        return error;
    }
    return target.kind == MYC__TARGET_FILE ? open_file(ctx, text, options, number)
                                           : open_socket(ctx, text, &target, options, number);
}

int myc_stream_open(myc_context *ctx, const char *target, const myc_stream_options *options,
                    myc_stream *stream)
{
    uint32_t number = 0;
    bool is_appended_to = options && options->mode == MYC_STREAM_APPEND;
    int error = check(ctx, target, is_appended_to ? &myc_stream_end_type : &myc_chunk_type);
    error = error ? error : open_target(ctx, target, options, &number);
    if (stream) {
        stream->number = number;
    }
    return error;
}

int myc_stream_watch_directory(myc_context *ctx, const char *path, myc_stream *stream)
{
    uint32_t number = 0;
    int error = check(ctx, path, &myc_stream_event_type);
    error = error ? error : admit(ctx, path);
    if (!error) {
        const myc__directory_source_options options = {
            .path = path,
            .owner = ctx->current->address,
            .rows = rows_of(ctx->current->behaviour->protocol)};
        error = myc__directory_source_create(ctx->shard, &options, &number);
    }
    if (stream) {
        stream->number = number;
    }
    return error;
}

int myc_stream_watch_signals(myc_context *ctx, const int *signals, myc_stream *stream)
{
    uint32_t number = 0;
    int error = check(ctx, signals, &myc_stream_event_type);
    error = error ? error : admit(ctx, "signals");
    if (!error) {
        const myc__signal_source_options options = {.signals = signals,
                                                    .owner = ctx->current->address,
                                                    .rows =
                                                        rows_of(ctx->current->behaviour->protocol)};
        error = myc__signal_source_create(ctx->shard, &options, &number);
    }
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

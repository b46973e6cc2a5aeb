/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "intake_state.h"

static feed_piece piece_of(myc_context *ctx, const inlet *to, const myc_chunk *chunk)
{
    bool is_message = feed_decoder_made(to->feed->decoder)->spec.transport == FEED_WEBSOCKET;
    uint32_t flags = is_message ? FEED_PIECE_MESSAGE : 0;
    flags |= chunk->flags & MYC_CHUNK_WHOLE ? FEED_PIECE_WHOLE : 0;
    flags |= chunk->flags & MYC_CHUNK_MORE ? FEED_PIECE_MORE : 0;
    flags |= chunk->flags & MYC_CHUNK_TRUNCATED ? FEED_PIECE_TRUNCATED : 0;
    return (feed_piece){.bytes = (const char *)chunk->bytes,
                        .size = chunk->size_bytes,
                        .received_ns = chunk->received_ns ? chunk->received_ns : myc_wall_ns(ctx),
                        .flags = flags};
}

/* One that is gone already has nothing more to bring. */
static void hold(intake_state *self, myc_context *ctx, myc_stream stream)
{
    if (myc_stream_hold(ctx, stream) == MYC_ENOTSUP) {
        intake_fail(self, ctx, "a source cannot be held back");
    }
}

void intake_absorb_chunk(intake_state *self, myc_context *ctx, const myc_chunk *chunk)
{
    self->bytes += chunk->size_bytes;
    if (self->options->replay_path) {
        self->replay.chunk = myc_chunk_retain(ctx, chunk);
        recording_parser_feed(&self->replay.parser, (const char *)chunk->bytes, chunk->size_bytes);
        hold(self, ctx, chunk->stream);
        return;
    }
    inlet *to = intake_find_stream(self, chunk->stream);
    if (!to || to->is_ended) {
        return;
    }
    feed_piece piece = piece_of(ctx, to, chunk);
    intake_note_piece(self, ctx, to, &piece, chunk);
    inlet_feed(to, ctx, &piece, chunk);
    self->current = to;
    if (intake_is_ordered(self)) {
        hold(self, ctx, chunk->stream);
    }
}

void intake_absorb_end(intake_state *self, myc_context *ctx, const myc_stream_end *end)
{
    char reason[INTAKE_ERROR_SIZE / 2];
    (void)snprintf(reason, sizeof reason, "cannot be read on after %llu bytes: %s",
                   (unsigned long long)end->size_bytes,
                   end->os_error ? strerror(end->os_error) : myc_error_text(end->error));
    if (self->options->replay_path) {
        intake_replay_end(self, ctx, end->error ? reason : NULL);
        return;
    }
    inlet *ended = intake_find_stream(self, end->stream);
    if (!ended) {
        return;
    }
    ended->stream = (myc_stream){0};
    ended->is_ended = true;
    self->current = ended;
    if (end->error) {
        intake_note_text(self, ctx, RECORDING_BROKEN, ended, myc_wall_ns(ctx), reason);
        intake_break(self, ctx, ended, reason);
    } else {
        intake_note(self, ctx, RECORDING_ENDED, ended, myc_wall_ns(ctx));
        frames_end(&ended->frames);
    }
}

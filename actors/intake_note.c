/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "intake_state.h"

_Static_assert((int)RECORDING_PAYLOAD_MAX == (int)MYC_CHUNK_BYTES, "a chunk is a payload");

static const char NO_MEMORY[] = "out of memory for the recording";

static bool is_recorded(const intake_state *self)
{
    const myc_address none = {0};
    return !myc_address_equal(self->options->recorder.address, none);
}

/* A note that has no memory leaves a hole: the recording must not seem whole. */
static void send_note(intake_state *self, myc_context *ctx, record_note value)
{
    record_note *note = record_note_new(ctx);
    if (note) {
        *note = value;
    }
    if (recorder_send_or_pause_note(ctx, self->options->recorder, note) == MYC_FULL) {
        intake_fail(self, ctx, NO_MEMORY);
    }
}

static void send_payload(intake_state *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (recorder_send_or_pause_chunk(ctx, self->options->recorder, chunk) == MYC_FULL) {
        intake_fail(self, ctx, NO_MEMORY);
    }
}

const myc_chunk *intake_copy(myc_context *ctx, const char *bytes, size_t size)
{
    myc_chunk *chunk = myc_chunk_make(ctx, size ? (uint32_t)size : 1);
    if (chunk) {
        memcpy(chunk->bytes, bytes, size);
        chunk->size_bytes = (uint32_t)size;
    }
    return chunk;
}

static record_note note_of(const inlet *from, recording_kind kind, uint64_t time_ns)
{
    return (record_note){.time_ns = time_ns,
                         .stream = from->number,
                         .feed = (uint16_t)from->feed_number,
                         .kind = (uint8_t)kind};
}

void intake_note(intake_state *self, myc_context *ctx, recording_kind kind, const inlet *from,
                 uint64_t time_ns)
{
    if (is_recorded(self)) {
        send_note(self, ctx, note_of(from, kind, time_ns));
    }
}

static void note_with(intake_state *self, myc_context *ctx, record_note note,
                      const myc_chunk *chunk)
{
    note.has_payload = 1;
    send_note(self, ctx, note);
    send_payload(self, ctx, chunk);
}

void intake_note_piece(intake_state *self, myc_context *ctx, const inlet *from,
                       const feed_piece *piece, const myc_chunk *chunk)
{
    if (is_recorded(self)) {
        record_note note = note_of(from, RECORDING_PIECE, piece->received_ns);
        note.flags = (uint8_t)piece->flags;
        note_with(self, ctx, note, myc_chunk_retain(ctx, chunk));
    }
}

void intake_note_text(intake_state *self, myc_context *ctx, recording_kind kind, const inlet *from,
                      uint64_t time_ns, const char *text)
{
    if (is_recorded(self)) {
        note_with(self, ctx, note_of(from, kind, time_ns), intake_copy(ctx, text, strlen(text)));
    }
}

void intake_note_closed(intake_state *self, myc_context *ctx)
{
    if (is_recorded(self) && !self->is_closed) {
        self->is_closed = true;
        send_note(self, ctx, (record_note){.kind = RECORDING_CLOSED});
    }
}

static const myc_chunk *describe(myc_context *ctx, const feed_spec *spec)
{
    size_t text = strlen(spec->text) + 1;
    size_t instrument = spec->instrument ? strlen(spec->instrument) : 0;
    if (text + instrument > MYC_CHUNK_BYTES) {
        return NULL;
    }
    myc_chunk *chunk = myc_chunk_make(ctx, (uint32_t)(text + instrument));
    if (chunk) {
        memcpy(chunk->bytes, spec->text, text);
        memcpy(chunk->bytes + text, spec->instrument ? spec->instrument : "", instrument);
        chunk->size_bytes = (uint32_t)(text + instrument);
    }
    return chunk;
}

void intake_note_feeds(intake_state *self, myc_context *ctx)
{
    for (uint32_t i = 0; is_recorded(self) && i < self->options->feed_count; i++) {
        const feed_decoder_options *made = feed_decoder_made(self->options->feeds[i].decoder);
        note_with(self, ctx,
                  (record_note){.feed = made->number,
                                .kind = RECORDING_FEED,
                                .flags = self->options->is_merged ? RECORDING_MERGED : 0},
                  describe(ctx, &made->spec));
    }
}

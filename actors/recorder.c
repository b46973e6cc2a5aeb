/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

MYC_MESSAGE_TYPE(record_note, .id = 0)

#define FLUSH_NS (RECORDER_FLUSH_MS * 1000000ull)

struct recorder {
    const char *path;
    recorder_stats *stats;
    myc_stream stream;
    myc_chunk *block; /* being filled; NULL = nothing waits */
    record_note note; /* whose payload comes next */
    bool is_flush_armed;
    bool has_failed;
};

MYC_ACTOR_WITH_LIFECYCLE(recorder, recorder, RECORDER_ROWS)

static void fail(struct recorder *self, myc_context *ctx, const char *reason)
{
    if (self->has_failed) {
        return;
    }
    self->has_failed = true;
    (void)snprintf(self->stats->error, sizeof self->stats->error, "%s", reason);
    myc_log(ctx, MYC_LOG_ERROR, "%s: the recording ends here: %s", self->path, reason);
    myc_stream_close(ctx, self->stream);
    myc_chunk_release(ctx, self->block);
    self->block = NULL;
    live_count_set(&self->stats->is_over, 1);
}

static void flush(struct recorder *self, myc_context *ctx)
{
    const myc_chunk *block = self->block;
    self->block = NULL;
    if (block && myc_stream_write(ctx, self->stream, block) != MYC_SENT) {
        fail(self, ctx, "it cannot be written");
    }
}

static void arm_flush(struct recorder *self, myc_context *ctx)
{
    if (!self->is_flush_armed) {
        record_note *order = record_note_new(ctx);
        self->is_flush_armed = recorder_after_flush(ctx, FLUSH_NS, order, NULL) == 0;
    }
}

static void append(struct recorder *self, myc_context *ctx, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    while (size > 0 && !self->has_failed) {
        if (!self->block && !(self->block = myc_chunk_make(ctx, MYC_CHUNK_BYTES))) {
            fail(self, ctx, myc_error_text(MYC_ENOMEM));
            return;
        }
        uint32_t room = self->block->capacity_bytes - self->block->size_bytes;
        uint32_t part = size < room ? (uint32_t)size : room;
        memcpy(self->block->bytes + self->block->size_bytes, from, part);
        self->block->size_bytes += part;
        self->stats->bytes += part;
        from += part;
        size -= part;
        if (part == room) {
            flush(self, ctx);
        }
    }
    if (self->block) {
        arm_flush(self, ctx);
    }
}

/* Without room it is paused, and the message in hand comes again. */
static bool has_room(struct recorder *self, myc_context *ctx)
{
    if (myc_stream_queued(ctx, self->stream) <= RECORDER_QUEUE_BYTES / 2) {
        return true;
    }
    myc_stream_pause_until_writable(ctx, self->stream);
    return false;
}

static void close_recording(struct recorder *self, myc_context *ctx)
{
    flush(self, ctx);
    if (!self->has_failed && myc_stream_sync(ctx, self->stream)) {
        fail(self, ctx, "it cannot be brought to the disk");
    }
}

static void write_record(struct recorder *self, myc_context *ctx, const record_note *note,
                         const void *payload, uint32_t size)
{
    uint8_t head[RECORDING_HEAD_BYTES];
    recording_record record = {.kind = (recording_kind)note->kind,
                               .feed = note->feed,
                               .flags = note->flags,
                               .stream = note->stream,
                               .time_ns = note->time_ns,
                               .payload = payload,
                               .size = size};
    recording_write_head(&record, head);
    append(self, ctx, head, sizeof head);
    append(self, ctx, payload, size);
    self->stats->records++;
    if (record.kind == RECORDING_CLOSED) {
        close_recording(self, ctx);
    }
}

static myc_next recorder_on_note(struct recorder *self, myc_context *ctx, const record_note *note)
{
    if (self->has_failed) {
        self->stats->lost += note->kind != RECORDING_CLOSED;
        return MYC_CONTINUE;
    }
    if (note->has_payload) {
        self->note = *note;
        return MYC_CONTINUE;
    }
    if (!has_room(self, ctx)) {
        return MYC_AGAIN;
    }
    write_record(self, ctx, note, NULL, 0);
    return MYC_CONTINUE;
}

static myc_next recorder_on_chunk(struct recorder *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (self->has_failed) {
        return MYC_CONTINUE;
    }
    if (!has_room(self, ctx)) {
        return MYC_AGAIN;
    }
    write_record(self, ctx, &self->note, chunk->bytes, chunk->size_bytes);
    return MYC_CONTINUE;
}

static const char *reason_of(int32_t error, int32_t os_error)
{
    return os_error ? strerror(os_error) : myc_error_text(error);
}

static myc_next recorder_on_event(struct recorder *self, myc_context *ctx,
                                  const myc_stream_event *event)
{
    if (event->what != MYC_STREAM_SYNCED) {
        return MYC_CONTINUE;
    }
    if (event->error) {
        fail(self, ctx, reason_of(event->error, event->os_error));
    } else {
        myc_stream_close(ctx, self->stream);
        live_count_set(&self->stats->is_over, 1);
    }
    return MYC_CONTINUE;
}

static myc_next recorder_on_end(struct recorder *self, myc_context *ctx, const myc_stream_end *end)
{
    fail(self, ctx, end->error ? reason_of(end->error, end->os_error) : "it was closed");
    return MYC_CONTINUE;
}

static myc_next recorder_on_flush(struct recorder *self, myc_context *ctx, const record_note *note)
{
    (void)note;
    self->is_flush_armed = false;
    flush(self, ctx);
    return MYC_CONTINUE;
}

static int recorder_on_start(struct recorder *self, myc_context *ctx)
{
    uint8_t magic[RECORDING_MAGIC_BYTES];
    int error = myc_stream_open(
        ctx, self->path,
        &(myc_stream_options){.mode = MYC_STREAM_APPEND, .queue_bytes = RECORDER_QUEUE_BYTES},
        &self->stream);
    if (error) {
        fail(self, ctx, myc_error_text(error));
        return 0;
    }
    recording_write_magic(magic);
    append(self, ctx, magic, sizeof magic);
    return 0;
}

/* What was not closed in order is written as far as it came: a replay says that its end is missing. */
static void recorder_on_stop(struct recorder *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    if (!self->has_failed) {
        flush(self, ctx);
    }
    if (!live_count_get(&self->stats->is_over)) {
        (void)snprintf(self->stats->error, sizeof self->stats->error, "stopped before its end");
        live_count_set(&self->stats->is_over, 1);
    }
}

int recorder_start(myc_context *ctx, const char *path, recorder_stats *stats,
                   const myc_spawn_options *spawn, recorder_ref *ref)
{
    *stats = (recorder_stats){0};
    return recorder_spawn(ctx, &(struct recorder){.path = path, .stats = stats}, spawn, ref);
}

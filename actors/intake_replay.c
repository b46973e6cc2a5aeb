/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "intake_state.h"

int intake_replay_open(intake_state *self, myc_context *ctx)
{
    int error = recording_parser_init(&self->replay.parser);
    if (!error) {
        error = myc_stream_open(ctx, self->options->replay_path, &(myc_stream_options){.depth = 1},
                                &self->replay.stream);
    }
    return error;
}

static void let_in(intake_replay *self, myc_context *ctx)
{
    myc_chunk_release(ctx, self->chunk);
    self->chunk = NULL;
    myc_stream_resume(ctx, self->stream);
}

static void open_inlet(intake_state *self, myc_context *ctx, const recording_record *record,
                       intake_feed *feed)
{
    inlet *added = intake_add_inlet(self, ctx, feed, record->stream);
    if (added) {
        intake_note(self, ctx, RECORDING_OPENED, added, record->time_ns);
    }
}

/* What the parser gives is gone with its next record: merged feeds hold theirs longer. */
static void take_piece(intake_state *self, myc_context *ctx, const recording_record *record,
                       inlet *to)
{
    const myc_chunk *chunk = intake_copy(ctx, record->payload, record->size);
    if (!chunk) {
        intake_fail(self, ctx, myc_error_text(MYC_ENOMEM));
        return;
    }
    feed_piece piece = {.bytes = (const char *)chunk->bytes,
                        .size = record->size,
                        .received_ns = record->time_ns,
                        .flags = record->flags};
    intake_note_piece(self, ctx, to, &piece, chunk);
    inlet_feed(to, ctx, &piece, chunk);
    myc_chunk_release(ctx, chunk);
    self->replay.current = to;
}

static void end_inlet(intake_state *self, myc_context *ctx, const recording_record *record,
                      inlet *ended)
{
    intake_note(self, ctx, RECORDING_ENDED, ended, record->time_ns);
    ended->is_ended = true;
    frames_end(&ended->frames);
    self->replay.current = ended;
}

static void break_inlet(intake_state *self, myc_context *ctx, const recording_record *record,
                        inlet *broken)
{
    char reason[INTAKE_ERROR_SIZE];
    (void)snprintf(reason, sizeof reason, "%.*s", (int)record->size, record->payload);
    intake_note_text(self, ctx, RECORDING_BROKEN, broken, record->time_ns, reason);
    intake_break(self, ctx, broken, reason);
}

/* Returns what is wrong with the record, or NULL. */
static const char *apply_to_inlet(intake_state *self, myc_context *ctx,
                                  const recording_record *record)
{
    inlet *found = intake_find_number(self, record->stream);
    if (!found) {
        return "a record is of a stream that is not open";
    }
    switch (record->kind) {
    case RECORDING_PIECE: take_piece(self, ctx, record, found); break;
    case RECORDING_ENDED: end_inlet(self, ctx, record, found); break;
    case RECORDING_BROKEN: break_inlet(self, ctx, record, found); break;
    default: break;
    }
    return NULL;
}

/* What a note about a feed, rather than a stream, is about. */
static inlet about(const recording_record *record, intake_feed *feed)
{
    return (inlet){.feed = feed, .feed_number = record->feed, .number = record->stream};
}

static void lose(intake_state *self, myc_context *ctx, const recording_record *record,
                 intake_feed *feed)
{
    inlet from = about(record, feed);
    intake_note(self, ctx, RECORDING_LOST, &from, record->time_ns);
    intake_lose(self, ctx, feed, record->stream);
}

static void connect(intake_state *self, myc_context *ctx, const recording_record *record,
                    intake_feed *feed)
{
    inlet from = about(record, feed);
    intake_note(self, ctx, RECORDING_CONNECTED, &from, record->time_ns);
    feed->connections++;
}

static void drop(intake_state *self, myc_context *ctx, const recording_record *record,
                 intake_feed *feed)
{
    inlet from = about(record, feed);
    char text[32];
    (void)snprintf(text, sizeof text, "%.*s", (int)record->size, record->payload);
    intake_note_text(self, ctx, RECORDING_DROPPED, &from, record->time_ns, text);
    intake_drop(feed, strtoull(text, NULL, 10));
}

static const char *apply(intake_state *self, myc_context *ctx, const recording_record *record)
{
    if (record->kind == RECORDING_CLOSED) {
        return NULL;
    }
    if (record->feed == 0 || record->feed > self->options->feed_count) {
        return "a record is of a feed that it does not have";
    }
    intake_feed *feed = &self->options->feeds[record->feed - 1];
    switch (record->kind) {
    case RECORDING_FEED: return NULL; /* who made the feeds has read it */
    case RECORDING_OPENED: open_inlet(self, ctx, record, feed); return NULL;
    case RECORDING_LOST: lose(self, ctx, record, feed); return NULL;
    case RECORDING_CONNECTED: connect(self, ctx, record, feed); return NULL;
    case RECORDING_DROPPED: drop(self, ctx, record, feed); return NULL;
    default: return apply_to_inlet(self, ctx, record);
    }
}

static void finish(intake_state *self, myc_context *ctx)
{
    if (recording_parser_end(&self->replay.parser) == RECORDING_BAD) {
        intake_fail(self, ctx, self->replay.parser.error);
        return;
    }
    /* What was still open when the recording was closed ends here, as it did then. */
    for (uint32_t i = 0; i < self->options->feed_count; i++) {
        self->options->feeds[i].is_done = true;
    }
    intake_be_over(self);
}

static void step(intake_state *self, myc_context *ctx, bool *is_dry)
{
    intake_replay *replay = &self->replay;
    recording_record record;
    const char *reason = NULL;
    switch (recording_parser_next(&replay->parser, &record)) {
    case RECORDING_RECORD: reason = apply(self, ctx, &record); break;
    case RECORDING_BAD: reason = replay->parser.error; break;
    case RECORDING_DRY:
    case RECORDING_END:
        *is_dry = true;
        let_in(replay, ctx);
        if (replay->is_ended) {
            finish(self, ctx);
        }
        break;
    }
    if (reason) {
        intake_fail(self, ctx, reason);
    }
}

/* What is at hand goes first, as it did then: so each record finds things as they were. */
static inlet *pick_at_hand(intake_state *self, myc_context *ctx)
{
    if (self->options->is_merged) {
        return intake_pick_first(self, ctx);
    }
    inlet *current = self->replay.current;
    return current && intake_look(self, ctx, current) ? current : NULL;
}

inlet *intake_replay_pick(intake_state *self, myc_context *ctx)
{
    bool is_dry = !self->replay.chunk && !self->replay.is_ended;
    while (!self->is_over) {
        inlet *picked = pick_at_hand(self, ctx);
        if (picked || is_dry) {
            return picked;
        }
        self->replay.current = NULL;
        step(self, ctx, &is_dry);
    }
    return NULL;
}

void intake_replay_end(intake_state *self, myc_context *ctx, const char *error)
{
    self->replay.stream = (myc_stream){0};
    self->replay.is_ended = true;
    if (error) {
        intake_fail(self, ctx, error);
    }
}

void intake_replay_close(intake_state *self, myc_context *ctx)
{
    myc_chunk_release(ctx, self->replay.chunk);
    self->replay.chunk = NULL;
    recording_parser_fini(&self->replay.parser);
}

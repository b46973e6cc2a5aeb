/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "intake_state.h"

bool intake_is_ordered(const intake_state *self)
{
    return self->options->is_merged || self->pace.options.kind != PACE_MAX;
}

inlet *intake_add_inlet(intake_state *self, myc_context *ctx, intake_feed *feed, uint32_t number)
{
    const feed_decoder_options *made = feed_decoder_made(feed->decoder);
    inlet *added = calloc(1, sizeof *added);
    if (added && frames_init(&added->frames, feed_format_frames(made->spec.format))) {
        frames_fini(&added->frames);
        free(added);
        added = NULL;
    }
    if (!added) {
        intake_fail_feed(self, feed, myc_error_text(MYC_ENOMEM));
        return NULL;
    }
    added->feed = feed;
    added->feed_number = made->number;
    added->number = number;
    inlet **place = &self->inlets;
    while (*place) {
        place = &(*place)->next;
    }
    *place = added;
    (void)ctx;
    return added;
}

inlet *intake_find_stream(const intake_state *self, myc_stream stream)
{
    inlet *found = self->inlets;
    while (found && (found->stream.number != stream.number || found->is_finished)) {
        found = found->next;
    }
    return stream.number ? found : NULL;
}

inlet *intake_find_number(const intake_state *self, uint32_t number)
{
    inlet *found = self->inlets;
    while (found && (found->number != number || found->is_finished)) {
        found = found->next;
    }
    return found;
}

void inlet_feed(inlet *self, myc_context *ctx, const feed_piece *piece, const myc_chunk *chunk)
{
    self->chunk = myc_chunk_retain(ctx, chunk);
    self->feed->pieces++;
    self->feed->bytes += piece->size;
    frames_feed(&self->frames, piece);
}

static void drop_chunk(inlet *self, myc_context *ctx)
{
    myc_chunk_release(ctx, self->chunk);
    self->chunk = NULL;
}

static void finish(intake_state *self, myc_context *ctx, inlet *from)
{
    drop_chunk(from, ctx);
    from->is_finished = true;
    from->has_frame = false;
    from->feed->has_gap = true;
    self->current = self->current == from ? NULL : self->current;
    self->replay.current = self->replay.current == from ? NULL : self->replay.current;
    intake_check_done(self, ctx, from->feed);
}

void intake_break(intake_state *self, myc_context *ctx, inlet *from, const char *reason)
{
    const feed_spec *spec = &feed_decoder_made(from->feed->decoder)->spec;
    if (from->stream.number) {
        myc_stream_close(ctx, from->stream);
        from->stream = (myc_stream){0};
    }
    if (spec->transport == FEED_LISTEN && !from->is_listener) {
        from->feed->lost++;
        myc_log(ctx, MYC_LOG_WARNING, "%s: a connection was closed: %s", spec->text, reason);
    } else {
        intake_fail_feed(self, from->feed, reason);
    }
    finish(self, ctx, from);
}

static void keep_frame(const intake_state *self, inlet *from)
{
    from->has_frame = true;
    if (intake_is_ordered(self)) {
        from->frame_ns = feed_decoder_time_of(from->feed->decoder, &from->frame);
    }
}

/* Its bytes are used up: it may be read again. */
static void let_in(inlet *from, myc_context *ctx)
{
    drop_chunk(from, ctx);
    myc_stream_resume(ctx, from->stream);
}

bool intake_look(intake_state *self, myc_context *ctx, inlet *from)
{
    if (from->has_frame || from->is_finished) {
        return from->has_frame;
    }
    switch (frames_next(&from->frames, &from->frame)) {
    case FRAMES_FRAME: keep_frame(self, from); break;
    case FRAMES_DRY: let_in(from, ctx); break;
    case FRAMES_END: finish(self, ctx, from); break;
    case FRAMES_FAILED: intake_break(self, ctx, from, frames_error(&from->frames)); break;
    }
    return from->has_frame;
}

static void free_inlet(inlet *self, myc_context *ctx)
{
    drop_chunk(self, ctx);
    frames_fini(&self->frames);
    free(self);
}

void intake_sweep(intake_state *self, myc_context *ctx)
{
    for (inlet **place = &self->inlets; *place;) {
        inlet *each = *place;
        if (each->is_finished && each != self->sending) {
            *place = each->next;
            free_inlet(each, ctx);
        } else {
            place = &each->next;
        }
    }
}

void intake_free_inlets(intake_state *self, myc_context *ctx)
{
    while (self->inlets) {
        inlet *first = self->inlets;
        self->inlets = first->next;
        free_inlet(first, ctx);
    }
}

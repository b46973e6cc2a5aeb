/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "intake_state.h"

static const char *text_of(const inlet *from)
{
    return feed_decoder_made(from->feed->decoder)->spec.text;
}

static void count_connection(intake_state *self, myc_context *ctx, const inlet *from)
{
    from->feed->connections++;
    intake_note(self, ctx, RECORDING_CONNECTED, from, myc_wall_ns(ctx));
}

static void on_opened(intake_state *self, myc_context *ctx, const inlet *from,
                      const myc_stream_event *event)
{
    feed_transport transport = feed_decoder_made(from->feed->decoder)->spec.transport;
    if (transport == FEED_LISTEN || transport == FEED_DATAGRAM) {
        myc_log(ctx, MYC_LOG_INFO, "%s: listens on %s", text_of(from), event->name);
    } else {
        count_connection(self, ctx, from);
    }
}

/* A sender that comes after another one has gone: what lay between them is lost. */
static void note_gap(intake_state *self, myc_context *ctx, const inlet *from)
{
    intake_note(self, ctx, RECORDING_LOST, from, myc_wall_ns(ctx));
    intake_lose(self, ctx, from->feed, from->number);
}

static void on_accepted(intake_state *self, myc_context *ctx, inlet *listener,
                        const myc_stream_event *event)
{
    intake_feed *feed = listener->feed;
    uint32_t limit = self->options->connections;
    if (feed->has_gap) {
        feed->has_gap = false;
        note_gap(self, ctx, listener);
    }
    inlet *added = intake_add_inlet(self, ctx, feed, ++self->last_number);
    if (!added) {
        myc_stream_close(ctx, event->accepted);
        return;
    }
    added->stream = event->accepted;
    intake_note(self, ctx, RECORDING_OPENED, added, myc_wall_ns(ctx));
    count_connection(self, ctx, added);
    if (limit > 0 && feed->connections >= limit) {
        myc_stream_close(ctx, listener->stream);
        listener->is_finished = true;
    }
}

/* A line that was begun on the old connection does not go on on the new one. Without a new one the
 * end follows: what there is then is as good as it was. */
static void on_lost(intake_state *self, myc_context *ctx, inlet *from,
                    const myc_stream_event *event)
{
    if (!self->options->reconnects) {
        return;
    }
    myc_log(ctx, MYC_LOG_WARNING, "%s: the connection is lost (%s) and made again", text_of(from),
            event->os_error ? strerror(event->os_error) : myc_error_text(event->error));
    note_gap(self, ctx, from);
}

static void on_dropped(intake_state *self, myc_context *ctx, const inlet *from,
                       const myc_stream_event *event)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)event->count);
    intake_note_text(self, ctx, RECORDING_DROPPED, from, myc_wall_ns(ctx), text);
    intake_drop(from->feed, event->count);
}

/* The other exchanges number or sign their events: their readers find out by themselves what was
 * lost, and whether it matters. */
void intake_drop(intake_feed *feed, uint64_t count)
{
    feed->dropped += count;
    if (feed_decoder_made(feed->decoder)->spec.format == FEED_COINBASE) {
        feed_decoder_lose(feed->decoder);
    }
}

void intake_lose(intake_state *self, myc_context *ctx, intake_feed *feed, uint32_t number)
{
    inlet *broken = intake_find_number(self, number);
    feed->lost++;
    feed_decoder_lose(feed->decoder);
    if (broken && !broken->is_listener && frames_restart(&broken->frames)) {
        intake_fail(self, ctx, myc_error_text(MYC_ENOMEM));
    }
}

void intake_take_event(intake_state *self, myc_context *ctx, const myc_stream_event *event)
{
    inlet *from = intake_find_stream(self, event->stream);
    if (!from) {
        return;
    }
    switch (event->what) {
    case MYC_STREAM_OPENED: on_opened(self, ctx, from, event); break;
    case MYC_STREAM_ACCEPTED: on_accepted(self, ctx, from, event); break;
    case MYC_STREAM_LOST: on_lost(self, ctx, from, event); break;
    case MYC_STREAM_DROPPED: on_dropped(self, ctx, from, event); break;
    default: break;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "intake_state.h"
#include "intake_websocket.h"

#define RECONNECT_FIRST_NS 100000000u

static const feed_spec *spec_of(const intake_feed *feed)
{
    return &feed_decoder_made(feed->decoder)->spec;
}

/* Files of Ethereum logs are one stream of events, read one after the other. */
static bool is_in_chain(const intake_feed *feed)
{
    return spec_of(feed)->format == FEED_ETH_LOGS &&
           feed_transport_is_file(spec_of(feed)->transport);
}

void intake_fail_feed(intake_state *self, intake_feed *feed, const char *reason)
{
    (void)self;
    if (feed->error[0] == '\0') {
        (void)snprintf(feed->error, sizeof feed->error, "%s: %s", spec_of(feed)->source, reason);
    }
}

void intake_be_over(intake_state *self)
{
    bool is_complete = !self->is_finishing && self->stats->error[0] == '\0';
    for (uint32_t i = 0; i < self->options->feed_count; i++) {
        const intake_feed *feed = &self->options->feeds[i];
        is_complete = is_complete && feed->is_done && feed->error[0] == '\0';
    }
    self->is_over = true;
    self->stats->is_complete = is_complete;
}

void intake_fail(intake_state *self, myc_context *ctx, const char *reason)
{
    if (!self->is_over) {
        const char *path = self->options->replay_path;
        (void)snprintf(self->stats->error, sizeof self->stats->error, "%s%s%s", path ? path : "",
                       path ? ": " : "", reason);
        intake_close(self, ctx);
        intake_be_over(self);
    }
}

static myc_stream_options options_of(const intake_state *self, const intake_feed *feed)
{
    switch (spec_of(feed)->transport) {
    case FEED_CONNECT:
        return (myc_stream_options){.reconnect_first_ns =
                                        self->options->reconnects ? RECONNECT_FIRST_NS : 0};
    case FEED_DATAGRAM: return (myc_stream_options){.datagram_bytes = INTAKE_DATAGRAM_BYTES};
    default: return (myc_stream_options){.depth = intake_is_ordered(self) ? 1 : 0};
    }
}

static int open_source(intake_state *self, myc_context *ctx, inlet *to)
{
    const feed_spec *spec = spec_of(to->feed);
    myc_stream_options options = options_of(self, to->feed);
    to->is_listener = spec->transport == FEED_LISTEN;
    if (spec->transport == FEED_WEBSOCKET) {
        return intake_websocket_open(self, ctx, to);
    }
    return myc_stream_open(ctx, spec->source, &options, &to->stream);
}

/* When the system is stopping, the feed just ends here. */
static void open_feed(intake_state *self, myc_context *ctx, intake_feed *feed)
{
    inlet *added = intake_add_inlet(self, ctx, feed, ++self->last_number);
    if (!added) {
        return;
    }
    int error = open_source(self, ctx, added);
    added->is_finished = error != 0;
    if (error && error != MYC_ESTOPPING) {
        intake_fail_feed(self, feed, myc_error_text(error));
    } else if (!added->is_listener) {
        intake_note(self, ctx, RECORDING_OPENED, added, myc_wall_ns(ctx));
    }
}

static intake_feed *first_of_chain(const intake_state *self, uint32_t from)
{
    for (uint32_t i = from; i < self->options->feed_count; i++) {
        if (is_in_chain(&self->options->feeds[i])) {
            return &self->options->feeds[i];
        }
    }
    return NULL;
}

void intake_open_next(intake_state *self, myc_context *ctx, const intake_feed *after)
{
    uint32_t index = (uint32_t)(after - self->options->feeds);
    intake_feed *next = first_of_chain(self, index + 1);
    if (!next && self->round + 1 < self->options->rounds) {
        self->round++;
        next = first_of_chain(self, 0);
    }
    if (next) {
        next->is_done = false;
        open_feed(self, ctx, next);
    }
}

static void open_feeds(intake_state *self, myc_context *ctx)
{
    const intake_feed *first = first_of_chain(self, 0);
    for (uint32_t i = 0; i < self->options->feed_count; i++) {
        intake_feed *feed = &self->options->feeds[i];
        if (!is_in_chain(feed) || feed == first || self->options->is_merged) {
            open_feed(self, ctx, feed);
        }
    }
}

void intake_open(intake_state *self, myc_context *ctx)
{
    intake_note_feeds(self, ctx);
    if (!self->options->replay_path) {
        open_feeds(self, ctx);
        return;
    }
    int error = intake_replay_open(self, ctx);
    if (error) {
        intake_fail(self, ctx, myc_error_text(error));
    }
}

static bool has_inlets(const intake_state *self, const intake_feed *feed)
{
    const inlet *each = self->inlets;
    while (each && (each->feed != feed || each->is_finished)) {
        each = each->next;
    }
    return each != NULL;
}

/* Whether nothing more can come of it. A broken file breaks the chain: what follows would be built
 * on a gap. */
static bool is_settled(const intake_state *self, const intake_feed *feed, bool is_chain_broken)
{
    if (has_inlets(self, feed)) {
        return false;
    }
    return feed->is_done || feed->error[0] != '\0' || (is_in_chain(feed) && is_chain_broken);
}

static bool is_chain_broken(const intake_state *self)
{
    for (uint32_t i = 0; i < self->options->feed_count; i++) {
        const intake_feed *feed = &self->options->feeds[i];
        if (is_in_chain(feed) && feed->error[0] != '\0') {
            return true;
        }
    }
    return false;
}

void intake_check_over(intake_state *self)
{
    bool is_over = true;
    bool is_broken = is_chain_broken(self);
    for (uint32_t i = 0; i < self->options->feed_count; i++) {
        is_over = is_over && is_settled(self, &self->options->feeds[i], is_broken);
    }
    if (is_over) {
        intake_be_over(self);
    }
}

void intake_check_done(intake_state *self, myc_context *ctx, intake_feed *feed)
{
    if (self->options->replay_path || self->is_over || has_inlets(self, feed)) {
        return;
    }
    if (feed->error[0] == '\0') {
        feed->is_done = true;
        if (is_in_chain(feed) && !self->options->is_merged && !self->is_finishing) {
            intake_open_next(self, ctx, feed);
        }
    }
    intake_check_over(self);
}

void intake_close(intake_state *self, myc_context *ctx)
{
    for (inlet *each = self->inlets; each; each = each->next) {
        myc_stream_close(ctx, each->stream);
        intake_websocket_close(ctx, each);
    }
    myc_stream_close(ctx, self->replay.stream);
}

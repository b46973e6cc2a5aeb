/* SPDX-License-Identifier: Apache-2.0 */
#include "publisher.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libtypes/sbe.h>

#include "subscribers.h"

MYC_MESSAGE_TYPE(publisher_order, .id = 0)

enum {
    BLOCK_BYTES = 16 * 1024,
    DATAGRAM_BYTES = 1400, /* fits one Ethernet frame, whatever tunnels are on the way */
    FINISH_LOOKS_MAX = 200 /* how often, 10 ms apart, it is looked whether all is written */
};

#define FINISH_LOOK_NS 10000000u

struct publisher {
    const publisher_options *options;
    publisher_stats *stats;
    myc_stream
        targets[PUBLISHER_TARGETS_MAX]; /* that are still to say that they are open, or listen */
    uint32_t opening;
    subscribers subscribers;
    myc_chunk *block; /* for connections; NULL = nothing waits */
    myc_chunk *datagram;
    uint32_t finish_looks;
    bool is_flush_armed;
};

MYC_ACTOR_WITH_LIFECYCLE(publisher, publisher, PUBLISHER_ROWS)

static void flush_block(struct publisher *self, myc_context *ctx, myc_chunk **block)
{
    if (*block) {
        subscribers_write(&self->subscribers, ctx, *block, block == &self->datagram);
        myc_chunk_release(ctx, *block);
        *block = NULL;
    }
}

static void flush(struct publisher *self, myc_context *ctx)
{
    flush_block(self, ctx, &self->block);
    flush_block(self, ctx, &self->datagram);
}

/* Timers go ahead of what is in the mailbox, but not of this turn: so a burst shares a block. */
static void arm_flush(struct publisher *self, myc_context *ctx)
{
    if (!self->is_flush_armed) {
        publisher_order *order = publisher_order_new(ctx);
        self->is_flush_armed = publisher_after_flush(ctx, 0, order, NULL) == 0;
    }
}

static void append(struct publisher *self, myc_context *ctx, myc_chunk **block, uint32_t capacity,
                   const void *payload)
{
    if (*block && capacity - (*block)->size_bytes < LIBTYPES_MESSAGE_BYTES_MAX) {
        flush_block(self, ctx, block);
    }
    if (!*block && !(*block = myc_chunk_make(ctx, capacity))) {
        self->stats->lost++;
        return;
    }
    myc_chunk *to = *block;
    int64_t size =
        myc_to_bytes(payload, to->bytes + to->size_bytes, capacity - to->size_bytes, NULL);
    to->size_bytes += size > 0 ? (uint32_t)size : 0;
}

static myc_next publish(struct publisher *self, myc_context *ctx, const void *payload)
{
    self->stats->messages++;
    if (subscribers_have_connections(&self->subscribers)) {
        append(self, ctx, &self->block, BLOCK_BYTES, payload);
    }
    if (subscribers_have_datagrams(&self->subscribers)) {
        append(self, ctx, &self->datagram, DATAGRAM_BYTES, payload);
    }
    if (self->block || self->datagram) {
        arm_flush(self, ctx);
    }
    return MYC_CONTINUE;
}

static myc_next publisher_on_quote(struct publisher *self, myc_context *ctx,
                                   const quote_update *quote)
{
    return publish(self, ctx, quote);
}

static myc_next publisher_on_order_book(struct publisher *self, myc_context *ctx,
                                        const order_book_snapshot *order_book)
{
    return publish(self, ctx, order_book);
}

static myc_next publisher_on_arbitrage(struct publisher *self, myc_context *ctx,
                                       const arbitrage_signal *arbitrage)
{
    return publish(self, ctx, arbitrage);
}

static myc_next publisher_on_momentum(struct publisher *self, myc_context *ctx,
                                      const momentum_signal *momentum)
{
    return publish(self, ctx, momentum);
}

static myc_next publisher_on_cross_venue(struct publisher *self, myc_context *ctx,
                                         const cross_venue_signal *cross_venue)
{
    return publish(self, ctx, cross_venue);
}

static myc_next publisher_on_flush(struct publisher *self, myc_context *ctx,
                                   const publisher_order *order)
{
    (void)order;
    self->is_flush_armed = false;
    flush(self, ctx);
    return MYC_CONTINUE;
}

static void close_all(struct publisher *self, myc_context *ctx)
{
    subscribers_close(&self->subscribers, ctx);
    for (uint32_t i = 0; i < self->options->target_count; i++) {
        myc_stream_close(ctx, self->targets[i]);
    }
    live_count_set(&self->stats->is_over, 1);
}

/* Who reads gets everything; who does not is not waited for for ever. */
static myc_next publisher_on_finish(struct publisher *self, myc_context *ctx,
                                    const publisher_order *order)
{
    (void)order;
    flush(self, ctx);
    publisher_order *again = NULL;
    if (subscribers_unwritten(&self->subscribers, ctx) > 0 &&
        self->finish_looks++ < FINISH_LOOKS_MAX) {
        again = publisher_order_new(ctx);
        if (publisher_after_finish(ctx, FINISH_LOOK_NS, again, NULL) == 0) {
            return MYC_CONTINUE;
        }
    }
    close_all(self, ctx);
    return MYC_CONTINUE;
}

/* Subscribers have nothing to say. */
static myc_next publisher_on_chunk(struct publisher *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)self, (void)ctx, (void)chunk;
    return MYC_CONTINUE;
}

static int find_target(const struct publisher *self, myc_stream stream)
{
    for (uint32_t i = 0; i < self->options->target_count; i++) {
        if (self->targets[i].number == stream.number) {
            return (int)i;
        }
    }
    return -1;
}

static void note_opened(struct publisher *self)
{
    if (self->opening > 0 && --self->opening == 0) {
        live_count_set(&self->stats->is_ready, 1);
    }
}

static void fail(struct publisher *self, int target, const char *reason)
{
    if (self->stats->error[0] == '\0') {
        (void)snprintf(self->stats->error, sizeof self->stats->error, "%s: %s",
                       self->options->targets[target], reason);
    }
    live_count_set(&self->stats->has_failed, 1);
    note_opened(self);
}

static bool is_datagram(const char *target)
{
    return strncmp(target, "udp", 3) == 0 || strncmp(target, "unix-datagram", 13) == 0;
}

static myc_next publisher_on_event(struct publisher *self, myc_context *ctx,
                                   const myc_stream_event *event)
{
    int target = find_target(self, event->stream);
    if (event->what == MYC_STREAM_OPENED && target >= 0) {
        const char *text = self->options->targets[target];
        myc_log(ctx, MYC_LOG_INFO, "%s: publishes %s %s", text, is_datagram(text) ? "to" : "on",
                event->name);
        note_opened(self);
    } else if (event->what == MYC_STREAM_ACCEPTED) {
        subscribers_add(&self->subscribers, ctx, (subscriber){.stream = event->accepted});
    }
    return MYC_CONTINUE;
}

static myc_next publisher_on_end(struct publisher *self, myc_context *ctx,
                                 const myc_stream_end *end)
{
    (void)ctx;
    int target = find_target(self, end->stream);
    subscribers_remove(&self->subscribers, end->stream);
    if (target >= 0) {
        self->targets[target] = (myc_stream){0};
        fail(self, target, end->os_error ? strerror(end->os_error) : myc_error_text(end->error));
    }
    return MYC_CONTINUE;
}

static int publisher_on_start(struct publisher *self, myc_context *ctx)
{
    self->opening = self->options->target_count;
    for (uint32_t i = 0; i < self->options->target_count; i++) {
        const char *target = self->options->targets[i];
        int error = myc_stream_open(ctx, target, NULL, &self->targets[i]);
        if (error) {
            fail(self, (int)i, myc_error_text(error));
        } else if (is_datagram(target)) {
            subscribers_add(&self->subscribers, ctx, (subscriber){self->targets[i], true});
        }
    }
    return 0;
}

static void publisher_on_stop(struct publisher *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    flush(self, ctx);
    live_count_set(&self->stats->is_ready, 1);
    live_count_set(&self->stats->is_over, 1);
}

int publisher_start(myc_context *ctx, const publisher_options *options, publisher_stats *stats,
                    const myc_spawn_options *spawn, publisher_ref *ref)
{
    if (options->target_count == 0 || options->target_count > PUBLISHER_TARGETS_MAX) {
        return MYC_EINVAL;
    }
    *stats = (publisher_stats){0};
    return publisher_spawn(
        ctx,
        &(struct publisher){.options = options, .stats = stats, .subscribers = {.stats = stats}},
        spawn, ref);
}

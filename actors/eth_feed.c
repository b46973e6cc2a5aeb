/* SPDX-License-Identifier: Apache-2.0 */
#include "eth_feed.h"

#include <stdio.h>
#include <string.h>

#include "market_outlet.h"

/* What stopped the decoding of the bytes at hand. */
typedef enum pump_result {
    PUMP_DRY,    /* all is decoded and sent */
    PUMP_PAUSED, /* no room downstream, or a turn's worth of lines: go on here next time */
    PUMP_FAILED  /* see stats->error */
} pump_result;

struct eth_feed {
    eth_log_reader_options options;
    eth_log_reader_stats *stats;
    outlet outlet;
    eth_log_reader reader;
    myc_stream source;
    bool is_in_chunk; /* the message that comes again is partly decoded */
    bool has_ended;   /* no chunk of the current file follows */
    bool has_event;   /* the reader's `log` waits to be sent */
};

MYC_ACTOR_WITH_LIFECYCLE(eth_feed, myc_reader, MYC_READER_ROWS)

/* Ends the feed: the chunks that still come are ignored. */
static void fail(struct eth_feed *self, myc_context *ctx, const char *reason)
{
    eth_log_reader_fail(&self->reader, reason);
    myc_stream_close(ctx, self->source);
    self->source = (myc_stream){0};
    self->has_event = false;
}

/* Opens the current file; a failure is in stats->error. When the system is stopping the feed just
 * ends here. */
static void open_file(struct eth_feed *self, myc_context *ctx)
{
    self->has_ended = false;
    int error = eth_log_reader_open(&self->reader);
    if (!error) {
        error = myc_stream_open(ctx, eth_log_reader_path(&self->reader), NULL, &self->source);
    }
    if (error && error != MYC_ESTOPPING) {
        fail(self, ctx, myc_error_text(error));
    }
}

static void log_bad_line(void *ctx, const char *text)
{
    myc_log(ctx, MYC_LOG_WARNING, "%s", text);
}

/* Sends the decoded event, if there is one. It stays in the reader until the receiver has it. */
static pump_result forward_event(struct eth_feed *self, myc_context *ctx)
{
    if (!self->has_event) {
        return PUMP_DRY;
    }
    switch (market_outlet_send(&self->outlet, ctx, &self->reader.log)) {
    case OUTLET_TAKEN: self->has_event = false; return PUMP_DRY;
    case OUTLET_AGAIN: return PUMP_PAUSED;
    case OUTLET_GONE: fail(self, ctx, "the receiver of its events has stopped"); break;
    case OUTLET_NO_MEMORY: fail(self, ctx, "out of memory for a message"); break;
    }
    return PUMP_FAILED;
}

/*
 * Decodes and sends what is at hand, at most a turn's worth. A turn ends after an event that was
 * sent: until then it waits on this worker, and decoding the next line takes a hundred times as
 * long as a turn costs.
 */
static pump_result pump(struct eth_feed *self, myc_context *ctx)
{
    for (uint32_t budget = ETH_FEED_LINES_PER_TURN; budget > 0; budget--) {
        if (self->has_event) {
            pump_result result = forward_event(self, ctx);
            return result == PUMP_DRY ? PUMP_PAUSED : result;
        }
        switch (eth_log_reader_step(&self->reader, myc_wall_ns(ctx),
                                    (eth_log_report){log_bad_line, ctx})) {
        case ETH_LOG_STEP_EVENT: self->has_event = true; break;
        case ETH_LOG_STEP_ON: break;
        case ETH_LOG_STEP_DRY: return PUMP_DRY;
        case ETH_LOG_STEP_FAILED: fail(self, ctx, self->stats->error); return PUMP_FAILED;
        }
    }
    return PUMP_PAUSED;
}

static myc_next eth_feed_on_chunk(struct eth_feed *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (eth_log_reader_has_failed(&self->reader)) {
        return MYC_CONTINUE;
    }
    if (!self->is_in_chunk) {
        eth_log_reader_feed(&self->reader, (const char *)chunk->bytes, chunk->size_bytes);
    }
    pump_result result = pump(self, ctx);
    self->is_in_chunk = result == PUMP_PAUSED;
    eth_log_reader_publish(&self->reader);
    return result == PUMP_PAUSED ? MYC_AGAIN : MYC_CONTINUE;
}

static myc_next eth_feed_on_event(struct eth_feed *self, myc_context *ctx,
                                  const myc_stream_event *event)
{
    (void)self;
    (void)ctx;
    (void)event;
    return MYC_CONTINUE;
}

static void finish_file(struct eth_feed *self, myc_context *ctx)
{
    self->source = (myc_stream){0};
    if (eth_log_reader_advance(&self->reader)) {
        open_file(self, ctx);
    }
}

static void fail_read(struct eth_feed *self, myc_context *ctx, const myc_stream_end *end)
{
    char reason[ETH_LOG_ERROR_SIZE / 2];
    (void)snprintf(reason, sizeof reason, "cannot be read on after %llu bytes: %s",
                   (unsigned long long)end->size_bytes,
                   end->os_error ? strerror(end->os_error) : myc_error_text(end->error));
    fail(self, ctx, reason);
}

static myc_next eth_feed_on_end(struct eth_feed *self, myc_context *ctx, const myc_stream_end *end)
{
    if (eth_log_reader_has_failed(&self->reader)) {
        return MYC_CONTINUE;
    }
    if (end->error) {
        fail_read(self, ctx, end);
        return MYC_CONTINUE;
    }
    if (!self->has_ended) {
        self->has_ended = true;
        eth_log_reader_end(&self->reader);
    }
    pump_result result = pump(self, ctx);
    eth_log_reader_publish(&self->reader);
    if (result == PUMP_PAUSED) {
        return MYC_AGAIN;
    }
    if (result == PUMP_DRY) {
        finish_file(self, ctx);
    }
    return MYC_CONTINUE;
}

static int eth_feed_on_start(struct eth_feed *self, myc_context *ctx)
{
    int error = eth_log_reader_init(&self->reader, &self->options, self->stats);
    if (error) {
        fail(self, ctx, myc_error_text(error));
        return error;
    }
    open_file(self, ctx);
    return 0;
}

static void eth_feed_on_stop(struct eth_feed *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    self->stats->unsent = self->has_event ? 1 : 0;
    eth_log_reader_fini(&self->reader);
}

int eth_feed_start(myc_context *ctx, const eth_log_reader_options *options, market_ref out,
                   eth_log_reader_stats *stats, const myc_spawn_options *spawn, myc_reader_ref *ref)
{
    if (options->path_count == 0) {
        return MYC_EINVAL;
    }
    *stats = (eth_log_reader_stats){0};
    return eth_feed_spawn(
        ctx, &(struct eth_feed){.options = *options, .stats = stats, .outlet = {.to = out.address}},
        spawn, ref);
}

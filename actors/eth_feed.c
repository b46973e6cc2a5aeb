/* SPDX-License-Identifier: Apache-2.0 */
#include "eth_feed.h"

#include <stdio.h>
#include <string.h>

#include "market_outlet.h"
#include "text/inflate.h"
#include "text/lines.h"

/* How far the current file is: each phase is entered once, in this order. */
typedef enum file_phase {
    FILE_FLOWING,   /* chunks come */
    FILE_ENDED,     /* no chunk follows: the inflater gives what it still has */
    FILE_LAST_LINE, /* and the splitter the line without a newline */
    FILE_DONE
} file_phase;

/* What stopped the decoding of the bytes at hand. */
typedef enum pump_result {
    PUMP_DRY,    /* all is decoded and sent */
    PUMP_PAUSED, /* no room downstream, or a turn's worth of lines: go on here next time */
    PUMP_FAILED  /* see stats->error */
} pump_result;

struct eth_feed {
    eth_feed_options options;
    eth_feed_stats *stats;
    outlet outlet;
    inflater *inflater;
    lines lines;
    eth_logs *decoder;
    myc_source source;
    uint32_t file;  /* index of the path that is being read */
    uint32_t round; /* counts from 0 */
    uint64_t bytes; /* of all files so far */
    uint64_t bad_lines;
    file_phase phase;
    bool is_in_chunk; /* the message that comes again is partly decoded */
    bool has_event;   /* `log` waits to be sent */
    eth_log log;
};

MYC_ACTOR_WITH_LIFECYCLE(eth_feed, myc_stream, MYC_STREAM_ROWS)

static const char *current_path(const struct eth_feed *self)
{
    return self->options.paths[self->file];
}

/* Ends the feed: the chunks that still come are ignored. */
static void fail(struct eth_feed *self, myc_context *ctx, const char *reason)
{
    (void)snprintf(self->stats->error, sizeof self->stats->error, "%s: %s", current_path(self),
                   reason);
    myc_source_close(ctx, self->source);
    self->source = (myc_source){0};
    self->has_event = false;
}

static bool has_failed(const struct eth_feed *self)
{
    return self->stats->error[0] != '\0';
}

static void close_file(struct eth_feed *self)
{
    inflater_destroy(self->inflater);
    self->inflater = NULL;
    lines_fini(&self->lines);
}

/* Opens the current file; a failure is in stats->error. When the system is stopping the feed just
 * ends here. */
static void open_file(struct eth_feed *self, myc_context *ctx)
{
    self->phase = FILE_FLOWING;
    lines_init(&self->lines, 0);
    self->inflater = inflater_create();
    int error = self->inflater ? myc_read_file(ctx, eth_feed_self(ctx), current_path(self), NULL,
                                               &self->source)
                               : MYC_ENOMEM;
    if (error && error != MYC_ESTOPPING) {
        fail(self, ctx, myc_error_text(error));
    }
}

static void report_bad_line(struct eth_feed *self, myc_context *ctx, const line_view *line,
                            const eth_log *log)
{
    self->bad_lines++;
    if (self->bad_lines > ETH_FEED_REPORTS_MAX + 1) {
        return;
    }
    if (self->bad_lines == ETH_FEED_REPORTS_MAX + 1) {
        myc_log(ctx, MYC_LOG_WARNING, "%s: more bad lines: from here on they are only counted",
                current_path(self));
        return;
    }
    myc_log(ctx, MYC_LOG_WARNING, "%s:%llu: bad line: %s%s%s", current_path(self),
            (unsigned long long)line->number, log && log->key ? log->key : "",
            log && log->key ? ": " : "", log ? log->reason : line->error);
}

static void take_line(struct eth_feed *self, myc_context *ctx, const line_view *line)
{
    if (line->error) {
        eth_logs_count_bad_line(self->decoder);
        report_bad_line(self, ctx, line, NULL);
        return;
    }
    eth_log_kind kind =
        eth_logs_decode(self->decoder, line->text, line->size, myc_wall_ns(ctx), &self->log);
    if (kind == ETH_LOG_BAD) {
        report_bad_line(self, ctx, line, &self->log);
    }
    self->has_event = kind >= ETH_LOG_SWAP_V2;
}

/* Sends the decoded event, if there is one. It stays in `log` until the receiver has it. */
static pump_result forward_event(struct eth_feed *self, myc_context *ctx)
{
    if (!self->has_event) {
        return PUMP_DRY;
    }
    switch (market_outlet_send(&self->outlet, ctx, &self->log)) {
    case OUTLET_TAKEN: self->has_event = false; return PUMP_DRY;
    case OUTLET_AGAIN: return PUMP_PAUSED;
    case OUTLET_GONE: fail(self, ctx, "the receiver of its events has stopped"); break;
    case OUTLET_NO_MEMORY: fail(self, ctx, "out of memory for a message"); break;
    }
    return PUMP_FAILED;
}

/* Feeds the splitter with the next decoded bytes. Returns PUMP_PAUSED when there were some. */
static pump_result refill_lines(struct eth_feed *self, myc_context *ctx)
{
    inflater_chunk chunk;
    switch (inflater_next(self->inflater, &chunk)) {
    case INFLATER_CHUNK: lines_feed(&self->lines, chunk.bytes, chunk.size); return PUMP_PAUSED;
    case INFLATER_ERROR: fail(self, ctx, inflater_error(self->inflater)); return PUMP_FAILED;
    case INFLATER_HUNGRY:
    case INFLATER_END: break;
    }
    return PUMP_DRY;
}

/*
 * Decodes and sends what is at hand, at most a turn's worth. A turn ends after an event that was
 * sent: until then it waits on this worker, and decoding the next line takes a hundred times as
 * long as a turn costs.
 */
static pump_result pump(struct eth_feed *self, myc_context *ctx)
{
    line_view line;
    for (uint32_t budget = ETH_FEED_LINES_PER_TURN; budget > 0; budget--) {
        bool has_event = self->has_event;
        pump_result result = forward_event(self, ctx);
        if (result != PUMP_DRY) {
            return result;
        }
        if (has_event) {
            return PUMP_PAUSED;
        }
        if (lines_next(&self->lines, &line)) {
            take_line(self, ctx, &line);
        } else if (self->phase == FILE_LAST_LINE ||
                   (result = refill_lines(self, ctx)) != PUMP_PAUSED) {
            return result;
        }
    }
    return PUMP_PAUSED;
}

static void publish(struct eth_feed *self)
{
    const eth_logs_counters *counts = eth_logs_counted(self->decoder);
    live_count_set(&self->stats->bytes, self->bytes);
    live_count_set(&self->stats->lines, counts->lines);
    live_count_set(&self->stats->events, counts->lines - counts->kinds[ETH_LOG_BAD] -
                                             counts->kinds[ETH_LOG_FILTERED] -
                                             counts->kinds[ETH_LOG_REMOVED]);
}

static myc_next eth_feed_on_chunk(struct eth_feed *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (has_failed(self)) {
        return MYC_CONTINUE;
    }
    if (!self->is_in_chunk) {
        inflater_feed(self->inflater, (const char *)chunk->bytes, chunk->size_bytes);
        self->bytes += chunk->size_bytes;
    }
    pump_result result = pump(self, ctx);
    self->is_in_chunk = result == PUMP_PAUSED;
    publish(self);
    return result == PUMP_PAUSED ? MYC_AGAIN : MYC_CONTINUE;
}

/* Goes on to the next file. Returns false when there is none. */
static bool advance(struct eth_feed *self)
{
    close_file(self);
    self->stats->files_read++;
    self->file++;
    if (self->file < self->options.path_count) {
        return true;
    }
    self->file = 0;
    self->round++;
    return self->round < self->options.rounds;
}

static void finish_file(struct eth_feed *self, myc_context *ctx)
{
    self->source = (myc_source){0};
    if (advance(self)) {
        open_file(self, ctx);
    } else {
        self->phase = FILE_DONE;
        self->stats->is_complete = true;
    }
}

static void fail_read(struct eth_feed *self, myc_context *ctx, const myc_stream_end *end)
{
    char reason[ETH_FEED_ERROR_SIZE / 2];
    (void)snprintf(reason, sizeof reason, "cannot be read on after %llu bytes: %s",
                   (unsigned long long)end->size_bytes,
                   end->os_error ? strerror(end->os_error) : myc_error_text(end->error));
    fail(self, ctx, reason);
}

static myc_next eth_feed_on_end(struct eth_feed *self, myc_context *ctx, const myc_stream_end *end)
{
    if (has_failed(self)) {
        return MYC_CONTINUE;
    }
    if (end->error) {
        fail_read(self, ctx, end);
        return MYC_CONTINUE;
    }
    if (self->phase == FILE_FLOWING) {
        self->phase = FILE_ENDED;
        inflater_end(self->inflater);
    }
    pump_result result = pump(self, ctx);
    if (result == PUMP_DRY && self->phase == FILE_ENDED) {
        self->phase = FILE_LAST_LINE;
        lines_end(&self->lines);
        result = pump(self, ctx);
    }
    publish(self);
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
    lines_init(&self->lines, 0);
    self->decoder = eth_logs_create(&(eth_logs_options){.blocks = self->options.blocks});
    if (!self->decoder) {
        fail(self, ctx, myc_error_text(MYC_ENOMEM));
        return MYC_ENOMEM;
    }
    open_file(self, ctx);
    return 0;
}

static void eth_feed_on_stop(struct eth_feed *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    if (self->decoder) {
        publish(self);
        self->stats->counts = *eth_logs_counted(self->decoder);
    }
    self->stats->unsent = self->has_event ? 1 : 0;
    close_file(self);
    eth_logs_destroy(self->decoder);
    self->decoder = NULL;
}

int eth_feed_start(myc_context *ctx, const eth_feed_options *options, market_ref out,
                   eth_feed_stats *stats, const myc_spawn_options *spawn, myc_stream_ref *ref)
{
    if (options->path_count == 0) {
        return MYC_EINVAL;
    }
    struct eth_feed state = {.options = *options, .stats = stats, .outlet = {.to = out.address}};
    if (state.options.rounds == 0) {
        state.options.rounds = 1;
    }
    *stats = (eth_feed_stats){0};
    return eth_feed_spawn(ctx, &state, spawn, ref);
}

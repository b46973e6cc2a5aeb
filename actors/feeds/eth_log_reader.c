/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/eth_log_reader.h"

#include <stdio.h>

#include <mycelium/error.h>

enum { REPORT_SIZE = 1024 };

int eth_log_reader_init(eth_log_reader *self, const eth_log_reader_options *options,
                        eth_log_reader_stats *stats)
{
    *stats = (eth_log_reader_stats){0};
    *self = (eth_log_reader){.options = *options, .stats = stats};
    if (self->options.rounds == 0) {
        self->options.rounds = 1;
    }
    if (self->options.path_count == 0) {
        return MYC_EINVAL;
    }
    self->decoder = eth_logs_create(&(eth_logs_options){.blocks = self->options.blocks});
    return self->decoder ? 0 : MYC_ENOMEM;
}

static void close_file(eth_log_reader *self)
{
    inflater_destroy(self->inflater);
    self->inflater = NULL;
    lines_fini(&self->lines);
}

void eth_log_reader_fini(eth_log_reader *self)
{
    if (!self->decoder) {
        return;
    }
    eth_log_reader_publish(self);
    self->stats->counts = *eth_logs_counted(self->decoder);
    close_file(self);
    eth_logs_destroy(self->decoder);
    self->decoder = NULL;
}

const char *eth_log_reader_path(const eth_log_reader *self)
{
    return self->options.paths[self->file];
}

int eth_log_reader_open(eth_log_reader *self)
{
    self->is_last_line = false;
    lines_init(&self->lines, 0);
    self->inflater = inflater_create();
    return self->inflater ? 0 : MYC_ENOMEM;
}

void eth_log_reader_feed(eth_log_reader *self, const char *bytes, size_t size)
{
    inflater_feed(self->inflater, bytes, size);
    self->bytes += size;
}

void eth_log_reader_end(eth_log_reader *self)
{
    inflater_end(self->inflater);
}

static void report_bad_line(eth_log_reader *self, const line_view *line, const eth_log *log,
                            eth_log_report report)
{
    char text[REPORT_SIZE];
    const char *path = eth_log_reader_path(self);
    self->bad_lines++;
    if (self->bad_lines > ETH_LOG_REPORTS_MAX + 1) {
        return;
    }
    if (self->bad_lines == ETH_LOG_REPORTS_MAX + 1) {
        (void)snprintf(text, sizeof text, "%s: more bad lines: from here on they are only counted",
                       path);
    } else {
        (void)snprintf(text, sizeof text, "%s:%llu: bad line: %s%s%s", path,
                       (unsigned long long)line->number, log && log->key ? log->key : "",
                       log && log->key ? ": " : "", log ? log->reason : line->error);
    }
    report.tell(report.user, text);
}

static eth_log_step take_line(eth_log_reader *self, const line_view *line, uint64_t received_ns,
                              eth_log_report report)
{
    if (line->error) {
        eth_logs_count_bad_line(self->decoder);
        report_bad_line(self, line, NULL, report);
        return ETH_LOG_STEP_ON;
    }
    eth_log_kind kind =
        eth_logs_decode(self->decoder, line->text, line->size, received_ns, &self->log);
    if (kind == ETH_LOG_BAD) {
        report_bad_line(self, line, &self->log, report);
    }
    return kind >= ETH_LOG_SWAP_V2 ? ETH_LOG_STEP_EVENT : ETH_LOG_STEP_ON;
}

/* Feeds the splitter with the next decoded bytes, or tells it that there are none. */
static eth_log_step refill_lines(eth_log_reader *self)
{
    inflater_chunk chunk;
    switch (inflater_next(self->inflater, &chunk)) {
    case INFLATER_CHUNK: lines_feed(&self->lines, chunk.bytes, chunk.size); return ETH_LOG_STEP_ON;
    case INFLATER_HUNGRY: break;
    case INFLATER_END:
        lines_end(&self->lines);
        self->is_last_line = true;
        return ETH_LOG_STEP_ON;
    case INFLATER_ERROR:
        eth_log_reader_fail(self, inflater_error(self->inflater));
        return ETH_LOG_STEP_FAILED;
    }
    return ETH_LOG_STEP_DRY;
}

eth_log_step eth_log_reader_step(eth_log_reader *self, uint64_t received_ns, eth_log_report report)
{
    line_view line;
    if (eth_log_reader_has_failed(self)) {
        return ETH_LOG_STEP_FAILED;
    }
    if (lines_next(&self->lines, &line)) {
        return take_line(self, &line, received_ns, report);
    }
    return self->is_last_line ? ETH_LOG_STEP_DRY : refill_lines(self);
}

void eth_log_reader_publish(eth_log_reader *self)
{
    const eth_logs_counters *counts = eth_logs_counted(self->decoder);
    live_count_set(&self->stats->bytes, self->bytes);
    live_count_set(&self->stats->lines, counts->lines);
    live_count_set(&self->stats->events,
                   counts->lines - counts->kinds[ETH_LOG_BAD] - counts->kinds[ETH_LOG_FILTERED] -
                       counts->kinds[ETH_LOG_REMOVED] - counts->kinds[ETH_LOG_ANSWER]);
}

bool eth_log_reader_advance(eth_log_reader *self)
{
    close_file(self);
    self->stats->files_read++;
    if (self->file + 1 < self->options.path_count) {
        self->file++;
        return true;
    }
    if (self->round + 1 < self->options.rounds) {
        self->file = 0;
        self->round++;
        return true;
    }
    self->stats->is_complete = true;
    return false;
}

void eth_log_reader_fail(eth_log_reader *self, const char *reason)
{
    if (!eth_log_reader_has_failed(self)) {
        (void)snprintf(self->stats->error, sizeof self->stats->error, "%s: %s",
                       eth_log_reader_path(self), reason);
    }
}

bool eth_log_reader_has_failed(const eth_log_reader *self)
{
    return self->stats->error[0] != '\0';
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/capture_line.h"
#include "feeds/exchange_reader_state.h"

enum { REPORT_SIZE = 1024 };

static const exchange_fault NO_FAULT;

static bool take_snapshot_name(exchange_reader *self, const char *name)
{
    return !name || exchange_name_read((json_text){name, strlen(name)}, &self->snapshot_name);
}

exchange_reader *exchange_reader_create(const exchange_reader_options *options)
{
    exchange_reader *self = options->format < EXCHANGE_FORMATS ? calloc(1, sizeof *self) : NULL;
    if (!self) {
        return NULL;
    }
    self->options = *options;
    if (!self->options.name) {
        self->options.name = exchange_format_name(options->format);
    }
    if (!take_snapshot_name(self, options->instrument)) {
        free(self);
        return NULL;
    }
    return self;
}

void exchange_reader_destroy(exchange_reader *self)
{
    if (self) {
        exchange_instruments_fini(&self->instruments);
        exchange_frame_fini(&self->frame);
        free(self);
    }
}

/* The first ones in full, then once that there are more. */
static void report_bad(exchange_reader *self, uint64_t number, exchange_fault fault,
                       exchange_report report)
{
    char text[REPORT_SIZE];
    if (self->counts.bad > EXCHANGE_REPORTS_MAX + 1 || !report.tell) {
        return;
    }
    if (self->counts.bad == EXCHANGE_REPORTS_MAX + 1) {
        (void)snprintf(text, sizeof text, "%s: more bad frames: from here on they are only counted",
                       self->options.name);
    } else {
        (void)snprintf(text, sizeof text, "%s:%llu: bad frame: %s%s%s", self->options.name,
                       (unsigned long long)number, fault.key ? fault.key : "",
                       fault.key ? ": " : "", fault.reason);
    }
    report.tell(report.user, text);
}

static void count_bad(exchange_reader *self, uint64_t number, exchange_fault fault,
                      exchange_report report)
{
    exchange_counts *counts = &self->counts;
    counts->bad++;
    counts->bad_kinds[fault.kind]++;
    if (counts->bad == 1) {
        counts->bad_first_number = number;
    }
    report_bad(self, number, fault, report);
}

void exchange_reader_refuse(exchange_reader *self, uint64_t number, const char *reason,
                            exchange_report report)
{
    self->counts.lines++;
    self->counts.frames++;
    count_bad(self, number, (exchange_fault){EXCHANGE_BAD_LINE, NULL, reason}, report);
}

static exchange_fault fault_of(exchange_find result)
{
    switch (result) {
    case EXCHANGE_FIND_NO_NAME:
        return (exchange_fault){EXCHANGE_BAD_INSTRUMENT, NULL,
                                "expected an instrument of 1 to 16 printable characters"};
    case EXCHANGE_FIND_FULL:
        return (exchange_fault){EXCHANGE_BAD_INSTRUMENT, NULL,
                                "expected at most 1024 instruments in one feed"};
    default: return (exchange_fault){EXCHANGE_BAD_LIMIT, NULL, "out of memory for an instrument"};
    }
}
_Static_assert(EXCHANGE_INSTRUMENTS_MAX == 1024, "the text above names it");

/* Whose book a snapshot is that names none. */
static exchange_fault name_snapshot(const exchange_reader *self, instrument_name *name)
{
    if (self->snapshot_name.text[0]) {
        *name = self->snapshot_name;
    } else if (self->instruments.count == 1) {
        *name = self->instruments.entries[0]->shown.name;
    } else {
        return (exchange_fault){
            EXCHANGE_BAD_SNAPSHOT, NULL,
            self->instruments.count == 0
                ? "expected a symbol before a snapshot, or one named for the feed"
                : "expected one symbol before a snapshot, or one named for the feed: there are "
                  "several"};
    }
    return NO_FAULT;
}

/* Finds the entry of the frame's instrument, which becomes the one that changed. */
static exchange_fault find_entry(exchange_reader *self, exchange_entry **entry)
{
    const exchange_frame *frame = &self->frame;
    instrument_name name;
    if (frame->kind == EXCHANGE_FRAME_SNAPSHOT && self->options.format == EXCHANGE_BINANCE) {
        exchange_fault fault = name_snapshot(self, &name);
        if (fault.reason) {
            return fault;
        }
    } else if (!exchange_name_read(frame->instrument, &name)) {
        return fault_of(EXCHANGE_FIND_NO_NAME);
    }
    exchange_find result = exchange_instruments_find(&self->instruments, &name, frame->decimals,
                                                     self->options.depth_max, &self->changed);
    if (result != EXCHANGE_FIND_OK) {
        return fault_of(result);
    }
    *entry = self->instruments.entries[self->changed];
    return NO_FAULT;
}

static void count_trade(exchange_reader *self, exchange_entry *entry)
{
    exchange_instrument_counts *counts = &entry->shown.counts;
    uint64_t quantity = (uint64_t)self->frame.trade.quantity;
    counts->trades++;
    counts->trade_qty_sum.low += quantity;
    counts->trade_qty_sum.high += counts->trade_qty_sum.low < quantity;
}

static exchange_outcome take_book(exchange_reader *self, exchange_entry *entry, const arrival *at)
{
    exchange_format format = self->options.format;
    exchange_outcome outcome = self->frame.kind == EXCHANGE_FRAME_SNAPSHOT
                                   ? exchange_book_load(entry, &self->frame, format)
                                   : exchange_book_change(entry, &self->frame, format);
    entry->shown.received_ns = at->timestamp_ns;
    if (outcome.flags & EXCHANGE_CHANGED) {
        outcome.flags |= exchange_quote_book(self, entry, at);
        entry->shown.counts.quotes_unfit = entry->quotes.unfit;
    }
    return outcome;
}

static exchange_outcome take_of_instrument(exchange_reader *self, const arrival *at)
{
    exchange_entry *entry;
    exchange_outcome outcome = {.fault = find_entry(self, &entry)};
    if (outcome.fault.reason) {
        return outcome;
    }
    switch (self->frame.kind) {
    case EXCHANGE_FRAME_SNAPSHOT:
    case EXCHANGE_FRAME_DEPTH: return take_book(self, entry, at);
    case EXCHANGE_FRAME_TICKER: outcome.flags = exchange_quote_ticker(self, entry, at); break;
    case EXCHANGE_FRAME_TRADE: count_trade(self, entry); break;
    default: entry->shown.counts.last_trades++; break;
    }
    return outcome;
}

/* Changes that cannot be read are missing in the book of an instrument that is known. */
static exchange_outcome take_bad(exchange_reader *self, const arrival *at)
{
    exchange_outcome outcome = {.fault = self->frame.fault};
    instrument_name name;
    bool is_of_book =
        self->frame.meant == EXCHANGE_FRAME_DEPTH || self->frame.meant == EXCHANGE_FRAME_SNAPSHOT;
    if (is_of_book && exchange_name_read(self->frame.instrument, &name) &&
        exchange_instruments_peek(&self->instruments, &name, &self->changed)) {
        exchange_entry *entry = self->instruments.entries[self->changed];
        outcome.flags = exchange_book_lose(entry);
        outcome.flags |=
            outcome.flags & EXCHANGE_CHANGED ? exchange_quote_book(self, entry, at) : 0;
    }
    return outcome;
}

static exchange_outcome take_frame(exchange_reader *self, const char *text, size_t size,
                                   const arrival *at)
{
    exchange_format_decode(self->options.format, text, size, &self->frame);
    switch (self->frame.kind) {
    case EXCHANGE_FRAME_BAD: return take_bad(self, at);
    case EXCHANGE_FRAME_UNKNOWN: self->counts.unknown++; break;
    case EXCHANGE_FRAME_STATUS: self->counts.status++; break;
    default: return take_of_instrument(self, at);
    }
    return (exchange_outcome){0};
}

static void note_time(exchange_reader *self, uint64_t timestamp_ns)
{
    self->counts.time_went_back += timestamp_ns < self->last_ns;
    self->last_ns = timestamp_ns;
}

static exchange_outcome take_timed(exchange_reader *self, const exchange_input *input,
                                   const capture_line *line)
{
    uint64_t timestamp_ns = line->received_ns ? line->received_ns : input->received_ns;
    arrival at = {.timestamp_ns = timestamp_ns,
                  .received_ns = input->received_ns ? input->received_ns : timestamp_ns};
    if (line->size > EXCHANGE_FRAME_BYTES_MAX) {
        return (exchange_outcome){
            .fault = {EXCHANGE_BAD_LINE, NULL, "expected a frame of at most 16 MiB"}};
    }
    note_time(self, timestamp_ns);
    return take_frame(self, line->frame, line->size, &at);
}

unsigned exchange_reader_take(exchange_reader *self, const exchange_input *input,
                              exchange_report report)
{
    capture_line line = {.frame = input->text, .size = input->size};
    capture_form form =
        input->is_message ? CAPTURE_LIVE : capture_line_split(input->text, input->size, &line);
    self->counts.lines++;
    if (form == CAPTURE_NOTE) {
        self->counts.notes++;
        return 0;
    }
    self->counts.frames++;
    exchange_outcome outcome = {
        .fault = {EXCHANGE_BAD_TIME, NULL,
                  "expected the time of receipt: \"ns \" or \"s.decimals: \""}};
    if (form != CAPTURE_BAD) {
        outcome = take_timed(self, input, &line);
    }
    if (outcome.fault.reason) {
        count_bad(self, input->number, outcome.fault, report);
    }
    return outcome.flags;
}

void exchange_reader_lose(exchange_reader *self)
{
    for (uint32_t i = 0; i < self->instruments.count; i++) {
        exchange_book_lose_all(self->instruments.entries[i]);
    }
}

const quote_update *exchange_reader_quote(const exchange_reader *self)
{
    return &self->quote;
}

uint32_t exchange_reader_changed(const exchange_reader *self)
{
    return self->changed;
}

uint32_t exchange_reader_instruments(const exchange_reader *self)
{
    return self->instruments.count;
}

const exchange_instrument *exchange_reader_instrument(const exchange_reader *self, uint32_t index)
{
    return &self->instruments.entries[index]->shown;
}

const exchange_counts *exchange_reader_counted(const exchange_reader *self)
{
    return &self->counts;
}

const exchange_live *exchange_reader_live(const exchange_reader *self)
{
    return &self->live;
}

void exchange_reader_publish(exchange_reader *self)
{
    live_count_set(&self->live.frames, self->counts.frames);
    live_count_set(&self->live.quotes, self->quotes);
}

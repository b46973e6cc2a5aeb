/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/feed_decoder.h"

#include <stdio.h>
#include <stdlib.h>

#include "feeds/book_clock.h"
#include "feeds/capture_line.h"
#include "feeds/sbe_events.h"

enum { REPORT_SIZE = 1024, EVENTS_PER_FRAME = 2 };

/* What is given beside the reader of the format. */
struct feed_decoder {
    feed_decoder_options options;
    eth_logs *eth;
    eth_log log;
    exchange_reader *exchange;
    book_clock books;
    order_book_snapshot book;
    sbe_reader sbe;
    uint64_t sbe_unfit; /* venues that have no place here */
    uint64_t eth_bad;
    feed_event events[EVENTS_PER_FRAME]; /* [sent, count) wait */
    unsigned sent;
    unsigned count;
};

static bool create_reader(feed_decoder *self)
{
    const feed_spec *spec = &self->options.spec;
    if (spec->format == FEED_ETH_LOGS) {
        self->eth = eth_logs_create(&(eth_logs_options){.blocks = self->options.blocks});
        return self->eth != NULL;
    }
    if (spec->format == FEED_SBE) {
        sbe_reader_init(&self->sbe, spec->source);
        return true;
    }
    self->exchange = exchange_reader_create(
        &(exchange_reader_options){.format = exchange_format_of(feed_format_name(spec->format)),
                                   .name = spec->text,
                                   .instrument = spec->instrument,
                                   .venue = self->options.number});
    return self->exchange && book_clock_init(&self->books, self->options.book_interval_ns) == 0;
}

feed_decoder *feed_decoder_create(const feed_decoder_options *options)
{
    feed_decoder *self = calloc(1, sizeof *self);
    if (!self) {
        return NULL;
    }
    self->options = *options;
    if (!create_reader(self)) {
        feed_decoder_destroy(self);
        return NULL;
    }
    return self;
}

void feed_decoder_destroy(feed_decoder *self)
{
    if (self) {
        eth_logs_destroy(self->eth);
        exchange_reader_destroy(self->exchange);
        book_clock_fini(&self->books);
        free(self);
    }
}

static void add_event(feed_decoder *self, feed_event_kind kind, const void *message)
{
    self->events[self->count++] = (feed_event){kind, message};
}

/* `bad_before` were reported already. */
static void report_bad(const feed_decoder *self, uint64_t bad_before, const feed_frame *taken,
                       const char *key, const char *reason, feed_report report)
{
    char text[REPORT_SIZE];
    const char *source = self->options.spec.source;
    const char *what = self->options.spec.format == FEED_SBE ? "message" : "line";
    if (bad_before > FEED_REPORTS_MAX) {
        return;
    }
    if (bad_before == FEED_REPORTS_MAX) {
        (void)snprintf(text, sizeof text, "%s: more bad %ss: from here on they are only counted",
                       source, what);
    } else {
        (void)snprintf(text, sizeof text, "%s:%llu: bad %s: %s%s%s", source,
                       (unsigned long long)taken->number, what, key ? key : "", key ? ": " : "",
                       reason);
    }
    report.tell(report.user, text);
}

static void stamp_log(eth_log *log, uint64_t now_ns)
{
    switch (log->kind) {
    case ETH_LOG_SYNC_V2: log->event.sync.received_ns = now_ns; break;
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: log->event.liquidity.received_ns = now_ns; break;
    default: log->event.swap.received_ns = now_ns; break;
    }
}

static feed_event_kind event_of_log(eth_log_kind kind)
{
    switch (kind) {
    case ETH_LOG_SYNC_V2: return FEED_EVENT_SYNC;
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: return FEED_EVENT_LIQUIDITY;
    default: return FEED_EVENT_SWAP;
    }
}

static void take_log(feed_decoder *self, const feed_frame *taken, uint64_t now_ns,
                     feed_report report)
{
    eth_log_kind kind = ETH_LOG_BAD;
    self->log.key = NULL;
    self->log.reason = taken->error;
    if (taken->error) {
        eth_logs_count_bad_line(self->eth);
    } else {
        kind =
            eth_logs_decode(self->eth, taken->bytes, taken->size, taken->received_ns, &self->log);
    }
    if (kind == ETH_LOG_BAD) {
        report_bad(self, self->eth_bad++, taken, self->log.key, self->log.reason, report);
    } else if (kind >= ETH_LOG_SWAP_V2) {
        stamp_log(&self->log, now_ns);
        add_event(self, event_of_log(kind), &self->log.event);
    }
}

static void take_book(feed_decoder *self)
{
    uint32_t changed = exchange_reader_changed(self->exchange);
    const exchange_instrument *instrument = exchange_reader_instrument(self->exchange, changed);
    if (book_clock_take(&self->books, changed, instrument, self->options.number, &self->book)) {
        add_event(self, FEED_EVENT_ORDER_BOOK, &self->book);
    }
}

static void take_exchange(feed_decoder *self, const feed_frame *taken, feed_report report)
{
    exchange_report tell = {report.tell, report.user};
    if (taken->error) {
        exchange_reader_refuse(self->exchange, taken->number, taken->error, tell);
        return;
    }
    unsigned events = exchange_reader_take(self->exchange,
                                           &(exchange_input){.text = taken->bytes,
                                                             .size = taken->size,
                                                             .received_ns = taken->received_ns,
                                                             .number = taken->number,
                                                             .is_message = taken->is_message},
                                           tell);
    if (events & EXCHANGE_QUOTE) {
        add_event(self, FEED_EVENT_QUOTE, exchange_reader_quote(self->exchange));
    }
    if (events & EXCHANGE_CHANGED) {
        take_book(self);
    }
}

/* It was a good message to its reader. */
static void refuse_venue(feed_decoder *self, const feed_frame *taken, const char *reason,
                         feed_report report)
{
    self->sbe.counts.messages[self->sbe.type->id]--;
    self->sbe.counts.bad_frames++;
    report_bad(self, self->sbe_unfit++, taken, NULL, reason, report);
}

/* Each frame is as a datagram of its own to the reader, which says itself what is wrong with one. */
static void take_sbe(feed_decoder *self, const feed_frame *taken, feed_report report)
{
    sbe_reader_feed(&self->sbe, (const uint8_t *)taken->bytes, taken->size, true);
    if (sbe_reader_step(&self->sbe, (sbe_report){report.tell, report.user}) != SBE_STEP_MESSAGE) {
        return;
    }
    feed_event_kind kind = sbe_event_kind(self->sbe.type);
    const char *reason =
        sbe_event_adopt(kind, &self->sbe.message, self->options.number, taken->received_ns);
    if (reason) {
        refuse_venue(self, taken, reason, report);
    } else {
        add_event(self, kind, &self->sbe.message);
    }
}

void feed_decoder_take(feed_decoder *self, const feed_frame *taken, uint64_t now_ns,
                       feed_report report)
{
    self->sent = self->count = 0;
    if (self->eth) {
        take_log(self, taken, now_ns, report);
    } else if (self->exchange) {
        take_exchange(self, taken, report);
    } else {
        take_sbe(self, taken, report);
    }
}

bool feed_decoder_event(const feed_decoder *self, feed_event *event)
{
    if (self->sent == self->count) {
        return false;
    }
    *event = self->events[self->sent];
    return true;
}

void feed_decoder_sent(feed_decoder *self)
{
    self->sent++;
}

void feed_decoder_lose(feed_decoder *self)
{
    if (self->exchange) {
        exchange_reader_lose(self->exchange);
    }
}

uint64_t feed_decoder_time_of(const feed_decoder *self, const feed_frame *next)
{
    capture_line line;
    uint64_t time_ns = 0;
    if (next->error || next->is_message) {
        return next->received_ns;
    }
    if (self->exchange && capture_line_split(next->bytes, next->size, &line) == CAPTURE_TIMED) {
        time_ns = line.received_ns;
    } else if (self->options.spec.format == FEED_SBE) {
        time_ns = sbe_event_time(next->bytes, next->size);
    }
    return time_ns ? time_ns : next->received_ns;
}

uint64_t feed_decoder_frames(const feed_decoder *self)
{
    if (self->eth) {
        return eth_logs_counted(self->eth)->lines;
    }
    return self->exchange ? exchange_reader_counted(self->exchange)->lines
                          : self->sbe.counts.frames;
}

uint64_t feed_decoder_bad(const feed_decoder *self)
{
    if (self->eth) {
        return eth_logs_counted(self->eth)->kinds[ETH_LOG_BAD];
    }
    return self->exchange ? exchange_reader_counted(self->exchange)->bad
                          : self->sbe.counts.bad_frames;
}

const feed_decoder_options *feed_decoder_made(const feed_decoder *self)
{
    return &self->options;
}

const eth_logs_counters *feed_decoder_eth(const feed_decoder *self)
{
    return self->eth ? eth_logs_counted(self->eth) : NULL;
}

const exchange_reader *feed_decoder_exchange(const feed_decoder *self)
{
    return self->exchange;
}

const sbe_counts *feed_decoder_sbe(const feed_decoder *self)
{
    return self->options.spec.format == FEED_SBE ? &self->sbe.counts : NULL;
}

frames_form feed_format_frames(feed_format format)
{
    return format == FEED_SBE ? FRAMES_OF_SBE : FRAMES_OF_LINES;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_READER_STATE_H
#define FEEDS_EXCHANGE_READER_STATE_H

/* What the files of the reader share: its state, and who makes quotes of it. */
#include "feeds/exchange_book.h"
#include "feeds/exchange_reader.h"

/* One frame on its way through the reader. */
typedef struct arrival {
    uint64_t timestamp_ns; /* of the line, else of receipt */
    uint64_t received_ns;
    uint64_t number;
} arrival;

struct exchange_reader {
    exchange_reader_options options;
    instrument_name snapshot_name; /* from the options */
    exchange_frame frame;
    exchange_instruments instruments;
    exchange_counts counts;
    exchange_live live;
    quote_update quote;
    uint64_t quotes;
    uint64_t last_ns; /* timestamp of the frame before */
    uint32_t changed;
};

/** Decodes a frame by the rules of its exchange. */
void exchange_format_decode(exchange_format format, const char *text, size_t size,
                            exchange_frame *frame);

/** After a change of the entry's book: makes a quote of it in self->quote, if one is wanted and the
 * best prices have changed. Returns EXCHANGE_QUOTE or 0. */
unsigned exchange_quote_book(exchange_reader *self, exchange_entry *entry, const arrival *at);

/** The same for a ticker in self->frame, which it counts. */
unsigned exchange_quote_ticker(exchange_reader *self, exchange_entry *entry, const arrival *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_EXCHANGE_FRAMES_H
#define TESTS_ACTORS_EXCHANGE_FRAMES_H

/*
 * A reader of one exchange feed under test: texts go in, each on memory of its own, and what it
 * reports is kept.
 */
#include "actors/feed_support.h"
#include "feeds/exchange_reader.h"
#include "support/leaks.h"

typedef struct exchange_test {
    exchange_reader *reader;
    uint64_t number;  /* of the last text */
    unsigned flags;   /* it came to */
    char report[512]; /* the last one */
    unsigned reports;
} exchange_test;

static void keep_report(void *user, const char *text)
{
    exchange_test *self = user;
    snprintf(self->report, sizeof self->report, "%s", text);
    self->reports++;
}

MYC_UNUSED static exchange_test open_exchange(const exchange_reader_options *options)
{
    exchange_test opened = {.reader = exchange_reader_create(options)};
    cr_assert_not_null(opened.reader);
    return opened;
}

MYC_UNUSED static exchange_test open_format(exchange_format format)
{
    return open_exchange(&(exchange_reader_options){.format = format});
}

/** frames = bad + unknown + status + those of the instruments, and so on. */
MYC_UNUSED static void expect_conserved(const exchange_reader *reader)
{
    const exchange_counts *counts = exchange_reader_counted(reader);
    uint64_t frames = counts->bad + counts->unknown + counts->status;
    for (uint32_t i = 0; i < exchange_reader_instruments(reader); i++) {
        const exchange_instrument_counts *c = &exchange_reader_instrument(reader, i)->counts;
        frames += c->snapshots + c->depth + c->book_tickers + c->trades + c->last_trades;
        cr_assert_eq(c->depth, c->depth_applied + c->depth_dropped_old + c->depth_dropped_invalid +
                                   c->depth_held);
    }
    cr_assert_eq(counts->frames, frames);
    cr_assert_eq(counts->lines, counts->notes + counts->frames);
}

MYC_UNUSED static void close_exchange(exchange_test *self)
{
    expect_conserved(self->reader);
    exchange_reader_destroy(self->reader);
    NO_LEAKS();
}

/** Takes a text received at `number` seconds; returns the flags. */
MYC_UNUSED static unsigned take(exchange_test *self, const char *text)
{
    char *copy = exact_copy(text, strlen(text));
    self->number++;
    exchange_input input = {.text = copy,
                            .size = strlen(text),
                            .received_ns = self->number * UINT64_C(1000000000),
                            .number = self->number};
    self->flags = exchange_reader_take(self->reader, &input, (exchange_report){keep_report, self});
    free(copy);
    return self->flags;
}

MYC_UNUSED static const exchange_instrument *first_instrument(const exchange_test *self)
{
    cr_assert(exchange_reader_instruments(self->reader) > 0);
    return exchange_reader_instrument(self->reader, 0);
}

MYC_UNUSED static const exchange_instrument_counts *counts_of(const exchange_test *self)
{
    return &first_instrument(self)->counts;
}

MYC_UNUSED static void expect_best(const exchange_test *self, int64_t bid, int64_t ask)
{
    const order_book *book = &first_instrument(self)->book;
    const book_level *best_bid = order_book_best(book, BOOK_BIDS);
    const book_level *best_ask = order_book_best(book, BOOK_ASKS);
    cr_assert_eq(bid, best_bid ? best_bid->price : 0);
    cr_assert_eq(ask, best_ask ? best_ask->price : 0);
}

/** The frame is bad, of this kind, and its report says `text`. */
MYC_UNUSED static void expect_bad(exchange_test *self, const char *frame, exchange_bad kind,
                                  const char *text)
{
    const exchange_counts *counts = exchange_reader_counted(self->reader);
    uint64_t before = counts->bad_kinds[kind];
    take(self, frame);
    cr_assert_eq(before + 1, counts->bad_kinds[kind], "%s: %s", frame, self->report);
    cr_assert_not_null(strstr(self->report, text), "%s: %s", frame, self->report);
}

#endif

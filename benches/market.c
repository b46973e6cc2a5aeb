/* SPDX-License-Identifier: Apache-2.0 */
/*
 * book_update, quote_watch: recorded Binance frames, decoded beforehand, through the arithmetic
 * behind the decoders. One thread, no actors.
 *
 * Rows: book_update.change is ns a price level that is set or removed in the book of the perpetual,
 * .quoted is the same with a look for a new quote after each frame. quote_watch.cross is ns a quote
 * of two venues that are compared at three thresholds, .momentum the same with two averages more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "feeds/capture_line.h"
#include "feeds/exchange_frame.h"
#include "market/quote_watch.h"
#include "market/quotes.h"
#include "text/text_file.h"

enum { CHANGES_FULL = 2000000, QUOTES_FULL = 1000000, PATH_SIZE = 4096 };

/* A change of a level, or the end of a frame's changes. */
typedef struct change {
    book_level level;
    book_side side;
    bool is_end;
} change;

/* What was decoded: elements of one size. */
typedef struct list {
    char *elements;
    size_t element_bytes;
    size_t count;
    size_t room;
} list;

typedef struct recording {
    list changes; /* of `change` */
    list quotes;  /* of `quote_update` */
    uint16_t venue;
} recording;

static void append(list *to, const void *element)
{
    if (to->count == to->room) {
        to->room = to->room ? 2 * to->room : 1024;
        to->elements = reallocarray(to->elements, to->room, to->element_bytes);
        if (!to->elements) {
            bench_fail("the recorded frames", MYC_ENOMEM);
        }
    }
    memcpy(to->elements + to->count++ * to->element_bytes, element, to->element_bytes);
}

static void append_changes(list *to, const exchange_frame *frame)
{
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++) {
        const exchange_levels *levels = &frame->sides[side];
        for (uint32_t i = 0; i < levels->count; i++) {
            append(to, &(change){.level = levels->levels[i], .side = (book_side)side});
        }
    }
    append(to, &(change){.is_end = true});
}

static price_level level_e8(book_level level)
{
    return (price_level){.price_e8 = level.price, .quantity_e8 = level.quantity};
}

static void append_quote(recording *to, const exchange_frame *frame, uint64_t received_ns)
{
    quote_update quote = {.timestamp_ns = received_ns,
                          .bid = level_e8(frame->best[BOOK_BIDS]),
                          .ask = level_e8(frame->best[BOOK_ASKS]),
                          .instrument = {"BTCUSDT"},
                          .venue = to->venue};
    append(&to->quotes, &quote);
}

static void take_line(recording *to, exchange_frame *frame, const line_view *line)
{
    capture_line split;
    if (capture_line_split(line->text, line->size, &split) != CAPTURE_TIMED) {
        return;
    }
    binance_decode(split.frame, split.size, frame);
    if (frame->kind == EXCHANGE_FRAME_SNAPSHOT || frame->kind == EXCHANGE_FRAME_DEPTH) {
        append_changes(&to->changes, frame);
    } else if (frame->kind == EXCHANGE_FRAME_TICKER) {
        append_quote(to, frame, split.received_ns);
    }
}

static recording load(const char *name, uint16_t venue)
{
    static char path[PATH_SIZE], reason[PATH_SIZE + 64];
    const char *folder = getenv("MYC_DATA_DIR");
    recording loaded = {.changes = {.element_bytes = sizeof(change)},
                        .quotes = {.element_bytes = sizeof(quote_update)},
                        .venue = venue};
    exchange_frame frame = {.kind = EXCHANGE_FRAME_BAD};
    text_file file;
    line_view line;
    (void)snprintf(path, PATH_SIZE, "%s/%s", folder ? folder : BENCH_DATA_DIR, name);
    if (text_file_open(&file, path, 0) != 0) {
        (void)snprintf(reason, sizeof reason, "no recorded data: %s (set MYC_DATA_DIR)", path);
        bench_cannot_run(reason);
    }
    while (text_file_next(&file, &line) > 0) {
        take_line(&loaded, &frame, &line);
    }
    text_file_close(&file);
    exchange_frame_fini(&frame);
    return loaded;
}

static void unload(recording *loaded)
{
    free(loaded->changes.elements);
    free(loaded->quotes.elements);
}

/* The changes once, from an empty book; with `quotes` each frame is looked at for a quote. Returns
 * how many quotes there were. */
static uint64_t pass_book(const recording *from, book_quotes *quotes)
{
    const change *changes = (const change *)(const void *)from->changes.elements;
    const book_stamp stamp = {.instrument = {"BTCUSDT"}};
    order_book book;
    if (order_book_init(&book, (book_decimals){.price = 8, .quantity = 8}, NULL) != 0) {
        bench_fail("a book", MYC_ENOMEM);
    }
    for (const change *at = changes; at < changes + from->changes.count; at++) {
        quote_update quote;
        if (!at->is_end) {
            int result = order_book_set(&book, at->side, at->level.price, at->level.quantity);
            if (result < 0) {
                bench_fail("a change", result);
            }
        } else if (quotes) {
            (void)book_quotes_take(quotes, &book, &stamp, &quote);
        }
    }
    order_book_fini(&book);
    return quotes ? quotes->quotes : 0;
}

static void run_book(const bench_options *options, bench_output *output)
{
    uint64_t wanted = bench_count(options, CHANGES_FULL), done = 0, plain_ns = 0, quoted_ns = 0;
    bench_pin(options, 0);
    recording loaded = load("binance_ws/usdm_btcusdt_20240808.gz", 0);
    while (done < wanted && loaded.changes.count > 0) {
        book_quotes quotes;
        book_quotes_init(&quotes, NULL);
        uint64_t start_ns = bench_now_ns();
        (void)pass_book(&loaded, NULL);
        uint64_t middle_ns = bench_now_ns();
        if (pass_book(&loaded, &quotes) == 0) {
            bench_cannot_run("the recorded data has no quotes");
        }
        plain_ns += middle_ns - start_ns;
        quoted_ns += bench_now_ns() - middle_ns;
        done += loaded.changes.count;
    }
    unload(&loaded);
    bench_print_part(output, "change", (double)plain_ns / (double)done);
    bench_print_part(output, "quoted", (double)quoted_ns / (double)done);
}

static void ignore_signal(void *user, const quote_signal *signal)
{
    (void)user;
    (void)signal;
}

static uint64_t pass_quotes(const recording *a, const recording *b, const momentum_rule *rule)
{
    const quote_update *from_a = (const quote_update *)(const void *)a->quotes.elements;
    const quote_update *from_b = (const quote_update *)(const void *)b->quotes.elements;
    quote_watch_options options = {.cross_ppm = {500, 600, 700}, .cross_ppm_count = 3};
    quote_watch *watch;
    options.momentum = *rule;
    if (quote_watch_create(&options, &watch) != 0) {
        bench_fail("a watch", MYC_ENOMEM);
    }
    uint64_t start_ns = bench_now_ns();
    for (size_t i = 0, j = 0; i < a->quotes.count || j < b->quotes.count;) {
        bool is_a = j == b->quotes.count ||
                    (i < a->quotes.count && from_a[i].timestamp_ns <= from_b[j].timestamp_ns);
        (void)quote_watch_on_quote(watch, is_a ? &from_a[i++] : &from_b[j++], ignore_signal, NULL);
    }
    uint64_t taken_ns = bench_now_ns() - start_ns;
    if (quote_watch_counted(watch)->cross_venue_signals == 0) {
        bench_cannot_run("the recorded data has no episodes");
    }
    quote_watch_destroy(watch);
    return taken_ns;
}

static void run_quotes(const bench_options *options, bench_output *output)
{
    static const momentum_rule none, hundred_ppm = {.threshold_ppm = 100};
    uint64_t wanted = bench_count(options, QUOTES_FULL), done = 0, cross_ns = 0, both_ns = 0;
    bench_pin(options, 0);
    recording spot = load("binance_ws/spot_btcusdt_20240808.gz", 0);
    recording perpetual = load("binance_ws/usdm_btcusdt_20240808.gz", 1);
    while (done < wanted && spot.quotes.count > 0) {
        cross_ns += pass_quotes(&spot, &perpetual, &none);
        both_ns += pass_quotes(&spot, &perpetual, &hundred_ppm);
        done += spot.quotes.count + perpetual.quotes.count;
    }
    unload(&spot);
    unload(&perpetual);
    bench_print_part(output, "cross", (double)cross_ns / (double)done);
    bench_print_part(output, "momentum", (double)both_ns / (double)done);
}

const bench_workload bench_book_update = {
    .name = "book_update",
    .what = "recorded changes of price levels, set in a book",
    .processors = 1,
    .run = run_book,
};

const bench_workload bench_quote_watch = {
    .name = "quote_watch",
    .what = "recorded quotes of two venues, compared and averaged",
    .processors = 1,
    .run = run_quotes,
};

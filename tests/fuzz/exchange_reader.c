/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of exchange feeds, line by line: whatever comes, it is counted once. */
#include "feeds/exchange_reader.h"
#include "fuzz.h"
#include "text/lines.h"

static void check_instrument(const exchange_instrument *instrument, uint64_t *frames)
{
    const exchange_instrument_counts *c = &instrument->counts;
    FUZZ_CHECK(c->depth == c->depth_applied + c->depth_dropped_old + c->depth_dropped_invalid +
                               c->depth_held,
               "depth %llu", (unsigned long long)c->depth);
    FUZZ_CHECK(instrument->is_valid || (order_book_count(&instrument->book, BOOK_BIDS) == 0 &&
                                        order_book_count(&instrument->book, BOOK_ASKS) == 0),
               "an invalid book has levels");
    FUZZ_CHECK(!instrument->is_valid || c->depth_held == 0, "held beside a valid book");
    FUZZ_CHECK(c->checksums_ok + c->checksums_bad <= c->depth_applied + c->snapshots, "checksums");
    *frames += c->snapshots + c->depth + c->book_tickers + c->trades + c->last_trades;
}

static void check_counts(const exchange_reader *reader)
{
    const exchange_counts *counts = exchange_reader_counted(reader);
    uint64_t frames = counts->bad + counts->unknown + counts->status, bad = 0;
    for (uint32_t i = 0; i < exchange_reader_instruments(reader); i++)
        check_instrument(exchange_reader_instrument(reader, i), &frames);
    for (int kind = 0; kind < EXCHANGE_BAD_KINDS; kind++)
        bad += counts->bad_kinds[kind];
    FUZZ_CHECK(frames == counts->frames, "%llu frames", (unsigned long long)frames);
    FUZZ_CHECK(counts->lines == counts->notes + counts->frames, "lines");
    FUZZ_CHECK(bad == counts->bad, "bad");
}

static void check_quote(const exchange_reader *reader)
{
    const quote_update *quote = exchange_reader_quote(reader);
    FUZZ_CHECK(quote->bid.quantity_e8 >= 0 && quote->ask.quantity_e8 >= 0, "quantity");
    FUZZ_CHECK(quote->instrument.text[0] != 0, "instrument");
}

static void take(exchange_reader *reader, const line_view *line, bool is_message)
{
    char *text = malloc(line->size);
    memcpy(text, line->text, line->size);
    exchange_input input = {.text = text,
                            .size = line->size,
                            .received_ns = line->number,
                            .number = line->number,
                            .is_message = is_message};
    unsigned flags = exchange_reader_take(reader, &input, (exchange_report){NULL, NULL});
    if (flags & EXCHANGE_QUOTE)
        check_quote(reader);
    if (flags & (EXCHANGE_CHANGED | EXCHANGE_RESYNC))
        FUZZ_CHECK(exchange_reader_changed(reader) < exchange_reader_instruments(reader), "index");
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    uint8_t choices = fuzz_byte(&input);
    exchange_reader *reader =
        exchange_reader_create(&(exchange_reader_options){.format = choices % EXCHANGE_FORMATS,
                                                          .quotes = choices >> 2 & 3,
                                                          .depth_max = choices >> 4 & 3});
    lines splitter;
    line_view line;
    lines_init(&splitter, 0);
    lines_feed(&splitter, (const char *)input.bytes, input.size_bytes);
    while (lines_next(&splitter, &line)) {
        take(reader, &line, choices & 64);
        if ((choices & 128) && line.number == 3)
            exchange_reader_lose(reader);
    }
    check_counts(reader);
    lines_fini(&splitter);
    exchange_reader_destroy(reader);
    return 0;
}

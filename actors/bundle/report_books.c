/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "bundle/report_text.h"
#include "market/book_checksum.h"
#include "market/decimals.h"
#include "text/uint128.h"

__extension__ typedef unsigned __int128 wide;

static void write_best(FILE *out, const char *name, const order_book *book, book_side side)
{
    price_level level;
    (void)fprintf(out, "\"%s\":", name);
    if (order_book_count(book, side) > 0 && order_book_level_e8(book, side, 0, &level) == 0) {
        (void)fprintf(out, "[%" PRId64 ",%" PRId64 "],", level.price_e8, level.quantity_e8);
    } else {
        (void)fputs("null,", out);
    }
}

/* From the decimals of the book to 8; digits that there is no room for are cut off. */
static uint128 sum_e8(const exchange_instrument *instrument)
{
    uint32_t decimals = instrument->book.decimals.quantity;
    uint128 sum = instrument->counts.trade_qty_sum;
    wide value = (wide)sum.high << 64 | sum.low;
    if (decimals > DECIMALS_E8) {
        value /= (wide)decimals_power(decimals - DECIMALS_E8);
    } else {
        value *= (wide)decimals_power(DECIMALS_E8 - decimals);
    }
    return (uint128){.low = (uint64_t)value, .high = (uint64_t)(value >> 64)};
}

static void write_counts(FILE *out, const exchange_instrument *instrument)
{
    const exchange_instrument_counts *counts = &instrument->counts;
    char sum[UINT128_TEXT_SIZE];
    (void)uint128_to_decimal(sum_e8(instrument), sum);
    report_member(out, "depth_applied", counts->depth_applied, ",");
    report_member(out, "depth_dropped_old", counts->depth_dropped_old, ",");
    report_member(out, "gaps", counts->gaps, ",");
    report_member(out, "book_ticker", counts->book_tickers, ",");
    report_member(out, "trades", counts->trades, ",");
    (void)fprintf(out, "\"trade_qty_sum_e8\":%s,", sum);
    report_member(out, "checksums_ok", counts->checksums_ok, ",");
    report_member(out, "checksums_bad", counts->checksums_bad, ",");
}

static void write_book(FILE *out, const feed_spec *spec, const exchange_instrument *instrument)
{
    const order_book *book = &instrument->book;
    exchange_format format = exchange_format_of(feed_format_name(spec->format));
    uint32_t crc = book_checksum_final(book, exchange_format_decimals(format));
    (void)fputs("\n{\"feed\":", out);
    report_string(out, spec->text, SIZE_MAX);
    (void)fputs(",\"instrument\":", out);
    report_string(out, instrument->name.text, sizeof instrument->name.text);
    (void)fputs(",\n ", out);
    write_best(out, "best_bid_e8", book, BOOK_BIDS);
    write_best(out, "best_ask_e8", book, BOOK_ASKS);
    (void)fprintf(out, "\"levels\":[%" PRIu32 ",%" PRIu32 "],\n ",
                  order_book_count(book, BOOK_BIDS), order_book_count(book, BOOK_ASKS));
    write_counts(out, instrument);
    report_member(out, "final_book_crc32", crc, "}");
}

int report_write_books(const void *content, FILE *out)
{
    const feed_set *feeds = content;
    const char *before = "";
    (void)fputs("{\"books\":[", out);
    for (uint32_t i = 0; i < feeds->count; i++) {
        const exchange_reader *reader = feed_decoder_exchange(feeds->feeds[i].decoder);
        uint32_t count = reader ? exchange_reader_instruments(reader) : 0;
        for (uint32_t k = 0; k < count; k++) {
            (void)fputs(before, out);
            write_book(out, feed_set_spec(feeds, i + 1), exchange_reader_instrument(reader, k));
            before = ",";
        }
    }
    (void)fputs("]}\n", out);
    return 0;
}

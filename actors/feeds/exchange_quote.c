/* SPDX-License-Identifier: Apache-2.0 */
/* Which changes of books and which tickers become quotes. */
#include "feeds/exchange_reader_state.h"

static book_stamp stamp_of(const exchange_reader *self, const exchange_entry *entry,
                           const arrival *at, uint64_t sequence)
{
    return (book_stamp){.timestamp_ns = at->timestamp_ns,
                        .received_ns = at->received_ns,
                        .sequence = sequence,
                        .instrument = entry->shown.name,
                        .venue = self->options.venue};
}

static unsigned count_quote(exchange_reader *self, exchange_entry *entry)
{
    entry->shown.counts.quotes++;
    self->quotes++;
    return EXCHANGE_QUOTE;
}

/* A book that is crossed is not quoted: what it says cannot be. */
unsigned exchange_quote_book(exchange_reader *self, exchange_entry *entry, const arrival *at)
{
    exchange_quotes source = self->options.quotes;
    bool is_wanted = source == EXCHANGE_QUOTES_BOOK || source == EXCHANGE_QUOTES_ALL ||
                     (source == EXCHANGE_QUOTES_AUTO && !entry->has_ticker);
    if (!is_wanted || order_book_is_crossed(&entry->shown.book)) {
        return 0;
    }
    book_stamp stamp = stamp_of(self, entry, at, entry->shown.sequence);
    bool is_new = book_quotes_take(&entry->quotes, &entry->shown.book, &stamp, &self->quote);
    return is_new ? count_quote(self, entry) : 0;
}

static bool level_to_e8(book_level level, book_decimals from, decimals_rounding rounding,
                        price_level *to)
{
    return decimals_convert(level.price, from.price, DECIMALS_E8, rounding, &to->price_e8) == 0 &&
           decimals_convert(level.quantity, from.quantity, DECIMALS_E8, ROUND_DOWN,
                            &to->quantity_e8) == 0;
}

static unsigned quote(exchange_reader *self, exchange_entry *entry, const arrival *at)
{
    const exchange_frame *frame = &self->frame;
    price_level bid, ask;
    if (!level_to_e8(frame->best[BOOK_BIDS], frame->decimals, ROUND_DOWN, &bid) ||
        !level_to_e8(frame->best[BOOK_ASKS], frame->decimals, ROUND_UP, &ask)) {
        entry->shown.counts.quotes_unfit++;
        return 0;
    }
    self->quote = (quote_update){.timestamp_ns = at->timestamp_ns,
                                 .received_ns = at->received_ns,
                                 .sequence = frame->last_id,
                                 .bid = bid,
                                 .ask = ask,
                                 .instrument = entry->shown.name,
                                 .venue = self->options.venue};
    return count_quote(self, entry);
}

/* Coinbase sends tickers with trades only: between them its book knows better. */
unsigned exchange_quote_ticker(exchange_reader *self, exchange_entry *entry, const arrival *at)
{
    bool is_on_each_change = self->options.format == EXCHANGE_BINANCE;
    exchange_quotes source = self->options.quotes;
    entry->shown.counts.book_tickers++;
    entry->has_ticker |= is_on_each_change;
    bool is_wanted = source == EXCHANGE_QUOTES_TICKER || source == EXCHANGE_QUOTES_ALL ||
                     (source == EXCHANGE_QUOTES_AUTO && is_on_each_change);
    return is_wanted && self->frame.has_sizes ? quote(self, entry, at) : 0;
}

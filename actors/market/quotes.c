/* SPDX-License-Identifier: Apache-2.0 */
#include "market/quotes.h"

void book_quotes_init(book_quotes *quotes, const book_quotes_options *options)
{
    *quotes = (book_quotes){0};
    if (options) {
        quotes->snapshot_interval_ns = options->snapshot_interval_ns;
        quotes->levels = options->snapshot_levels;
    }
}

static bool same(const price_level *a, const price_level *b)
{
    return a->price_e8 == b->price_e8 && a->quantity_e8 == b->quantity_e8;
}

/* What is to be told of a side: its best level, or that nothing stands where it last was. */
static price_level top_of(book_quotes *quotes, const order_book *book, book_side side)
{
    price_level top = {.price_e8 = quotes->last[side].price_e8};
    if (order_book_count(book, side) > 0 && order_book_level_e8(book, side, 0, &top) != 0)
        quotes->unfit++;
    return top;
}

bool book_quotes_take(book_quotes *quotes, const order_book *book, const book_stamp *stamp,
                      quote_update *quote)
{
    price_level bid = top_of(quotes, book, BOOK_BIDS), ask = top_of(quotes, book, BOOK_ASKS);
    if (same(&bid, &quotes->last[BOOK_BIDS]) && same(&ask, &quotes->last[BOOK_ASKS]))
        return false;
    quotes->last[BOOK_BIDS] = bid;
    quotes->last[BOOK_ASKS] = ask;
    quotes->quotes++;
    *quote = (quote_update){.timestamp_ns = stamp->timestamp_ns,
                            .received_ns = stamp->received_ns,
                            .sequence = stamp->sequence,
                            .bid = bid,
                            .ask = ask,
                            .instrument = stamp->instrument,
                            .venue = stamp->venue};
    return true;
}

bool book_quotes_is_snapshot_due(book_quotes *quotes, uint64_t timestamp_ns)
{
    uint64_t interval_ns = quotes->snapshot_interval_ns;
    if (interval_ns == 0 || timestamp_ns < quotes->snapshot_due_ns)
        return false;
    quotes->snapshot_due_ns = (timestamp_ns / interval_ns + 1) * interval_ns;
    quotes->snapshots++;
    return true;
}

/* Adds a level to the `*count` that are there; one with the price of the last is added to it. */
static int put_level(price_level *levels, uint8_t *count, const price_level *level)
{
    price_level *last = *count > 0 ? &levels[*count - 1] : NULL;
    if (last && last->price_e8 == level->price_e8)
        return __builtin_add_overflow(last->quantity_e8, level->quantity_e8, &last->quantity_e8)
                   ? MYC_ELIMIT
                   : 0;
    levels[(*count)++] = *level;
    return 0;
}

/* Levels become one only as they come, so one more than asked is looked at before the end. */
static int fill_side(const order_book *book, book_side side, uint32_t levels_max,
                     price_level *levels, uint8_t *count)
{
    *count = 0;
    for (uint32_t rank = 0; rank < order_book_count(book, side); rank++) {
        price_level level;
        int error = order_book_level_e8(book, side, rank, &level);
        if (error != 0)
            return error;
        if (*count == levels_max && levels[*count - 1].price_e8 != level.price_e8)
            break;
        error = put_level(levels, count, &level);
        if (error != 0)
            return error;
    }
    return 0;
}

int book_snapshot_fill(const order_book *book, uint32_t levels, const book_stamp *stamp,
                       order_book_snapshot *snapshot)
{
    if (levels == 0 || levels > ORDER_BOOK_LEVELS_MAX)
        levels = ORDER_BOOK_LEVELS_MAX;
    *snapshot = (order_book_snapshot){.timestamp_ns = stamp->timestamp_ns,
                                      .received_ns = stamp->received_ns,
                                      .sequence = stamp->sequence,
                                      .instrument = stamp->instrument,
                                      .venue = stamp->venue};
    int error = fill_side(book, BOOK_BIDS, levels, snapshot->bids, &snapshot->bid_count);
    return error ? error : fill_side(book, BOOK_ASKS, levels, snapshot->asks, &snapshot->ask_count);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"
#include "support/leaks.h"

/* A bad field is refused by the encoder, named with its offset, and nothing else is blamed. */
static void refused(const myc_type *type, const void *payload, const char *field, uint64_t offset)
{
    encoded e = encode(type, payload);
    cr_assert_eq(MYC_EFIELD, e.code, "%s.%s was taken", type->name, field);
    cr_assert_str_eq(type->name, e.error.type);
    cr_assert_str_eq(field, e.error.field);
    cr_assert_eq(offset, e.error.offset, "offset of %s: %llu", field,
                 (unsigned long long)e.error.offset);
    cr_assert_not_null(e.error.reason);
    free(e.bytes);
}

/* The same for the decoder, with `value` put into a valid message at `offset` + `byte`. */
static void refused_at(const myc_type *type, const char *field, size_t offset, size_t byte,
                       uint8_t value)
{
    uint64_t state = 7;
    sample s = random_sample(&state, type->id), ignored;
    if (type->id == ORDER_BOOK_SNAPSHOT_ID)
        s.book.bid_count = s.book.ask_count = 0;
    encoded e = encode(type, &s);
    myc_codec_error error = {0};
    e.bytes[offset + byte] = value;
    cr_assert_eq(MYC_EFIELD, decode(type, &ignored, e.bytes, e.size_bytes, &error));
    cr_assert_str_eq(type->name, error.type);
    cr_assert_str_eq(field, error.field);
    cr_assert_eq(offset, error.offset);
    free(e.bytes);
}

static sample valid(uint32_t type_id)
{
    uint64_t state = 3;
    return random_sample(&state, type_id);
}

Test(market_codec, refuses_a_pool_version_that_is_not_2_or_3)
{
    sample s = valid(POOL_SWAP_EVENT_ID);
    s.swap.pool_version = 1;
    refused(&pool_swap_event_type, &s, "pool_version", 8 + 116);
    s.swap.pool_version = 4;
    refused(&pool_swap_event_type, &s, "pool_version", 8 + 116);
    refused_at(&pool_swap_event_type, "pool_version", 8 + 116, 0, 0);
    NO_LEAKS();
}

Test(market_codec, refuses_reserves_of_2_to_the_112)
{
    sample s = valid(POOL_SYNC_EVENT_ID);
    s.sync.reserve0 = (uint128){0, UINT64_C(1) << 48};
    refused(&pool_sync_event_type, &s, "reserve0", 8 + 32);
    s.sync.reserve0 = (uint128){UINT64_MAX, (UINT64_C(1) << 48) - 1};
    s.sync.reserve1 = (uint128){0, UINT64_C(1) << 63};
    refused(&pool_sync_event_type, &s, "reserve1", 8 + 48);
    refused_at(&pool_sync_event_type, "reserve0", 8 + 32, 14, 1);
    refused_at(&pool_sync_event_type, "reserve1", 8 + 48, 15, 0x80);
    NO_LEAKS();
}

Test(market_codec, refuses_an_unknown_liquidity_kind)
{
    sample s = valid(POOL_LIQUIDITY_EVENT_ID);
    s.liquidity.kind = 2;
    refused(&pool_liquidity_event_type, &s, "kind", 8 + 84);
    refused_at(&pool_liquidity_event_type, "kind", 8 + 84, 0, 255);
    NO_LEAKS();
}

Test(market_codec, refuses_negative_quantities)
{
    sample s = valid(QUOTE_UPDATE_ID);
    s.quote.bid.quantity_e8 = -1;
    refused(&quote_update_type, &s, "bid", 8 + 24);
    s.quote.bid.quantity_e8 = 0;
    s.quote.ask.quantity_e8 = INT64_MIN;
    refused(&quote_update_type, &s, "ask", 8 + 40);
    refused_at(&quote_update_type, "bid", 8 + 24, 15, 0x80);
    refused_at(&quote_update_type, "ask", 8 + 40, 15, 0xff);
    NO_LEAKS();
}

Test(market_codec, refuses_names_that_are_not_printable_ascii_padded_with_zeros)
{
    static const char *const bad[] = {"", "BTC\0X", "BTC\nUSD", "\x7f", "\xc3\xa9", "\0BTC"};
    static const size_t lengths[] = {0, 5, 7, 1, 2, 4};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sample s = valid(QUOTE_UPDATE_ID);
        memset(&s.quote.instrument, 0, sizeof s.quote.instrument);
        memcpy(s.quote.instrument.text, bad[i], lengths[i]);
        refused(&quote_update_type, &s, "instrument", 8 + 56);
    }
    refused_at(&quote_update_type, "instrument", 8 + 56, 0, 0);
    refused_at(&order_book_snapshot_type, "instrument", 8 + 24, 0, 0x80);
    NO_LEAKS();
}

Test(market_codec, refuses_more_levels_than_a_book_has)
{
    enum { BIDS = 8 + 42, ASKS_OF_EMPTY = BIDS + 4 };
    sample s = valid(ORDER_BOOK_SNAPSHOT_ID);
    s.book.bid_count = ORDER_BOOK_LEVELS_MAX + 1;
    refused(&order_book_snapshot_type, &s, "bids", BIDS);
    s.book.bid_count = 0;
    s.book.ask_count = UINT8_MAX;
    refused(&order_book_snapshot_type, &s, "asks", ASKS_OF_EMPTY);
    refused_at(&order_book_snapshot_type, "bids", BIDS, 2, ORDER_BOOK_LEVELS_MAX + 1);
    refused_at(&order_book_snapshot_type, "bids", BIDS, 3, 1); /* 256: must not be cut to 0 */
    refused_at(&order_book_snapshot_type, "asks", ASKS_OF_EMPTY, 3, 255);
    NO_LEAKS();
}

Test(market_codec, refuses_levels_out_of_order)
{
    enum { BIDS = 8 + 42 + 4 };
    sample s = valid(ORDER_BOOK_SNAPSHOT_ID);
    s.book.bid_count = s.book.ask_count = 3;
    for (int i = 0; i < 3; i++) {
        s.book.bids[i] = (price_level){100 - i, 1};
        s.book.asks[i] = (price_level){200 + i, 1};
    }
    order_book_snapshot good = s.book;
    s.book.bids[2].price_e8 = 99; /* twice */
    refused(&order_book_snapshot_type, &s, "bids", BIDS + 2 * 16);
    s.book = good;
    s.book.bids[1].price_e8 = 101;
    refused(&order_book_snapshot_type, &s, "bids", BIDS + 16);
    s.book = good;
    s.book.asks[1].price_e8 = 200;
    refused(&order_book_snapshot_type, &s, "asks", BIDS + 3 * 16 + 4 + 16);
    s.book = good;
    s.book.asks[2].quantity_e8 = -1;
    refused(&order_book_snapshot_type, &s, "asks", BIDS + 3 * 16 + 4 + 2 * 16);
    NO_LEAKS();
}

Test(market_codec, takes_books_of_every_depth)
{
    for (uint8_t bids = 0; bids <= ORDER_BOOK_LEVELS_MAX; bids++) {
        sample s = valid(ORDER_BOOK_SNAPSHOT_ID), decoded;
        memset(s.book.bids, 0, sizeof s.book.bids);
        memset(s.book.asks, 0, sizeof s.book.asks);
        s.book.bid_count = bids;
        s.book.ask_count = (uint8_t)(ORDER_BOOK_LEVELS_MAX - bids);
        for (int i = 0; i < bids; i++)
            s.book.bids[i] = (price_level){-i, i};
        for (int i = 0; i < s.book.ask_count; i++)
            s.book.asks[i] = (price_level){i, i};
        encoded e = encode(&order_book_snapshot_type, &s);
        cr_assert_eq(8 + 42 + 2 * 4 + 20 * 16, e.size_bytes);
        cr_assert_eq(0, decode(&order_book_snapshot_type, &decoded, e.bytes, e.size_bytes, NULL));
        cr_assert_eq(0, memcmp(&s, &decoded, sizeof s));
        free(e.bytes);
    }
    NO_LEAKS();
}

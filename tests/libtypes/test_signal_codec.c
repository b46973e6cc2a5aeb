/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "samples.h"
#include "support/leaks.h"

static sample valid(uint32_t type_id)
{
    uint64_t state = 5;
    return random_sample(&state, type_id);
}

static void refused(const myc_type *type, const void *payload, const char *field, uint64_t offset)
{
    encoded e = encode(type, payload);
    cr_assert_eq(MYC_EFIELD, e.code, "%s.%s was taken", type->name, field);
    cr_assert_str_eq(type->name, e.error.type);
    cr_assert_str_eq(field, e.error.field);
    cr_assert_eq(offset, e.error.offset);
    free(e.bytes);
}

/* Puts `size_bytes` of `value` into a valid message and expects the decoder to refuse the field. */
static void refused_bytes(const myc_type *type, const char *field, size_t offset, const void *value,
                          size_t size_bytes)
{
    sample s = valid(type->id), ignored;
    encoded e = encode(type, &s);
    myc_codec_error error = {0};
    memcpy(e.bytes + offset, value, size_bytes);
    cr_assert_eq(MYC_EFIELD, decode(type, &ignored, e.bytes, e.size_bytes, &error));
    cr_assert_str_eq(type->name, error.type);
    cr_assert_str_eq(field, error.field);
    cr_assert_eq(offset, error.offset);
    free(e.bytes);
}

Test(signal_codec, refuses_a_profit_of_0)
{
    static const uint8_t zero[16];
    sample s = valid(ARBITRAGE_SIGNAL_ID);
    s.arbitrage.profit = (uint128){0, 0};
    refused(&arbitrage_signal_type, &s, "profit", 8 + 56);
    refused_bytes(&arbitrage_signal_type, "profit", 8 + 56, zero, sizeof zero);
    NO_LEAKS();
}

Test(signal_codec, takes_a_profit_in_either_word)
{
    static const uint128 profits[] = {{1, 0}, {0, 1}, {UINT64_MAX, UINT64_MAX}};
    for (size_t i = 0; i < sizeof profits / sizeof *profits; i++) {
        sample s = valid(ARBITRAGE_SIGNAL_ID), decoded;
        s.arbitrage.profit = profits[i];
        encoded e = encode(&arbitrage_signal_type, &s);
        cr_assert_eq(0, decode(&arbitrage_signal_type, &decoded, e.bytes, e.size_bytes, NULL));
        cr_assert_eq(profits[i].low, decoded.arbitrage.profit.low);
        cr_assert_eq(profits[i].high, decoded.arbitrage.profit.high);
        free(e.bytes);
    }
    NO_LEAKS();
}

Test(signal_codec, refuses_an_infinite_or_negative_value_in_usd)
{
    static const double bad[] = {(double)INFINITY, (double)-INFINITY, -1e-300, -5.0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sample s = valid(ARBITRAGE_SIGNAL_ID);
        s.arbitrage.profit_usd = bad[i];
        refused(&arbitrage_signal_type, &s, "profit_usd", 8 + 72);
        refused_bytes(&arbitrage_signal_type, "profit_usd", 8 + 72, &bad[i], sizeof bad[i]);
    }
    NO_LEAKS();
}

/* Which NaN a machine makes differs; equal signals must give equal bytes. */
Test(signal_codec, writes_every_nan_as_the_null_of_sbe)
{
    static const uint8_t null[8] = {0, 0, 0, 0, 0, 0, 0xf8, 0x7f};
    static const uint64_t nans[] = {UINT64_C(0x7ff8000000000000), UINT64_C(0xfff8000000000000),
                                    UINT64_C(0x7ff0000000000001), UINT64_MAX};
    for (size_t i = 0; i < sizeof nans / sizeof *nans; i++) {
        sample s = valid(ARBITRAGE_SIGNAL_ID), decoded;
        memcpy(&s.arbitrage.profit_usd, &nans[i], sizeof nans[i]);
        encoded e = encode(&arbitrage_signal_type, &s);
        cr_assert_eq(0, e.code);
        cr_assert_arr_eq(null, e.bytes + 8 + 72, sizeof null);
        memcpy(e.bytes + 8 + 72, &nans[i], sizeof nans[i]);
        cr_assert_eq(0, decode(&arbitrage_signal_type, &decoded, e.bytes, e.size_bytes, NULL));
        cr_assert(isnan(decoded.arbitrage.profit_usd));
        free(e.bytes);
    }
    NO_LEAKS();
}

Test(signal_codec, refuses_an_unknown_kind_direction_and_phase)
{
    static const uint8_t one = 1, two = 2, three = 3;
    sample s = valid(ARBITRAGE_SIGNAL_ID);
    s.arbitrage.kind = one;
    refused(&arbitrage_signal_type, &s, "kind", 8 + 180);
    refused_bytes(&arbitrage_signal_type, "kind", 8 + 180, &one, 1);
    s = valid(MOMENTUM_SIGNAL_ID);
    s.momentum.direction = two;
    refused(&momentum_signal_type, &s, "direction", 8 + 58);
    refused_bytes(&momentum_signal_type, "direction", 8 + 58, &two, 1);
    s = valid(CROSS_VENUE_SIGNAL_ID);
    s.cross_venue.phase = three;
    refused(&cross_venue_signal_type, &s, "phase", 8 + 120);
    refused_bytes(&cross_venue_signal_type, "phase", 8 + 120, &three, 1);
    NO_LEAKS();
}

Test(signal_codec, refuses_prices_that_are_not_finite)
{
    static const double bad[] = {(double)INFINITY, (double)-INFINITY, (double)NAN};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sample s = valid(MOMENTUM_SIGNAL_ID);
        s.momentum.fast_price = bad[i];
        refused(&momentum_signal_type, &s, "fast_price", 8 + 16);
        s = valid(MOMENTUM_SIGNAL_ID);
        s.momentum.slow_price = bad[i];
        refused(&momentum_signal_type, &s, "slow_price", 8 + 24);
        refused_bytes(&momentum_signal_type, "fast_price", 8 + 16, &bad[i], sizeof bad[i]);
        refused_bytes(&momentum_signal_type, "slow_price", 8 + 24, &bad[i], sizeof bad[i]);
    }
    NO_LEAKS();
}

Test(signal_codec, refuses_gaps_that_are_not_finite)
{
    static const double bad[] = {(double)INFINITY, (double)-INFINITY, (double)NAN};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sample s = valid(CROSS_VENUE_SIGNAL_ID);
        s.cross_venue.gap_ppm = bad[i];
        refused(&cross_venue_signal_type, &s, "gap_ppm", 8 + 32);
        s = valid(CROSS_VENUE_SIGNAL_ID);
        s.cross_venue.largest_gap_ppm = bad[i];
        refused(&cross_venue_signal_type, &s, "largest_gap_ppm", 8 + 40);
        refused_bytes(&cross_venue_signal_type, "gap_ppm", 8 + 32, &bad[i], sizeof bad[i]);
    }
    NO_LEAKS();
}

Test(signal_codec, refuses_levels_with_a_negative_quantity)
{
    sample s = valid(CROSS_VENUE_SIGNAL_ID);
    s.cross_venue.buy_ask.quantity_e8 = -1;
    refused(&cross_venue_signal_type, &s, "buy_ask", 8 + 48);
    s = valid(CROSS_VENUE_SIGNAL_ID);
    s.cross_venue.sell_bid.quantity_e8 = INT64_MIN;
    refused(&cross_venue_signal_type, &s, "sell_bid", 8 + 64);
    NO_LEAKS();
}

Test(signal_codec, refuses_an_empty_instrument)
{
    sample s = valid(MOMENTUM_SIGNAL_ID);
    memset(&s.momentum.instrument, 0, sizeof s.momentum.instrument);
    refused(&momentum_signal_type, &s, "instrument", 8 + 40);
    s = valid(CROSS_VENUE_SIGNAL_ID);
    memset(&s.cross_venue.buy_instrument, 0, sizeof s.cross_venue.buy_instrument);
    refused(&cross_venue_signal_type, &s, "buy_instrument", 8 + 80);
    s = valid(CROSS_VENUE_SIGNAL_ID);
    memset(&s.cross_venue.sell_instrument, 0, sizeof s.cross_venue.sell_instrument);
    refused(&cross_venue_signal_type, &s, "sell_instrument", 8 + 96);
    NO_LEAKS();
}

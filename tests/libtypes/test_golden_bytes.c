/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message of each type byte for byte, written down by hand from schema/market.xml, one field
 * a line. These bytes are what other programs and recorded files have: they never change.
 */
#include "samples.h"
#include "support/leaks.h"

#define ADDRESS_TAIL "0102030405060708090a0b0c0d0e0f10111213"
#define TIMES                                                                                      \
    "00e8bc5be5869a17" /* timestamp_ns 1700820128930523136 */                                      \
    "0100000000000080" /* received_ns 2^63 + 1 */
#define POSITION                                                                                   \
    "020fc50000000000" /* block_number 12914434 */                                                 \
    "04030201"         /* transaction_index 0x01020304 */                                          \
    "ff000000"         /* log_index 255 */

static const uint64_t timestamp_ns = UINT64_C(0x179a86e55bbce800);
static const uint64_t received_ns = UINT64_C(0x8000000000000001);
static const chain_position position = {0xc50f02, 0x01020304, 255};

static eth_address address(uint8_t first)
{
    eth_address a;
    for (size_t i = 0; i < sizeof a.bytes; i++)
        a.bytes[i] = i ? (uint8_t)i : first;
    return a;
}

static size_t from_hex(const char *hex, uint8_t *bytes)
{
    size_t count = 0;
    for (int read = 0; *hex; hex += read) {
        unsigned value;
        cr_assert_eq(1, sscanf(hex, " %2x%n", &value, &read));
        bytes[count++] = (uint8_t)value;
    }
    return count;
}

/* `payload` encodes to the bytes, and the bytes decode to `payload`. */
static void golden(const myc_type *type, const void *payload, const char *hex)
{
    uint8_t expected[LIBTYPES_MESSAGE_BYTES_MAX];
    size_t size_bytes = from_hex(hex, expected);
    sample decoded;
    encoded e = encode(type, payload);
    cr_assert_eq(0, e.code, "%s: %s", e.error.field, e.error.reason);
    cr_assert_eq(size_bytes, e.size_bytes);
    cr_assert_arr_eq(expected, e.bytes, size_bytes);
    cr_assert_eq(0, decode(type, &decoded, expected, size_bytes, NULL));
    cr_assert_eq(0, memcmp(payload, &decoded, type->size_bytes));
    free(e.bytes);
}

Test(golden_bytes, pool_swap_event)
{
    const pool_swap_event m = {.timestamp_ns = timestamp_ns,
                               .received_ns = received_ns,
                               .position = position,
                               .amount0_in = {UINT64_C(0x1122334455667788), 0},
                               .amount1_in = {0, UINT64_C(0x99aabbccddeeff01)},
                               .amount0_out = {1, 2},
                               .amount1_out = {UINT64_MAX, UINT64_MAX - 1},
                               .pool = address(0xb4),
                               .pool_version = 3};
    golden(&pool_swap_event_type, &m,
           "7500 0100 4d59 0000" /* blockLength 117, templateId, schemaId "MY", version */
           TIMES POSITION "8877665544332211 0000000000000000" /* amount0_in */
           "0000000000000000 01ffeeddccbbaa99"                /* amount1_in */
           "0100000000000000 0200000000000000"                /* amount0_out */
           "ffffffffffffffff feffffffffffffff"                /* amount1_out */
           "b4" ADDRESS_TAIL                                  /* pool */
           "03");                                             /* pool_version */
    NO_LEAKS();
}

Test(golden_bytes, pool_sync_event)
{
    const pool_sync_event m = {.timestamp_ns = timestamp_ns,
                               .received_ns = received_ns,
                               .position = position,
                               .reserve0 = {UINT64_MAX, (UINT64_C(1) << 48) - 1},
                               .reserve1 = {256, 0},
                               .pool = address(0xc5)};
    golden(&pool_sync_event_type, &m,
           "5400 0200 4d59 0000"                              /* header, blockLength 84 */
           TIMES POSITION "ffffffffffffffff ffffffffffff0000" /* reserve0 2^112 - 1 */
           "0001000000000000 0000000000000000"                /* reserve1 256 */
           "c5" ADDRESS_TAIL);                                /* pool */
    NO_LEAKS();
}

Test(golden_bytes, pool_liquidity_event)
{
    const pool_liquidity_event m = {.timestamp_ns = timestamp_ns,
                                    .received_ns = received_ns,
                                    .position = position,
                                    .amount0 = {10, 11},
                                    .amount1 = {12, 13},
                                    .pool = address(0xd6),
                                    .kind = POOL_LIQUIDITY_BURN};
    golden(&pool_liquidity_event_type, &m,
           "5500 0300 4d59 0000"                              /* header, blockLength 85 */
           TIMES POSITION "0a00000000000000 0b00000000000000" /* amount0 */
           "0c00000000000000 0d00000000000000"                /* amount1 */
           "d6" ADDRESS_TAIL                                  /* pool */
           "01");                                             /* kind */
    NO_LEAKS();
}

Test(golden_bytes, quote_update)
{
    const quote_update m = {.timestamp_ns = timestamp_ns,
                            .received_ns = received_ns,
                            .sequence = 7,
                            .bid = {-1, INT64_MAX},
                            .ask = {INT64_C(6168599000000), 100870000},
                            .instrument = {"BTCUSDT"},
                            .venue = 0x0102};
    golden(&quote_update_type, &m,
           "4a00 0400 4d59 0000"               /* header, blockLength 74 */
           TIMES "0700000000000000"            /* sequence */
           "ffffffffffffffff ffffffffffffff7f" /* bid */
           "c0f3263d9c050000 7027030600000000" /* ask 61685.99 x 1.0087 */
           "42544355534454 000000000000000000" /* instrument */
           "0201");                            /* venue */
    NO_LEAKS();
}

Test(golden_bytes, order_book_snapshot)
{
    const order_book_snapshot m = {.timestamp_ns = timestamp_ns,
                                   .received_ns = received_ns,
                                   .sequence = UINT64_MAX,
                                   .instrument = {"ABCDEFGHIJKLMNOP"},
                                   .venue = 3,
                                   .bid_count = 2,
                                   .ask_count = 1,
                                   .bids = {{5, 50}, {-6, 60}},
                                   .asks = {{7, 70}}};
    golden(&order_book_snapshot_type, &m,
           "2a00 0500 4d59 0000"              /* header, blockLength 42 */
           TIMES "ffffffffffffffff"           /* sequence */
           "4142434445464748494a4b4c4d4e4f50" /* instrument, all 16 characters */
           "0300"                             /* venue */
           "1000 0200"                        /* bids: two entries of 16 bytes */
           "0500000000000000 3200000000000000 faffffffffffffff 3c00000000000000 1000 0100" /* asks:
                                                                                              one */
           "0700000000000000 4600000000000000");
    NO_LEAKS();
}

Test(golden_bytes, arbitrage_signal)
{
    const arbitrage_signal m = {.timestamp_ns = timestamp_ns,
                                .received_ns = received_ns,
                                .opportunity_id = 9,
                                .position = position,
                                .amount_in = {3, 4},
                                .profit = {UINT64_C(79252697025622854), 0},
                                .profit_usd = 1.5,
                                .trigger_pool = address(0xa1),
                                .buy_pool = address(0xa2),
                                .sell_pool = address(0xa3),
                                .token_in = address(0xa4),
                                .token_mid = address(0xa5),
                                .kind = ARBITRAGE_TWO_POOL};
    golden(&arbitrage_signal_type, &m,
           "b500 0600 4d59 0000"                        /* header, blockLength 181 */
           TIMES "0900000000000000"                     /* opportunity_id */
           POSITION "0300000000000000 0400000000000000" /* amount_in */
           "4633b475e88f1901 0000000000000000"          /* profit 79252697025622854 */
           "000000000000f83f"                           /* profit_usd 1.5 */
           "a1" ADDRESS_TAIL                            /* trigger_pool */
           "a2" ADDRESS_TAIL                            /* buy_pool */
           "a3" ADDRESS_TAIL                            /* sell_pool */
           "a4" ADDRESS_TAIL                            /* token_in */
           "a5" ADDRESS_TAIL                            /* token_mid */
           "00");                                       /* kind */
    NO_LEAKS();
}

Test(golden_bytes, momentum_signal)
{
    const momentum_signal m = {.timestamp_ns = timestamp_ns,
                               .received_ns = received_ns,
                               .fast_price = 2.0,
                               .slow_price = -0.5,
                               .deviation_ppm = -2,
                               .instrument = {"ETH/CHF"},
                               .venue = UINT16_MAX,
                               .direction = MOMENTUM_DOWN};
    golden(&momentum_signal_type, &m,
           "3b00 0700 4d59 0000"               /* header, blockLength 59 */
           TIMES "0000000000000040"            /* fast_price 2.0 */
           "000000000000e0bf"                  /* slow_price -0.5 */
           "feffffffffffffff"                  /* deviation_ppm */
           "4554482f434846 000000000000000000" /* instrument */
           "ffff"                              /* venue */
           "01");                              /* direction */
    NO_LEAKS();
}

Test(golden_bytes, cross_venue_signal)
{
    const cross_venue_signal m = {.timestamp_ns = timestamp_ns,
                                  .received_ns = received_ns,
                                  .episode_id = 11,
                                  .duration_ns = 258,
                                  .gap_ppm = 1.5,
                                  .largest_gap_ppm = 2.0,
                                  .buy_ask = {1, 2},
                                  .sell_bid = {-2, 3},
                                  .buy_instrument = {"ETH/CHF"},
                                  .sell_instrument = {"ETH-CHF"},
                                  .threshold_ppm = 500,
                                  .buy_venue = 3,
                                  .sell_venue = UINT16_MAX,
                                  .phase = CROSS_VENUE_END};
    golden(&cross_venue_signal_type, &m,
           "7900 0800 4d59 0000"               /* header, blockLength 121 */
           TIMES "0b00000000000000"            /* episode_id */
           "0201000000000000"                  /* duration_ns */
           "000000000000f83f"                  /* gap_ppm 1.5 */
           "0000000000000040"                  /* largest_gap_ppm 2.0 */
           "0100000000000000 0200000000000000" /* buy_ask */
           "feffffffffffffff 0300000000000000" /* sell_bid */
           "4554482f434846 000000000000000000" /* buy_instrument */
           "4554482d434846 000000000000000000" /* sell_instrument */
           "f4010000"                          /* threshold_ppm */
           "0300"                              /* buy_venue */
           "ffff"                              /* sell_venue */
           "02");                              /* phase */
    NO_LEAKS();
}

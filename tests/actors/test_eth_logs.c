/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "actors/log_lines.h"
#include "feeds/eth_logs.h"
#include "support/leaks.h"
#include "text/uint128.h"

enum { RECEIVED_NS = 77 };

static eth_log_kind decode_with(const eth_logs_options *options, const log_parts *parts,
                                eth_log *log)
{
    size_t size;
    char *line = log_line(parts, &size);
    char *copy = exact_copy(line, size);
    eth_logs *feed = eth_logs_create(options);
    eth_log_kind kind = eth_logs_decode(feed, copy, size, RECEIVED_NS, log);
    eth_logs_destroy(feed);
    free(copy);
    free(line);
    cr_assert_eq(kind, log->kind);
    return kind;
}

static eth_log_kind decode(const log_parts *parts, eth_log *log)
{
    return decode_with(NULL, parts, log);
}

static void expect_amount(const char *decimal, uint128 amount)
{
    char text[UINT128_TEXT_SIZE];
    uint128_to_decimal(amount, text);
    cr_assert_str_eq(decimal, text);
}

static void expect_pool(const eth_address *pool)
{
    char text[HEX_ADDRESS_TEXT_SIZE + 1];
    hex_format_address(pool, text);
    cr_assert_str_eq("0x0d4a11d5eeaac28ec3f61d100daf4d40471f1852", text);
}

Test(eth_logs, decodes_a_sync)
{
    eth_log log;
    const log_parts parts = {.data = "\"0x" WORD128("0000ffffffffffff", ONES16)
                                 WORD("00000000000000FF") "\"",
                             .transaction_index = "\"0xfffffffe\""};
    cr_assert_eq(ETH_LOG_SYNC_V2, decode(&parts, &log));
    const pool_sync_event *sync = &log.event.sync;
    expect_amount("5192296858534827628530496329220095", sync->reserve0); /* 2^112 - 1 */
    expect_amount("255", sync->reserve1);
    expect_pool(&sync->pool);
    cr_assert_eq(10803840, sync->position.block_number);
    cr_assert_eq(0xfffffffe, sync->position.transaction_index);
    cr_assert_eq(0x1f, sync->position.log_index);
    cr_assert_eq(RECEIVED_NS, sync->received_ns);
    cr_assert_eq(RECEIVED_NS, sync->timestamp_ns);
    NO_LEAKS();
}

Test(eth_logs, decodes_a_v2_swap_with_amounts_above_64_bits)
{
    eth_log log;
    const log_parts parts = {.topics = "[\"" SWAP_V2 "\",\"" PARTY "\",\"" PARTY "\"]",
                             .data = "\"0x" WORD128(ONES16, ONES16) WORD("0000000000000002")
                                 WORD128("0000000000000001", ZEROS16)
                                     WORD("8000000000000000") "\""};
    cr_assert_eq(ETH_LOG_SWAP_V2, decode(&parts, &log));
    const pool_swap_event *swap = &log.event.swap;
    expect_amount("340282366920938463463374607431768211455", swap->amount0_in);
    expect_amount("2", swap->amount1_in);
    expect_amount("18446744073709551616", swap->amount0_out);
    expect_amount("9223372036854775808", swap->amount1_out);
    expect_pool(&swap->pool);
    cr_assert_eq(2, swap->pool_version);
    NO_LEAKS();
}

Test(eth_logs, splits_the_signed_amounts_of_a_v3_swap)
{
    eth_log log;
    const log_parts parts = {.topics = "[\"" SWAP_V3 "\",\"" PARTY "\",\"" PARTY "\"]",
                             .data = "\"0x" WORD("0000000000000005") NEGATIVE("fffffffffffffff9")
                                 WORD128("0000000000000001", ONES16) WORD(ONES16)
                                     NEGATIVE(ONES16) "\""};
    cr_assert_eq(ETH_LOG_SWAP_V3, decode(&parts, &log));
    const pool_swap_event *swap = &log.event.swap;
    expect_amount("5", swap->amount0_in);
    expect_amount("0", swap->amount0_out);
    expect_amount("0", swap->amount1_in);
    expect_amount("7", swap->amount1_out);
    cr_assert_eq(3, swap->pool_version);
    NO_LEAKS();
}

Test(eth_logs, decodes_a_mint_and_a_burn)
{
    eth_log log;
    const log_parts mint = {.topics = "[\"" MINT_V2 "\",\"" PARTY "\"]"};
    cr_assert_eq(ETH_LOG_MINT_V2, decode(&mint, &log));
    cr_assert_eq(POOL_LIQUIDITY_MINT, log.event.liquidity.kind);
    expect_amount("10", log.event.liquidity.amount0);
    expect_amount("11", log.event.liquidity.amount1);
    const log_parts burn = {.topics = "[\"" BURN_V2 "\",\"" PARTY "\",\"" PARTY "\"]"};
    cr_assert_eq(ETH_LOG_BURN_V2, decode(&burn, &log));
    cr_assert_eq(POOL_LIQUIDITY_BURN, log.event.liquidity.kind);
    expect_amount("11", log.event.liquidity.amount1);
    NO_LEAKS();
}

Test(eth_logs, decodes_a_mint_whose_sender_is_not_indexed)
{
    eth_log log;
    const log_parts parts = {.topics = "[\"" MINT_V2 "\"]",
                             .data = "\"0x" WORD("00000000000000aa") WORD("0000000000000001")
                                 WORD("0000000000000002") "\""};
    cr_assert_eq(ETH_LOG_MINT_V2, decode(&parts, &log));
    expect_amount("1", log.event.liquidity.amount0);
    expect_amount("2", log.event.liquidity.amount1);
    NO_LEAKS();
}

Test(eth_logs, reads_the_signature_in_either_case)
{
    eth_log log;
    const log_parts parts = {
        .topics = "[\"0x1C411E9A96E071241C2F21F7726B17AE89E3CAB4C78BE50E062B03A9FFFBBAD1\"]"};
    cr_assert_eq(ETH_LOG_SYNC_V2, decode(&parts, &log));
    NO_LEAKS();
}

Test(eth_logs, filters_other_logs_without_looking_at_the_rest)
{
    static const log_parts parts[] = {
        {.topics = "[\"" TRANSFER "\",\"" PARTY "\",\"" PARTY "\"]"},
        {.topics = "[]"},
        {.topics = "[\"" TRANSFER "\"]", .data = "\"0x123\""},
        {.topics = "[\"" TRANSFER "\"]", .data = "", .address = "7", .block_number = "null"},
        {.topics = "[\"" PARTY "\",\"" SYNC_V2 "\"]"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        eth_log log;
        cr_assert_eq(ETH_LOG_FILTERED, decode(&parts[i], &log), "line %zu: %s", i, log.reason);
    }
    NO_LEAKS();
}

Test(eth_logs, filters_removed_logs)
{
    eth_log log;
    cr_assert_eq(ETH_LOG_REMOVED, decode(&(log_parts){.removed = "true"}, &log));
    cr_assert_eq(ETH_LOG_SYNC_V2, decode(&(log_parts){.removed = ""}, &log));
    NO_LEAKS();
}

Test(eth_logs, ignores_unknown_and_escaped_keys)
{
    eth_log log;
    const log_parts parts = {.more =
                                 ",\"\\u0061ddress\":1,\"addres\":2,\"address2\":[{\"data\":3}],"
                                 "\"x\":{\"topics\":[]},\"\":null,\"d\\u0061ta\":\"\\n\""};
    cr_assert_eq(ETH_LOG_SYNC_V2, decode(&parts, &log), "%s", log.reason);
    NO_LEAKS();
}

Test(eth_logs, takes_the_time_from_the_log)
{
    static const char *const more[] = {
        ",\"blockTimestamp\":\"0x5f53ffbe\"",
        ",\"blockTimestamp\":\"1599340478\"",
        ",\"blockTimestamp\":1599340478",
    };
    const blocks_file blocks = {.blocks = (block_time[]){{1, 10803840, 5}}, .count = 1};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        eth_log log;
        const log_parts parts = {.more = more[i]};
        decode_with(&(eth_logs_options){.blocks = &blocks}, &parts, &log);
        cr_assert_eq(ETH_LOG_SYNC_V2, log.kind, "%s: %s", more[i], log.reason);
        cr_assert_eq(UINT64_C(1599340478000000000), log.event.sync.timestamp_ns, "%s", more[i]);
    }
    NO_LEAKS();
}

Test(eth_logs, takes_the_time_of_the_block_else)
{
    eth_log log;
    const blocks_file blocks = {.blocks = (block_time[]){{1, 7, 3}, {2, 10803840, 5}}, .count = 2};
    const eth_logs_options options = {.blocks = &blocks};
    cr_assert_eq(ETH_LOG_SYNC_V2, decode_with(&options, &(log_parts){0}, &log));
    cr_assert_eq(5000000000, log.event.sync.timestamp_ns);
    decode_with(&options, &(log_parts){.more = ",\"blockTimestamp\":null"}, &log);
    cr_assert_eq(5000000000, log.event.sync.timestamp_ns);
    decode_with(&options, &(log_parts){.block_number = "\"0x8\""}, &log);
    cr_assert_eq(RECEIVED_NS, log.event.sync.timestamp_ns);
    cr_assert_eq(RECEIVED_NS, log.event.sync.received_ns);
    NO_LEAKS();
}

static void feed_line(eth_logs *feed, const log_parts *parts, eth_log *log)
{
    size_t size;
    char *line = log_line(parts, &size);
    eth_logs_decode(feed, line, size, RECEIVED_NS, log);
    free(line);
}

Test(eth_logs, finds_the_time_anew_when_the_block_changes)
{
    eth_log log;
    const blocks_file blocks = {.blocks = (block_time[]){{1, 7, 3}, {2, 8, 5}}, .count = 2};
    eth_logs *feed = eth_logs_create(&(eth_logs_options){.blocks = &blocks});
    static const uint64_t numbers[] = {7, 7, 8, 9, 8, 7}, times[] = {3, 3, 5, 0, 5, 3};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char number[16];
        snprintf(number, sizeof number, "\"0x%x\"", (unsigned)numbers[i]);
        feed_line(feed, &(log_parts){.block_number = number}, &log);
        cr_assert_eq(times[i] ? times[i] * 1000000000 : RECEIVED_NS, log.event.sync.timestamp_ns);
    }
    eth_logs_destroy(feed);
    NO_LEAKS();
}

Test(eth_logs, counts_each_line_once)
{
    eth_log log;
    eth_logs *feed = eth_logs_create(NULL);
    feed_line(feed, &(log_parts){0}, &log);
    feed_line(feed, &(log_parts){0}, &log);
    feed_line(feed, &(log_parts){.more = ",\"blockTimestamp\":1"}, &log);
    feed_line(feed, &(log_parts){.topics = "[]"}, &log);
    feed_line(feed, &(log_parts){.removed = "true"}, &log);
    feed_line(feed, &(log_parts){.data = ""}, &log);
    eth_logs_count_bad_line(feed);
    const eth_logs_counters *counted = eth_logs_counted(feed);
    cr_assert_eq(7, counted->lines);
    cr_assert_eq(3, counted->kinds[ETH_LOG_SYNC_V2]);
    cr_assert_eq(1, counted->kinds[ETH_LOG_FILTERED]);
    cr_assert_eq(1, counted->kinds[ETH_LOG_REMOVED]);
    cr_assert_eq(2, counted->kinds[ETH_LOG_BAD]);
    cr_assert_eq(2, counted->untimed);
    eth_logs_destroy(feed);
    NO_LEAKS();
}

Test(eth_logs, names_each_kind)
{
    cr_assert_str_eq("swap_v2", eth_log_kind_name(ETH_LOG_SWAP_V2));
    for (eth_log_kind kind = 0; kind < ETH_LOG_KINDS; kind++)
        cr_assert_not_null(eth_log_kind_name(kind));
    NO_LEAKS();
}

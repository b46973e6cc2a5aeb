/* SPDX-License-Identifier: Apache-2.0 */
#include <gmp.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "feeds/eth_logs.h"
#include "support/leaks.h"
#include "text/text_file.h"
#include "text/uint128.h"

#define LOGS "dex_eth_logs/logs.ndjson.gz"
#define BLOCKS "dex_eth_logs/blocks.csv"
#define ORACLE "oracle/dex_expected.json"

enum { LOGS_COUNT = 3767 };

/* The decoded logs of the recorded file, in its order. */
typedef struct recording {
    eth_log logs[LOGS_COUNT];
    size_t count;
    eth_logs_counters counted;
} recording;

static void decode_line(recording *to, eth_logs *feed, const line_view *line)
{
    cr_assert_null(line->error);
    cr_assert(to->count < LOGS_COUNT);
    eth_log *log = &to->logs[to->count++];
    memset(log, 0, sizeof *log);
    eth_logs_decode(feed, line->text, line->size, line->number, log);
    cr_assert_neq(ETH_LOG_BAD, log->kind, "line %llu: %s: %s", (unsigned long long)line->number,
                  log->key, log->reason);
}

static void decode_file(recording *to, const blocks_file *blocks, size_t read_size)
{
    text_file file;
    line_view line;
    eth_logs *feed = eth_logs_create(&(eth_logs_options){.blocks = blocks});
    cr_assert_eq(0, text_file_open(&file, data_path(LOGS), read_size), "%s",
                 text_file_error(&file));
    int result;
    to->count = 0;
    while ((result = text_file_next(&file, &line)) > 0)
        decode_line(to, feed, &line);
    cr_assert_eq(0, result, "%s", text_file_error(&file));
    to->counted = *eth_logs_counted(feed);
    text_file_close(&file);
    eth_logs_destroy(feed);
}

static json_t *load_oracle(void)
{
    json_error_t error;
    json_t *oracle = json_load_file(data_path(ORACLE), 0, &error);
    cr_assert_not_null(oracle, "%s", error.text);
    return oracle;
}

static uint64_t expected_count(const json_t *oracle, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(json_object_get(oracle, "totals"), name));
}

static eth_address address_of(const eth_log *log)
{
    switch (log->kind) {
    case ETH_LOG_SYNC_V2: return log->event.sync.pool;
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: return log->event.liquidity.pool;
    default: return log->event.swap.pool;
    }
}

Test(eth_logs_recorded, has_the_counts_of_the_oracle)
{
    NEED_DATA(LOGS);
    static recording all;
    decode_file(&all, NULL, 0);
    json_t *oracle = load_oracle();
    cr_assert_eq(LOGS_COUNT, all.counted.lines);
    for (eth_log_kind kind = ETH_LOG_SWAP_V2; kind < ETH_LOG_KINDS; kind++)
        cr_assert_eq(expected_count(oracle, eth_log_kind_name(kind)), all.counted.kinds[kind], "%s",
                     eth_log_kind_name(kind));
    cr_assert_eq(expected_count(oracle, "other") + expected_count(oracle, "transfer"),
                 all.counted.kinds[ETH_LOG_FILTERED]);
    cr_assert_eq(0, all.counted.kinds[ETH_LOG_BAD]);
    cr_assert_eq(0, all.counted.kinds[ETH_LOG_REMOVED]);
    json_decref(oracle);
    NO_LEAKS();
}

static void set_reserve(json_t *pair, uint128 reserve)
{
    char text[UINT128_TEXT_SIZE];
    uint128_to_decimal(reserve, text);
    json_array_append_new(pair, json_string(text));
}

static json_t *last_reserves(const recording *all)
{
    json_t *reserves = json_object();
    for (size_t i = 0; i < all->count; i++) {
        const pool_sync_event *sync = &all->logs[i].event.sync;
        if (all->logs[i].kind != ETH_LOG_SYNC_V2)
            continue;
        char pool[HEX_ADDRESS_TEXT_SIZE + 1];
        hex_format_address(&sync->pool, pool);
        json_t *pair = json_array();
        set_reserve(pair, sync->reserve0);
        set_reserve(pair, sync->reserve1);
        json_object_set_new(reserves, pool, pair);
    }
    return reserves;
}

Test(eth_logs_recorded, ends_with_the_reserves_of_the_oracle)
{
    NEED_DATA(LOGS);
    static recording all;
    decode_file(&all, NULL, 0);
    json_t *oracle = load_oracle();
    json_t *expected = json_object_get(oracle, "final_reserves_all");
    json_t *found = last_reserves(&all);
    cr_assert_eq(190, json_object_size(found));
    cr_assert(json_equal(expected, found));
    json_decref(found);
    json_decref(oracle);
    NO_LEAKS();
}

Test(eth_logs_recorded, takes_times_from_the_blocks_file)
{
    NEED_DATA(BLOCKS);
    static recording all;
    blocks_file blocks;
    cr_assert_eq(0, blocks_file_read(&blocks, data_path(BLOCKS), (csv_report){0}), "%s",
                 blocks.error);
    decode_file(&all, &blocks, 0);
    json_t *oracle = load_oracle();
    cr_assert_eq(12, blocks.count);
    cr_assert_eq(0, all.counted.untimed);
    for (size_t i = 0; i < all.count; i++) {
        if (all.logs[i].kind != ETH_LOG_SYNC_V2)
            continue;
        char number[24];
        const pool_sync_event *sync = &all.logs[i].event.sync;
        snprintf(number, sizeof number, "%llu", (unsigned long long)sync->position.block_number);
        json_t *block = json_object_get(json_object_get(oracle, "blocks"), number);
        uint64_t seconds = (uint64_t)json_integer_value(json_object_get(block, "timestamp"));
        cr_assert_eq(seconds * 1000000000, sync->timestamp_ns);
    }
    json_decref(oracle);
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

Test(eth_logs_recorded, decodes_the_same_whatever_is_read_at_a_time)
{
    NEED_DATA(LOGS);
    static recording expected, found;
    static const size_t sizes[] = {1, 7, 4096};
    decode_file(&expected, NULL, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        decode_file(&found, NULL, sizes[i]);
        cr_assert_eq(expected.count, found.count);
        cr_assert_eq(0, memcmp(&expected.counted, &found.counted, sizeof found.counted));
        cr_assert_eq(0, memcmp(expected.logs, found.logs, sizeof found.logs), "%zu bytes",
                     sizes[i]);
    }
    NO_LEAKS();
}

/* All lines with their newlines. free() the text. */
static char *plain_text(size_t *size)
{
    text_file file;
    line_view line;
    char *text;
    FILE *out = open_memstream(&text, size);
    cr_assert_eq(0, text_file_open(&file, data_path(LOGS), 0));
    while (text_file_next(&file, &line) > 0)
        fprintf(out, "%.*s\n", (int)line.size, line.text);
    text_file_close(&file);
    fclose(out);
    return text;
}

static void decode_chunks(recording *to, const char *text, size_t size, size_t step)
{
    lines splitter;
    line_view line;
    lines_init(&splitter, 0);
    eth_logs *feed = eth_logs_create(NULL);
    to->count = 0;
    for (size_t at = 0; at < size; at += step) {
        lines_feed(&splitter, text + at, size - at < step ? size - at : step);
        while (lines_next(&splitter, &line))
            decode_line(to, feed, &line);
    }
    to->counted = *eth_logs_counted(feed);
    lines_fini(&splitter);
    eth_logs_destroy(feed);
}

Test(eth_logs_recorded, decodes_the_same_wherever_plain_chunks_end)
{
    NEED_DATA(LOGS);
    static recording expected, found;
    static const size_t steps[] = {1, 7, 4096};
    size_t size;
    char *text = plain_text(&size);
    decode_file(&expected, NULL, 0);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        decode_chunks(&found, text, size, steps[i]);
        cr_assert_eq(LOGS_COUNT, found.count);
        cr_assert_eq(0, memcmp(expected.logs, found.logs, sizeof found.logs), "chunks of %zu",
                     steps[i]);
    }
    free(text);
    NO_LEAKS();
}

/* One word of the data by jansson and GMP, as a signed number. */
static void word_of(mpz_t number, const json_t *line, size_t index)
{
    char digits[65];
    const char *data = json_string_value(json_object_get(line, "data"));
    memcpy(digits, data + 2 + 64 * index, 64);
    digits[64] = '\0';
    mpz_set_str(number, digits, 16);
    if (mpz_tstbit(number, 255)) {
        mpz_t modulus;
        mpz_init_set_ui(modulus, 1);
        mpz_mul_2exp(modulus, modulus, 256);
        mpz_sub(number, number, modulus);
        mpz_clear(modulus);
    }
}

/* Expects the word to be plus - minus. */
static void expect_word(const json_t *line, size_t index, uint128 plus, uint128 minus)
{
    mpz_t expected, found, part;
    char text[UINT128_TEXT_SIZE];
    mpz_inits(expected, found, part, NULL);
    word_of(expected, line, index);
    uint128_to_decimal(plus, text);
    mpz_set_str(found, text, 10);
    uint128_to_decimal(minus, text);
    mpz_set_str(part, text, 10);
    mpz_sub(found, found, part);
    cr_assert_eq(0, mpz_cmp(expected, found), "word %zu", index);
    mpz_clears(expected, found, part, NULL);
}

static void expect_event(const json_t *line, const eth_log *log)
{
    const uint128 zero = {0};
    const pool_swap_event *swap = &log->event.swap;
    switch (log->kind) {
    case ETH_LOG_SWAP_V2:
        expect_word(line, 0, swap->amount0_in, zero);
        expect_word(line, 1, swap->amount1_in, zero);
        expect_word(line, 2, swap->amount0_out, zero);
        expect_word(line, 3, swap->amount1_out, zero);
        break;
    case ETH_LOG_SWAP_V3:
        expect_word(line, 0, swap->amount0_in, swap->amount0_out);
        expect_word(line, 1, swap->amount1_in, swap->amount1_out);
        break;
    case ETH_LOG_SYNC_V2:
        expect_word(line, 0, log->event.sync.reserve0, zero);
        expect_word(line, 1, log->event.sync.reserve1, zero);
        break;
    default: {
        size_t first = json_array_size(json_object_get(line, "topics")) == 1;
        expect_word(line, first, log->event.liquidity.amount0, zero);
        expect_word(line, first + 1, log->event.liquidity.amount1, zero);
    }
    }
}

static void expect_pool(const json_t *line, const eth_log *log)
{
    char text[HEX_ADDRESS_TEXT_SIZE + 1];
    eth_address pool = address_of(log);
    hex_format_address(&pool, text);
    cr_assert_str_eq(json_string_value(json_object_get(line, "address")), text);
}

Test(eth_logs_recorded, decodes_every_amount_as_gmp_does)
{
    NEED_DATA(LOGS);
    size_t size;
    eth_log log;
    unsigned events = 0;
    char *text = plain_text(&size), *rest = text, *line;
    eth_logs *feed = eth_logs_create(NULL);
    while ((line = strsep(&rest, "\n")) && *line) {
        if (eth_logs_decode(feed, line, strlen(line), 1, &log) < ETH_LOG_SWAP_V2)
            continue;
        json_t *parsed = json_loads(line, 0, NULL);
        expect_event(parsed, &log);
        expect_pool(parsed, &log);
        json_decref(parsed);
        events++;
    }
    cr_assert_eq(281 + 269 + 66 + 12 + 9, events);
    eth_logs_destroy(feed);
    free(text);
    NO_LEAKS();
}

Test(eth_logs_recorded, has_a_sync_of_the_same_pool_before_each_v2_swap)
{
    NEED_DATA(LOGS);
    static recording all;
    unsigned swaps = 0, wide = 0;
    decode_file(&all, NULL, 0);
    for (size_t i = 1; i < all.count; i++) {
        const pool_swap_event *swap = &all.logs[i].event.swap;
        const pool_sync_event *sync = &all.logs[i - 1].event.sync;
        if (all.logs[i].kind != ETH_LOG_SWAP_V2)
            continue;
        cr_assert_eq(ETH_LOG_SYNC_V2, all.logs[i - 1].kind);
        cr_assert_eq(0, memcmp(&swap->pool, &sync->pool, sizeof swap->pool));
        cr_assert_eq(sync->position.block_number, swap->position.block_number);
        cr_assert_eq(sync->position.transaction_index, swap->position.transaction_index);
        cr_assert_eq(sync->position.log_index + 1, swap->position.log_index);
        swaps++;
        wide += !(uint128_fits(swap->amount0_in, 63) && uint128_fits(swap->amount1_in, 63) &&
                  uint128_fits(swap->amount0_out, 63) && uint128_fits(swap->amount1_out, 63));
    }
    cr_assert_eq(269, swaps);
    cr_assert_eq(198, wide);
    NO_LEAKS();
}

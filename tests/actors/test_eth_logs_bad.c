/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "actors/log_lines.h"
#include "feeds/eth_logs.h"
#include "support/leaks.h"

#define SWAP_TOPICS "[\"" SWAP_V2 "\",\"" PARTY "\",\"" PARTY "\"]"
#define SWAP_V3_TOPICS "[\"" SWAP_V3 "\",\"" PARTY "\",\"" PARTY "\"]"
#define ONE WORD("0000000000000001")
#define TWO_TO_128 ZEROS16 "0000000000000001" ZEROS16 ZEROS16
#define TWO_TO_112 WORD128("0001000000000000", ZEROS16)

typedef struct bad_line {
    const char *key; /* NULL = it is about the whole line */
    const char *reason;
    log_parts parts;
} bad_line;

static void expect_bad_text(const char *key, const char *reason, const char *line, size_t size)
{
    eth_log log;
    eth_logs *feed = eth_logs_create(NULL);
    char *copy = exact_copy(line, size);
    cr_assert_eq(ETH_LOG_BAD, eth_logs_decode(feed, copy, size, 1, &log), "%.*s", (int)size, line);
    cr_assert_str_eq(reason, log.reason, "%s: %.*s", log.reason, (int)size, line);
    cr_assert_str_eq(key ? key : "", log.key ? log.key : "", "%.*s", (int)size, line);
    cr_assert_eq(1, eth_logs_counted(feed)->kinds[ETH_LOG_BAD]);
    cr_assert_eq(1, eth_logs_counted(feed)->lines);
    free(copy);
    eth_logs_destroy(feed);
}

static void expect_bad(const bad_line *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size;
        char *line = log_line(&bad[i].parts, &size);
        expect_bad_text(bad[i].key, bad[i].reason, line, size);
        free(line);
    }
}

#define EXPECT_BAD(cases) expect_bad(cases, sizeof(cases) / sizeof *(cases))

Test(eth_logs_bad, what_is_not_one_json_object)
{
    static const char *const cases[][2] = {
        {"expected a JSON object", ""},
        {"expected a JSON object", "[]"},
        {"expected a JSON object", "\"x\""},
        {"expected a JSON object, it is cut short", "{\"address\":\"0x"},
        {"expected a JSON object", "hello"},
        {"expected nothing behind the JSON object", "{}{}"},
        {"expected ':' behind a JSON key", "{\"address\",\"data\"}"},
        {"expected ',' between JSON values", "{\"a\":1 \"b\":2}"},
        {"expected a JSON string as key", "{\"a\":1,}"},
        {"expected a JSON value", "{\"a\":}"},
        {"expected a valid JSON value", "{\"a\":01}"},
        {"expected a valid JSON string", "{\"a\":\"\x01\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_bad_text(NULL, cases[i][0], cases[i][1], strlen(cases[i][1]));
    NO_LEAKS();
}

Test(eth_logs_bad, a_missing_key)
{
    static const char reason[] = "expected this key, it is missing";
    const bad_line cases[] = {
        {"address", reason, {.address = ""}},
        {"blockNumber", reason, {.block_number = ""}},
        {"data", reason, {.data = ""}},
        {"logIndex", reason, {.log_index = ""}},
        {"topics", reason, {.topics = ""}},
        {"transactionIndex", reason, {.transaction_index = ""}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, a_key_that_is_given_twice)
{
    static const char reason[] = "expected this key once, it is given twice";
    const bad_line cases[] = {
        {"data", reason, {.more = ",\"data\":\"0x\""}},
        {"removed", reason, {.more = ",\"removed\":false"}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, a_value_of_another_type)
{
    static const char string[] = "expected a string";
    static const char flag[] = "expected true or false";
    const bad_line cases[] = {
        {"address", string, {.address = "7"}},
        {"blockNumber", string, {.block_number = "null"}},
        {"blockNumber", string, {.block_number = "10803840"}},
        {"data", string, {.data = "[]"}},
        {"logIndex", string, {.log_index = "{}"}},
        {"transactionIndex", string, {.transaction_index = "true"}},
        {"topics", "expected an array of strings", {.topics = "\"" SYNC_V2 "\""}},
        {"topics", "expected an array of strings", {.topics = "{\"0\":\"" SYNC_V2 "\"}"}},
        {"topics", "expected each topic to be a string of 0x and 64 hex digits", {.topics = "[7]"}},
        {"removed", flag, {.removed = "\"true\""}},
        {"removed", flag, {.removed = "null"}},
        {"removed", flag, {.removed = "0"}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, odd_hex)
{
    static const char address[] = "expected 0x and 40 hex digits";
    static const char number[] = "expected 0x and 1 to 16 hex digits without leading zeros";
    static const char words[] = "expected 0x and 2 words of 64 hex digits for this event";
    const bad_line cases[] = {
        {"address", address, {.address = "\"\""}},
        {"address", address, {.address = "\"0x0d4a11d5eeaac28ec3f61d100daf4d40471f185\""}},
        {"address", address, {.address = "\"0x0d4a11d5eeaac28ec3f61d100daf4d40471f185g\""}},
        {"address", address, {.address = "\"0x0d4a11d5eeaac28ec3f61d100daf4d40471f18\\u0031\""}},
        {"blockNumber", number, {.block_number = "\"a4da80\""}},
        {"blockNumber", number, {.block_number = "\"0x\""}},
        {"blockNumber", number, {.block_number = "\"0x0a\""}},
        {"logIndex", number, {.log_index = "\"0x-1\""}},
        {"data", words, {.data = "\"1x" ONE ONE "\""}},
        {"data", words, {.data = "\"\""}},
        {"data",
         "expected 0x and hex digits only",
         {.data = "\"0x" ONE WORD("000000000000000g") "\""}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, odd_topics)
{
    static const char reason[] = "expected each topic to be a string of 0x and 64 hex digits";
    const bad_line cases[] = {
        {"topics", reason, {.topics = "[\"0x1c41\"]"}},
        {"topics", reason, {.topics = "[\"" SYNC_V2 "0\"]"}},
        {"topics", reason, {.topics = "[\"" TRANSFER "\",\"0x" WORD("000000000000000z") "\"]"}},
        {"topics", reason, {.topics = "[\"" TRANSFER "\",\"\\n\"]"}},
        {"topics",
         "expected at most 4 topics",
         {.topics = "[\"" TRANSFER "\",\"" PARTY "\",\"" PARTY "\",\"" PARTY "\",\"" PARTY "\"]"}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, another_number_of_topics)
{
    const bad_line cases[] = {
        {"topics",
         "expected 1 topic for this event",
         {.topics = "[\"" SYNC_V2 "\",\"" PARTY "\"]"}},
        {"topics", "expected 3 topics for this event", {.topics = "[\"" SWAP_V2 "\"]"}},
        {"topics",
         "expected 3 topics for this event",
         {.topics = "[\"" SWAP_V3 "\",\"" PARTY "\"]"}},
        {"topics",
         "expected 2 topics for this event",
         {.topics = "[\"" MINT_V2 "\",\"" PARTY "\",\"" PARTY "\"]"}},
        {"topics",
         "expected 3 topics for this event",
         {.topics = "[\"" BURN_V2 "\",\"" PARTY "\"]"}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, another_number_of_words)
{
    static const char two[] = "expected 0x and 2 words of 64 hex digits for this event";
    static const char three[] = "expected 0x and 3 words of 64 hex digits for this event";
    static const char four[] = "expected 0x and 4 words of 64 hex digits for this event";
    static const char five[] = "expected 0x and 5 words of 64 hex digits for this event";
    const bad_line cases[] = {
        {"data", two, {.data = "\"0x\""}},
        {"data", two, {.data = "\"0x" ONE "\""}},
        {"data", two, {.data = "\"0x" ONE ONE "0\""}},
        {"data", two, {.data = "\"0x" ONE ONE ONE "\""}},
        {"data", four, {.topics = SWAP_TOPICS, .data = "\"0x" ONE ONE ONE "\""}},
        {"data", five, {.topics = SWAP_V3_TOPICS, .data = "\"0x" ONE ONE ONE ONE "\""}},
        {"data", two, {.topics = "[\"" MINT_V2 "\",\"" PARTY "\"]", .data = "\"0x" ONE "\""}},
        {"data", three, {.topics = "[\"" MINT_V2 "\"]", .data = "\"0x" ONE ONE "\""}},
        {"data",
         two,
         {.topics = "[\"" BURN_V2 "\",\"" PARTY "\",\"" PARTY "\"]", .data = "\"0x" ONE "\""}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, a_number_over_its_width)
{
    static const char amount[] = "expected amounts of at most 128 bits";
    static const char reserve[] = "expected reserves of at most 112 bits";
    const bad_line cases[] = {
        {"data", reserve, {.data = "\"0x" TWO_TO_112 ONE "\""}},
        {"data", reserve, {.data = "\"0x" ONE TWO_TO_112 "\""}},
        {"data", reserve, {.data = "\"0x" ONE TWO_TO_128 "\""}},
        {"data", amount, {.topics = SWAP_TOPICS, .data = "\"0x" TWO_TO_128 ONE ONE ONE "\""}},
        {"data", amount, {.topics = SWAP_TOPICS, .data = "\"0x" ONE ONE ONE TWO_TO_128 "\""}},
        {"data",
         amount,
         {.topics = SWAP_V3_TOPICS, .data = "\"0x" ONE TWO_TO_128 ONE ONE ONE "\""}},
        {"data",
         amount,
         {.topics = SWAP_V3_TOPICS,
          .data = "\"0x" ONES16 ONES16 ZEROS16 ZEROS16 ONE ONE ONE ONE "\""}}, /* -2^128 */
        {"data",
         amount,
         {.topics = "[\"" MINT_V2 "\",\"" PARTY "\"]", .data = "\"0x" ONE TWO_TO_128 "\""}},
        {"blockNumber",
         "expected 0x and 1 to 16 hex digits without leading zeros",
         {.block_number = "\"0x10000000000000000\""}},
        {"logIndex", "expected a number of at most 32 bits", {.log_index = "\"0x100000000\""}},
        {"transactionIndex",
         "expected a number of at most 32 bits",
         {.transaction_index = "\"0x100000000\""}},
    };
    EXPECT_BAD(cases);
    NO_LEAKS();
}

Test(eth_logs_bad, a_time_that_is_none)
{
    static const char *const more[] = {
        ",\"blockTimestamp\":\"\"",
        ",\"blockTimestamp\":\"0x\"",
        ",\"blockTimestamp\":\"0x00\"",
        ",\"blockTimestamp\":\"12s\"",
        ",\"blockTimestamp\":-1",
        ",\"blockTimestamp\":1.5",
        ",\"blockTimestamp\":1e9",
        ",\"blockTimestamp\":18446744074",
        ",\"blockTimestamp\":\"0x44b82fa0a\"",
        ",\"blockTimestamp\":true",
        ",\"blockTimestamp\":[1]",
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        const bad_line line = {
            "blockTimestamp",
            "expected Unix seconds up to 18446744073 as 0x hex, decimal text or number",
            {.more = more[i]}};
        expect_bad(&line, 1);
    }
    NO_LEAKS();
}

typedef struct line_store {
    char *texts[8];
    size_t count;
} line_store;

static line_store one_line_of_each_kind(void)
{
    const log_parts parts[] = {
        {.more = ",\"blockTimestamp\":\"0x5f53ffbe\""},
        {.topics = SWAP_TOPICS, .data = "\"0x" ONE ONE ONE ONE "\""},
        {.topics = SWAP_V3_TOPICS, .data = "\"0x" ONE NEGATIVE(ONES16) ONE ONE ONE "\""},
        {.topics = "[\"" MINT_V2 "\",\"" PARTY "\"]"},
        {.topics = "[\"" BURN_V2 "\",\"" PARTY "\",\"" PARTY "\"]"},
        {.topics = "[\"" TRANSFER "\"]", .data = "\"0x\""},
    };
    line_store store = {.count = sizeof parts / sizeof *parts};
    for (size_t i = 0; i < store.count; i++) {
        size_t size;
        store.texts[i] = log_line(&parts[i], &size);
    }
    return store;
}

static void decode_changed(eth_logs *feed, const char *line, test_random *random)
{
    static mutable_text text;
    eth_log log;
    text.size = strlen(line);
    memcpy(text.bytes, line, text.size);
    for (uint64_t changes = random_below(random, 4); changes > 0; changes--)
        mutate(random, &text);
    char *copy = exact_copy(text.bytes, text.size);
    eth_logs_decode(feed, copy, text.size, 1, &log);
    cr_assert_eq(log.kind == ETH_LOG_BAD, log.reason != NULL);
    free(copy);
}

Test(eth_logs_bad, any_change_of_a_line_is_decoded_or_explained)
{
    test_random random = random_start(11);
    line_store store = one_line_of_each_kind();
    eth_logs *feed = eth_logs_create(NULL);
    const uint64_t rounds = 60000;
    for (uint64_t round = 0; round < rounds; round++)
        decode_changed(feed, store.texts[round % store.count], &random);
    const eth_logs_counters *counted = eth_logs_counted(feed);
    uint64_t sum = 0;
    for (int kind = 0; kind < ETH_LOG_KINDS; kind++) {
        sum += counted->kinds[kind];
        if (kind != ETH_LOG_REMOVED && kind != ETH_LOG_ANSWER)
            cr_assert(counted->kinds[kind] > 100, "%s must occur", eth_log_kind_name(kind));
    }
    cr_assert_eq(rounds, counted->lines);
    cr_assert_eq(rounds, sum);
    eth_logs_destroy(feed);
    for (size_t i = 0; i < store.count; i++)
        free(store.texts[i]);
    NO_LEAKS();
}

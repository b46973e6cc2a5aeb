/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of Ethereum logs, plain and in notifications, against a naive one. */
#include "feeds/eth_logs.h"
#include "fuzz.h"
#include "naive_json.h"

typedef struct naive_event {
    eth_log_kind kind;
    const char *signature;
    size_t topics, words, first, count; /* words of data, and the amounts in them */
    unsigned bits;
} naive_event;

static const naive_event events[] = {
    {ETH_LOG_SYNC_V2, "1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1", 1, 2, 0,
     2, 112},
    {ETH_LOG_SWAP_V2, "d78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822", 3, 4, 0,
     4, 128},
    {ETH_LOG_SWAP_V3, "c42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67", 3, 5, 0,
     2, 256},
    {ETH_LOG_MINT_V2, "4c209b5fc8ad50758f13e2e1088ba56a560dff690a1c6fef26394f4c03821c4f", 2, 2, 0,
     2, 128},
    {ETH_LOG_MINT_V2, "4c209b5fc8ad50758f13e2e1088ba56a560dff690a1c6fef26394f4c03821c4f", 1, 3, 1,
     2, 128},
    {ETH_LOG_BURN_V2, "dccd412f0b1252819cb1fd330b93224ca42612892bb3f4f789976e6d81936496", 3, 2, 0,
     2, 128},
};

/* "0x" and exactly `digits` hex digits, or any number of them for 0. */
static bool is_hex(const json_t *value, size_t digits)
{
    const char *text = json_string_value(value);
    return text && strncmp(text, "0x", 2) == 0 &&
           strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text) - 2 &&
           (digits == 0 || strlen(text) == digits + 2);
}

static bool is_quantity(const json_t *value, size_t digits_max)
{
    const char *text = json_string_value(value);
    size_t size = text ? strlen(text) : 0;
    return is_hex(value, 0) && size >= 3 && size <= 2 + digits_max && (text[2] != '0' || size == 3);
}

static bool are_topics(const json_t *topics)
{
    size_t i;
    json_t *topic;
    json_array_foreach(topics, i, topic)
    {
        if (!is_hex(topic, 64))
            return false;
    }
    return json_is_array(topics) && json_array_size(topics) <= 4;
}

/* The event of this signature; with as many topics, if there are several. */
static const naive_event *find_event(const json_t *topics)
{
    const char *signature = json_string_value(json_array_get(topics, 0));
    const naive_event *found = NULL;
    for (size_t i = 0; signature && i < sizeof events / sizeof *events; i++)
        if (strncasecmp(signature + 2, events[i].signature, 64) == 0 &&
            (!found || events[i].topics == json_array_size(topics)))
            found = &events[i];
    return found;
}

/* A word of `bits` at most: zeros, or for a signed one the sign, before its last 32 digits. */
static bool word_fits(const char *word, unsigned bits)
{
    if (bits == 256) { /* a magnitude below 2^128: zeros, or ones and not all zeros behind them */
        return strspn(word, "0") >= 32 || (strspn(word, "fF") >= 32 && strspn(word + 32, "0") < 32);
    }
    return strspn(word, "0") >= 64 - bits / 4;
}

static bool is_data(const json_t *data, const naive_event *event)
{
    if (!is_hex(data, event->words * 64))
        return false;
    for (size_t i = 0; i < event->count; i++)
        if (!word_fits(json_string_value(data) + 2 + (event->first + i) * 64, event->bits))
            return false;
    return true;
}

static bool is_seconds(const json_t *value)
{
    const uint64_t most = UINT64_MAX / 1000000000;
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return true;
    if (json_is_integer(value))
        return json_integer_value(value) >= 0 && (uint64_t)json_integer_value(value) <= most;
    if (is_hex(value, 0))
        return is_quantity(value, 16) && strtoull(text, NULL, 16) <= most;
    return text && *text && strspn(text, "0123456789") == strlen(text) &&
           strlen(text + strspn(text, "0")) <= 11 && strtoull(text, NULL, 10) <= most;
}

static eth_log_kind kind_of_log(const json_t *log)
{
    const json_t *topics = json_object_get(log, "topics");
    const json_t *removed = json_object_get(log, "removed");
    if (!are_topics(topics) || (removed && !json_is_boolean(removed)))
        return ETH_LOG_BAD;
    const naive_event *event = find_event(topics);
    if (!event || json_is_true(removed))
        return json_is_true(removed) ? ETH_LOG_REMOVED : ETH_LOG_FILTERED;
    return event->topics == json_array_size(topics) &&
                   is_hex(json_object_get(log, "address"), 40) &&
                   is_quantity(json_object_get(log, "blockNumber"), 16) &&
                   is_quantity(json_object_get(log, "transactionIndex"), 8) &&
                   is_quantity(json_object_get(log, "logIndex"), 8) &&
                   is_seconds(json_object_get(log, "blockTimestamp")) &&
                   is_data(json_object_get(log, "data"), event)
               ? event->kind
               : ETH_LOG_BAD;
}

static eth_log_kind kind_of(const json_t *root)
{
    const json_t *error = json_object_get(root, "error");
    if (!json_is_object(root))
        return ETH_LOG_BAD;
    if (!naive_has(root, "jsonrpc"))
        return kind_of_log(root);
    if (naive_is(root, "method", "eth_subscription")) {
        const json_t *log = json_object_get(json_object_get(root, "params"), "result");
        return json_is_object(log) ? kind_of_log(log) : ETH_LOG_BAD;
    }
    return error && !json_is_null(error) ? ETH_LOG_BAD : ETH_LOG_ANSWER;
}

static const json_t *log_of(const json_t *root)
{
    return naive_has(root, "jsonrpc") ? json_object_get(json_object_get(root, "params"), "result")
                                      : root;
}

/* An amount of two's complement is split by its sign. */
static void check_amount(const char *word, bool is_signed, uint128 in, uint128 out)
{
    unsigned __int128 expected = 0;
    bool is_negative = is_signed && (word[0] == 'f' || word[0] == 'F');
    for (int i = 32; i < 64; i++)
        expected = expected << 4 | (unsigned)strtoul((char[]){word[i], 0}, NULL, 16);
    expected = is_negative ? -expected : expected;
    uint128 found = is_negative ? out : in;
    FUZZ_CHECK(found.low == (uint64_t)expected && found.high == (uint64_t)(expected >> 64),
               "amount %.64s", word);
}

static void check_values(const json_t *root, const eth_log *log)
{
    const char *data = json_string_value(json_object_get(log_of(root), "data"));
    const uint128 none = {0, 0};
    switch (log->kind) {
    case ETH_LOG_SYNC_V2:
        check_amount(data + 2, false, log->event.sync.reserve0, none);
        check_amount(data + 66, false, log->event.sync.reserve1, none);
        break;
    case ETH_LOG_SWAP_V2:
        check_amount(data + 2, false, log->event.swap.amount0_in, none);
        check_amount(data + 194, false, log->event.swap.amount1_out, none);
        break;
    case ETH_LOG_SWAP_V3:
        check_amount(data + 2, true, log->event.swap.amount0_in, log->event.swap.amount0_out);
        check_amount(data + 66, true, log->event.swap.amount1_in, log->event.swap.amount1_out);
        break;
    default: break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    static eth_logs *reader;
    eth_log log = {.kind = ETH_LOG_KINDS};
    json_t *root;
    reader = reader ? reader : eth_logs_create(NULL);
    char *text = malloc(size_bytes ? size_bytes : 1);
    memcpy(text, bytes, size_bytes);
    eth_logs_decode(reader, text, size_bytes, 1, &log);
    naive_verdict verdict = naive_load(text, size_bytes, &root);
    FUZZ_CHECK((log.kind == ETH_LOG_BAD) == (log.reason != NULL), "reason");
    if (verdict == NAIVE_INVALID)
        FUZZ_CHECK(log.kind == ETH_LOG_BAD, "kind %d of invalid JSON", log.kind);
    if (verdict == NAIVE_VALID) {
        FUZZ_CHECK(kind_of(root) == log.kind, "kind %d, expected %d: %s", log.kind, kind_of(root),
                   log.reason ? log.reason : "");
        check_values(root, &log);
    }
    json_decref(root);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/eth_log_fields.h"

#include <string.h>

#include "feeds/blocks_file.h"
#include "text/uint128.h"

#define KEY(name)                                                                                  \
    {                                                                                              \
        name, sizeof name - 1                                                                      \
    }
static const struct key_name {
    const char *text;
    size_t size;
} key_names[ETH_LOG_KEYS] = {
    [ETH_LOG_ADDRESS] = KEY("address"),
    [ETH_LOG_BLOCK_NUMBER] = KEY("blockNumber"),
    [ETH_LOG_BLOCK_TIMESTAMP] = KEY("blockTimestamp"),
    [ETH_LOG_DATA] = KEY("data"),
    [ETH_LOG_JSONRPC] = KEY("jsonrpc"),
    [ETH_LOG_LOG_INDEX] = KEY("logIndex"),
    [ETH_LOG_REMOVED_FLAG] = KEY("removed"),
    [ETH_LOG_TOPICS] = KEY("topics"),
    [ETH_LOG_TRANSACTION_INDEX] = KEY("transactionIndex"),
};
#undef KEY

static const char MISSING[] = "expected this key, it is missing";
static const char NOT_A_STRING[] = "expected a string";

const char *eth_log_key_name(eth_log_key key)
{
    return key_names[key].text;
}

bool eth_log_has(const eth_log_fields *fields, eth_log_key key)
{
    return fields->present >> key & 1;
}

/* Returns ETH_LOG_KEYS for an unknown key. An escaped key is longer than its name, so it is none.
 */
static eth_log_key find_key(const json_value *name)
{
    eth_log_key key = 0;
    while (key < ETH_LOG_KEYS && (key_names[key].size != name->size ||
                                  memcmp(key_names[key].text, name->text, name->size) != 0)) {
        key++;
    }
    return key;
}

const char *eth_log_collect(const json_reader *json, json_cursor members, eth_log_fields *fields,
                            eth_log_key *key)
{
    json_value name, value;
    json_cursor at = members;
    fields->present = 0;
    while (json_next_member(json, &at, &name, &value)) {
        *key = find_key(&name);
        if (*key == ETH_LOG_KEYS) {
            continue;
        }
        if (eth_log_has(fields, *key)) {
            return "expected this key once, it is given twice";
        }
        fields->values[*key] = value;
        fields->present |= 1u << *key;
    }
    return NULL;
}

static const char *find_string(const eth_log_fields *fields, eth_log_key key,
                               const json_value **value)
{
    if (!eth_log_has(fields, key)) {
        return MISSING;
    }
    *value = &fields->values[key];
    return (*value)->kind == JSON_KIND_STRING ? NULL : NOT_A_STRING;
}

const char *eth_log_read_address(const eth_log_fields *fields, eth_address *address)
{
    const json_value *value;
    const char *refused = find_string(fields, ETH_LOG_ADDRESS, &value);
    if (refused) {
        return refused;
    }
    return hex_parse_address(value->text, value->size, address) ? NULL
                                                                : "expected 0x and 40 hex digits";
}

const char *eth_log_read_quantity(const eth_log_fields *fields, eth_log_key key, unsigned bits,
                                  uint64_t *number)
{
    const json_value *value;
    const char *refused = find_string(fields, key, &value);
    if (refused) {
        return refused;
    }
    if (!hex_parse_quantity(value->text, value->size, number)) {
        return "expected 0x and 1 to 16 hex digits without leading zeros";
    }
    return *number >> (bits - 1) <= 1 ? NULL : "expected a number of at most 32 bits";
}

const char *eth_log_read_topics(const json_reader *json, const eth_log_fields *fields,
                                hex_word *first, unsigned *count)
{
    const json_value *topics = &fields->values[ETH_LOG_TOPICS];
    if (!eth_log_has(fields, ETH_LOG_TOPICS)) {
        return MISSING;
    }
    if (topics->kind != JSON_KIND_ARRAY) {
        return "expected an array of strings";
    }
    json_value topic;
    hex_word other;
    json_cursor at = json_elements(json, topics);
    for (*count = 0; json_next_element(json, &at, &topic); ++*count) {
        if (*count == ETH_LOG_TOPICS_MAX) {
            return "expected at most 4 topics";
        }
        if (topic.kind != JSON_KIND_STRING ||
            !hex_parse_word(topic.text, topic.size, *count == 0 ? first : &other)) {
            return "expected each topic to be a string of 0x and 64 hex digits";
        }
    }
    return NULL;
}

const char *eth_log_read_data(const eth_log_fields *fields, hex_word *words, unsigned count,
                              const char *expected)
{
    const json_value *value;
    const char *refused = find_string(fields, ETH_LOG_DATA, &value);
    if (refused) {
        return refused;
    }
    if (!hex_has_prefix(value->text, value->size) ||
        value->size != 2 + (size_t)count * HEX_WORD_DIGITS) {
        return expected;
    }
    bool is_hex = hex_parse_digits(value->text + 2, words->bytes, count * sizeof *words);
    return is_hex ? NULL : "expected 0x and hex digits only";
}

const char *eth_log_read_removed(const eth_log_fields *fields, bool *removed)
{
    const json_value *value = &fields->values[ETH_LOG_REMOVED_FLAG];
    *removed = false;
    if (!eth_log_has(fields, ETH_LOG_REMOVED_FLAG)) {
        return NULL;
    }
    *removed = value->kind == JSON_KIND_TRUE;
    return *removed || value->kind == JSON_KIND_FALSE ? NULL : "expected true or false";
}

static bool read_seconds(const json_value *value, uint64_t *seconds)
{
    if (value->kind == JSON_KIND_STRING && hex_has_prefix(value->text, value->size)) {
        return hex_parse_quantity(value->text, value->size, seconds);
    }
    return (value->kind == JSON_KIND_STRING || value->kind == JSON_KIND_NUMBER) &&
           uint64_from_decimal(value->text, value->size, seconds);
}

const char *eth_log_read_timestamp(const eth_log_fields *fields, bool *is_known,
                                   uint64_t *timestamp_ns)
{
    const json_value *value = &fields->values[ETH_LOG_BLOCK_TIMESTAMP];
    uint64_t seconds;
    *is_known = eth_log_has(fields, ETH_LOG_BLOCK_TIMESTAMP) && value->kind != JSON_KIND_NULL;
    if (!*is_known) {
        return NULL;
    }
    if (!read_seconds(value, &seconds) || seconds > BLOCK_TIMESTAMP_S_MAX) {
        return "expected Unix seconds up to 18446744073 as 0x hex, decimal text or number";
    }
    *timestamp_ns = seconds * 1000000000;
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_ETH_LOG_FIELDS_H
#define FEEDS_ETH_LOG_FIELDS_H

/*
 * The keys of a log object and strict readers of their values. Part of the decoder of eth_logs.h.
 *
 * Readers return NULL, or what was expected instead; static.
 */
#include <stdint.h>

#include "text/hex.h"
#include "text/json.h"

typedef enum eth_log_key {
    ETH_LOG_ADDRESS,
    ETH_LOG_BLOCK_NUMBER,
    ETH_LOG_BLOCK_TIMESTAMP,
    ETH_LOG_DATA,
    ETH_LOG_JSONRPC, /* not of a log: of the envelope around one */
    ETH_LOG_LOG_INDEX,
    ETH_LOG_REMOVED_FLAG,
    ETH_LOG_TOPICS,
    ETH_LOG_TRANSACTION_INDEX,
    ETH_LOG_KEYS
} eth_log_key;

enum { ETH_LOG_TOPICS_MAX = 4 };

/** The values of the known keys; those whose bit in `present` is 0 are unset. */
typedef struct eth_log_fields {
    json_value values[ETH_LOG_KEYS];
    uint32_t present;
} eth_log_fields;

/** The name of a key in JSON; static. */
const char *eth_log_key_name(eth_log_key key);

/** Whether the key is there. */
bool eth_log_has(const eth_log_fields *fields, eth_log_key key);

/** Collects the known keys of an object, from `members` on. On an error `key` is the doubled key. */
const char *eth_log_collect(const json_reader *json, json_cursor members, eth_log_fields *fields,
                            eth_log_key *key);

/** Reads the address. */
const char *eth_log_read_address(const eth_log_fields *fields, eth_address *address);

/** Reads a "0x" number of at most `bits` (1 to 64) bits. */
const char *eth_log_read_quantity(const eth_log_fields *fields, eth_log_key key, unsigned bits,
                                  uint64_t *value);

/** Reads the first topic and counts all, which are checked. */
const char *eth_log_read_topics(const json_reader *json, const eth_log_fields *fields,
                                hex_word *first, unsigned *count);

/** Reads exactly `count` words; `expected` is what to answer when there is another number. */
const char *eth_log_read_data(const eth_log_fields *fields, hex_word *words, unsigned count,
                              const char *expected);

/** Reads the flag `removed`; false when it is not there. */
const char *eth_log_read_removed(const eth_log_fields *fields, bool *removed);

/**
 * Reads blockTimestamp, in seconds as "0x" hex, decimal text or a JSON number, to nanoseconds.
 * `is_known` is false when it is not there or null.
 */
const char *eth_log_read_timestamp(const eth_log_fields *fields, bool *is_known,
                                   uint64_t *timestamp_ns);

#endif

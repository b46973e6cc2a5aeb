/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/eth_logs.h"

#include <stdlib.h>

#include "feeds/eth_envelope.h"
#include "feeds/eth_log_event.h"
#include "feeds/eth_log_fields.h"

/* The logs of a block stand together: the last block's time saves most searches. */
typedef struct block_cache {
    uint64_t number;
    uint64_t timestamp_ns;
    bool is_set;
} block_cache;

struct eth_logs {
    const blocks_file *blocks;
    json_reader json;
    block_cache last_block;
    eth_logs_counters counters;
};

/* One line on its way through the decoder. */
typedef struct decoding {
    eth_logs *feed;
    eth_log *log;
    eth_log_fields fields;
    const eth_log_event *event;
    eth_log_origin origin;
    bool is_untimed;
} decoding;

eth_logs *eth_logs_create(const eth_logs_options *options)
{
    eth_logs *self = calloc(1, sizeof *self);
    if (self && options) {
        self->blocks = options->blocks;
    }
    return self;
}

void eth_logs_destroy(eth_logs *self)
{
    if (self) {
        json_fini(&self->json);
        free(self);
    }
}

/* Notes the reason, if there is one. Returns whether the value was good. */
static bool accept(eth_log *log, eth_log_key key, const char *refused)
{
    if (refused) {
        log->kind = ETH_LOG_BAD;
        log->key = eth_log_key_name(key);
        log->reason = refused;
    }
    return !refused;
}

static bool parse(decoding *self, const char *line, size_t size)
{
    eth_log_key key = ETH_LOG_KEYS;
    json_reader *json = &self->feed->json;
    self->log->reason = json_parse(json, line, size);
    if (self->log->reason) {
        self->log->kind = ETH_LOG_BAD;
        return false;
    }
    const char *refused = eth_log_collect(json, json_members(json), &self->fields, &key);
    return !refused || accept(self->log, key, refused);
}

/* Goes on with what is inside a notification. */
static bool unwrap(decoding *self)
{
    eth_log_key key = ETH_LOG_KEYS;
    const json_reader *json = &self->feed->json;
    if (!eth_log_has(&self->fields, ETH_LOG_JSONRPC)) {
        return true;
    }
    eth_envelope envelope = eth_envelope_open(json);
    if (envelope.kind != ETH_ENVELOPE_LOG) {
        self->log->kind = envelope.kind == ETH_ENVELOPE_BAD ? ETH_LOG_BAD : ETH_LOG_ANSWER;
        self->log->key = envelope.key;
        self->log->reason = envelope.reason;
        return false;
    }
    const char *refused =
        eth_log_collect(json, json_members_of(json, &envelope.log), &self->fields, &key);
    return !refused || accept(self->log, key, refused);
}

/* Tells by the signature whether the log is one of the events. */
static bool classify(decoding *self)
{
    hex_word signature;
    unsigned topics = 0;
    bool is_removed;
    const char *refused =
        eth_log_read_topics(&self->feed->json, &self->fields, &signature, &topics);
    if (!accept(self->log, ETH_LOG_TOPICS, refused) ||
        !accept(self->log, ETH_LOG_REMOVED_FLAG,
                eth_log_read_removed(&self->fields, &is_removed))) {
        return false;
    }
    self->event = topics > 0 ? eth_log_event_find(&signature, topics) : NULL;
    if (is_removed || !self->event) {
        self->log->kind = is_removed ? ETH_LOG_REMOVED : ETH_LOG_FILTERED;
        return false;
    }
    return topics == self->event->topics ||
           accept(self->log, ETH_LOG_TOPICS, self->event->expected_topics);
}

static bool read_number(decoding *self, eth_log_key key, unsigned bits, uint64_t *number)
{
    return accept(self->log, key, eth_log_read_quantity(&self->fields, key, bits, number));
}

static bool read_position(decoding *self)
{
    chain_position *position = &self->origin.position;
    uint64_t transaction_index, log_index;
    if (!read_number(self, ETH_LOG_BLOCK_NUMBER, 64, &position->block_number) ||
        !read_number(self, ETH_LOG_TRANSACTION_INDEX, 32, &transaction_index) ||
        !read_number(self, ETH_LOG_LOG_INDEX, 32, &log_index)) {
        return false;
    }
    position->transaction_index = (uint32_t)transaction_index;
    position->log_index = (uint32_t)log_index;
    return true;
}

static bool find_block_time(eth_logs *self, uint64_t number, uint64_t *timestamp_ns)
{
    block_cache *last = &self->last_block;
    uint64_t seconds;
    if (!last->is_set || last->number != number) {
        if (!self->blocks || !blocks_file_find(self->blocks, number, &seconds)) {
            return false;
        }
        *last = (block_cache){number, seconds * 1000000000, true};
    }
    *timestamp_ns = last->timestamp_ns;
    return true;
}

static bool read_time(decoding *self)
{
    eth_log_origin *origin = &self->origin;
    bool is_known;
    const char *refused = eth_log_read_timestamp(&self->fields, &is_known, &origin->timestamp_ns);
    if (!accept(self->log, ETH_LOG_BLOCK_TIMESTAMP, refused)) {
        return false;
    }
    if (!is_known &&
        !find_block_time(self->feed, origin->position.block_number, &origin->timestamp_ns)) {
        origin->timestamp_ns = origin->received_ns;
        self->is_untimed = true;
    }
    return true;
}

static bool read_event(decoding *self)
{
    const eth_log_event *event = self->event;
    hex_word words[ETH_LOG_WORDS_MAX];
    const char *refused =
        eth_log_read_data(&self->fields, words, event->words, event->expected_words);
    return accept(self->log, ETH_LOG_DATA, refused) &&
           accept(self->log, ETH_LOG_DATA, event->fill(&self->origin, words, self->log));
}

static bool read_address(decoding *self)
{
    return accept(self->log, ETH_LOG_ADDRESS,
                  eth_log_read_address(&self->fields, &self->origin.pool));
}

eth_log_kind eth_logs_decode(eth_logs *self, const char *line, size_t size, uint64_t received_ns,
                             eth_log *log)
{
    decoding current = {.feed = self, .log = log, .origin = {.received_ns = received_ns}};
    log->key = log->reason = NULL;
    if (parse(&current, line, size) && unwrap(&current) && classify(&current) &&
        read_address(&current) && read_position(&current) && read_time(&current) &&
        read_event(&current)) {
        log->kind = current.event->kind;
        self->counters.untimed += current.is_untimed;
    }
    self->counters.lines++;
    self->counters.kinds[log->kind]++;
    return log->kind;
}

void eth_logs_count_bad_line(eth_logs *self)
{
    self->counters.lines++;
    self->counters.kinds[ETH_LOG_BAD]++;
}

const eth_logs_counters *eth_logs_counted(const eth_logs *self)
{
    return &self->counters;
}

const char *eth_log_kind_name(eth_log_kind kind)
{
    static const char *const names[ETH_LOG_KINDS] = {
        [ETH_LOG_BAD] = "bad",         [ETH_LOG_FILTERED] = "filtered",
        [ETH_LOG_REMOVED] = "removed", [ETH_LOG_ANSWER] = "answers",
        [ETH_LOG_SWAP_V2] = "swap_v2", [ETH_LOG_SWAP_V3] = "swap_v3",
        [ETH_LOG_SYNC_V2] = "sync_v2", [ETH_LOG_MINT_V2] = "mint_v2",
        [ETH_LOG_BURN_V2] = "burn_v2",
    };
    return names[kind];
}

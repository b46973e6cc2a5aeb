/* SPDX-License-Identifier: Apache-2.0 */
#include "market/signal_rules.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "market/hash_index.h"

/* Twice as many buckets as entries: chains are short. Both counts are powers of two. */
enum { BUCKETS = 2 * SIGNAL_RULES_RECENT_MAX };
#define NO_ENTRY UINT32_MAX

/* What makes two signals the same. No padding: compared and hashed as bytes. */
typedef struct signal_key {
    uint64_t block_number;
    uint32_t log_index;
    eth_address buy_pool;
    eth_address sell_pool;
    uint32_t zero;
} signal_key;
_Static_assert(sizeof(signal_key) == 8 + 4 + 20 + 20 + 4, "a key has no padding");

typedef struct recent_signal {
    signal_key key;
    uint32_t bucket;
    uint32_t next; /* in the chain of the bucket, or NO_ENTRY */
} recent_signal;

struct signal_rules {
    signal_rules_options options;
    uint64_t counts[SIGNAL_VERDICT_COUNT];
    uint64_t remembered;                           /* ever: the next goes to this % RECENT_MAX */
    uint32_t buckets[BUCKETS];                     /* first of each chain, or NO_ENTRY */
    recent_signal recent[SIGNAL_RULES_RECENT_MAX]; /* a ring */
};

signal_rules *signal_rules_create(const signal_rules_options *options)
{
    signal_rules *rules = calloc(1, sizeof *rules);
    if (!rules)
        return NULL;
    if (options)
        rules->options = *options;
    for (size_t i = 0; i < BUCKETS; i++)
        rules->buckets[i] = NO_ENTRY;
    return rules;
}

void signal_rules_destroy(signal_rules *rules)
{
    free(rules);
}

static signal_key key_of(const arbitrage_signal *signal)
{
    return (signal_key){.block_number = signal->position.block_number,
                        .log_index = signal->position.log_index,
                        .buy_pool = signal->buy_pool,
                        .sell_pool = signal->sell_pool};
}

static bool is_recent(const signal_rules *rules, const signal_key *key, uint32_t bucket)
{
    uint32_t at = rules->buckets[bucket];
    for (uint32_t steps = 0; at != NO_ENTRY && steps < SIGNAL_RULES_RECENT_MAX; steps++) {
        if (memcmp(&rules->recent[at].key, key, sizeof *key) == 0)
            return true;
        at = rules->recent[at].next;
    }
    assert(at == NO_ENTRY); /* else the chain is a ring */
    return false;
}

static void forget(signal_rules *rules, uint32_t entry)
{
    uint32_t *link = &rules->buckets[rules->recent[entry].bucket];
    while (*link != entry) {
        assert(*link != NO_ENTRY);
        link = &rules->recent[*link].next;
    }
    *link = rules->recent[entry].next;
}

static void remember(signal_rules *rules, const signal_key *key, uint32_t bucket)
{
    uint32_t entry = (uint32_t)(rules->remembered % SIGNAL_RULES_RECENT_MAX);
    if (rules->remembered >= SIGNAL_RULES_RECENT_MAX)
        forget(rules, entry);
    rules->recent[entry] =
        (recent_signal){.key = *key, .bucket = bucket, .next = rules->buckets[bucket]};
    rules->buckets[bucket] = entry;
    rules->remembered++;
}

static bool is_stale(const signal_rules *rules, const arbitrage_signal *signal, uint64_t now_ns)
{
    uint64_t age_max_ns = rules->options.age_max_ns;
    return age_max_ns != 0 && now_ns > signal->timestamp_ns &&
           now_ns - signal->timestamp_ns > age_max_ns;
}

static signal_verdict judge(signal_rules *rules, const arbitrage_signal *signal, uint64_t now_ns)
{
    if (isnan(signal->profit_usd)) {
        if (rules->options.profit_usd_min > 0)
            return SIGNAL_UNPRICED;
    } else if (signal->profit_usd < rules->options.profit_usd_min) {
        return SIGNAL_BELOW_MINIMUM;
    }
    if (is_stale(rules, signal, now_ns))
        return SIGNAL_STALE;
    signal_key key = key_of(signal);
    uint32_t bucket = hash_bytes(&key, sizeof key) % BUCKETS;
    if (is_recent(rules, &key, bucket))
        return SIGNAL_DUPLICATE;
    remember(rules, &key, bucket);
    return SIGNAL_ACCEPTED;
}

signal_verdict signal_rules_check(signal_rules *rules, const arbitrage_signal *signal,
                                  uint64_t now_ns)
{
    signal_verdict verdict = judge(rules, signal, now_ns);
    rules->counts[verdict]++;
    return verdict;
}

uint64_t signal_rules_count(const signal_rules *rules, signal_verdict verdict)
{
    assert(verdict < SIGNAL_VERDICT_COUNT);
    return rules->counts[verdict];
}

const char *signal_verdict_name(signal_verdict verdict)
{
    static const char *const names[SIGNAL_VERDICT_COUNT] = {
        [SIGNAL_ACCEPTED] = "accepted",   [SIGNAL_UNPRICED] = "unpriced",
        [SIGNAL_STALE] = "stale",         [SIGNAL_BELOW_MINIMUM] = "below_minimum",
        [SIGNAL_DUPLICATE] = "duplicate",
    };
    return verdict < SIGNAL_VERDICT_COUNT ? names[verdict] : "unknown";
}

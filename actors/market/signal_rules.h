/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_SIGNAL_RULES_H
#define MARKET_SIGNAL_RULES_H

/*
 * Which arbitrage signals are worth acting on.
 *
 * The rules are tried in the order of signal_verdict; the first that fails refuses the signal and
 * is counted. Threads: one at a time.
 */
#include <stdint.h>

#include <libtypes/signal.h>

typedef enum signal_verdict {
    SIGNAL_ACCEPTED = 0,
    SIGNAL_UNPRICED,      /* no USD value is known and a minimum is asked */
    SIGNAL_BELOW_MINIMUM, /* worth less than the minimum */
    SIGNAL_STALE,         /* older than the maximum age */
    SIGNAL_DUPLICATE,     /* same buy pool, sell pool, block and log index as a recent one */
    SIGNAL_VERDICT_COUNT
} signal_verdict;

/** How many signals duplicates are looked for among: the last ones that passed all other rules. */
enum { SIGNAL_RULES_RECENT_MAX = 65536 };

/** Zero = default. */
typedef struct signal_rules_options {
    double profit_usd_min; /* USD; 0 = no minimum, and unpriced signals pass */
    uint64_t age_max_ns;   /* 0 = any age */
} signal_rules_options;

typedef struct signal_rules signal_rules;

/** Gives rules (about 5 MiB); NULL when memory is out. `options` may be NULL. */
signal_rules *signal_rules_create(const signal_rules_options *options);

/** Takes `rules`; NULL is ignored. */
void signal_rules_destroy(signal_rules *rules);

/**
 * Judges `signal` (borrowed) and counts the verdict. Allocates nothing.
 *
 * `now_ns`: what the age is measured against, on the clock of `timestamp_ns`. A signal from the
 * future has age 0.
 */
signal_verdict signal_rules_check(signal_rules *rules, const arbitrage_signal *signal,
                                  uint64_t now_ns);

/** How often `verdict` was given. */
uint64_t signal_rules_count(const signal_rules *rules, signal_verdict verdict);

/** "accepted", "unpriced", "below_minimum", "stale", "duplicate". Static storage. */
const char *signal_verdict_name(signal_verdict verdict);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_QUOTE_WATCH_H
#define MARKET_QUOTE_WATCH_H

/*
 * What is concluded from the quotes of all venues: episodes between two venues, and momentum.
 *
 * A source is one instrument on one venue; it becomes known with its first quote. Two sources of
 * different venues make a pair when their instruments have the same name, or when they were
 * configured as one (venues name the same thing differently: "BTC-USD", "XBT/USD"). Of a pair, a is
 * the venue with the lower number, or the one that was configured as a.
 *
 * A quote takes constant time for its source and for each pair of it. Memory is taken only when a
 * source is new.
 *
 * Threads: one at a time.
 */
#include <stddef.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/signal.h>

#include "market/cross_venue.h"
#include "market/momentum.h"

enum { QUOTE_SOURCES_MAX = 65536, QUOTE_PAIRS_MAX = 65536, QUOTE_PAIRS_CONFIGURED_MAX = 64 };

/** One instrument on one venue. */
typedef struct quote_source_name {
    instrument_name instrument; /* zero bytes behind its end */
    uint16_t venue;
} quote_source_name;

/** Two sources to be compared whatever their instruments are called. */
typedef struct quote_pair_names {
    quote_source_name a;
    quote_source_name b; /* another source than a */
} quote_pair_names;

/** Zero = default. */
typedef struct quote_watch_options {
    /** Gaps between venues that are told, in ppm; none = venues are not compared. */
    uint32_t cross_ppm[CROSS_VENUE_THRESHOLDS_MAX];
    size_t cross_ppm_count;
    /** Pairs besides those of the same name; borrowed during the call. */
    const quote_pair_names *pairs;
    size_t pair_count;
    /** Without a threshold momentum is not watched. */
    momentum_rule momentum;
} quote_watch_options;

typedef enum quote_signal_kind { QUOTE_CROSS_VENUE, QUOTE_MOMENTUM } quote_signal_kind;

/** What was found. */
typedef struct quote_signal {
    quote_signal_kind kind;
    union {
        cross_venue_signal cross_venue;
        momentum_signal momentum;
    } of;
} quote_signal;

/** Receives a signal; `signal` is borrowed during the call. Must not call the watch. */
typedef void (*quote_on_signal)(void *user, const quote_signal *signal);

typedef struct quote_watch_counters {
    uint64_t quotes;
    uint64_t order_books;
    uint64_t quotes_without_room; /* of a new source, at a limit or when memory was out */
    uint64_t pairs_without_room;  /* that would have been made */
    uint64_t cross_venue_signals; /* starts, turns and ends */
    uint64_t momentum_signals;
} quote_watch_counters;

/** What was found between two sources at one threshold. */
typedef struct quote_cross_result {
    quote_source_name a;
    quote_source_name b;
    uint32_t threshold_ppm;
    uint64_t compared; /* quotes of either, both being known */
    uint64_t quotes;   /* of these, with a gap at or above the threshold */
    uint64_t episodes;
    uint64_t open;          /* 1 when the last episode has not ended, else 0 */
    double largest_gap_ppm; /* of all compared; may be negative, 0 when none was */
} quote_cross_result;

typedef struct quote_watch quote_watch;

/**
 * Gives a watch without sources in `*watch`; release with quote_watch_destroy(). `options` may be
 * NULL: then it only counts.
 * Returns 0; MYC_EINVAL for thresholds of 0, more than CROSS_VENUE_THRESHOLDS_MAX of them, more
 * pairs than QUOTE_PAIRS_CONFIGURED_MAX, a pair of a source with itself, or averages that
 * momentum_rule_check() refuses; MYC_ENOMEM.
 */
MYC_MUST_CHECK int quote_watch_create(const quote_watch_options *options, quote_watch **watch);

/** Takes `watch`; NULL is ignored. */
void quote_watch_destroy(quote_watch *watch);

/**
 * Takes over a quote (borrowed) and calls `on_signal` for what it means: first for its pairs in the
 * order they became known, by threshold as given, then for its momentum.
 * Returns the count of signals.
 */
uint64_t quote_watch_on_quote(quote_watch *watch, const quote_update *quote,
                              quote_on_signal on_signal, void *user);

/**
 * Takes over a snapshot (borrowed). Its best levels stand in for a quote of a source that has sent
 * no quotes yet; else it is only counted, since the quotes are newer.
 * Returns the count of signals.
 */
uint64_t quote_watch_on_order_book(quote_watch *watch, const order_book_snapshot *order_book,
                                   quote_on_signal on_signal, void *user);

/** Borrowed from the watch. */
const quote_watch_counters *quote_watch_counted(const quote_watch *watch);

/** Results: of each pair, in the order they became known, one for each threshold. */
size_t quote_watch_cross_count(const quote_watch *watch);
quote_cross_result quote_watch_cross_at(const quote_watch *watch, size_t index);

#endif

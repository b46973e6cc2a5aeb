/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_REPORT_H
#define BUNDLE_REPORT_H

/*
 * What a run has to tell at its end, as plain numbers, and the three forms it is told in.
 *
 * Threads: one at a time, after the system has stopped.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <mycelium/system.h>

#include "bundle/feed_set.h"
#include "feeds/eth_logs.h"
#include "market/market_state.h"
#include "market/signal_rules.h"
#include "publisher.h"
#include "recorder.h"
#include "signal_judge.h"

typedef struct latency_report {
    uint64_t count; /* 0 = none were measured: the rest is 0 */
    uint64_t p50_ns;
    uint64_t p99_ns;
    uint64_t p999_ns;
    uint64_t max_ns;
} latency_report;

/** What it points to is borrowed. */
typedef struct bundle_report {
    eth_logs_counters logs; /* of all feeds of Ethereum logs */
    const feed_set *feeds;  /* NULL = there is nothing to tell of each, as for the rest */
    const quote_watch *quotes;
    const recorder_stats *recorder;
    const publisher_stats *publisher;
    uint64_t unpublished; /* quotes and signals that the publisher had no room for */
    uint64_t frames;      /* of all feeds; with the relay 0 */
    signal_judge_counts quote_signals;
    market_counters market;
    uint64_t verdicts[SIGNAL_VERDICT_COUNT];
    uint64_t pools;         /* seen or known */
    uint64_t unknown_pools; /* seen, but the pools file does not have them */
    uint64_t unsent;        /* events and signals that had no way on when the run was stopped */
    myc_counts messages;    /* with the relay: signals on its socket */
    uint64_t bad_frames;    /* of these, on the relay's socket; without it 0 */
    latency_report latency; /* of arbitrage signals, since their event was read */
    uint64_t duration_ns;
    const char *io;
    const char *hot_path; /* "actors" or "relay" */
    bool is_interrupted;
    bool is_timed_out; /* --for is over */
} bundle_report;

/** Lines that were pool events. */
uint64_t report_events(const bundle_report *report);

/** Lines or frames a second. */
uint64_t report_lines_per_second(const bundle_report *report);

/** Lines or frames of all feeds. */
uint64_t report_lines(const bundle_report *report);

/** Writes the table for people. */
void report_write_table(const bundle_report *report, FILE *out);

/** Writes {"lines": ...}, with a newline. `report` is a bundle_report. Returns 0. */
int report_write_stats(const void *report, FILE *out);

/** Writes {"books": [...]}: one for each instrument of each feed that has books. `feeds` is a
 * feed_set. Returns 0. */
int report_write_books(const void *feeds, FILE *out);

/**
 * Writes {"final_reserves": {"0xpool": ["r0", "r1"], ...}} by ascending address: every pool whose
 * reserves were seen. `pools` is a pool_table. Returns 0 or ENOMEM.
 */
int report_write_state(const void *pools, FILE *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

/*
 * The hot path without actors, as it is built where no runtime is: two threads and a Unix stream
 * socket between them.
 *
 *     market thread: read, inflate, decode, reserves, arbitrage, encode  --socket-->
 *     signal thread: decode, judge, write
 *
 * Everything but the way from one thread to the other is what the actors use, too: eth_log_reader,
 * market_state, signal_judge. So equal input gives equal signals and reserves.
 *
 * Backpressure is the blocking socket: the market thread waits while it is full, and reads no
 * further. Nothing is lost in an orderly run.
 *
 * Threads: the functions are for one thread. While the relay runs, what it borrows is its own: only
 * live counts and the sink may be touched.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "feeds/eth_log_reader.h"
#include "market/market_state.h"
#include "relay/signal_reader.h"
#include "relay/signal_writer.h"
#include "signal_judge.h"

/** What the relay works with; borrowed until relay_stop() has returned. */
typedef struct relay_options {
    eth_log_reader_options feed;
    eth_log_reader_stats *feed_stats;
    market_state *state;
    signal_judge *judge;
    eth_log_report report; /* gets bad lines, on the market thread */
} relay_options;

/** The counts of `writer` and `reader` may be read after relay_stop(); the rest is private. */
typedef struct relay {
    relay_options options;
    signal_writer writer;
    signal_reader reader;
    int stop_fd; /* eventfd: readable when the feed is to end */
    int done_fd; /* eventfd: readable when both threads have done their work */
    pthread_t market_thread;
    pthread_t signal_thread;
} relay;

/**
 * Starts both threads. They inherit the signal mask of the caller.
 * Returns 0 (stop it with relay_stop()) or an errno: EMFILE, ENFILE, ENOMEM, EAGAIN (threads).
 */
int relay_start(relay *self, const relay_options *options);

/** Waits until all feeds are read and all signals judged. Returns false after `timeout_ns`, or
 * early when a signal handler ran. */
bool relay_await(relay *self, uint64_t timeout_ns);

/**
 * Reads no further, handles all that was read, and ends the threads. After this the results of
 * everything borrowed are complete.
 */
void relay_stop(relay *self);

/** Why the signal side gave up; "" = it did not. The feed's error is in its stats. */
const char *relay_error(const relay *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_FEED_H
#define BENCH_FEED_H

/*
 * Frames of 64 bytes over a socket of the loopback interface, and the processor time of the thread
 * that receives them. The same for an actor and for a bare loop, so that one is held against the
 * other.
 *
 * The sender is a thread of its own. It writes a burst while the receiver stands still, then lets it
 * go and stands still itself until all of the burst is taken. So the receiver always finds what a
 * full burst leaves, whichever thread is the faster; nothing overflows, nothing is lost; and only
 * the time between the two gates counts, on the receiver's own clock (CLOCK_THREAD_CPUTIME_ID),
 * which neither the sender nor a wait is part of.
 *
 * Threads: bench_feed_open() and _close() on one, the rest on the receiver's.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "bench.h"

enum { BENCH_FRAME_BYTES = 64 };

typedef struct bench_frame {
    uint64_t number; /* from 1 */
    uint64_t rest[7];
} bench_frame;

typedef struct bench_feed {
    const bench_options *options;
    bool is_datagrams;
    int sender; /* the socket to write to; taken by the sender's thread */
    uint32_t burst;
    uint64_t bursts;
    pthread_t thread;                          /* this and the rest is private */
    _Alignas(64) atomic_uint_fast64_t written; /* bursts that are out */
    _Alignas(64) atomic_uint_fast64_t taken;   /* bursts that are taken */
    uint32_t left;                             /* frames of this burst */
    uint32_t part_bytes;                       /* of a frame that is not whole yet */
    uint8_t part[BENCH_FRAME_BYTES];
    uint64_t sum;
    uint64_t since_ns, cpu_ns;
} bench_feed;

/** Fills in what is to be sent: about `frames`, in bursts. */
void bench_feed_init(bench_feed *feed, const bench_options *options, bool is_datagrams,
                     uint64_t frames);

/** Starts the sender, once `sender` is connected. Exits on failure. */
void bench_feed_start(bench_feed *feed);

/** Receiver: stands still until the next burst is out. Returns false when there is none. */
bool bench_feed_next(bench_feed *feed);

/** Receiver: takes what was received: frames, whole or in pieces. Returns true when that was the
 * last of the burst. */
bool bench_feed_take(bench_feed *feed, const uint8_t *bytes, uint32_t size_bytes);

/** Joins the sender, whose socket is closed then. Exits when a frame was lost or doubled. Returns
 * the receiver's processor time for a frame, in ns. */
double bench_feed_finish(bench_feed *feed);

#endif

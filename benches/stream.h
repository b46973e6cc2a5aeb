/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

/*
 * One producer, one sink, a stream of messages between them: the body of send_local, send_fresh,
 * stream_cross and curve.depth.
 *
 * The producer, on worker 0, sends while the sink's mailbox (1000 unless said otherwise) has room,
 * pauses until it has drained to half, and goes on. Time is from the first send to the last
 * handler. The sink adds up a field of every message and the sum is checked, as is the count of
 * messages the system handled, so no send can be left out or doubled.
 */
#include "system.h"

/** Sends message `number`, which counts down to 1. `start` is the message that began the run. */
typedef myc_sent (*bench_send_one)(myc_context *ctx, bench_ref to, const bench_message *start,
                                   uint64_t number);

/** A new 48-byte payload for each message. */
myc_sent bench_send_fresh(myc_context *ctx, bench_ref to, const bench_message *start,
                          uint64_t number);

typedef struct bench_stream {
    uint64_t messages;
    uint64_t sum; /* of the numbers in all messages */
    bench_send_one send_one;
    uint32_t sink_worker;
    uint32_t mailbox_bound; /* of the sink; 0 = the default, 1000 */
} bench_stream;

/** Runs it once. Returns ns a message. */
double bench_stream_run(const bench_options *options, const bench_stream *stream);

#endif

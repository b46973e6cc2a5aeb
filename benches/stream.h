/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

/*
 * One producer, one sink, a stream of messages between them: the body of send_local and
 * stream_cross.
 *
 * The producer sends while the sink's mailbox (1000) has room, pauses until it has drained to half,
 * and goes on. Time is from the first send to the last handler. The sink adds up a field of every
 * message and the sum is checked, so no send can be left out or doubled.
 */
#include "system.h"

/** Sends message `number`, which counts down to 1. `start` is the message that began the run. */
typedef myc_sent (*bench_send_one)(myc_context *ctx, bench_ref to, const bench_message *start,
                                   uint64_t number);

typedef struct bench_stream {
    uint32_t workers; /* the producer is on the first, the sink on the last */
    uint64_t messages;
    uint64_t sum; /* of the numbers in all messages */
    bench_send_one send_one;
} bench_stream;

/** Runs it once. Returns messages a second, or -1. */
double bench_stream_run(const bench_stream *stream);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

/*
 * Producers and sinks with streams of messages between them: the body of send_local, send_fresh,
 * stream_cross, fan_in and of several curves.
 *
 * A producer sends while its sink's mailbox (1000 unless said otherwise) has room, pauses until it
 * has drained to half, and goes on. Time is from the message that starts the first producer to the
 * last handler of the last sink. A sink adds up a field of every message and the sum is checked, as
 * is the count of messages the system handled, so no send can be left out or doubled.
 */
#include "system.h"

/** Sends message `number`, which counts down to 1. `start` is the message that began the run. */
typedef myc_sent (*bench_send_one)(myc_context *ctx, bench_ref to, const bench_message *start,
                                   uint64_t number);

/** Sends `start` itself, which all producers share, with a reference taken: the number is 1. */
myc_sent bench_send_shared(myc_context *ctx, bench_ref to, const bench_message *start,
                           uint64_t number);

/** Sends a new 48-byte payload with its number. */
myc_sent bench_send_fresh(myc_context *ctx, bench_ref to, const bench_message *start,
                          uint64_t number);

typedef struct bench_stream {
    uint64_t messages; /* of each producer */
    uint64_t sum;      /* of the numbers in them */
    bench_send_one send_one;
    uint32_t producers;   /* 0 = 1; number k is on worker k and sends to sink k % sinks */
    uint32_t sinks;       /* 0 = 1; divides the producers; number k is on worker sink_worker + k */
    uint32_t sink_worker; /* workers count modulo those of the options */
    uint32_t mailbox_bound; /* of a sink; 0 = the default, 1000 */
} bench_stream;

/** Runs it once. Returns ns a message. */
double bench_stream_run(const bench_options *options, bench_stream stream);

#endif

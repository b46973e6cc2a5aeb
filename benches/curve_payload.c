/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curve.payload: ns a message from one worker to another, each message a fresh payload of
 * --parameter bytes that the sender fills whole.
 *
 * See stream.h for what is timed and why nothing can be left out. The payload has left for another
 * thread when its bytes could be looked at, so the compiler keeps the filling; the receiver reads
 * its number. Not measured: a receiver that reads all of it, which costs what the machine takes to
 * move so many bytes.
 */
#include <string.h>

#include "stream.h"

enum { BYTES_LEAST = 16 };

/* Its size is the parameter; the payloads of a run refer to it. */
static myc_type payload_type = {.name = "payload", .alignment_bytes = 8};

/* Sent as a row of bench: its handler reads `number` only, which all sizes have at their start. */
static myc_sent send_filled(myc_context *ctx, bench_ref to, const bench_message *start,
                            uint64_t number)
{
    (void)start;
    void *payload = myc_new_uninitialized(ctx, &payload_type);
    if (payload) {
        memset(payload, (int)number, payload_type.size_bytes);
        memcpy(payload, &number, sizeof number);
    }
    return myc_send(ctx, to.address, bench_tag_message, payload);
}

/* 2 GB in all, but not more than 5 M messages. */
static uint64_t messages_of(const bench_options *options)
{
    uint64_t messages = 2000000000 / options->parameter;
    return bench_count(options, messages < 5000000 ? messages : 5000000);
}

static void run(const bench_options *options, bench_output *output)
{
    uint64_t messages = messages_of(options);
    payload_type.size_bytes = options->parameter < BYTES_LEAST ? BYTES_LEAST : options->parameter;
    bench_print(output,
                bench_stream_run(options, (bench_stream){.messages = messages,
                                                         .sum = messages * (messages + 1) / 2,
                                                         .send_one = send_filled,
                                                         .sink_worker = 1}));
}

const bench_workload bench_curve_payload = {
    .name = "curve.payload",
    .what = "ns a message with a fresh payload of N bytes (16 at least), core to core",
    .workers = 2,
    .parameter_most = 65536,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

typedef struct stream_times {
    uint64_t started_ns;
    uint64_t ended_ns; /* 0 when the sum was wrong */
} stream_times;

struct sink {
    const bench_stream *stream;
    stream_times *times;
    uint64_t count;
    uint64_t sum;
};

static myc_next sink_on_message(struct sink *self, myc_context *ctx, const bench_message *message)
{
    (void)ctx;
    self->sum += message->number;
    if (++self->count == self->stream->messages) {
        self->times->ended_ns = self->sum == self->stream->sum ? bench_now_ns() : 0;
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(sink, bench, BENCH_ROWS)

struct producer {
    const bench_stream *stream;
    stream_times *times;
    bench_ref to;
    uint64_t left;
};

/* A send can be refused in spite of the room, when the sink's mailbox fills up meanwhile. */
static myc_next producer_on_message(struct producer *self, myc_context *ctx,
                                    const bench_message *message)
{
    if (self->times->started_ns == 0) {
        self->times->started_ns = bench_now_ns();
    }
    bench_send_one send_one = self->stream->send_one;
    for (uint64_t room = myc_room(ctx, self->to.address); self->left && room; room--) {
        if (send_one(ctx, self->to, message, self->left) != MYC_SENT) {
            break;
        }
        self->left--;
    }
    if (self->left == 0) {
        return MYC_CONTINUE;
    }
    myc_pause_until_room(ctx, self->to.address);
    return MYC_AGAIN;
}
MYC_ACTOR(producer, bench, BENCH_ROWS)

myc_sent bench_send_fresh(myc_context *ctx, bench_ref to, const bench_message *start,
                          uint64_t number)
{
    (void)start;
    bench_message *message = bench_message_new(ctx);
    if (message) {
        message->number = number;
    }
    return bench_send_message(ctx, to, message);
}

double bench_stream_run(const bench_options *options, const bench_stream *stream)
{
    stream_times times = {0};
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    struct sink sink = {.stream = stream, .times = &times};
    struct producer producer = {.stream = stream, .times = &times, .left = stream->messages};
    myc_spawn_options there = bench_on_worker(options, stream->sink_worker);
    myc_spawn_options here = bench_on_worker(options, 0);
    there.mailbox_bound = stream->mailbox_bound;
    bench_ref first;
    if (sink_spawn(ctx, &sink, &there, &producer.to) ||
        producer_spawn(ctx, &producer, &here, &first)) {
        bench_fail("a spawn", MYC_ENOMEM);
    }
    bench_system_run(system, ctx, first);
    bench_system_destroy(system, stream->messages + 1);
    if (times.ended_ns == 0) {
        bench_fail("the sum of the messages", MYC_EINVAL);
    }
    return (double)(times.ended_ns - times.started_ns) / (double)stream->messages;
}

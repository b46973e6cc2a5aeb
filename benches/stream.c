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

static myc_next producer_on_message(struct producer *self, myc_context *ctx,
                                    const bench_message *message)
{
    if (self->times->started_ns == 0) {
        self->times->started_ns = bench_now_ns();
    }
    bench_send_one send_one = self->stream->send_one;
    for (uint64_t room = myc_room(ctx, self->to.address); self->left && room; room--) {
        if (send_one(ctx, self->to, message, self->left--) != MYC_SENT) {
            return MYC_FAIL(MYC_EBUSY);
        }
    }
    if (self->left == 0) {
        return MYC_CONTINUE;
    }
    myc_pause_until_room(ctx, self->to.address);
    return MYC_AGAIN;
}
MYC_ACTOR(producer, bench, BENCH_ROWS)

double bench_stream_run(const bench_stream *stream)
{
    stream_times times = {0};
    myc_context *ctx;
    myc_system *system = bench_system_create(stream->workers, &ctx);
    struct sink sink = {.stream = stream, .times = &times};
    struct producer producer = {.stream = stream, .times = &times, .left = stream->messages};
    myc_spawn_options last = bench_on_worker(stream->workers - 1), first = bench_on_worker(0);
    bench_ref begin;
    bool ran = sink_spawn(ctx, &sink, &last, &producer.to) == 0 &&
               producer_spawn(ctx, &producer, &first, &begin) == 0 &&
               bench_system_run(system, ctx, begin);
    bench_system_destroy(system);
    double took_ns = (double)(times.ended_ns - times.started_ns);
    return ran && times.ended_ns ? (double)stream->messages * 1e9 / took_ns : -1;
}

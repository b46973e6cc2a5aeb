/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <stdlib.h>

struct sink {
    uint64_t left;
    uint64_t sum;       /* of all messages still to come: 0 at the end */
    uint64_t *ended_ns; /* stays 0 when the sum is wrong */
};

static myc_next sink_on_message(struct sink *self, myc_context *ctx, const bench_message *message)
{
    (void)ctx;
    self->sum -= message->number;
    if (--self->left == 0 && self->sum == 0) {
        *self->ended_ns = bench_now_ns();
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(sink, bench, BENCH_ROWS)

struct producer {
    bench_ref to;
    uint64_t left;
    bench_send_one send_one;
};

/* A send can be refused in spite of the room, when the sink's mailbox fills up meanwhile. */
static myc_next producer_on_message(struct producer *self, myc_context *ctx,
                                    const bench_message *message)
{
    bench_send_one send_one = self->send_one;
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

myc_sent bench_send_shared(myc_context *ctx, bench_ref to, const bench_message *start,
                           uint64_t number)
{
    (void)number;
    return bench_send_message(ctx, to, bench_message_retain(ctx, start));
}

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

/* What main makes for a run. */
typedef struct stream_cast {
    bench_ref *sinks;
    bench_ref *producers;
    uint64_t *ended_ns; /* of each sink */
} stream_cast;

static stream_cast make_room(const bench_stream *stream)
{
    stream_cast cast = {calloc(stream->sinks, sizeof *cast.sinks),
                        calloc(stream->producers, sizeof *cast.producers),
                        calloc(stream->sinks, sizeof *cast.ended_ns)};
    if (!cast.sinks || !cast.producers || !cast.ended_ns) {
        bench_fail("the refs", MYC_ENOMEM);
    }
    return cast;
}

static void free_room(stream_cast *cast)
{
    free(cast->sinks);
    free(cast->producers);
    free(cast->ended_ns);
}

static void spawn_sink(const bench_options *options, myc_context *ctx, const bench_stream *stream,
                       stream_cast *cast, uint32_t index)
{
    uint32_t producers = stream->producers / stream->sinks;
    struct sink sink = {.left = stream->messages * producers,
                        .sum = stream->sum * producers,
                        .ended_ns = &cast->ended_ns[index]};
    myc_spawn_options place = bench_on_worker(options, stream->sink_worker + index);
    place.mailbox_bound = stream->mailbox_bound;
    int error = sink_spawn(ctx, &sink, &place, &cast->sinks[index]);
    if (error) {
        bench_fail("a sink", error);
    }
}

static void spawn_producer(const bench_options *options, myc_context *ctx,
                           const bench_stream *stream, stream_cast *cast, uint32_t index)
{
    struct producer producer = {.to = cast->sinks[index % stream->sinks],
                                .left = stream->messages,
                                .send_one = stream->send_one};
    myc_spawn_options place = bench_on_worker(options, index);
    int error = producer_spawn(ctx, &producer, &place, &cast->producers[index]);
    if (error) {
        bench_fail("a producer", error);
    }
}

/* All producers get the same message, so that what they share is one payload. */
static void start_all(myc_context *ctx, const bench_ref *producers, uint32_t count)
{
    const bench_message *start = bench_start_message(ctx, 1);
    for (uint32_t i = 0; i < count; i++) {
        if (bench_send_message(ctx, producers[i], bench_message_retain(ctx, start)) != MYC_SENT) {
            bench_fail("the first message", MYC_EBUSY);
        }
    }
    bench_message_release(ctx, start);
}

static uint64_t last_end_ns(const uint64_t *ended_ns, uint32_t count)
{
    uint64_t last_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ended_ns[i] == 0) {
            bench_fail("the sum of the messages", MYC_EINVAL);
        }
        last_ns = ended_ns[i] > last_ns ? ended_ns[i] : last_ns;
    }
    return last_ns;
}

double bench_stream_run(const bench_options *options, bench_stream stream)
{
    stream.producers = stream.producers ? stream.producers : 1;
    stream.sinks = stream.sinks ? stream.sinks : 1;
    uint64_t messages = stream.messages * stream.producers;
    stream_cast cast = make_room(&stream);
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    for (uint32_t i = 0; i < stream.sinks; i++) {
        spawn_sink(options, ctx, &stream, &cast, i);
    }
    for (uint32_t i = 0; i < stream.producers; i++) {
        spawn_producer(options, ctx, &stream, &cast, i);
    }
    bench_await(system);
    uint64_t started_ns = bench_now_ns();
    start_all(ctx, cast.producers, stream.producers);
    bench_await(system);
    bench_system_destroy(system, messages + stream.producers);
    uint64_t took_ns = last_end_ns(cast.ended_ns, stream.sinks) - started_ns;
    free_room(&cast);
    return (double)took_ns / (double)messages;
}

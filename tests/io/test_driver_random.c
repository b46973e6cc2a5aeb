/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "io/faults.h"
#include "socket_frame.h"

/*
 * Streams that are written and read by operations which start, are cancelled, run out of buffers
 * and fail as a seed says; every byte, buffer and completion is accounted for.
 */
enum { ROUNDS = 5, STREAMS = 6, STEPS = 3000, BUFFERS = 8, PIECE = 512, SEND_MAX = 4096 };

/** Sends the bytes of a stream, one operation after another. */
struct sender {
    myc__operation operation; /* first */
    int fd;
    bool is_on, is_cancelled;
    uint32_t starts, lasts;
    size_t sent, size_bytes; /* of this operation */
    uint8_t bytes[SEND_MAX];
    struct iovec piece;
    struct msghdr message;
};

struct stream {
    struct sender sender;
    struct receiver receiver;
    int fds[2];
};

struct model {
    struct frame *frame;
    seeded random;
    struct store store;
    myc__buffers *buffers;
    struct stream streams[STREAMS];
    uint64_t planted[MYC__FAULT_COUNT];
};

static void sender_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct sender *self = (struct sender *)operation;
    cr_assert(self->is_on);
    cr_assert_eq(0, flags);
    cr_assert(result > 0 || (result == -ECANCELED && self->is_cancelled), "%d", result);
    cr_assert_leq(result, (int32_t)self->size_bytes);
    self->is_on = false;
    self->lasts++;
    self->sent += result > 0 ? (size_t)result : 0;
}

static void sender_start(struct model *model, struct sender *self)
{
    self->is_on = true;
    self->is_cancelled = false;
    self->starts++;
    self->size_bytes = 1 + seeded_below(&model->random, SEND_MAX);
    for (size_t index = 0; index < self->size_bytes; index++)
        self->bytes[index] = byte_at(self->sent + index);
    self->piece = (struct iovec){self->bytes, self->size_bytes};
    self->message = (struct msghdr){.msg_iov = &self->piece, .msg_iovlen = 1};
    myc__driver_send(model->frame->driver, &self->operation, self->fd, &self->message);
}

static void sender_toggle(struct model *model, struct sender *self)
{
    if (!self->is_on) {
        sender_start(model, self);
    } else if (seeded_below(&model->random, 4) == 0) {
        self->is_cancelled = true;
        myc__driver_cancel(model->frame->driver, &self->operation);
    }
}

static void receiver_toggle(struct model *model, struct receiver *self)
{
    if (!self->is_on) {
        cr_assert(self->end == -ECANCELED || self->end == -ENOBUFS || self->end == 1, "%d",
                  self->end);
        receiver_start(self);
    } else if (seeded_below(&model->random, 2) == 0) {
        receiver_cancel(self);
    }
}

static void stream_open(struct model *model, struct stream *stream, bool is_tcp)
{
    if (is_tcp)
        open_connection(stream->fds);
    else
        open_pair(stream->fds, SOCK_STREAM);
    stream->sender = (struct sender){.operation.complete = sender_complete, .fd = stream->fds[1]};
    receiver_open(&stream->receiver, model->frame, &model->store, model->buffers, stream->fds[0]);
}

static void check_in_flight(const struct model *model)
{
    uint32_t count = 0;
    for (int index = 0; index < STREAMS; index++)
        count += model->streams[index].sender.is_on + model->streams[index].receiver.is_on;
    cr_assert_eq(count, myc__driver_in_flight(model->frame->driver));
    cr_assert_leq(model->store.live, BUFFERS);
}

static void step(struct model *model)
{
    struct stream *stream = &model->streams[seeded_below(&model->random, STREAMS)];
    switch (seeded_below(&model->random, 8)) {
    case 0:
    case 1: sender_toggle(model, &stream->sender); break;
    case 2: receiver_toggle(model, &stream->receiver); break;
    case 3: model->store.limit = seeded_below(&model->random, BUFFERS + 1); break;
    case 4: myc__driver_wait(model->frame->driver, 0); break;
    default: myc__driver_poll(model->frame->driver); break;
    }
    check_in_flight(model);
}

static void drain(struct model *model)
{
    for (int index = 0; index < STREAMS; index++) {
        struct stream *stream = &model->streams[index];
        stream->sender.is_cancelled = true;
        myc__driver_cancel(model->frame->driver, &stream->sender.operation);
        receiver_cancel(&stream->receiver);
    }
    run_until(model->frame, 0);
    check_in_flight(model);
}

/* What was sent was received, or is still in the sockets: with TCP on either side, so up to the end
 * of the stream. */
static void stream_close(struct stream *stream)
{
    uint8_t left[4096];
    ssize_t size;
    cr_assert_eq(0, shutdown(stream->fds[1], SHUT_WR));
    while ((size = recv(stream->fds[0], left, sizeof left, 0)) > 0)
        receiver_keep(&stream->receiver, left, (size_t)size);
    cr_assert_eq(stream->sender.starts, stream->sender.lasts);
    receiver_expect(&stream->receiver, stream->sender.sent);
    receiver_close(&stream->receiver);
    close_pipe(stream->fds);
}

static void run_model(struct frame *frame, seeded *random, uint32_t faults_one_in)
{
    struct model *model = calloc(1, sizeof *model);
    *model = (struct model){.frame = frame, .random = {seeded_next(random)}};
    model->store = (struct store){.limit = BUFFERS, .size_bytes = PIECE};
    myc__driver_destroy(frame->driver);
    frame->options.faults.one_in = faults_one_in;
    frame->options.faults.seed = model->random.state;
    frame->options.faults.planted = model->planted;
    cr_assert_eq(0, myc__driver_create(&frame->options, &frame->driver));
    model->buffers = open_buffers(frame, &model->store, BUFFERS);
    for (int index = 0; index < STREAMS; index++)
        stream_open(model, &model->streams[index], index % 2);
    for (int count = 0; count < STEPS; count++)
        step(model);
    drain(model);
    for (int index = 0; index < STREAMS; index++)
        stream_close(&model->streams[index]);
    close_buffers(model->buffers, &model->store);
    cr_expect_eq(faults_one_in > 0, model->planted[MYC__FAULT_EINTR] > 0);
    free(model);
}

DRIVER_TEST(driver_random, loses_and_doubles_nothing)
{
    seeded random = seeded_start("driver_random");
    for (int round = 0; round < ROUNDS; round++)
        run_model(frame, &random, 0);
}

DRIVER_TEST(driver_random, loses_and_doubles_nothing_when_operations_fail)
{
    seeded random = seeded_start("driver_random");
    for (int round = 0; round < ROUNDS; round++)
        run_model(frame, &random, 4);
}

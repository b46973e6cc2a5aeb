/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "io/faults.h"
#include "socket_frame.h"

/* What a kernel seldom does, planted: who uses a driver as its header says loses nothing by it. */

enum { SIZE = 200000, SEEDS = 5 };

struct plan {
    struct frame *frame;
    uint64_t planted[MYC__FAULT_COUNT];
};

/* The driver of the frame, made anew so that every second operation has a fault. */
static void plan_open(struct plan *plan, struct frame *frame, uint32_t kinds, uint64_t seed)
{
    *plan = (struct plan){.frame = frame};
    myc__driver_destroy(frame->driver);
    frame->options.faults.one_in = 2;
    frame->options.faults.kinds = kinds;
    frame->options.faults.seed = seed;
    frame->options.faults.planted = plan->planted;
    cr_assert_eq(0, myc__driver_create(&frame->options, &frame->driver));
}

#define EACH_SEED(seed) for (uint64_t seed = 1; seed <= SEEDS; seed++)

/* Runs until the operation of a probe is done. Returns its result. */
static int32_t result_of(struct frame *frame, const struct probe *probe)
{
    RUN_UNTIL(frame, probe->calls == 1);
    return probe->result;
}

static int32_t write_once(struct frame *frame, int fd, const uint8_t *bytes, size_t size_bytes,
                          int64_t offset)
{
    struct probe probe = probe_make();
    myc__driver_write(frame->driver, &probe.operation, fd, bytes, (uint32_t)size_bytes, offset);
    return result_of(frame, &probe);
}

static uint8_t *bytes_of(size_t size_bytes)
{
    uint8_t *bytes = malloc(size_bytes);
    for (size_t offset = 0; offset < size_bytes; offset++)
        bytes[offset] = byte_at(offset);
    return bytes;
}

/* Returns how often the disk was full. */
static uint64_t write_file(struct frame *frame, int fd, bool has_offset)
{
    uint8_t *bytes = bytes_of(SIZE);
    uint64_t refused = 0;
    for (size_t at = 0; at < SIZE;) {
        size_t left = SIZE - at < 10000 ? SIZE - at : 10000;
        int32_t written = write_once(frame, fd, bytes + at, left, has_offset ? (int64_t)at : -1);
        cr_assert(written > 0 || written == -ENOSPC, "%d", written);
        refused += written < 0;
        at += written > 0 ? (size_t)written : 0;
    }
    free(bytes);
    return refused;
}

static void read_file(struct frame *frame, int fd, bool has_offset)
{
    size_t at = 0;
    for (int32_t size = 1; size > 0;) {
        struct probe probe = {0};
        probe_read(frame, &probe, fd, has_offset ? (int64_t)at : -1);
        size = result_of(frame, &probe);
        cr_assert_geq(size, 0);
        for (int32_t index = 0; index < size; index++)
            cr_assert_eq(byte_at(at + (size_t)index), probe.bytes[index]);
        at += (size_t)size;
    }
    cr_expect_eq(SIZE, at);
}

DRIVER_TEST(driver_faults, of_files_are_survived)
{
    EACH_SEED(seed)
    {
        struct plan plan;
        plan_open(&plan, frame, MYC__FAULTS_THAT_PASS | 1u << MYC__FAULT_ENOSPC, seed);
        int fd = file_with("", 0);
        uint64_t refused = write_file(frame, fd, seed % 2);
        cr_expect_gt(refused, 0);
        cr_expect_eq(plan.planted[MYC__FAULT_ENOSPC], refused);
        cr_assert_eq(0, lseek(fd, 0, SEEK_SET));
        read_file(frame, fd, seed % 2);
        cr_expect_gt(plan.planted[MYC__FAULT_SHORT], 0);
        cr_expect_gt(plan.planted[MYC__FAULT_EINTR], 0);
        cr_expect_eq(seed % 2 == 0, plan.planted[MYC__FAULT_EAGAIN] > 0);
        close(fd);
    }
}

static int32_t send_once(struct frame *frame, int fd, const uint8_t *bytes, size_t size_bytes)
{
    struct probe probe = probe_make();
    struct iovec pieces[] = {
        {(void *)(uintptr_t)bytes, size_bytes / 2},
        {(void *)(uintptr_t)(bytes + size_bytes / 2), size_bytes - size_bytes / 2}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    myc__driver_send(frame->driver, &probe.operation, fd, &message);
    return result_of(frame, &probe);
}

/* Starts again what ended for want of buffers or descriptors. */
static void go_on(struct receiver *receiver)
{
    if (!receiver->is_on && receiver->end == -ENOBUFS && myc__buffers_fill(receiver->buffers))
        receiver_start(receiver);
}

DRIVER_TEST(driver_faults, of_a_connection_are_survived)
{
    uint8_t *bytes = bytes_of(SIZE);
    EACH_SEED(seed)
    {
        struct plan plan;
        plan_open(&plan, frame, 0, seed);
        int fds[2];
        open_connection(fds);
        struct store store = {.limit = 16, .size_bytes = 5000};
        myc__buffers *buffers = open_buffers(frame, &store, 8);
        struct receiver receiver;
        receiver_open(&receiver, frame, &store, buffers, fds[0]);
        for (size_t at = 0; at < SIZE;) {
            size_t left = SIZE - at < 7000 ? SIZE - at : 7000;
            int32_t sent = send_once(frame, fds[1], bytes + at, left);
            cr_assert_gt(sent, 0, "%d", sent);
            at += (size_t)sent;
            go_on(&receiver);
        }
        shutdown(fds[1], SHUT_WR);
        while (receiver.is_on || receiver.end == -ENOBUFS) {
            go_on(&receiver);
            myc__driver_wait(frame->driver, -1);
            myc__driver_poll(frame->driver);
        }
        cr_expect_eq(0, receiver.end);
        receiver_expect(&receiver, SIZE);
        cr_expect_gt(plan.planted[MYC__FAULT_SHORT], 0);
        receiver_close(&receiver);
        close_buffers(buffers, &store);
        close_pipe(fds);
    }
    free(bytes);
}

struct counter {
    myc__operation operation; /* first */
    bool is_on;
    int32_t end;
    uint32_t accepted;
};

static void counter_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct counter *self = (struct counter *)operation;
    if (result >= 0) {
        self->accepted++;
        close(result);
    }
    self->is_on = flags & MYC__MORE;
    self->end = result < 0 ? result : 0;
}

DRIVER_TEST(driver_faults, of_a_listener_are_survived)
{
    uint64_t out = 0, refused = 0;
    EACH_SEED(seed)
    {
        struct plan plan;
        plan_open(&plan, frame, 0, seed);
        int listener = open_listener(64);
        struct counter counter = {.operation.complete = counter_complete};
        for (uint32_t round = 1; round <= 10; round++) {
            int fd = connect_to(listener);
            while (counter.accepted < round) {
                if (!counter.is_on) {
                    counter.is_on = true;
                    myc__driver_accept(frame->driver, &counter.operation, listener);
                }
                myc__driver_wait(frame->driver, -1);
                myc__driver_poll(frame->driver);
                out += !counter.is_on && counter.end == -EMFILE;
            }
            close(fd);
            if (counter.is_on)
                myc__driver_cancel(frame->driver, &counter.operation);
            RUN_UNTIL(frame, !counter.is_on);
        }
        refused += plan.planted[MYC__FAULT_EMFILE];
        close(listener);
    }
    cr_expect_gt(refused, 0);
    cr_expect_eq(refused, out);
}

/* A cancel that comes late brings what came meanwhile; nothing is lost between the two. */
DRIVER_TEST(driver_faults, of_a_cancel_lose_nothing)
{
    uint64_t late = 0;
    EACH_SEED(seed)
    {
        struct plan plan;
        plan_open(&plan, frame, 1u << MYC__FAULT_LATE_CANCEL, seed);
        int fds[2];
        open_connection(fds);
        struct store store = {.limit = 64, .size_bytes = 100};
        myc__buffers *buffers = open_buffers(frame, &store, 16);
        struct receiver receiver;
        receiver_open(&receiver, frame, &store, buffers, fds[0]);
        size_t sent = 0;
        for (uint32_t round = 0; round < 20; round++) {
            expect_no_completion(frame);
            receiver_cancel(&receiver);
            receiver_cancel(&receiver);
            sent += send_bytes(fds[1], sent, 90);
            RUN_UNTIL(frame, !receiver.is_on);
            receiver_start(&receiver);
            RUN_UNTIL(frame, receiver.size_bytes == sent);
        }
        receiver_stop(&receiver);
        receiver_expect(&receiver, sent);
        late += plan.planted[MYC__FAULT_LATE_CANCEL];
        receiver_close(&receiver);
        close_buffers(buffers, &store);
        close_pipe(fds);
    }
    cr_expect_gt(late, 0);
}

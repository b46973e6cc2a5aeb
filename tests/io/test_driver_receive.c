/* SPDX-License-Identifier: Apache-2.0 */
#include "socket_frame.h"

DRIVER_TEST(driver_receive, brings_what_is_sent)
{
    struct store store = {.limit = 16, .size_bytes = 1000};
    myc__buffers *buffers = open_buffers(frame, &store, 16);
    struct receiver receiver;
    int fds[2];
    open_connection(fds);
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    size_t sent = 0;
    for (size_t size = 1; size < 5000; size += size / 2 + 1) {
        sent += send_bytes(fds[1], sent, size);
        RUN_UNTIL(frame, receiver.size_bytes == sent);
    }
    receiver_expect(&receiver, sent);
    receiver_stop(&receiver);
    cr_expect_eq(-ECANCELED, receiver.end);
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

DRIVER_TEST(driver_receive, brings_what_was_there_before)
{
    struct store store = {.limit = 4, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 4);
    struct receiver receiver;
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    cr_assert_eq(10000, send_bytes(fds[1], 0, 10000));
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    while (receiver.size_bytes < 10000) {
        RUN_UNTIL(frame, receiver.size_bytes == 10000 || !receiver.is_on);
        if (!receiver.is_on && receiver.end == -ENOBUFS)
            receiver_start(&receiver);
    }
    receiver_expect(&receiver, 10000);
    receiver_stop(&receiver);
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

/* The end comes behind the bytes. */
static void expect_end(struct frame *frame, int fds[2], void (*end)(int fd), int32_t result)
{
    struct store store = {.limit = 4, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 4);
    struct receiver receiver;
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    cr_assert_eq(100, send_bytes(fds[1], 0, 100));
    RUN_UNTIL(frame, receiver.size_bytes == 100);
    end(fds[1]);
    RUN_UNTIL(frame, !receiver.is_on);
    cr_expect_eq(result, receiver.end, "%d", receiver.end);
    receiver_expect(&receiver, 100);
    cr_expect_eq(0, myc__driver_in_flight(frame->driver));
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close(fds[0]);
}

static void close_it(int fd)
{
    close(fd);
}

DRIVER_TEST(driver_receive, tells_that_the_peer_has_closed)
{
    int fds[2];
    open_connection(fds);
    expect_end(frame, fds, close_it, 0);
    open_pair(fds, SOCK_STREAM);
    expect_end(frame, fds, close_it, 0);
}

DRIVER_TEST(driver_receive, tells_that_the_peer_has_reset)
{
    int fds[2];
    open_connection(fds);
    expect_end(frame, fds, close_with_reset, -ECONNRESET);
}

DRIVER_TEST(driver_receive, passes_on_errors)
{
    struct store store = {.limit = 4, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 4);
    struct receiver receiver;
    int file = file_with("hello", 5);
    static const int32_t errors[] = {-ENOTSOCK, -EBADF};
    for (int index = 0; index < 2; index++) {
        receiver_open(&receiver, frame, &store, buffers, index ? 1000000 : file);
        RUN_UNTIL(frame, !receiver.is_on);
        cr_expect_eq(errors[index], receiver.end, "%d", receiver.end);
        receiver_close(&receiver);
    }
    close(file);
    close_buffers(buffers, &store);
}

/* What a cancel does not bring is still in the socket. */
DRIVER_TEST(driver_receive, loses_nothing_to_a_cancel)
{
    struct store store = {.limit = 16, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 16);
    for (int polls = 0; polls < 4; polls++) {
        struct receiver receiver;
        int fds[2];
        open_pair(fds, SOCK_STREAM);
        receiver_open(&receiver, frame, &store, buffers, fds[0]);
        for (int poll = 0; poll < polls; poll++)
            myc__driver_poll(frame->driver);
        cr_assert_eq(512, send_bytes(fds[1], 0, 512));
        for (int poll = 2; poll < polls; poll++)
            myc__driver_wait(frame->driver, 0);
        receiver_stop(&receiver);
        cr_expect(receiver.end == -ECANCELED || receiver.end == 1);
        uint8_t left[512];
        ssize_t size = recv(fds[0], left, sizeof left, MSG_DONTWAIT);
        if (size > 0)
            receiver_keep(&receiver, left, (size_t)size);
        receiver_expect(&receiver, 512);
        receiver_close(&receiver);
        close_pipe(fds);
    }
    close_buffers(buffers, &store);
}

/* Cancels itself in its first completion. */
static void cancel_at_once(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct receiver *self = (struct receiver *)operation;
    if (flags & MYC__MORE)
        receiver_cancel(self);
    self->is_cancelled = true;
    receiver_complete(operation, result, flags);
}

DRIVER_TEST(driver_receive, can_be_cancelled_by_its_completion)
{
    struct store store = {.limit = 16, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 16);
    struct receiver receiver;
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    receiver.operation.complete = cancel_at_once;
    cr_assert_eq(512, send_bytes(fds[1], 0, 512));
    RUN_UNTIL(frame, !receiver.is_on);
    cr_expect_eq(0, myc__driver_in_flight(frame->driver));
    uint8_t left[512];
    ssize_t size = recv(fds[0], left, sizeof left, MSG_DONTWAIT);
    if (size > 0)
        receiver_keep(&receiver, left, (size_t)size);
    receiver_expect(&receiver, 512);
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

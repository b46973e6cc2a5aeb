/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>

#include "socket_frame.h"

/** A message of one piece. */
struct parcel {
    struct iovec piece;
    struct msghdr header;
};

static const struct msghdr *parcel_of(struct parcel *parcel, const void *bytes, size_t size_bytes)
{
    *parcel = (struct parcel){.piece = {(void *)(uintptr_t)bytes, size_bytes}};
    parcel->header = (struct msghdr){.msg_iov = &parcel->piece, .msg_iovlen = 1};
    return &parcel->header;
}

static void start_send(struct frame *frame, struct probe *probe, int fd,
                       const struct msghdr *message)
{
    *probe = probe_make();
    myc__driver_send(frame->driver, &probe->operation, fd, message);
}

DRIVER_TEST(driver_send, sends_pieces_from_several_places)
{
    int fds[2];
    open_connection(fds);
    char first[] = "hello, ", second[] = "world";
    struct iovec pieces[] = {{first, 7}, {second, 5}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    struct probe probe;
    start_send(frame, &probe, fds[0], &message);
    run_until(frame, 0);
    cr_assert_eq(12, probe.result);
    char bytes[12];
    cr_assert_eq(12, recv(fds[1], bytes, 12, MSG_WAITALL));
    cr_expect_eq(0, memcmp("hello, world", bytes, 12));
    close_pipe(fds);
}

static size_t take(int fd, size_t offset)
{
    uint8_t bytes[4096];
    ssize_t size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    for (ssize_t index = 0; index < size; index++)
        cr_assert_eq(byte_at(offset + (size_t)index), bytes[index]);
    return size > 0 ? (size_t)size : 0;
}

/* Sends all, however short each send is, while the other side reads when nothing goes. */
static void send_all(struct frame *frame, int fds[2], const uint8_t *bytes, size_t size_bytes)
{
    size_t sent = 0, taken = 0;
    while (sent < size_bytes) {
        struct parcel parcel;
        struct probe probe;
        start_send(frame, &probe, fds[0], parcel_of(&parcel, bytes + sent, size_bytes - sent));
        while (myc__driver_in_flight(frame->driver) > 0) {
            if (myc__driver_poll(frame->driver) == 0)
                taken += take(fds[1], taken);
        }
        cr_assert_gt(probe.result, 0, "%d", probe.result);
        sent += (size_t)probe.result;
    }
    cr_expect_eq(size_bytes, sent);
    while (taken < size_bytes)
        taken += take(fds[1], taken);
}

DRIVER_TEST(driver_send, waits_for_room_in_either_mode)
{
    enum { BYTES = 3000000 };
    uint8_t *bytes = malloc(BYTES);
    for (size_t index = 0; index < BYTES; index++)
        bytes[index] = byte_at(index);
    for (int mode = 0; mode < 2; mode++) {
        int fds[2];
        open_pair(fds, SOCK_STREAM | (mode ? SOCK_NONBLOCK : 0));
        send_all(frame, fds, bytes, BYTES);
        close_pipe(fds);
    }
    free(bytes);
}

static size_t fill_socket(int fd)
{
    size_t sent = 0, size;
    while ((size = send_bytes(fd, sent, 10000)) > 0)
        sent += size;
    return sent;
}

DRIVER_TEST(driver_send, can_be_cancelled_while_it_waits)
{
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    size_t sent = fill_socket(fds[0]), taken = 0, size;
    struct parcel parcel;
    struct probe probe;
    start_send(frame, &probe, fds[0], parcel_of(&parcel, "x", 1));
    expect_no_completion(frame);
    myc__driver_cancel(frame->driver, &probe.operation);
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    cr_expect_eq(-ECANCELED, probe.result, "%d", probe.result);
    while ((size = take(fds[1], taken)) > 0)
        taken += size;
    cr_expect_eq(sent, taken, "what was cancelled was sent");
    close_pipe(fds);
}

/* Without a signal: SIGPIPE would end the test. */
DRIVER_TEST(driver_send, tells_that_the_peer_is_gone)
{
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    close(fds[1]);
    struct parcel parcel;
    struct probe probe;
    start_send(frame, &probe, fds[0], parcel_of(&parcel, "x", 1));
    run_until(frame, 0);
    cr_expect_eq(-EPIPE, probe.result, "%d", probe.result);
    close(fds[0]);
}

DRIVER_TEST(driver_send, sends_datagrams_to_where_they_say)
{
    int from = open_inet(SOCK_DGRAM), to = open_inet(SOCK_DGRAM);
    struct sockaddr_in address = address_of(to);
    struct parcel parcel;
    struct probe probe;
    parcel_of(&parcel, "hello", 5);
    parcel.header.msg_name = &address;
    parcel.header.msg_namelen = sizeof address;
    start_send(frame, &probe, from, &parcel.header);
    run_until(frame, 0);
    cr_expect_eq(5, probe.result);
    char bytes[10];
    cr_expect_eq(5, recv(to, bytes, sizeof bytes, 0));
    close(from);
    close(to);
}

static void start_write(struct frame *frame, struct probe *probe, int fd, const char *bytes,
                        int64_t offset)
{
    *probe = probe_make();
    myc__driver_write(frame->driver, &probe->operation, fd, bytes, (uint32_t)strlen(bytes), offset);
}

DRIVER_TEST(driver_write, writes_where_it_is_told)
{
    int fd = file_with("0123456789", 10);
    struct probe probes[3];
    start_write(frame, &probes[0], fd, "ab", 8);
    start_write(frame, &probes[1], fd, "cd", 2);
    run_until(frame, 0);
    start_write(frame, &probes[2], fd, "ef", -1);
    run_until(frame, 0);
    for (int index = 0; index < 3; index++)
        cr_expect_eq(2, probes[index].result);
    char bytes[11] = "";
    cr_assert_eq(10, pread(fd, bytes, 10, 0));
    cr_expect_str_eq(bytes, "efcd4567ab");
    close(fd);
}

DRIVER_TEST(driver_write, brings_it_to_the_disk)
{
    int fd = file_with("0123456789", 10);
    struct probe probe = probe_make();
    myc__driver_sync(frame->driver, &probe.operation, fd);
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    cr_expect_eq(0, probe.result);
    close(fd);
    myc__driver_sync(frame->driver, &probe.operation, 1000000);
    run_until(frame, 0);
    cr_expect_eq(-EBADF, probe.result);
}

DRIVER_TEST(driver_write, passes_on_that_the_disk_is_full)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        cr_skip_test("there is no /dev/full here");
    struct probe probe;
    for (int64_t offset = -1; offset <= 0; offset++) {
        start_write(frame, &probe, fd, "x", offset);
        run_until(frame, 0);
        cr_expect_eq(-ENOSPC, probe.result, "%d", probe.result);
    }
    close(fd);
}

static void expect_pipe_waits_for_room(struct frame *frame, int flags)
{
    static char bytes[65536];
    int fds[2];
    open_pipe(fds, flags);
    cr_assert_geq(fcntl(fds[1], F_SETPIPE_SZ, 4096), 4096);
    int size = fcntl(fds[1], F_GETPIPE_SZ);
    cr_assert_eq(size, write(fds[1], bytes, (size_t)size));
    struct probe probe;
    start_write(frame, &probe, fds[1], "hello", -1);
    expect_no_completion(frame);
    cr_assert_eq(size, read(fds[0], bytes, (size_t)size));
    run_until(frame, 0);
    cr_expect_eq(5, probe.result);
    cr_expect_eq(5, read(fds[0], bytes, sizeof bytes));
    close_pipe(fds);
}

DRIVER_TEST(driver_write, waits_for_room_in_a_pipe)
{
    expect_pipe_waits_for_room(frame, 0);
    expect_pipe_waits_for_room(frame, O_NONBLOCK);
}

static void start_await(struct frame *frame, struct probe *probe, int fd, uint32_t events)
{
    *probe = probe_make();
    myc__driver_await(frame->driver, &probe->operation, fd, events);
}

DRIVER_TEST(driver_await, tells_what_is_ready)
{
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    struct probe probe;
    start_await(frame, &probe, fds[0], POLLIN | POLLOUT);
    run_until(frame, 0);
    cr_expect_eq(POLLOUT, probe.result & (POLLIN | POLLOUT));
    fill_socket(fds[0]);
    start_await(frame, &probe, fds[0], POLLOUT);
    expect_no_completion(frame);
    cr_assert_eq(1, send(fds[1], "x", 1, 0));
    expect_no_completion(frame);
    size_t taken = 0, size;
    while ((size = take(fds[1], taken)) > 0)
        taken += size;
    run_until(frame, 0);
    cr_expect_eq(POLLOUT, probe.result & (POLLIN | POLLOUT));
    close_pipe(fds);
}

DRIVER_TEST(driver_await, tells_of_errors_and_cancels)
{
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    struct probe probe;
    start_await(frame, &probe, fds[0], POLLIN);
    expect_no_completion(frame);
    myc__driver_cancel(frame->driver, &probe.operation);
    run_until(frame, 0);
    cr_expect_eq(-ECANCELED, probe.result);
    start_await(frame, &probe, fds[0], POLLIN);
    expect_no_completion(frame);
    close(fds[1]);
    run_until(frame, 0);
    cr_expect(probe.result > 0 && (probe.result & POLLHUP));
    close(fds[0]);
}

/* Both directions of one socket, each with its own operation. */
DRIVER_TEST(driver_await, keeps_the_directions_of_a_socket_apart)
{
    struct store store = {.limit = 16, .size_bytes = 1000};
    myc__buffers *buffers = open_buffers(frame, &store, 16);
    struct receiver receiver;
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    size_t filled = fill_socket(fds[0]), taken = 0, size;
    const uint8_t last = byte_at(filled);
    struct parcel parcel;
    struct probe probe;
    start_send(frame, &probe, fds[0], parcel_of(&parcel, &last, 1));
    cr_assert_eq(100, send_bytes(fds[1], 0, 100));
    RUN_UNTIL(frame, receiver.size_bytes == 100);
    cr_expect_eq(0, probe.calls);
    while (taken < filled && (size = take(fds[1], taken)) > 0)
        taken += size;
    RUN_UNTIL(frame, probe.calls == 1);
    cr_expect_eq(1, probe.result);
    cr_assert_eq(100, send_bytes(fds[1], 100, 100));
    RUN_UNTIL(frame, receiver.size_bytes == 200);
    receiver_stop(&receiver);
    receiver_expect(&receiver, 200);
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

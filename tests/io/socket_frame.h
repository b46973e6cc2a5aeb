/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_SOCKET_FRAME_H
#define TESTS_IO_SOCKET_FRAME_H

/*
 * Sockets, groups of buffers that count what is out, and receivers that keep what they were told.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "driver_frame.h"
#include "io/buffers.h"

/** Where buffers come from: at most `limit` at a time. */
struct store {
    uint32_t live, limit;
    uint32_t size_bytes;
    uint32_t refusals;
};

enum { STORE_HEAD = 16 };

MYC_UNUSED static void *store_make(void *user, uint8_t **bytes)
{
    struct store *store = user;
    if (store->live >= store->limit) {
        store->refusals++;
        return NULL;
    }
    store->live++;
    uint8_t *buffer = malloc(STORE_HEAD + store->size_bytes);
    *bytes = buffer + STORE_HEAD;
    return buffer;
}

MYC_UNUSED static void store_drop(void *user, void *buffer)
{
    struct store *store = user;
    cr_assert_gt(store->live, 0, "more buffers are dropped than there are");
    store->live--;
    free(buffer);
}

MYC_UNUSED static myc__buffers *open_buffers(struct frame *frame, struct store *store,
                                             uint32_t count)
{
    myc__buffers *buffers;
    myc__buffers_options options = {
        .count = count,
        .size_bytes = store->size_bytes,
        .make = store_make,
        .drop = store_drop,
        .user = store,
    };
    cr_assert_eq(0, myc__buffers_create(frame->driver, &options, &buffers));
    return buffers;
}

MYC_UNUSED static void close_buffers(myc__buffers *buffers, const struct store *store)
{
    myc__buffers_destroy(buffers);
    cr_expect_eq(0, store->live, "%u buffers are lost", store->live);
}

/** Runs the driver until a condition holds. */
#define RUN_UNTIL(frame, condition)                                                                \
    while (!(condition)) {                                                                         \
        myc__driver_wait((frame)->driver, -1);                                                     \
        myc__driver_poll((frame)->driver);                                                         \
    }

/** Receives from a stream; goes on when the kernel has ended it by the way. */
struct receiver {
    myc__operation operation; /* first */
    struct frame *frame;
    struct store *store;
    myc__buffers *buffers;
    int fd;
    uint32_t starts, lasts;
    uint32_t pieces;
    bool is_on, is_cancelled, keeps_buffers;
    int32_t end; /* the result of the last completion that brought nothing */
    uint8_t *bytes;
    size_t size_bytes, capacity;
    void *kept[64];
    uint32_t kept_count;
};

MYC_UNUSED static void receiver_start(struct receiver *self)
{
    cr_assert_not(self->is_on);
    self->is_on = true;
    self->is_cancelled = false;
    self->starts++;
    myc__driver_receive(self->frame->driver, &self->operation, self->fd, self->buffers);
}

MYC_UNUSED static void receiver_keep(struct receiver *self, const uint8_t *bytes, size_t size_bytes)
{
    if (self->size_bytes + size_bytes > self->capacity) {
        self->capacity = 2 * (self->size_bytes + size_bytes);
        self->bytes = realloc(self->bytes, self->capacity);
    }
    memcpy(self->bytes + self->size_bytes, bytes, size_bytes);
    self->size_bytes += size_bytes;
}

MYC_UNUSED static void receiver_take(struct receiver *self, const myc__received *received,
                                     int32_t size_bytes)
{
    cr_assert_gt(size_bytes, 0);
    cr_assert_leq((uint32_t)size_bytes, self->store->size_bytes);
    cr_assert_eq((uint8_t *)received->buffer + STORE_HEAD, received->bytes);
    receiver_keep(self, received->bytes, (size_t)size_bytes);
    self->pieces++;
    if (self->keeps_buffers)
        self->kept[self->kept_count++] = received->buffer;
    else
        store_drop(self->store, received->buffer);
}

MYC_UNUSED static void receiver_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct receiver *self = (struct receiver *)operation;
    cr_assert(self->is_on, "a completion after the last one");
    cr_assert_eq(result > 0, operation->received != NULL);
    if (result > 0)
        receiver_take(self, operation->received, result);
    if (flags & MYC__MORE) {
        cr_assert_gt(result, 0, "what goes on brings something");
        return;
    }
    self->is_on = false;
    self->lasts++;
    if (result <= 0)
        self->end = result;
    else if (!self->is_cancelled)
        receiver_start(self);
}

MYC_UNUSED static void receiver_cancel(struct receiver *self)
{
    self->is_cancelled = true;
    myc__driver_cancel(self->frame->driver, &self->operation);
}

/** Cancels, and lets the last completion come. */
MYC_UNUSED static void receiver_stop(struct receiver *self)
{
    receiver_cancel(self);
    RUN_UNTIL(self->frame, !self->is_on);
}

MYC_UNUSED static void receiver_open(struct receiver *self, struct frame *frame,
                                     struct store *store, myc__buffers *buffers, int fd)
{
    *self = (struct receiver){
        .operation.complete = receiver_complete,
        .frame = frame,
        .store = store,
        .buffers = buffers,
        .fd = fd,
        .end = 1,
    };
    receiver_start(self);
}

MYC_UNUSED static void receiver_close(struct receiver *self)
{
    cr_expect_not(self->is_on);
    cr_expect_eq(self->starts, self->lasts);
    for (uint32_t index = 0; index < self->kept_count; index++)
        store_drop(self->store, self->kept[index]);
    free(self->bytes);
}

MYC_UNUSED static void receiver_expect(const struct receiver *self, size_t size_bytes)
{
    cr_assert_eq(size_bytes, self->size_bytes, "%zu of %zu bytes", self->size_bytes, size_bytes);
    for (size_t offset = 0; offset < size_bytes; offset++)
        cr_assert_eq(byte_at(offset), self->bytes[offset], "at %zu", offset);
}

/** Sends the bytes of a stream from `offset` on. Returns how many there was room for. */
MYC_UNUSED static size_t send_bytes(int fd, size_t offset, size_t size_bytes)
{
    uint8_t *bytes = malloc(size_bytes);
    for (size_t index = 0; index < size_bytes; index++)
        bytes[index] = byte_at(offset + index);
    ssize_t sent = send(fd, bytes, size_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    free(bytes);
    cr_assert(sent > 0 || (sent < 0 && errno == EAGAIN));
    return sent < 0 ? 0 : (size_t)sent;
}

MYC_UNUSED static void open_pair(int fds[2], int type)
{
    cr_assert_eq(0, socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds));
}

MYC_UNUSED static struct sockaddr_in address_of(int fd)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    cr_assert_eq(0, getsockname(fd, (struct sockaddr *)&address, &size));
    return address;
}

/** An Internet socket of the loopback interface, with a port of its own. */
MYC_UNUSED static int open_inet(int type)
{
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    cr_assert_eq(0, bind(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

MYC_UNUSED static int open_listener(int backlog)
{
    int fd = open_inet(SOCK_STREAM);
    cr_assert_eq(0, listen(fd, backlog));
    return fd;
}

MYC_UNUSED static int connect_to(int listener)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = address_of(listener);
    cr_assert_eq(0, connect(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

/** A connection: fds[0] was accepted. */
MYC_UNUSED static void open_connection(int fds[2])
{
    int listener = open_listener(1);
    fds[1] = connect_to(listener);
    fds[0] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    cr_assert_geq(fds[0], 0);
    close(listener);
}

/** Closing it resets the connection. */
MYC_UNUSED static void close_with_reset(int fd)
{
    struct linger now = {.l_onoff = 1};
    cr_assert_eq(0, setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now));
    close(fd);
}

#endif

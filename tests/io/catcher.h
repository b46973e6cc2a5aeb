/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_CATCHER_H
#define TESTS_IO_CATCHER_H

/*
 * Who receives datagrams and keeps what came with the last one.
 */
#include "socket_frame.h"

enum { ROOM = 256, KEPT = 256 };

/** Receives datagrams and keeps a copy of the last one. */
struct catcher {
    myc__operation operation; /* first */
    struct frame *frame;
    struct store store;
    myc__buffers *buffers;
    int fd;
    bool is_on, is_cancelled;
    int32_t end;
    uint32_t count;
    uint32_t sizes[KEPT]; /* of each */
    uint8_t bytes[ROOM];
    myc__received last;
    struct sockaddr_storage from;
};

MYC_UNUSED static void catcher_start(struct catcher *self)
{
    self->is_on = true;
    myc__driver_receive_datagrams(self->frame->driver, &self->operation, self->fd, self->buffers);
}

MYC_UNUSED static void catcher_take(struct catcher *self, const myc__received *received,
                                    int32_t size_bytes)
{
    cr_assert(size_bytes >= 0 && size_bytes <= ROOM);
    cr_assert_eq((uint8_t *)received->buffer + STORE_HEAD + MYC__DATAGRAM_HEAD_BYTES,
                 received->bytes);
    self->sizes[self->count++ % KEPT] = (uint32_t)size_bytes;
    memcpy(self->bytes, received->bytes, (size_t)size_bytes);
    self->last = *received;
    cr_assert_leq(received->from_bytes, sizeof self->from);
    if (received->from)
        memcpy(&self->from, received->from, received->from_bytes);
    store_drop(&self->store, received->buffer);
}

MYC_UNUSED static void catcher_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct catcher *self = (struct catcher *)operation;
    cr_assert(self->is_on);
    cr_assert_eq(result >= 0, operation->received != NULL);
    if (operation->received)
        catcher_take(self, operation->received, result);
    if (flags & MYC__MORE) {
        cr_assert_geq(result, 0);
        return;
    }
    self->is_on = false;
    if (result < 0)
        self->end = result;
    else if (!self->is_cancelled)
        catcher_start(self);
}

MYC_UNUSED static void catcher_open(struct catcher *self, struct frame *frame, int fd,
                                    uint32_t buffers)
{
    *self = (struct catcher){
        .operation = {.complete = catcher_complete, .wants_sender = true},
        .frame = frame,
        .store = {.limit = buffers, .size_bytes = MYC__DATAGRAM_HEAD_BYTES + ROOM},
        .fd = fd,
    };
    self->buffers = open_buffers(frame, &self->store, buffers);
    catcher_start(self);
}

MYC_UNUSED static void catcher_close(struct catcher *self)
{
    self->is_cancelled = true;
    myc__driver_cancel(self->frame->driver, &self->operation);
    RUN_UNTIL(self->frame, !self->is_on);
    close_buffers(self->buffers, &self->store);
    close(self->fd);
}

MYC_UNUSED static void set_option(int fd, int option, int value)
{
    cr_assert_eq(0, setsockopt(fd, SOL_SOCKET, option, &value, sizeof value));
}

MYC_UNUSED static void send_to(int fd, const struct sockaddr_in *to, size_t size_bytes)
{
    uint8_t bytes[2 * ROOM];
    for (size_t index = 0; index < size_bytes; index++)
        bytes[index] = byte_at(index);
    cr_assert_eq((ssize_t)size_bytes,
                 sendto(fd, bytes, size_bytes, 0, (const struct sockaddr *)to, sizeof *to));
}

MYC_UNUSED static void expect_last(const struct catcher *catcher, uint32_t size_bytes)
{
    cr_assert_eq(size_bytes, catcher->sizes[(catcher->count - 1) % KEPT]);
    for (uint32_t index = 0; index < size_bytes; index++)
        cr_assert_eq(byte_at(index), catcher->bytes[index]);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/socket.h>

#include "io/epoll.h"
#include "io/faults.h"
#include "io/receive_now.h"

/* What is taken from one descriptor before the others have their turn. What is left is reported
 * again. */
enum {
    ACCEPTS = 16,
    PIECES = 4,
    DATAGRAMS = 32, /* in one system call */
};

/* A test may have it that each completion is the last, as when the kernel ends a multishot. */
static bool tells_once(const myc__epoll *self)
{
    return MYC__UNLIKELY(self->driver.faults.multishot_ends);
}

/* Something came. Returns whether the operation goes on: its owner may have cancelled it. */
static bool tell(myc__epoll *self, myc__operation *operation, int32_t result)
{
    if (tells_once(self)) {
        myc__epoll_finish(self, operation, result);
        return false;
    }
    myc__driver_complete(&self->driver, operation, result, MYC__MORE);
    operation->received = NULL;
    return operation->state == MYC__OPERATION_STARTED;
}

/* A connection that its peer gave up before it was accepted is nobody's loss. */
static bool is_passing(int error)
{
    return error == EINTR || error == ECONNABORTED;
}

static uint32_t accept_some(myc__epoll *self, myc__operation *operation)
{
    for (uint32_t count = 0; count < ACCEPTS; count++) {
        int fd = accept4(operation->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || is_passing(errno))) {
            return count;
        }
        if (fd < 0) {
            myc__epoll_finish(self, operation, -errno);
            return count + 1;
        }
        if (!tell(self, operation, fd)) {
            return count + 1;
        }
    }
    return ACCEPTS;
}

/* A piece that does not fill its buffer is the last for now: the failing call that would show it is
 * saved. */
static uint32_t receive_pieces(myc__epoll *self, myc__operation *operation)
{
    const uint32_t size_bytes = operation->buffers->options.size_bytes;
    for (uint32_t count = 0; count < PIECES; count++) {
        myc__received received;
        int32_t result = myc__receive_now(operation, &received);
        if (result == -EAGAIN || result == -EINTR) {
            return count;
        }
        if (result <= 0) {
            myc__epoll_finish(self, operation, result);
            return count + 1;
        }
        if (!tell(self, operation, result) || (uint32_t)result < size_bytes) {
            return count + 1;
        }
    }
    return PIECES;
}

typedef struct datagrams {
    struct mmsghdr headers[DATAGRAMS];
    struct iovec rooms[DATAGRAMS];
    void *buffers[DATAGRAMS];
} datagrams;

/* How many to make room for, at most what there are buffers for. */
static uint32_t expected(const myc__epoll *self, const myc__operation *operation)
{
    myc__buffers *buffers = operation->buffers;
    uint32_t wanted = tells_once(self) ? 1 : operation->size_bytes;
    if (buffers->held < wanted) {
        (void)myc__buffers_fill(buffers);
    }
    return wanted < buffers->held ? wanted : buffers->held;
}

/* A little more than came this time: each that does not come costs its preparation. */
static void note_arrived(myc__operation *operation, uint32_t count, uint32_t prepared)
{
    uint32_t next = count == prepared ? 2 * count : count + 1;
    operation->size_bytes = next < DATAGRAMS ? next : DATAGRAMS;
}

static int receive_batch(const myc__operation *operation, datagrams *batch, uint32_t count)
{
    myc__buffers *buffers = operation->buffers;
    for (uint32_t index = 0; index < count; index++) {
        myc__datagram_prepare(operation, &buffers->places[buffers->held - 1 - index],
                              &batch->headers[index].msg_hdr, &batch->rooms[index]);
    }
    return recvmmsg(operation->fd, batch->headers, count, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL);
}

/* All are taken out before the first is told of, since that may put buffers into the group. */
static void tell_batch(myc__epoll *self, myc__operation *operation, datagrams *batch,
                       uint32_t count)
{
    myc__buffers *buffers = operation->buffers;
    for (uint32_t index = 0; index < count; index++) {
        batch->buffers[index] = myc__buffers_take(buffers, buffers->held - 1).buffer;
    }
    for (uint32_t index = 0; index < count; index++) {
        myc__received received = {.buffer = batch->buffers[index]};
        myc__datagram_describe(&batch->headers[index].msg_hdr, &received);
        operation->received = &received;
        (void)tell(self, operation, (int32_t)batch->headers[index].msg_len);
    }
}

static uint32_t receive_datagrams(myc__epoll *self, myc__operation *operation)
{
    datagrams batch;
    uint32_t prepared = expected(self, operation);
    int count = prepared > 0 ? receive_batch(operation, &batch, prepared) : -1;
    if (count < 0) {
        int32_t error = prepared > 0 ? -errno : -ENOBUFS;
        if (error == -EAGAIN || error == -EINTR) {
            return 0;
        }
        myc__epoll_finish(self, operation, error);
        return 1;
    }
    note_arrived(operation, (uint32_t)count, prepared);
    tell_batch(self, operation, &batch, (uint32_t)count);
    return (uint32_t)count;
}

/* Planted: that it was interrupted, or found nothing, changes nothing. */
static uint32_t suffer(myc__epoll *self, myc__operation *operation)
{
    int32_t error = myc__fault_take(operation);
    if (error == -EAGAIN || error == -EINTR) {
        return 0;
    }
    myc__epoll_finish(self, operation, error);
    return 1;
}

uint32_t myc__epoll_receive(myc__epoll *self, myc__operation *operation)
{
    operation->received = NULL;
    if (MYC__UNLIKELY(operation->fault != MYC__FAULT_NONE)) {
        return suffer(self, operation);
    }
    switch (operation->kind) {
    case MYC__OPERATION_ACCEPT: return accept_some(self, operation);
    case MYC__OPERATION_RECEIVE: return receive_pieces(self, operation);
    default: return receive_datagrams(self, operation);
    }
}

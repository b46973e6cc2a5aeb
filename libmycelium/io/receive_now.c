/* SPDX-License-Identifier: Apache-2.0 */
#include "io/receive_now.h"

#include <errno.h>

#include "io/buffer_group.h"
#include "io/control_messages.h"

/* The layout of a datagram's buffer, as with io_uring; the kernel's head is left out. */
enum {
    NAME_AT = MYC__DATAGRAM_HEAD_BYTES - MYC__DATAGRAM_CONTROL_BYTES - MYC__DATAGRAM_NAME_BYTES,
    CONTROL_AT = NAME_AT + MYC__DATAGRAM_NAME_BYTES,
};

static ssize_t receive_piece(const myc__operation *operation, const myc__buffer_place *place,
                             myc__received *received)
{
    *received = (myc__received){.bytes = place->bytes};
    return recv(operation->fd, place->bytes, operation->buffers->options.size_bytes, MSG_DONTWAIT);
}

void myc__datagram_prepare(const myc__operation *operation, const myc__buffer_place *place,
                           struct msghdr *message, struct iovec *room)
{
    *room = (struct iovec){
        .iov_base = place->bytes + MYC__DATAGRAM_HEAD_BYTES,
        .iov_len = operation->buffers->options.size_bytes - MYC__DATAGRAM_HEAD_BYTES,
    };
    *message = (struct msghdr){
        .msg_name = operation->wants_sender ? place->bytes + NAME_AT : NULL,
        .msg_namelen = operation->wants_sender ? MYC__DATAGRAM_NAME_BYTES : 0,
        .msg_iov = room,
        .msg_iovlen = 1,
        .msg_control = place->bytes + CONTROL_AT,
        .msg_controllen = MYC__DATAGRAM_CONTROL_BYTES,
    };
}

void myc__datagram_describe(struct msghdr *message, myc__received *received)
{
    received->bytes = message->msg_iov->iov_base;
    received->from = message->msg_namelen > 0 ? message->msg_name : NULL;
    received->from_bytes = message->msg_namelen;
    received->is_truncated = message->msg_flags & MSG_TRUNC;
    myc__control_messages_read(message, received);
}

static ssize_t receive_datagram(const myc__operation *operation, const myc__buffer_place *place,
                                myc__received *received)
{
    struct iovec room;
    struct msghdr message;
    myc__datagram_prepare(operation, place, &message, &room);
    ssize_t size = recvmsg(operation->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size >= 0) {
        myc__datagram_describe(&message, received);
    }
    return size;
}

int32_t myc__receive_now(myc__operation *operation, myc__received *received)
{
    myc__buffers *buffers = operation->buffers;
    operation->received = NULL;
    if (buffers->held == 0 && !myc__buffers_fill(buffers)) {
        return -ENOBUFS;
    }
    uint32_t index = buffers->held - 1;
    bool is_piece = operation->kind == MYC__OPERATION_RECEIVE;
    ssize_t size =
        (is_piece ? receive_piece : receive_datagram)(operation, &buffers->places[index], received);
    if (size < 0) {
        return -errno;
    }
    if (size > 0 || !is_piece) {
        received->buffer = myc__buffers_take(buffers, index).buffer;
        operation->received = received;
    }
    return (int32_t)size;
}

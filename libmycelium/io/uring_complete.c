/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/check.h"
#include "io/control_messages.h"
#include "io/faults.h"
#include "io/receive_now.h"
#include "io/uring.h"

/* A cancel goes by the address of its operation, so one that comes too late finds nothing. */

/* Bounds the time a connection without multishot takes at a time. */
enum { RECEIVES_AT_ONCE = 16 };

static_assert(sizeof(struct io_uring_recvmsg_out) + MYC__DATAGRAM_NAME_BYTES +
                      MYC__DATAGRAM_CONTROL_BYTES ==
                  MYC__DATAGRAM_HEAD_BYTES,
              "the layout of a datagram's buffer is the kernel's");

/* Nobody asked the kernel to give up: there was a signal, a file in non-blocking mode had no data,
 * the thread that had submitted the operation has ended, or a peer did not wait to be accepted. A
 * Unix socket whose listener has a full backlog refuses with EAGAIN, and is never ready: that is for
 * the owner. */
static bool gave_up(const myc__driver *driver, const myc__operation *operation, int32_t result)
{
    bool connects = operation->kind == MYC__OPERATION_CONNECT;
    return result == -EINTR || (result == -EAGAIN && operation->offset == -1 && !connects) ||
           ((result == -EINPROGRESS || result == -EALREADY) && connects) ||
           (result == -ECONNABORTED && operation->kind == MYC__OPERATION_ACCEPT) ||
           (result == -ECANCELED && driver->several_threads);
}

static void try_again(myc__driver *driver, myc__operation *operation, int32_t result)
{
    operation->waits_until_ready =
        result == -EAGAIN || result == -EINPROGRESS || result == -EALREADY;
    operation->was_tried = true;
    myc__driver_requeue(driver, operation);
}

static uint32_t smaller(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

/* The kernel puts a head, the name, control messages and the bytes one behind the other, the first
 * three with the room that was asked for. */
static int32_t datagram_bytes(const myc__operation *operation, const myc__buffer_place *place,
                              int32_t result, myc__received *received)
{
    const struct io_uring_recvmsg_out *head = (const void *)place->bytes;
    uint32_t name_bytes = operation->wants_sender ? MYC__DATAGRAM_NAME_BYTES : 0;
    uint8_t *name = place->bytes + sizeof *head;
    int32_t before = (int32_t)(sizeof *head + name_bytes + MYC__DATAGRAM_CONTROL_BYTES);
    MYC__CHECK(result >= before);
    struct msghdr message = {
        .msg_control = name + name_bytes,
        .msg_controllen = head->controllen,
    };
    received->bytes = place->bytes + before;
    received->from_bytes = smaller(head->namelen, name_bytes);
    received->from = received->from_bytes ? (const struct sockaddr *)(void *)name : NULL;
    received->is_truncated = head->flags & MSG_TRUNC;
    myc__control_messages_read(&message, received);
    return result - before;
}

/* Takes the buffer the kernel has used out of its group, or gives it back when it is empty. Returns
 * the result without what the kernel puts in front of a datagram. */
static int32_t take_buffer(myc__operation *operation, int32_t result, uint32_t index,
                           myc__received *received)
{
    myc__buffer_place place = myc__buffers_take(operation->buffers, index);
    if (result <= 0) {
        myc__buffers_put(operation->buffers, place);
        return result;
    }
    operation->received = received;
    received->buffer = place.buffer;
    received->bytes = place.bytes;
    return operation->kind == MYC__OPERATION_RECEIVE
               ? result
               : datagram_bytes(operation, &place, result, received);
}

static bool is_last_receive(const myc__uring *self, const myc__operation *operation, int32_t result)
{
    return !operation->received || self->driver.faults.multishot_ends || result < 0;
}

/* For a kernel without multishot: the socket is ready. The operation is back in the queue before
 * its owner hears of anything: who cancels it then has cancelled what waits there. */
static uint32_t receive_ready(myc__uring *self, myc__operation *operation)
{
    uint32_t count = 0;
    myc__driver_requeue(&self->driver, operation);
    while (count < RECEIVES_AT_ONCE && operation->state == MYC__OPERATION_QUEUED) {
        myc__received received = {0};
        int32_t result = myc__receive_now(operation, &received);
        if (result == -EAGAIN || result == -EINTR) {
            break;
        }
        count++;
        if (is_last_receive(self, operation, result)) {
            myc__driver_complete(&self->driver, operation, result, 0);
            break;
        }
        myc__driver_complete(&self->driver, operation, result, MYC__MORE);
    }
    return count;
}

/* One accept of a kernel without multishot has succeeded: it is started again. */
static uint32_t accepted(myc__uring *self, myc__operation *operation, int32_t result)
{
    myc__driver_requeue(&self->driver, operation);
    myc__driver_complete(&self->driver, operation, result, MYC__MORE);
    return 1;
}

/* What was waited for is there. Returns how many completions its owner was told of. */
static uint32_t ready(myc__uring *self, myc__operation *operation)
{
    if (operation->kind != MYC__OPERATION_ACCEPT && myc__operation_goes_on(operation) &&
        !myc__uring_is_multishot(self, operation)) {
        return receive_ready(self, operation);
    }
    try_again(&self->driver, operation, 0);
    return 0;
}

static uint32_t finish_last(myc__uring *self, myc__operation *operation, int32_t result)
{
    myc__driver *driver = &self->driver;
    bool is_cancelled = operation->state == MYC__OPERATION_CANCELLING;
    bool is_ready = operation->waits_until_ready && result >= 0;
    if (is_ready && !is_cancelled) {
        return ready(self, operation);
    }
    if (gave_up(driver, operation, result) && !is_cancelled) {
        try_again(driver, operation, result);
        return 0;
    }
    if (operation->kind == MYC__OPERATION_ACCEPT && result >= 0 && !is_cancelled && !is_ready &&
        !self->has_multishot && !driver->faults.multishot_ends) {
        return accepted(self, operation, result);
    }
    if (is_ready || gave_up(driver, operation, result)) {
        result = -ECANCELED;
    } else if (result == -EISCONN && operation->was_tried) {
        result = 0; /* an earlier try of a connect has succeeded meanwhile */
    }
    myc__driver_complete(driver, operation, result, 0);
    return 1;
}

/* Every result of an operation comes through here, as the kernel has given it. */
static uint32_t finish(myc__uring *self, myc__operation *operation, int32_t result, uint32_t flags)
{
    myc__received received = {0};
    operation->received = NULL;
    if (MYC__UNLIKELY(operation->fault != MYC__FAULT_NONE)) {
        return finish_last(self, operation, myc__fault_take(operation));
    }
    if (flags & IORING_CQE_F_BUFFER) {
        result = take_buffer(operation, result, flags >> IORING_CQE_BUFFER_SHIFT, &received);
    }
    if (!(flags & IORING_CQE_F_MORE)) {
        return finish_last(self, operation, result);
    }
    myc__driver_complete(&self->driver, operation, result, MYC__MORE);
    return 1;
}

/* The CQE is given back first: the completion may submit, which can need its place. */
uint32_t myc__uring_take_completion(myc__uring *self)
{
    struct io_uring_cqe *cqe;
    if (io_uring_peek_cqe(&self->ring, &cqe) != 0) {
        return 0;
    }
    struct io_uring_cqe taken = *cqe;
    io_uring_cqe_seen(&self->ring, cqe);
    if (taken.user_data == MYC__URING_NOTHING) {
        return 0;
    }
    if (taken.user_data == MYC__URING_WAKE) {
        self->wake_is_armed = false;
        return 0;
    }
    return finish(self, (myc__operation *)(uintptr_t)taken.user_data, taken.res, taken.flags);
}

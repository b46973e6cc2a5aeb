/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/check.h"
#include "io/faults.h"
#include "io/uring.h"

void myc__uring_check_submission(int result)
{
    MYC__CHECK(result >= 0 || result == -EBUSY || result == -EAGAIN || result == -EINTR ||
               result == -ENOMEM || result == -ETIME);
}

bool myc__uring_submit(myc__uring *self)
{
    int result = io_uring_submit_and_get_events(&self->ring);
    myc__uring_check_submission(result);
    return result > 0;
}

struct io_uring_sqe *myc__uring_next_sqe(myc__uring *self)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&self->ring);
    if (!sqe && myc__uring_submit(self)) {
        sqe = io_uring_get_sqe(&self->ring);
    }
    return sqe;
}

bool myc__uring_is_multishot(const myc__uring *self, const myc__operation *operation)
{
    return self->has_multishot && !self->driver.faults.multishot_ends &&
           (operation->kind == MYC__OPERATION_ACCEPT || operation->buffers->kernel_side);
}

static void prepare_accept(const myc__uring *self, struct io_uring_sqe *sqe,
                           const myc__operation *operation)
{
    if (myc__uring_is_multishot(self, operation)) {
        io_uring_prep_multishot_accept(sqe, operation->fd, NULL, NULL, SOCK_CLOEXEC);
    } else {
        io_uring_prep_accept(sqe, operation->fd, NULL, NULL, SOCK_CLOEXEC);
    }
}

/* Without multishot the kernel tells when there is something, and we receive it: a buffer is not
 * to be taken before, or idle connections would hold them all. */
static void prepare_receive(myc__uring *self, struct io_uring_sqe *sqe, myc__operation *operation)
{
    if (!myc__uring_is_multishot(self, operation)) {
        operation->waits_until_ready = true;
        io_uring_prep_poll_add(sqe, operation->fd, POLLIN);
        return;
    }
    if (operation->kind == MYC__OPERATION_RECEIVE) {
        io_uring_prep_recv_multishot(sqe, operation->fd, NULL, 0, 0);
    } else {
        io_uring_prep_recvmsg_multishot(
            sqe, operation->fd, operation->wants_sender ? &self->named_datagram : &self->datagram,
            MSG_CMSG_CLOEXEC);
    }
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = (uint16_t)operation->buffers->number;
}

static void prepare(myc__uring *self, struct io_uring_sqe *sqe, myc__operation *operation)
{
    switch (operation->kind) {
    case MYC__OPERATION_READ:
        io_uring_prep_read(sqe, operation->fd, operation->buffer, operation->size_bytes,
                           (uint64_t)operation->offset);
        break;
    case MYC__OPERATION_WRITE:
        io_uring_prep_write(sqe, operation->fd, operation->buffer, operation->size_bytes,
                            (uint64_t)operation->offset);
        break;
    case MYC__OPERATION_SYNC: io_uring_prep_fsync(sqe, operation->fd, IORING_FSYNC_DATASYNC); break;
    case MYC__OPERATION_CONNECT:
        io_uring_prep_connect(sqe, operation->fd, operation->address, operation->size_bytes);
        break;
    case MYC__OPERATION_ACCEPT: prepare_accept(self, sqe, operation); break;
    case MYC__OPERATION_SEND:
        io_uring_prep_sendmsg(sqe, operation->fd, operation->message,
                              MSG_NOSIGNAL | (operation->message->msg_flags & MSG_DONTWAIT));
        break;
    case MYC__OPERATION_AWAIT: io_uring_prep_poll_add(sqe, operation->fd, operation->events); break;
    default: prepare_receive(self, sqe, operation); break;
    }
}

static void prepare_start(myc__uring *self, struct io_uring_sqe *sqe, myc__operation *operation)
{
    if (MYC__UNLIKELY(operation->fault != MYC__FAULT_NONE)) {
        io_uring_prep_nop(sqe); /* its completion takes the fault */
    } else if (operation->waits_until_ready) {
        io_uring_prep_poll_add(sqe, operation->fd, myc__operation_events(operation));
    } else {
        prepare(self, sqe, operation);
    }
    io_uring_sqe_set_data(sqe, operation);
    operation->state = MYC__OPERATION_STARTED;
}

static void prepare_cancel(struct io_uring_sqe *sqe, myc__operation *operation)
{
    io_uring_prep_cancel(sqe, operation, 0);
    io_uring_sqe_set_data64(sqe, MYC__URING_NOTHING);
}

/* Order matters: a cancel goes to the kernel before anything that may reuse the operation. */
void myc__uring_stage(myc__uring *self)
{
    myc__operation *operation;
    while ((operation = self->driver.queue.first)) {
        struct io_uring_sqe *sqe = myc__uring_next_sqe(self);
        if (!sqe) {
            return;
        }
        myc__operation_list_remove(&self->driver.queue, operation);
        if (operation->state == MYC__OPERATION_CANCELLING) {
            prepare_cancel(sqe, operation);
        } else {
            prepare_start(self, sqe, operation);
        }
    }
}

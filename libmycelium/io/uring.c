/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>

#include "base/check.h"
#include "io/uring.h"
#include "io/uring_setup.h"

/*
 * The io_uring backend. Operations wait in the queue until a poll or wait, so that one system call
 * submits all of them. A poll with nothing to submit and no completions looks at a few words that
 * it shares with the kernel, and makes no system call.
 *
 * The wake_fd is watched by a poll operation of the ring that a wait arms when there is none. Only
 * a wait drains it: when it fires while the worker is busy, it stays readable, and the next wait
 * ends at once.
 *
 * A full CQ loses nothing: the kernel keeps what does not fit (IORING_FEAT_NODROP), says so in the
 * ring's flags, and refuses submissions with EBUSY until completions have been taken out. It ends
 * multishots then: their owners start them again.
 */

static bool kernel_has_events(const myc__uring *self)
{
    return IO_URING_READ_ONCE(*self->ring.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW);
}

static uint32_t uring_poll(myc__driver *driver)
{
    myc__uring *self = (myc__uring *)driver;
    if (driver->queue.first) {
        myc__uring_stage(self);
    }
    if (io_uring_sq_ready(&self->ring) > 0 || kernel_has_events(self)) {
        (void)myc__uring_submit(self);
    }
    uint32_t count = 0;
    for (uint32_t ready = io_uring_cq_ready(&self->ring); ready > 0; ready--) {
        count += myc__uring_take_completion(self);
    }
    return count;
}

static void arm_wake(myc__uring *self)
{
    if (self->wake_is_armed || self->driver.wake_fd < 0) {
        return;
    }
    struct io_uring_sqe *sqe = myc__uring_next_sqe(self);
    if (sqe) {
        io_uring_prep_poll_add(sqe, self->driver.wake_fd, POLLIN);
        io_uring_sqe_set_data64(sqe, MYC__URING_WAKE);
        self->wake_is_armed = true;
    }
}

/* Looks for the wake among completions that are left to the poll. */
static void take_wake(myc__uring *self)
{
    unsigned head;
    struct io_uring_cqe *cqe;
    io_uring_for_each_cqe(&self->ring, head, cqe)
    {
        if (cqe->user_data == MYC__URING_WAKE) {
            if (cqe->res > 0) {
                myc__driver_drain_wake(&self->driver);
            }
            cqe->user_data = MYC__URING_NOTHING;
            self->wake_is_armed = false;
        }
    }
}

static void sleep_in_kernel(myc__uring *self, int64_t timeout_ns)
{
    struct __kernel_timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                                        .tv_nsec = timeout_ns % 1000000000};
    struct io_uring_cqe *cqe;
    int result = io_uring_submit_and_wait_timeout(&self->ring, &cqe, 1,
                                                  timeout_ns < 0 ? NULL : &timeout, NULL);
    myc__uring_check_submission(result);
}

/* What the kernel did not take (queue, wake not armed) must be tried again, not slept over. */
static void uring_wait(myc__driver *driver, int64_t timeout_ns)
{
    myc__uring *self = (myc__uring *)driver;
    myc__uring_stage(self);
    arm_wake(self);
    bool is_complete = !driver->queue.first && (self->wake_is_armed || driver->wake_fd < 0);
    sleep_in_kernel(self, is_complete ? timeout_ns : 0);
    take_wake(self);
}

static void uring_destroy(myc__driver *driver)
{
    myc__uring *self = (myc__uring *)driver;
    io_uring_queue_exit(&self->ring);
    myc__free(driver->allocator, self, sizeof *self);
}

static const myc__driver_backend backend = {
    .name = "io_uring",
    .poll = uring_poll,
    .wait = uring_wait,
    .destroy = uring_destroy,
    .open_buffers = myc__uring_open_buffers,
    .close_buffers = myc__uring_close_buffers,
    .offer_buffers = myc__uring_offer_buffers,
};

/* SEND_ZC came with Linux 6.0, as did multishot of recvmsg, for which there is nothing to ask. */
static void find_abilities(myc__uring *self)
{
    const myc__driver_faults *faults = &self->driver.faults;
    self->has_multishot = !faults->no_multishot && myc__uring_knows(&self->ring, IORING_OP_SEND_ZC);
    self->has_buffer_rings = !faults->no_buffer_rings;
    self->datagram.msg_controllen = MYC__DATAGRAM_CONTROL_BYTES;
    self->named_datagram.msg_controllen = MYC__DATAGRAM_CONTROL_BYTES;
    self->named_datagram.msg_namelen = MYC__DATAGRAM_NAME_BYTES;
}

int myc__uring_create(const myc__driver_options *options, int *refusal, myc__driver **driver)
{
    myc__uring *self = myc__allocate(options->allocator, sizeof *self, MYC__CACHE_LINE);
    if (!self) {
        return MYC_ENOMEM;
    }
    *refusal = myc__uring_setup(options, &self->ring);
    if (*refusal != 0) {
        myc__free(options->allocator, self, sizeof *self);
        return MYC_ENOTSUP;
    }
    myc__driver_init(&self->driver, &backend, options);
    find_abilities(self);
    *driver = &self->driver;
    return 0;
}

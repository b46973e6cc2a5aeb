/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>

#include "base/check.h"
#include "io/backend.h"
#include "io/uring_setup.h"

/*
 * The io_uring backend. Operations wait in the queue until a poll or wait, so that one system call
 * submits all of them. A poll with nothing to submit and no completions costs two loads.
 *
 * The wake_fd is watched by a poll operation of the ring that a wait arms when there is none. Only
 * a wait drains it: when it fires while the worker is busy, it stays readable, and the next wait
 * ends at once.
 *
 * A full CQ loses nothing: the kernel keeps what does not fit (IORING_FEAT_NODROP), says so in the
 * ring's flags, and refuses submissions with EBUSY until completions have been taken out.
 */
typedef struct uring {
    myc__driver driver;
    struct io_uring ring;
    bool wake_is_armed;
} uring;

/* user_data of what is not an operation; an operation's is its address. */
enum { NOTHING = 0, WAKE = 1 };

static void prepare_start(struct io_uring_sqe *sqe, myc__operation *operation)
{
    if (operation->kind == MYC__OPERATION_AWAIT || operation->waits_until_ready) {
        io_uring_prep_poll_add(sqe, operation->fd, POLLIN);
    } else {
        io_uring_prep_read(sqe, operation->fd, operation->buffer, operation->size_bytes,
                           (uint64_t)operation->offset);
    }
    io_uring_sqe_set_data(sqe, operation);
    operation->state = MYC__OPERATION_STARTED;
}

static void prepare_cancel(struct io_uring_sqe *sqe, myc__operation *operation)
{
    io_uring_prep_cancel(sqe, operation, 0);
    io_uring_sqe_set_data64(sqe, NOTHING);
}

/* Errors that pass by themselves, or once completions have been taken out. */
static void check_submission(int result)
{
    MYC__CHECK(result >= 0 || result == -EBUSY || result == -EAGAIN || result == -EINTR ||
               result == -ENOMEM || result == -ETIME);
}

static bool submit(uring *self)
{
    int result = io_uring_submit_and_get_events(&self->ring);
    check_submission(result);
    return result > 0;
}

/* NULL when the SQ is full and the kernel takes nothing now. */
static struct io_uring_sqe *next_sqe(uring *self)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&self->ring);
    if (!sqe && submit(self)) {
        sqe = io_uring_get_sqe(&self->ring);
    }
    return sqe;
}

/* Order matters: a cancel goes to the kernel before anything that may reuse the operation. */
static void stage_queued(uring *self)
{
    myc__operation *operation;
    while ((operation = self->driver.queue.first)) {
        struct io_uring_sqe *sqe = next_sqe(self);
        if (!sqe) {
            return;
        }
        myc__operation_list_remove(&self->driver.queue, operation);
        if (operation->state == MYC__OPERATION_CANCELLING) {
            prepare_cancel(sqe, operation);
        } else {
            prepare_start(sqe, operation);
        }
    }
}

/* Nobody asked the kernel to give up: there was a signal, a file in non-blocking mode had no data,
 * or the thread that had submitted the operation has ended. */
static bool gave_up(const myc__driver *driver, const myc__operation *operation, int32_t result)
{
    return result == -EINTR || (result == -EAGAIN && operation->offset == -1) ||
           (result == -ECANCELED && driver->several_threads);
}

/* Returns how many completions its owner was told of. */
static uint32_t finish(myc__driver *driver, myc__operation *operation, int32_t result,
                       uint32_t flags)
{
    bool is_unfinished =
        gave_up(driver, operation, result) || (operation->waits_until_ready && result >= 0);
    if (is_unfinished && operation->state != MYC__OPERATION_CANCELLING) {
        operation->waits_until_ready = result == -EAGAIN;
        myc__driver_requeue(driver, operation);
        return 0;
    }
    myc__driver_complete(driver, operation, is_unfinished ? -ECANCELED : result, flags);
    return 1;
}

/* The CQE is given back first: the completion may submit, which can need its place. */
static uint32_t take_completion(uring *self)
{
    struct io_uring_cqe *cqe;
    if (io_uring_peek_cqe(&self->ring, &cqe) != 0) {
        return 0;
    }
    struct io_uring_cqe taken = *cqe;
    io_uring_cqe_seen(&self->ring, cqe);
    if (taken.user_data == NOTHING) {
        return 0;
    }
    if (taken.user_data == WAKE) {
        self->wake_is_armed = false;
        return 0;
    }
    return finish(&self->driver, (myc__operation *)(uintptr_t)taken.user_data, taken.res,
                  taken.flags & IORING_CQE_F_MORE ? MYC__MORE : 0);
}

static bool kernel_has_events(const uring *self)
{
    return IO_URING_READ_ONCE(*self->ring.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW);
}

static uint32_t uring_poll(myc__driver *driver)
{
    uring *self = (uring *)driver;
    stage_queued(self);
    if (io_uring_sq_ready(&self->ring) > 0 || kernel_has_events(self)) {
        (void)submit(self);
    }
    uint32_t count = 0;
    for (uint32_t ready = io_uring_cq_ready(&self->ring); ready > 0; ready--) {
        count += take_completion(self);
    }
    return count;
}

static void arm_wake(uring *self)
{
    if (self->wake_is_armed || self->driver.wake_fd < 0) {
        return;
    }
    struct io_uring_sqe *sqe = next_sqe(self);
    if (sqe) {
        io_uring_prep_poll_add(sqe, self->driver.wake_fd, POLLIN);
        io_uring_sqe_set_data64(sqe, WAKE);
        self->wake_is_armed = true;
    }
}

/* Looks for the wake among completions that are left to the poll. */
static void take_wake(uring *self)
{
    unsigned head;
    struct io_uring_cqe *cqe;
    io_uring_for_each_cqe(&self->ring, head, cqe)
    {
        if (cqe->user_data == WAKE) {
            if (cqe->res > 0) {
                myc__driver_drain_wake(&self->driver);
            }
            cqe->user_data = NOTHING;
            self->wake_is_armed = false;
        }
    }
}

static void sleep_in_kernel(uring *self, int64_t timeout_ns)
{
    struct __kernel_timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                                        .tv_nsec = timeout_ns % 1000000000};
    struct io_uring_cqe *cqe;
    int result = io_uring_submit_and_wait_timeout(&self->ring, &cqe, 1,
                                                  timeout_ns < 0 ? NULL : &timeout, NULL);
    check_submission(result);
}

/* What the kernel did not take (queue, wake not armed) must be tried again, not slept over. */
static void uring_wait(myc__driver *driver, int64_t timeout_ns)
{
    uring *self = (uring *)driver;
    stage_queued(self);
    arm_wake(self);
    bool is_complete = !driver->queue.first && (self->wake_is_armed || driver->wake_fd < 0);
    sleep_in_kernel(self, is_complete ? timeout_ns : 0);
    take_wake(self);
}

static void uring_destroy(myc__driver *driver)
{
    uring *self = (uring *)driver;
    io_uring_queue_exit(&self->ring);
    myc__free(driver->allocator, self, sizeof *self);
}

static const myc__driver_backend backend = {
    .name = "io_uring",
    .poll = uring_poll,
    .wait = uring_wait,
    .destroy = uring_destroy,
};

int myc__uring_create(const myc__driver_options *options, int *refusal, myc__driver **driver)
{
    uring *self = myc__allocate(options->allocator, sizeof *self, MYC__CACHE_LINE);
    if (!self) {
        return MYC_ENOMEM;
    }
    *refusal = myc__uring_setup(options, &self->ring);
    if (*refusal != 0) {
        myc__free(options->allocator, self, sizeof *self);
        return MYC_ENOTSUP;
    }
    myc__driver_init(&self->driver, &backend, options);
    *driver = &self->driver;
    return 0;
}

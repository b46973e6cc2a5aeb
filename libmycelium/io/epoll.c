/* SPDX-License-Identifier: Apache-2.0 */
#include "io/epoll.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"

/*
 * What the kernel has for a descriptor cannot be seen without a system call of 120 ns, and workers
 * poll in each pass, which may be as short as 50. So a look that finds nothing is followed by none
 * for GAP_NS: a worker that waits for its descriptors spends at most 6 % of its time on looks (and
 * 27 ns a pass on the clock), and hears of one by that much later, a tenth of what a wake takes. A
 * look that finds something is followed by another in the next poll. Without an operation that
 * waits there are no looks.
 */
enum { GAP_NS = 2000 };

/* Bounds of one poll. */
enum {
    WORK = 64,      /* tries of what is queued; */
    FILE_WORK = 16, /* one of a file counts for more: 64 KiB in memory take about 3 us */
    TOLD = 64,      /* no event is begun with behind so many completions */
    CONCERNED = 8,  /* operations of one event; the next look has the others */
};

enum { RETRY_NS = 1000000 }; /* how soon a wait lets what the kernel cannot watch be tried again */

void myc__epoll_finish(myc__epoll *self, myc__operation *operation, int32_t result)
{
    if (operation->state == MYC__OPERATION_STARTED) {
        myc__epoll_unwatch(self, operation);
    }
    myc__driver_complete(&self->driver, operation, result, 0);
}

static void requeue(myc__epoll *self, myc__operation *operation)
{
    self->requeued_first = self->requeued_first ? self->requeued_first : operation;
    self->requeued_last = operation;
    myc__driver_requeue(&self->driver, operation);
}

/* What cannot be watched is tried in each poll. */
static uint32_t try_once(myc__epoll *self, myc__operation *operation)
{
    int32_t result = myc__epoll_try(operation);
    if (result == MYC__NOT_NOW) {
        if (myc__epoll_watch(self, operation) != 0) {
            requeue(self, operation);
        }
        return 0;
    }
    myc__driver_complete(&self->driver, operation, result, 0);
    return 1;
}

/* An accept knows no flag that keeps it from sleeping. */
static void set_non_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    (void)(flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

/* EPERM: it is a file, and nothing to receive from. */
static uint32_t begin_to_receive(myc__epoll *self, myc__operation *operation)
{
    if (operation->kind == MYC__OPERATION_ACCEPT) {
        set_non_blocking(operation->fd);
    }
    operation->size_bytes = 1; /* datagrams expected in the first look */
    int error = myc__epoll_watch(self, operation);
    if (error == ENOMEM) {
        requeue(self, operation);
    } else if (error != 0) {
        myc__driver_complete(&self->driver, operation, error == EPERM ? -ENOTSOCK : -error, 0);
    }
    return error != 0 && error != ENOMEM;
}

static uint32_t work_of(const myc__operation *operation)
{
    return operation->offset >= 0 ? FILE_WORK : 1;
}

/* All that is queued, what is queued meanwhile too, but nothing twice, as far as the bounds allow. */
static uint32_t try_queued(myc__epoll *self)
{
    uint32_t count = 0;
    self->requeued_first = self->requeued_last = NULL;
    for (uint32_t work = 0; work < WORK;) {
        myc__operation *operation = self->driver.queue.first;
        if (!operation || operation == self->requeued_first) {
            break;
        }
        myc__operation_list_remove(&self->driver.queue, operation);
        work += work_of(operation);
        count += myc__operation_goes_on(operation) ? begin_to_receive(self, operation)
                                                   : try_once(self, operation);
    }
    return count;
}

static uint32_t serve_operation(myc__epoll *self, myc__operation *operation)
{
    if (myc__operation_goes_on(operation)) {
        return myc__epoll_receive(self, operation);
    }
    int32_t result = myc__epoll_try(operation);
    if (result == MYC__NOT_NOW) {
        return 0;
    }
    myc__epoll_finish(self, operation, result);
    return 1;
}

/* A completion may cancel and free any of the others. */
static uint32_t serve_event(myc__epoll *self, const struct epoll_event *event)
{
    myc__operation *operations[CONCERNED];
    uint32_t concerned = myc__epoll_concerned(self, event, operations, CONCERNED);
    uint32_t count = 0;
    for (uint32_t index = 0; index < concerned; index++) {
        if (count == 0 || myc__epoll_is_watched(self, event->data.fd, operations[index])) {
            count += serve_operation(self, operations[index]);
        }
    }
    return count;
}

static bool has_ready(const myc__epoll *self)
{
    return self->ready_next < self->ready_count;
}

static uint32_t serve_ready(myc__epoll *self)
{
    uint32_t count = 0;
    while (has_ready(self) && count < TOLD) {
        count += serve_event(self, &self->ready[self->ready_next++]);
    }
    return count;
}

static uint32_t epoll_poll(myc__driver *driver)
{
    myc__epoll *self = (myc__epoll *)driver;
    uint32_t count = driver->queue.first ? try_queued(self) : 0;
    if (!has_ready(self) && self->watched > 0 &&
        (self->empty_ns == 0 || myc__kernel_now_ns() - self->empty_ns >= GAP_NS)) {
        (void)myc__epoll_look(self, 0);
    }
    return count + serve_ready(self);
}

/* Something in the queue has not been tried, so a wait is not for it. */
static bool has_untried(const myc__epoll *self)
{
    const myc__operation_list *queue = &self->driver.queue;
    return queue->first != self->requeued_first || queue->last != self->requeued_last;
}

static void epoll_sleep(myc__driver *driver, int64_t timeout_ns)
{
    myc__epoll *self = (myc__epoll *)driver;
    if (has_ready(self) || (driver->queue.first && has_untried(self))) {
        return;
    }
    bool tries_again = driver->queue.first && (timeout_ns < 0 || timeout_ns > RETRY_NS);
    if (myc__epoll_look(self, tries_again ? RETRY_NS : timeout_ns)) {
        myc__driver_drain_wake(driver);
    }
}

static void epoll_cancel(myc__driver *driver, myc__operation *operation)
{
    myc__epoll_unwatch((myc__epoll *)driver, operation);
    myc__operation_list_append(&driver->cancelled, operation);
    operation->state = MYC__OPERATION_CANCELLED;
}

static void epoll_destroy(myc__driver *driver)
{
    myc__epoll *self = (myc__epoll *)driver;
    if (self->fd >= 0) {
        close(self->fd);
    }
    myc__free(driver->allocator, self, sizeof *self);
}

static const myc__driver_backend backend = {
    .name = "epoll",
    .poll = epoll_poll,
    .wait = epoll_sleep,
    .cancel = epoll_cancel,
    .destroy = epoll_destroy,
};

int myc__epoll_create(const myc__driver_options *options, myc__driver **driver)
{
    myc__epoll *self = myc__allocate(options->allocator, sizeof *self, MYC__CACHE_LINE);
    if (!self) {
        return MYC_ENOMEM;
    }
    self->fd = -1;
    myc__driver_init(&self->driver, &backend, options);
    (void)myc__epoll_open(self);
    *driver = &self->driver;
    return 0;
}

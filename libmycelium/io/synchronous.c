/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "io/backend.h"

/*
 * The backend for where io_uring is refused: operations stay in the queue, and a poll executes
 * those that would not sleep. A read with an offset (a regular file) is executed at once; one at
 * the current position only when poll(2) says that it has data. (When another process reads the
 * same pipe, it may be faster, and the read then sleeps: io_uring has not this gap.)
 */
typedef struct synchronous {
    myc__driver driver;
    struct pollfd *fds; /* for a wait: one for each operation, and the wake_fd */
    uint32_t capacity;
} synchronous;

/* Bounds the time of a poll: about 10 us for a read of 64 KiB that finds its data in memory. */
enum { READS_PER_POLL = 4 };

/* -EINTR means: not now. */
static int32_t look(const myc__operation *operation)
{
    struct pollfd fd = {.fd = operation->fd, .events = POLLIN};
    if (poll(&fd, 1, 0) <= 0) {
        return -EINTR;
    }
    return fd.revents & POLLNVAL ? -EBADF : fd.revents;
}

static int32_t read_now(const myc__operation *operation)
{
    ssize_t size =
        operation->offset >= 0
            ? pread(operation->fd, operation->buffer, operation->size_bytes, operation->offset)
            : read(operation->fd, operation->buffer, operation->size_bytes);
    return size >= 0 ? (int32_t)size : -errno;
}

static int32_t execute(const myc__operation *operation)
{
    int32_t readable = operation->offset >= 0 ? 1 : look(operation);
    if (readable < 0 || operation->kind == MYC__OPERATION_AWAIT) {
        return readable;
    }
    return read_now(operation);
}

/* The first of the queue is completed, or goes to its end. */
static uint32_t try_first(myc__driver *driver)
{
    myc__operation *operation = driver->queue.first;
    myc__operation_list_remove(&driver->queue, operation);
    int32_t result = execute(operation);
    if (result == -EINTR || (result == -EAGAIN && operation->offset == -1)) {
        myc__driver_requeue(driver, operation);
        return 0;
    }
    myc__driver_complete(driver, operation, result, 0);
    return 1;
}

static uint32_t synchronous_poll(myc__driver *driver)
{
    uint32_t count = 0;
    for (uint32_t budget = driver->in_flight; budget > 0 && driver->queue.first; budget--) {
        count += try_first(driver);
        if (count == READS_PER_POLL) {
            break;
        }
    }
    return count;
}

static bool grow(synchronous *self, uint32_t needed)
{
    uint32_t capacity = self->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    struct pollfd *fds =
        myc__allocate(self->driver.allocator, capacity * sizeof *fds, MYC__CACHE_LINE);
    if (fds) {
        myc__free(self->driver.allocator, self->fds, self->capacity * sizeof *fds);
        self->fds = fds;
        self->capacity = capacity;
    }
    return fds != NULL;
}

/* Fills in fds: the wake_fd first (poll(2) ignores -1), then the operations. Regular files are
 * always ready, so they end the wait at once. 0 when there is no memory to watch them all. */
static uint32_t gather(synchronous *self)
{
    uint32_t needed = self->driver.in_flight + 1;
    if (needed > self->capacity && !grow(self, needed)) {
        return 0;
    }
    uint32_t count = 0;
    self->fds[count++] = (struct pollfd){.fd = self->driver.wake_fd, .events = POLLIN};
    for (const myc__operation *each = self->driver.queue.first; each; each = each->next) {
        self->fds[count++] = (struct pollfd){.fd = each->fd, .events = POLLIN};
    }
    return count;
}

static void synchronous_wait(myc__driver *driver, int64_t timeout_ns)
{
    synchronous *self = (synchronous *)driver;
    uint32_t count = gather(self);
    if (count == 0) {
        return; /* better polled in a loop than slept over */
    }
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                               .tv_nsec = timeout_ns % 1000000000};
    int ready = ppoll(self->fds, count, timeout_ns < 0 ? NULL : &timeout, NULL);
    MYC__CHECK(ready >= 0 || errno == EINTR || errno == ENOMEM);
    if (ready > 0 && self->fds[0].revents & POLLIN) {
        myc__driver_drain_wake(driver);
    }
}

static void synchronous_destroy(myc__driver *driver)
{
    synchronous *self = (synchronous *)driver;
    myc__free(driver->allocator, self->fds, self->capacity * sizeof *self->fds);
    myc__free(driver->allocator, self, sizeof *self);
}

static const myc__driver_backend backend = {
    .name = "epoll",
    .poll = synchronous_poll,
    .wait = synchronous_wait,
    .destroy = synchronous_destroy,
};

int myc__synchronous_create(const myc__driver_options *options, myc__driver **driver)
{
    synchronous *self = myc__allocate(options->allocator, sizeof *self, MYC__CACHE_LINE);
    if (!self) {
        return MYC_ENOMEM;
    }
    myc__driver_init(&self->driver, &backend, options);
    self->capacity = 1;
    if (!grow(self, MYC__DRIVER_ENTRIES_MIN)) {
        myc__free(options->allocator, self, sizeof *self);
        return MYC_ENOMEM;
    }
    *driver = &self->driver;
    return 0;
}

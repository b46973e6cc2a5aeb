/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/epoll.h"
#include "io/faults.h"

static int32_t result_of(ssize_t size)
{
    return size >= 0 ? (int32_t)size : -errno;
}

/* What poll(2) says of `fd` now. */
static int32_t look(int fd, uint32_t events)
{
    struct pollfd polled = {.fd = fd, .events = (short)events};
    if (poll(&polled, 1, 0) <= 0) {
        return MYC__NOT_NOW;
    }
    return polled.revents & POLLNVAL ? -EBADF : polled.revents;
}

/* Without data or room after all, or a signal came: both pass. */
static int32_t not_now_if_it_passes(int32_t result)
{
    return result == -EAGAIN || result == -EINTR ? MYC__NOT_NOW : result;
}

/* A pipe may be in blocking mode and shared, so its mode is not ours to change: it is asked before
 * each read. (When another process reads the same pipe, it may be faster, and the read then sleeps:
 * io_uring has not this gap.) */
static int32_t read_on(const myc__operation *operation)
{
    int32_t events = look(operation->fd, POLLIN);
    return events < 0 ? events
                      : not_now_if_it_passes(result_of(
                            read(operation->fd, operation->buffer, operation->size_bytes)));
}

static int32_t try_read(const myc__operation *operation)
{
    if (operation->offset < 0) {
        return read_on(operation);
    }
    int32_t result = result_of(
        pread(operation->fd, operation->buffer, operation->size_bytes, operation->offset));
    return result == -EINTR ? MYC__NOT_NOW : result;
}

/* What may be written to something in blocking mode that has room, without sleeping: a pipe then has
 * room for PIPE_BUF. All of a file. */
static uint32_t bounded(const myc__operation *operation, const struct stat *status)
{
    bool may_sleep = !S_ISREG(status->st_mode) && !(fcntl(operation->fd, F_GETFL) & O_NONBLOCK);
    return may_sleep && operation->size_bytes > PIPE_BUF ? PIPE_BUF : operation->size_bytes;
}

/* A write to a pipe nobody reads from would raise SIGPIPE, which ends programs. */
static int32_t write_on(const myc__operation *operation)
{
    struct stat status;
    int32_t events = look(operation->fd, POLLOUT);
    if (events < 0) {
        return events;
    }
    if (fstat(operation->fd, &status) != 0) {
        return -errno;
    }
    if ((events & POLLERR) && S_ISFIFO(status.st_mode)) {
        return -EPIPE;
    }
    return not_now_if_it_passes(
        result_of(write(operation->fd, operation->buffer, bounded(operation, &status))));
}

static int32_t try_write(const myc__operation *operation)
{
    if (operation->offset < 0) {
        return write_on(operation);
    }
    int32_t result = result_of(
        pwrite(operation->fd, operation->buffer, operation->size_bytes, operation->offset));
    return result == -EINTR ? MYC__NOT_NOW : result;
}

static int32_t try_sync(const myc__operation *operation)
{
    int32_t result = fdatasync(operation->fd) == 0 ? 0 : -errno;
    return result == -EINTR ? MYC__NOT_NOW : result;
}

/* A Unix socket whose listener has a full backlog is refused with EAGAIN, and is never ready: that is
 * for the owner. */
static int32_t begin_to_connect(myc__operation *operation)
{
    int flags = fcntl(operation->fd, F_GETFL);
    if (flags < 0 || fcntl(operation->fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        return -errno;
    }
    if (connect(operation->fd, operation->address, operation->size_bytes) == 0) {
        return 0;
    }
    operation->was_tried = errno == EINPROGRESS || errno == EINTR;
    return operation->was_tried ? MYC__NOT_NOW : -errno;
}

static int32_t try_connect(myc__operation *operation)
{
    if (!operation->was_tried) {
        return begin_to_connect(operation);
    }
    int32_t events = look(operation->fd, POLLOUT);
    int error = 0;
    socklen_t size_bytes = sizeof error;
    if (events >= 0 && getsockopt(operation->fd, SOL_SOCKET, SO_ERROR, &error, &size_bytes) != 0) {
        error = errno;
    }
    return events < 0 ? events : -error;
}

static int32_t try_send(const myc__operation *operation)
{
    return not_now_if_it_passes(
        result_of(sendmsg(operation->fd, operation->message, MSG_DONTWAIT | MSG_NOSIGNAL)));
}

int32_t myc__epoll_try(myc__operation *operation)
{
    if (MYC__UNLIKELY(operation->fault != MYC__FAULT_NONE)) {
        return not_now_if_it_passes(myc__fault_take(operation));
    }
    switch (operation->kind) {
    case MYC__OPERATION_READ: return try_read(operation);
    case MYC__OPERATION_WRITE: return try_write(operation);
    case MYC__OPERATION_SYNC: return try_sync(operation);
    case MYC__OPERATION_CONNECT: return try_connect(operation);
    case MYC__OPERATION_SEND: return try_send(operation);
    default: return look(operation->fd, operation->events);
    }
}

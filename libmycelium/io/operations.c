/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "io/backend.h"
#include "io/buffer_group.h"
#include "io/faults.h"

/* The starts of all operations: each is noted and queued, and the backend looks at it with the next
 * poll or wait. */

static void begin(myc__driver *driver, myc__operation *operation, uint8_t kind, int fd)
{
    myc__driver_check_thread(driver);
    MYC__CHECK(operation->state == MYC__OPERATION_IDLE);
    MYC__DEBUG_CHECK(operation->complete);
    operation->kind = kind;
    operation->fd = fd;
    operation->offset = -1;
    operation->state = MYC__OPERATION_QUEUED;
    operation->waits_until_ready = false;
    operation->was_tried = false;
    operation->fault = MYC__FAULT_NONE;
}

/* It is filled in. */
static void queue(myc__driver *driver, myc__operation *operation)
{
    driver->in_flight++;
    myc__operation_list_append(&driver->queue, operation);
    if (MYC__UNLIKELY(driver->planter != NULL)) {
        myc__faults_start(driver->planter, operation);
    }
}

static void check_place(uint32_t size_bytes, int64_t offset)
{
    MYC__DEBUG_CHECK(size_bytes > 0);
    MYC__DEBUG_CHECK(size_bytes <= INT32_MAX);
    MYC__DEBUG_CHECK(offset >= -1);
    (void)size_bytes, (void)offset;
}

void myc__driver_read(myc__driver *driver, myc__operation *operation, int fd, void *buffer,
                      uint32_t size_bytes, int64_t offset)
{
    check_place(size_bytes, offset);
    begin(driver, operation, MYC__OPERATION_READ, fd);
    operation->buffer = buffer;
    operation->size_bytes = size_bytes;
    operation->offset = offset;
    queue(driver, operation);
}

void myc__driver_write(myc__driver *driver, myc__operation *operation, int fd, const void *buffer,
                       uint32_t size_bytes, int64_t offset)
{
    check_place(size_bytes, offset);
    begin(driver, operation, MYC__OPERATION_WRITE, fd);
    operation->buffer = (void *)(uintptr_t)buffer; /* it is only read */
    operation->size_bytes = size_bytes;
    operation->offset = offset;
    queue(driver, operation);
}

void myc__driver_sync(myc__driver *driver, myc__operation *operation, int fd)
{
    begin(driver, operation, MYC__OPERATION_SYNC, fd);
    operation->offset = 0;
    queue(driver, operation);
}

void myc__driver_connect(myc__driver *driver, myc__operation *operation, int fd,
                         const struct sockaddr *address, socklen_t address_bytes)
{
    begin(driver, operation, MYC__OPERATION_CONNECT, fd);
    operation->address = address;
    operation->size_bytes = address_bytes;
    queue(driver, operation);
}

void myc__driver_accept(myc__driver *driver, myc__operation *operation, int fd)
{
    begin(driver, operation, MYC__OPERATION_ACCEPT, fd);
    queue(driver, operation);
}

static void receive(myc__operation *operation, uint8_t kind, int fd, myc__buffers *buffers)
{
    begin(buffers->driver, operation, kind, fd);
    operation->buffers = buffers;
    operation->received = NULL;
    queue(buffers->driver, operation);
}

void myc__driver_receive(myc__driver *driver, myc__operation *operation, int fd,
                         myc__buffers *buffers)
{
    MYC__CHECK(buffers->driver == driver);
    receive(operation, MYC__OPERATION_RECEIVE, fd, buffers);
}

void myc__driver_receive_datagrams(myc__driver *driver, myc__operation *operation, int fd,
                                   myc__buffers *buffers)
{
    MYC__CHECK(buffers->driver == driver);
    MYC__CHECK(buffers->options.size_bytes > MYC__DATAGRAM_HEAD_BYTES);
    receive(operation, MYC__OPERATION_RECEIVE_DATAGRAMS, fd, buffers);
}

void myc__driver_send(myc__driver *driver, myc__operation *operation, int fd,
                      const struct msghdr *message)
{
    begin(driver, operation, MYC__OPERATION_SEND, fd);
    operation->message = message;
    queue(driver, operation);
}

void myc__driver_await(myc__driver *driver, myc__operation *operation, int fd, uint32_t events)
{
    begin(driver, operation, MYC__OPERATION_AWAIT, fd);
    operation->events = events;
    queue(driver, operation);
}

void myc__driver_await_readable(myc__driver *driver, myc__operation *operation, int fd)
{
    myc__driver_await(driver, operation, fd, POLLIN);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/io.h"

#include <poll.h>
#include <unistd.h>

#include "shard/fabric.h"

struct myc__io {
    myc__shard *shard;
};

int myc__io_create(myc__shard *shard, myc__io **io)
{
    *io = myc__allocate(&shard->context.fabric->allocator, sizeof **io, sizeof(void *));
    if (!*io) {
        return MYC_ENOMEM;
    }
    (*io)->shard = shard;
    return 0;
}

void myc__io_destroy(myc__io *io)
{
    if (io) {
        myc__free(&io->shard->context.fabric->allocator, io, sizeof *io);
    }
}

uint32_t myc__io_poll(myc__io *io)
{
    (void)io;
    return 0;
}

void myc__io_wait(myc__io *io, int64_t timeout_ns)
{
    struct pollfd wake = {io->shard->parking.wake_fd, POLLIN, 0};
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    (void)ppoll(&wake, 1, timeout_ns < 0 ? NULL : &timeout, NULL);
    uint64_t signals;
    ssize_t taken = read(wake.fd, &signals, sizeof signals);
    (void)taken; /* EAGAIN: the timeout came first */
}

void myc__io_close_sources(myc__io *io)
{
    (void)io;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/io.h"

#include <string.h>

#include "io/io_state.h"
#include "io/worker_driver.h"
#include "shard/fabric.h"

static myc__allocator *allocator_of(const myc__io *io)
{
    return &io->shard->context.fabric->allocator;
}

int myc__io_create(myc__shard *shard, myc__io **io)
{
    *io = myc__allocate(&shard->context.fabric->allocator, sizeof **io, sizeof(void *));
    if (!*io) {
        return MYC_ENOMEM;
    }
    memset(*io, 0, sizeof **io);
    (*io)->shard = shard;
    return 0;
}

void myc__io_destroy(myc__io *io)
{
    if (io) {
        MYC__CHECK(io->source_count == 0);
        myc__driver_destroy(io->driver);
        myc__free(allocator_of(io), io, sizeof *io);
    }
}

int myc__io_driver(myc__io *io, myc__driver **driver)
{
    int error = io->driver ? 0 : myc__worker_driver_create(io->shard, &io->driver);
    *driver = io->driver;
    return error;
}

int myc__io_buffers(myc__io *io, myc__group group, myc__buffers **buffers)
{
    myc__driver *driver;
    int error = myc__io_driver(io, &driver);
    return error ? error : myc__groups_get(&io->groups, io->shard, driver, group, buffers);
}

void myc__io_free_buffers(myc__io *io)
{
    MYC__CHECK(io->source_count == 0);
    myc__groups_fini(&io->groups);
}

/* A look at the clock for each datagram would be a tenth of what it costs to receive it. */
uint64_t myc__source_wall_ns(const myc__source *source)
{
    myc__io *io = source->shard->io;
    if (io->wall_pass != io->shard->passes || io->wall_ns == 0) {
        io->wall_pass = io->shard->passes;
        io->wall_ns = myc__clock_wall_ns(&io->shard->context.fabric->clock);
    }
    return io->wall_ns;
}

/* A source may go in its own poll, but no other. */
static uint32_t poll_sources(myc__io *io)
{
    uint32_t done = 0;
    for (myc__source *source = io->awake, *next; source; source = next) {
        next = source->next_awake;
        done += source->kind->poll(source);
    }
    return done;
}

/* Sources first, so that the reads they start go to the kernel at once, while the actors work; then
 * what has come, which for files in the page cache is those very reads. */
uint32_t myc__io_poll(myc__io *io)
{
    if (MYC__LIKELY(!io->driver)) {
        return 0;
    }
    uint32_t done = poll_sources(io);
    uint32_t completions = myc__driver_poll(io->driver);
    return done + completions + (completions ? poll_sources(io) : 0);
}

static bool is_in_flight(const myc__io *io)
{
    return io->driver &&
           (myc__driver_in_flight(io->driver) > 0 || myc__driver_lacks_buffers(io->driver));
}

void myc__io_announce_wait(myc__io *io)
{
    if (is_in_flight(io)) {
        myc__parking_announce(&io->shard->parking);
    } else {
        myc__parking_announce_on_word(&io->shard->parking);
    }
}

void myc__io_wait(myc__io *io, int64_t timeout_ns)
{
    if (is_in_flight(io)) {
        myc__driver_wait(io->driver, timeout_ns);
    } else {
        myc__parking_wait(&io->shard->parking, timeout_ns);
    }
}

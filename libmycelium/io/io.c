/* SPDX-License-Identifier: Apache-2.0 */
#include "io/io.h"

#include "actor/actor.h"
#include "io/source.h"
#include "io/worker_driver.h"
#include "shard/fabric.h"

struct myc__io {
    myc__shard *shard;
    myc__driver *driver; /* NULL until a source needs it */
    myc__source *sources;
    uint32_t source_count; /* as published in shard->open_sources */
    uint32_t last_number;
};

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

bool myc__io_is_full(const myc__io *io)
{
    return io->source_count >= MYC__SOURCES_MAX;
}

static void count_sources(myc__io *io, uint32_t count)
{
    io->source_count = count;
    myc__store_release_u32(&io->shard->open_sources, count);
}

/* After 2^32 sources numbers come again, but never one that is in use. */
static uint32_t next_number(myc__io *io)
{
    do {
        io->last_number++;
    } while (io->last_number == 0 || myc__io_find(io, io->last_number));
    return io->last_number;
}

/* An actor with open sources is not moved. */
static void count_for_owner(const myc__source *source, int32_t change)
{
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (owner && owner->annex) {
        owner->annex->sources += (uint32_t)change;
    }
}

void myc__io_add(myc__io *io, myc__source *source)
{
    MYC__CHECK(!myc__io_is_full(io));
    MYC__CHECK(source->kind && source->driver == io->driver);
    source->shard = io->shard;
    source->number = next_number(io);
    source->previous = NULL;
    source->next = io->sources;
    if (io->sources) {
        io->sources->previous = source;
    }
    io->sources = source;
    count_sources(io, io->source_count + 1);
    count_for_owner(source, 1);
}

void myc__io_remove(myc__source *source)
{
    myc__io *io = source->shard->io;
    *(source->previous ? &source->previous->next : &io->sources) = source->next;
    if (source->next) {
        source->next->previous = source->previous;
    }
    count_sources(io, io->source_count - 1);
    count_for_owner(source, -1);
}

myc__source *myc__io_find(const myc__io *io, uint32_t number)
{
    myc__source *source = io->sources;
    while (source && source->number != number) {
        source = source->next;
    }
    return source && !source->closing ? source : NULL;
}

void myc__source_close(myc__source *source)
{
    if (!source->closing) {
        source->closing = true;
        source->kind->close(source);
    }
}

/* A source may go in its own poll, but no other. */
static uint32_t poll_sources(myc__io *io)
{
    uint32_t done = 0;
    for (myc__source *source = io->sources, *next; source; source = next) {
        next = source->next;
        if (!source->closing) {
            done += source->kind->poll(source);
        }
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

void myc__io_close_sources(myc__io *io)
{
    for (myc__source *source = io->sources, *next; source; source = next) {
        next = source->next;
        myc__source_close(source);
    }
}

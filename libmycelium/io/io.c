/* SPDX-License-Identifier: Apache-2.0 */
#include "io/io.h"

#include <string.h>

#include "actor/actor.h"
#include "io/groups.h"
#include "io/source.h"
#include "io/worker_driver.h"
#include "shard/fabric.h"

struct myc__io {
    myc__shard *shard;
    myc__driver *driver; /* NULL until a source needs it */
    myc__groups groups;
    myc__source *sources;
    myc__source *awake;     /* of these, to be polled */
    uint32_t source_count;  /* all */
    uint32_t silent_count;  /* of these, drained or quiet: the rest is shard->open_sources */
    uint32_t removed_count; /* sources that are gone, in all */
    uint32_t last_number;
    uint64_t wall_ns, wall_pass; /* the time, and the pass of the worker it is of */
    myc__source *by_number[MYC__SOURCE_BUCKETS];
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

bool myc__io_is_full(const myc__io *io)
{
    return io->source_count >= MYC__SOURCES_MAX;
}

void myc__io_free_buffers(myc__io *io)
{
    MYC__CHECK(io->source_count == 0);
    myc__groups_fini(&io->groups);
}

uint32_t myc__io_removed_count(const myc__io *io)
{
    return io->removed_count;
}

uint32_t myc__io_source_count(const myc__io *io)
{
    return io->source_count;
}

static void count_sources(myc__io *io, uint32_t all, uint32_t silent)
{
    io->source_count = all;
    io->silent_count = silent;
    myc__store_release_u32(&io->shard->open_sources, all - silent);
}

static bool is_silent(const myc__source *source)
{
    return source->drained || source->is_quiet;
}

/* What the system waits for is counted anew when the source becomes silent, or no longer is. */
static void set_silence(myc__source *source, bool is_drained, bool is_quiet)
{
    myc__io *io = source->shard->io;
    uint32_t others = io->silent_count - is_silent(source);
    source->drained = is_drained;
    source->is_quiet = is_quiet;
    count_sources(io, io->source_count, others + is_silent(source));
}

static myc__source **bucket_of(const myc__io *io, uint32_t number)
{
    return (myc__source **)(uintptr_t)&io->by_number[number % MYC__SOURCE_BUCKETS];
}

static myc__source *find(const myc__io *io, uint32_t number)
{
    myc__source *source = *bucket_of(io, number);
    while (source && source->number != number) {
        source = source->next_of_bucket;
    }
    return source;
}

static void forget_number(myc__io *io, const myc__source *source)
{
    myc__source **place = bucket_of(io, source->number);
    while (*place != source) {
        place = &(*place)->next_of_bucket;
    }
    *place = source->next_of_bucket;
}

static void note_number(myc__io *io, myc__source *source)
{
    myc__source **place = bucket_of(io, source->number);
    source->next_of_bucket = *place;
    *place = source;
}

/* After 2^32 sources numbers come again, but never one that is in use. */
static uint32_t next_number(myc__io *io)
{
    do {
        io->last_number++;
    } while (io->last_number == 0 || find(io, io->last_number));
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

void myc__source_wake(myc__source *source)
{
    if (!source->is_awake && !source->closing) {
        myc__io *io = source->shard->io;
        if (source->is_quiet) {
            set_silence(source, source->drained, false);
        }
        source->is_awake = true;
        source->previous_awake = NULL;
        source->next_awake = io->awake;
        if (io->awake) {
            io->awake->previous_awake = source;
        }
        io->awake = source;
    }
}

void myc__source_rest(myc__source *source)
{
    if (source->is_awake) {
        myc__io *io = source->shard->io;
        *(source->previous_awake ? &source->previous_awake->next_awake : &io->awake) =
            source->next_awake;
        if (source->next_awake) {
            source->next_awake->previous_awake = source->previous_awake;
        }
        source->is_awake = false;
    }
}

void myc__source_rest_quietly(myc__source *source)
{
    myc__source_rest(source);
    set_silence(source, source->drained, true);
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
    note_number(io, source);
    count_sources(io, io->source_count + 1, io->silent_count);
    count_for_owner(source, 1);
    myc__source_wake(source);
}

void myc__io_remove(myc__source *source)
{
    myc__io *io = source->shard->io;
    myc__source_rest(source);
    forget_number(io, source);
    *(source->previous ? &source->previous->next : &io->sources) = source->next;
    if (source->next) {
        source->next->previous = source->previous;
    }
    io->removed_count++;
    count_sources(io, io->source_count - 1, io->silent_count - is_silent(source));
    count_for_owner(source, -1);
}

myc__source *myc__io_find(const myc__io *io, uint32_t number)
{
    myc__source *source = find(io, number);
    return source && !source->closing ? source : NULL;
}

void myc__source_close(myc__source *source)
{
    if (!source->closing) {
        myc__source_rest(source);
        set_silence(source, source->drained, false);
        source->closing = true;
        source->kind->close(source);
    }
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

/* ---- the end of an owner ---- */

static void close_sources_of(const myc__shard *shard, myc_address owner)
{
    for (myc__source *source = shard->io->sources, *next; source; source = next) {
        next = source->next;
        if (myc_address_equal(source->owner, owner)) {
            myc__source_close(source);
        }
    }
}

static void on_owner_end(myc__ending *ending, myc__shard *shard, myc__actor *owner)
{
    close_sources_of(shard, owner->address);
    myc__memory_free(&shard->context.memory, myc__header_of(ending));
}

static void on_owner_renewed(myc__ending *ending, myc__shard *shard, myc__actor *owner)
{
    (void)ending;
    close_sources_of(shard, owner->address);
}

int myc__io_admit(myc__io *io, myc__actor *owner)
{
    myc_context *ctx = &io->shard->context;
    if (!myc__annex_of(ctx, owner)) {
        return MYC_ENOMEM;
    }
    if (myc__annex_has_ending(owner, on_owner_end)) {
        return 0;
    }
    myc__ending *ending = myc__memory_new_internal(&ctx->memory, sizeof *ending);
    if (!ending) {
        return MYC_ENOMEM;
    }
    *ending = (myc__ending){.run = on_owner_end, .renew = on_owner_renewed};
    myc__annex_add_ending(owner, ending);
    return 0;
}

/* ---- in each pass ---- */

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

/* ---- the system stops ---- */

static void hurry(myc__source *source)
{
    if (source->kind->hurry) {
        source->kind->hurry(source);
    }
}

static void drain(myc__source *source)
{
    if (!source->kind->drain) {
        myc__source_close(source);
    } else if (!source->drained) {
        set_silence(source, true, source->is_quiet);
        source->kind->drain(source);
    }
}

void myc__io_drain_sources(myc__io *io)
{
    for (myc__source *source = io->sources, *next; source; source = next) {
        next = source->next;
        if (source->closing) {
            hurry(source);
        } else {
            drain(source);
        }
    }
}

void myc__io_close_sources(myc__io *io)
{
    for (myc__source *source = io->sources, *next; source; source = next) {
        next = source->next;
        if (source->closing) {
            hurry(source);
        } else {
            myc__source_close(source);
        }
    }
}

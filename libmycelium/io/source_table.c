/* SPDX-License-Identifier: Apache-2.0 */
/* The sources of a worker. */
#include "io/io_state.h"

bool myc__io_is_full(const myc__io *io)
{
    return io->source_count >= MYC__SOURCES_MAX;
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
void myc__source_set_silence(myc__source *source, bool is_drained, bool is_quiet)
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
            myc__source_set_silence(source, source->drained, false);
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
    myc__source_set_silence(source, source->drained, true);
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
        myc__source_set_silence(source, source->drained, false);
        source->closing = true;
        source->kind->close(source);
    }
}

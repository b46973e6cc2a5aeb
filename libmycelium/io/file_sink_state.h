/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FILE_SINK_STATE_H
#define MYC_IO_FILE_SINK_STATE_H

/*
 * A sink from inside:
 *
 *   file_sink.c        its life: made, polled, failed, closed
 *   file_sink_write.c  what is written next, and what is synced
 */
#include "io/file_sink.h"
#include "io/hand_over.h"
#include "io/write_queue.h"

typedef struct myc__file_sink {
    myc__source base; /* first */
    myc__open_file file;
    myc__operation write; /* or the wait for room before it */
    myc__operation sync;
    bool is_waiting, is_writing, is_syncing; /* the driver has the operation */
    bool has_failed;                         /* nothing more is written */
    int os_error;                            /* then: why */
    myc__write_queue queue;
    uint8_t *gathered;        /* room for small chunks; NULL until they come */
    uint64_t synced_bytes;    /* of those written, on the disk once the sync is done */
    uint64_t unwritten_bytes; /* that were dropped */
    myc__hand_over syncs;     /* events to be told once `count` bytes are on the disk */
    myc__hand_over out;
    myc_stream_end *end;    /* made beforehand: an end is not lost for lack of memory */
    myc__wheel_node timer;  /* of a flush */
    uint64_t flushed_bytes; /* written in all when it was armed */
} myc__file_sink;

static inline myc_context *myc__file_sink_context(const myc__file_sink *self)
{
    return &self->base.shard->context;
}

static inline bool myc__file_sink_is_in_flight(const myc__file_sink *self)
{
    return self->is_waiting || self->is_writing || self->is_syncing;
}

/** Starts the next write, or the wait for room before it. Returns 1, or 0 when there is nothing to
 * start. */
uint32_t myc__file_sink_write(myc__file_sink *self);

/** Writes what is next: there is room. */
void myc__file_sink_start_write(myc__file_sink *self);

/** Starts a sync that is due, or says that it will never be. Returns 1 when it has started. */
uint32_t myc__file_sink_sync(myc__file_sink *self);

/** Tells all that wait for no more than `bytes`. */
void myc__file_sink_tell_synced(myc__file_sink *self, uint64_t bytes, int os_error);

/** A myc__source_kind's `sync`. */
int myc__file_sink_ask_sync(myc__source *source);

/** Gives back the room for small chunks. */
void myc__file_sink_free_gathered(myc__file_sink *self);

#endif

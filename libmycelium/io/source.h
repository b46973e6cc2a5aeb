/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_SOURCE_H
#define MYC_IO_SOURCE_H

/*
 * What every source of a worker has, whatever it reads from, and what the worker's I/O gives to it.
 *
 *   state    means                                  leaves by
 *   OPEN     reads and hands over                   close: by its owner, by the end of its bytes,
 *                                                   by the end of its owner, by a stop
 *   CLOSING  waits for what the kernel still has    the last completion: removed, freed
 *
 * Threads: the worker's.
 */
#include "io/driver.h"
#include "io/groups.h"
#include "io/io.h"
#include "io/write_queue.h"

typedef struct myc__source myc__source;

typedef struct myc__source_kind {
    /** Hands over, starts reads and writes, closes itself. Returns how much it did. Only while it is
     * open, and awake. */
    uint32_t (*poll)(myc__source *source);
    /** Ends what is in flight, once it is written what waits to be, then removes and frees the
     * source: now, or in a later poll of the driver. */
    void (*close)(myc__source *source);
    /** May be NULL: then it is closed. The system stops: brings nothing from now on, but may still
     * be written to, by actors that handle their last messages. Only while it is open. */
    void (*drain)(myc__source *source);
    /** May be NULL. The system stops, and it is closing: does not wait long for what is to be
     * written. May come often. */
    void (*hurry)(myc__source *source);
    /** May be NULL: MYC_EINVAL. What myc_stream_sync() does. Only while it is open. */
    int (*sync)(myc__source *source);
    /** Only its poll hands over and takes from the kernel: its owner may have it rest. */
    bool can_be_held;
} myc__source_kind;

/** The rows of the owner's protocol that take its messages. */
typedef struct myc__source_rows {
    uint32_t chunk;
    uint32_t end;
    uint32_t event; /* MYC__NO_ROW: it is not told */
} myc__source_rows;

#define MYC__NO_ROW UINT32_MAX

/** First member of each kind's own struct. */
struct myc__source {
    const myc__source_kind *kind;
    myc__source *previous, *next; /* all of the worker */
    myc__shard *shard;
    myc__driver *driver;
    myc_address owner; /* an actor of this worker */
    myc__source_rows rows;
    myc__write_queue
        *writes;     /* its own, to be written by its poll; NULL: it cannot be written to */
    uint32_t number; /* names it on this worker */
    bool closing;
    bool drained;  /* it brings nothing any more: it does not keep the system from being quiet */
    bool is_quiet; /* rests, and brings nothing unless its owner wakes it: likewise */
    bool is_awake; /* in the list of those that are polled */
    myc__source *previous_awake, *next_awake;
    myc__source *next_of_bucket; /* of the worker's sources by their numbers */
};

/** Gives `*driver`: the worker's own, made at the first call. Borrowed.
 * Returns 0, MYC_ENOMEM, or MYC_ENOTSUP: io_uring was asked for and is refused. */
MYC_MUST_CHECK int myc__io_driver(myc__io *io, myc__driver **driver);

/** Gives `*buffers`: a group of the worker's, made at the first call. Borrowed. Returns as
 * myc__io_driver(). */
MYC_MUST_CHECK int myc__io_buffers(myc__io *io, myc__group group, myc__buffers **buffers);

/** Lets `owner` have sources: they are closed when it ends or starts anew. Before the first is
 * added. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int myc__io_admit(myc__io *io, myc__actor *owner);

/** True when the worker has as many sources as it may. */
bool myc__io_is_full(const myc__io *io);

/** How many sources are gone so far: when that changes there may be a descriptor. */
uint32_t myc__io_removed_count(const myc__io *io);

/** Numbers `source`, whose kind, driver and owner are set, and polls it from now on. Only when
 * there is room. Borrows it until it is removed. */
void myc__io_add(myc__io *io, myc__source *source);

/** Forgets a source; the system may be quiet then. */
void myc__io_remove(myc__source *source);

/** The open source of this number, or NULL. */
myc__source *myc__io_find(const myc__io *io, uint32_t number);

/** Closes it, unless it is being closed already. It may be freed then. */
void myc__source_close(myc__source *source);

/** Has nothing to do until it is woken: it is polled no more. A source begins awake. */
void myc__source_rest(myc__source *source);

/** The same for a source that brings nothing unless its owner wakes it: while it rests the system
 * may be quiet. */
void myc__source_rest_quietly(myc__source *source);

/** Is polled from now on. */
void myc__source_wake(myc__source *source);

/** The time of the system's clock since the Unix epoch, as it was when it was first asked for in this
 * pass of the worker. */
uint64_t myc__source_wall_ns(const myc__source *source);

#endif

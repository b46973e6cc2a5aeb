/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_NOTICES_H
#define MYC_IO_NOTICES_H

/*
 * A source of events without bytes, which the kernel tells by a descriptor that becomes readable:
 * files that appear in a directory, signals.
 *
 * The next notice is asked for when the owner has room for one, so what the kernel keeps for us is
 * the only queue, with its bound and its way to say that it ran over.
 *
 * Threads: the worker's.
 */
#include "io/hand_over.h"

typedef struct myc__notices myc__notices;

/** What a kind of notices adds. */
typedef struct myc__notices_kind {
    myc_stream_what what;
    uint32_t size_bytes; /* of its struct, which begins with a myc__notices */
    /** Fills in the next event. Never waits. Returns 1, 0 when there is none before the descriptor
     * is readable, -ENOMEM (it is asked again soon), or a negated errno: why none comes any more. */
    int (*next)(myc__notices *self, myc_stream_event *event);
    /** Frees what is its own. */
    void (*fini)(myc__notices *self);
} myc__notices_kind;

struct myc__notices {
    myc__source base; /* first */
    const myc__notices_kind *kind;
    int fd;
    myc__operation readable;
    bool is_awaited;         /* the driver has the operation */
    myc_stream_event *event; /* to be filled in; NULL while memory is out */
    myc_stream_end *end;     /* made beforehand: an end is not lost for lack of memory */
    myc__hand_over out;
    myc__wheel_node retry; /* memory was out */
};

typedef struct myc__notices_options {
    const myc__notices_kind *kind;
    myc_address owner;
    myc__source_rows rows;
    int fd; /* in non-blocking mode */
} myc__notices_options;

/**
 * Makes a source of an actor of `shard`, which has room for one; what is the kind's own is zero.
 * Takes `fd` when it succeeds. Gives `*made`, in use from the next poll on. Returns 0, MYC_ENOMEM or
 * MYC_ENOTSUP.
 */
MYC_MUST_CHECK int myc__notices_create(myc__shard *shard, const myc__notices_options *options,
                                       myc__notices **made);

/** Reads as read(2) does, but for signals in between. Returns bytes, 0 when there is nothing now,
 * or a negated errno. */
int32_t myc__notices_read(const myc__notices *self, void *buffer, uint32_t size_bytes);

#endif

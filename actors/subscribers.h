/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SUBSCRIBERS_H
#define ACTORS_SUBSCRIBERS_H

/*
 * Who a publisher writes to: connections, and sockets that send datagrams.
 *
 * Threads: belongs to the publisher; all streams are its own.
 */
#include <stdbool.h>

#include "publisher.h"

typedef struct subscriber {
    myc_stream stream;
    bool takes_datagrams;
} subscriber;

/** Zero-initialise, with `stats` (borrowed). */
typedef struct subscribers {
    publisher_stats *stats;
    subscriber list[PUBLISHER_SUBSCRIBERS_MAX];
    uint32_t count;
    uint32_t datagram_count; /* of them */
} subscribers;

/** Adds one. Without room for it its stream is closed, and counted. */
void subscribers_add(subscribers *self, myc_context *ctx, subscriber added);

/** Removes the one with that stream, if there is one. */
void subscribers_remove(subscribers *self, myc_stream stream);

/** Whether there are some of either sort. */
bool subscribers_have_connections(const subscribers *self);
bool subscribers_have_datagrams(const subscribers *self);

/** Writes `block` (borrowed) to all of one sort. A connection without room is closed, a datagram
 * without room is lost; both are counted. */
void subscribers_write(subscribers *self, myc_context *ctx, const myc_chunk *block,
                       bool takes_datagrams);

/** Bytes that still wait to be written. */
uint64_t subscribers_unwritten(const subscribers *self, const myc_context *ctx);

/** Closes all. */
void subscribers_close(subscribers *self, myc_context *ctx);

#endif

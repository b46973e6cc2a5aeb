/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_HAND_OVER_H
#define MYC_IO_HAND_OVER_H

/*
 * What a source has for its owner: chunks, events and the end, in order, until the mailbox has room
 * for them. No message is lost: one that finds no room stays here.
 *
 * At most `depth` chunks of the source wait in the mailbox. The count of those that do is kept high
 * rather than exact: each that is sent adds one, and only when that reaches `depth` the mailbox is
 * looked at, once for each turn of the owner.
 *
 * Pieces of a connection that have to wait here are put together where they fit, so that an owner
 * who is slow does not hold a large buffer for each small piece.
 *
 * Threads: the worker's.
 */
#include <mycelium/stream.h>

#include "io/owner.h"
#include "io/source.h"

typedef struct myc__hand_over {
    void *first, *last;       /* messages, oldest first */
    uint32_t depth;           /* chunks that may wait in the mailbox, */
    uint32_t waiting;         /* and how many do, at most */
    uint32_t held;            /* chunks among the messages here */
    uint64_t counted_handled; /* of the owner, when the mailbox was looked at last */
    uint64_t stuck_pass;      /* since that pass of the worker nothing was taken; 0 = it was */
} myc__hand_over;

static inline bool myc__hand_over_is_empty(const myc__hand_over *out)
{
    return out->first == NULL;
}

/** Takes `chunk`. */
void myc__hand_over_chunk(myc__hand_over *out, myc_chunk *chunk);

/** Copies what came later behind the last chunk here, if it fits. Returns true when it did. */
bool myc__hand_over_merge(myc__hand_over *out, const uint8_t *bytes, uint32_t size_bytes);

/** Gives an event, zeroed but for `stream` and `what`, that is last in the order; it can be filled
 * in until it is delivered. NULL when memory is out. */
myc_stream_event *myc__hand_over_event(myc__hand_over *out, const myc__source *source,
                                       myc_stream_what what);

/** Gives such an event that is in no order yet. NULL when memory is out. */
myc_stream_event *myc__hand_over_make_event(const myc__source *source, myc_stream_what what);

/** Takes `event`, of myc__hand_over_make_event(): it is last in the order. */
void myc__hand_over_add_event(myc__hand_over *out, myc_stream_event *event);

/** The oldest message, which is an event, or NULL when there is none. */
myc_stream_event *myc__hand_over_first_event(const myc__hand_over *out);

/** The oldest message of `from`, an event, becomes the last one of `to`. */
void myc__hand_over_move_event(myc__hand_over *from, myc__hand_over *to);

/** The last message here if it is such an event, to be added to; or NULL. */
myc_stream_event *myc__hand_over_last_event(const myc__hand_over *out, myc_stream_what what);

/** Gives an end to be handed over, uninitialised; made with the source, so that it is not lost for
 * want of memory. NULL when memory is out. */
myc_stream_end *myc__hand_over_make_end(myc_context *ctx);

/** Takes `end`, of myc__hand_over_make_end(). */
void myc__hand_over_end(myc__hand_over *out, myc_stream_end *end);

/** Sends what the owner has room for. Returns how many messages. In each poll of the source. */
uint32_t myc__hand_over_deliver(myc__hand_over *out, const myc__source *source,
                                const myc__actor *owner);

/** True when not more than half of `depth` wait, so that reading may go on. */
bool myc__hand_over_is_low(myc__hand_over *out, const myc__source *source, const myc__actor *owner);

/** True when no chunk of the source waits any more, here or there. */
bool myc__hand_over_is_done(myc__hand_over *out, const myc__source *source,
                            const myc__actor *owner);

/** True when what is here should not become more: the owner takes nothing, or too slowly. */
bool myc__hand_over_is_stuck(const myc__hand_over *out, const myc__source *source);

/** Drops what is here. */
void myc__hand_over_drop(myc__hand_over *out, myc_context *ctx);

#endif

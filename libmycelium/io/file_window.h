/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FILE_WINDOW_H
#define MYC_IO_FILE_WINDOW_H

/*
 * Puts the reads of a file in order: they complete as they like, may be short, and any of them can
 * be the last. Pure: it knows neither kernel nor memory.
 *
 * A window is a ring of slots, one for each chunk that is being read or waits to be handed over:
 *
 *   state    means                            leaves by
 *   READING  a read is in flight              a result: more of it to read: READING; full, or all
 *                                             there is of a stream: FULL; end or error: LAST
 *   FULL     has bytes to hand over           take: gone
 *   LAST     the last one that counts; may    take: has no bytes any more, but stays
 *            have bytes
 *
 * Slots behind a LAST one are never reached.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

enum { MYC__SLOT_READING = 0, MYC__SLOT_FULL, MYC__SLOT_LAST };

typedef struct myc__file_slot {
    uint64_t offset;     /* of its first byte; counts in a file, not in a stream */
    uint32_t size_bytes; /* read so far */
    uint16_t state;
    uint16_t os_error; /* with LAST: why, 0 = end of file */
} myc__file_slot;

typedef struct myc__file_window_options {
    uint32_t depth;          /* slots, 1 to MYC__READ_DEPTH_MAX */
    uint32_t slot_bytes;     /* the room of a slot */
    uint64_t expected_bytes; /* no reading ahead of this; the file may be longer or shorter */
    bool is_stream; /* no positions: one read at a time, and short reads are not filled up */
} myc__file_window_options;

typedef struct myc__file_window {
    myc__file_window_options options;
    uint64_t next_offset; /* of the next slot */
    uint32_t first;       /* index of the oldest slot */
    uint32_t count;       /* slots in use */
    uint32_t reading;     /* of these in state READING */
    bool has_last;        /* one of these is in state LAST */
    myc__file_slot slots[MYC__READ_DEPTH_MAX];
} myc__file_window;

/** What the oldest slot has to hand over. */
typedef enum myc__file_front {
    MYC__FRONT_NOTHING, /* it is being read, or there is none */
    MYC__FRONT_BYTES,
    MYC__FRONT_END, /* all bytes are handed over, and no more will come */
} myc__file_front;

void myc__file_window_init(myc__file_window *window, const myc__file_window_options *options);

/** True when a read may be started. */
bool myc__file_window_may_add(const myc__file_window *window);

/** Adds a slot, whose read the caller starts. Only when it may. Returns its index. */
uint32_t myc__file_window_add(myc__file_window *window);

/**
 * Notes the result of a slot's read: a count of bytes, 0 at the end of the file, or a negated
 * errno. Returns true when the caller has to read on, from where the slot ends now.
 */
bool myc__file_window_complete(myc__file_window *window, uint32_t index, int32_t result);

/** Looks at the oldest slot, window->first. */
myc__file_front myc__file_window_front(const myc__file_window *window);

/** Takes the bytes out of the oldest slot. Only with MYC__FRONT_BYTES. */
void myc__file_window_take(myc__file_window *window);

#endif

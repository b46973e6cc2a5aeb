/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_FRAMES_H
#define FEEDS_FRAMES_H

/*
 * From the pieces that a transport brings to frames: lines, SBE messages, or what came whole. One
 * for each byte stream; gzip is told by the content. Pull style: a frame stays where it is until
 * the next one is asked for, so a caller may hold it as long as it likes.
 *
 *     frames_feed(&frames, &piece);                       // borrowed until FRAMES_DRY
 *     while (frames_next(&frames, &frame) == FRAMES_FRAME) ... use the frame ...
 *     ...
 *     frames_end(&frames);                                // then the same once more
 *
 * A line that is too long is a frame with an error, and the rest goes on. In a stream of SBE
 * messages each one says where the next begins: behind one that cannot be read nothing can be
 * found, and the stream has failed. A whole piece is left out from there on instead.
 *
 * Threads: belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mycelium/framing.h>

#include "text/inflate.h"

typedef enum frames_form { FRAMES_OF_LINES, FRAMES_OF_SBE } frames_form;

typedef enum feed_piece_flags {
    FEED_PIECE_WHOLE = 1,     /* a datagram or message: no frame goes beyond it */
    FEED_PIECE_MESSAGE = 2,   /* of a WebSocket: one frame, exactly */
    FEED_PIECE_TRUNCATED = 4, /* a datagram whose end is lost */
    FEED_PIECE_MORE = 8       /* of a message that goes on in the next piece, up to a whole one */
} feed_piece_flags;

/** What a transport has brought. */
typedef struct feed_piece {
    const char *bytes; /* borrowed until FRAMES_DRY */
    size_t size;
    uint64_t received_ns; /* since the Unix epoch */
    uint32_t flags;       /* feed_piece_flags; all pieces of a stream are whole, or none is */
} feed_piece;

typedef struct feed_frame {
    const char *bytes; /* borrowed until the next one is asked for; not zero-ended */
    size_t size;
    uint64_t received_ns; /* when its last byte came */
    uint64_t number;      /* of the line or message, from 1 */
    const char *error;    /* NULL, or why it is bad: its bytes, if any, are no frame */
    bool is_message;
} feed_frame;

typedef enum frames_result {
    FRAMES_FRAME,
    FRAMES_DRY,   /* all that was fed is used up */
    FRAMES_END,   /* ended, and all was given */
    FRAMES_FAILED /* see frames_error(); stays so */
} frames_result;

/** Fields are private. */
typedef struct frames {
    frames_form form;
    inflater *inflater;
    myc_framer framer; /* of what is no whole piece */
    uint32_t flags;
    uint64_t received_ns;
    const char *whole; /* what of a whole piece is left */
    size_t whole_size;
    char *gathered; /* pieces of a message that is not whole yet */
    size_t gathered_size;
    size_t gathered_capacity;
    bool is_overfull;       /* it has no room: its whole is bad */
    uint64_t number;        /* of the last frame */
    uint64_t number_before; /* of the last one before the framer began anew */
    bool is_ended;          /* frames_end() was called */
    bool is_last;           /* what the framer has is all that is left */
    char error[128];
} frames;

/** Sets one up. Returns 0 or MYC_ENOMEM; call the fini in any case. */
MYC_MUST_CHECK int frames_init(frames *self, frames_form form);

/** Frees what it holds. May be called again. */
void frames_fini(frames *self);

/** Begins anew: what was fed and is not complete is dropped. Returns as frames_init(). */
MYC_MUST_CHECK int frames_restart(frames *self);

/** Gives the next piece. Borrows its bytes until FRAMES_DRY; call it only then. */
void frames_feed(frames *self, const feed_piece *piece);

/** Says that no piece follows. */
void frames_end(frames *self);

/** Gives the next frame. */
frames_result frames_next(frames *self, feed_frame *next);

/** After FRAMES_FAILED: what is wrong. Borrowed from `self`. */
const char *frames_error(const frames *self);

#endif

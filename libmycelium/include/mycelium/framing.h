/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_FRAMING_H
#define MYCELIUM_FRAMING_H

/*
 * Cuts a stream of bytes into frames: lines, messages behind their length, messages that say
 * themselves how long they are. Pure: bytes come from wherever, in pieces of any size.
 *
 *     static myc_next feed_on_chunk(struct feed *self, myc_context *ctx, const myc_chunk *chunk)
 *     {
 *         myc_framed frame;
 *         int result;
 *         myc_framer_feed(&self->framer, chunk->bytes, chunk->size_bytes);
 *         while ((result = myc_framer_next(&self->framer, &frame)) > 0) {
 *             if (frame.error) { ... frame.number, myc_framer_error(&self->framer) ... }
 *             else { ... frame.bytes, frame.size_bytes ... }
 *         }
 *         return result < 0 ? MYC_FAIL(result) : MYC_CONTINUE;
 *     }
 *
 * The consumer may stop between two frames and go on later, as long as it keeps the piece. A frame
 * that is whole in a piece lies there: nothing is copied. One that crosses into the next is
 * gathered in a buffer of the framer, which grows with what has come, to frame_bytes_max at most,
 * and is used again: nothing is allocated for a frame once it has its size.
 *
 * Threads: a framer belongs to one thread at a time.
 */
#include <mycelium/system.h>

MYC_EXTERN_C_BEGIN

enum { MYC_FRAME_BYTES_DEFAULT = 1 << 20, MYC_FRAME_BYTES_MAX = 1 << 30 };

typedef enum myc_framing {
    MYC_FRAMING_WHOLE = 0,  /* each piece is a frame, also an empty one: datagrams */
    MYC_FRAMING_LINES = 1,  /* ended by "\n" or "\r\n", the last one also by the stream's end */
    MYC_FRAMING_U16_LE = 2, /* behind their length, which is not part of the frame */
    MYC_FRAMING_U16_BE = 3,
    MYC_FRAMING_U32_LE = 4,
    MYC_FRAMING_U32_BE = 5,
    MYC_FRAMING_PEEK = 6 /* as long as `peek` says: messages with headers of their own */
} myc_framing;

/**
 * Tells how long the frame at the front of `bytes` is, of which `size_bytes` (at least 1) are there:
 * fewer or more than one frame. Borrows all. Returns
 *  0           the frame takes *frame_bytes, 1 or more, which may be more than there are;
 *  MYC_ESHORT  that cannot be told before there are *frame_bytes, more than there are;
 *  another error code  this is no frame: the stream cannot be read on.
 */
typedef int (*myc_frame_peek)(void *user, const uint8_t *bytes, size_t size_bytes,
                              uint64_t *frame_bytes);

/** All zero means the defaults. */
typedef struct myc_framer_options {
    myc_framing framing;
    uint32_t frame_bytes_max; /* without line end and length, 1 to MYC_FRAME_BYTES_MAX; default
                                 MYC_FRAME_BYTES_DEFAULT; with a peek: room for a header at least */
    myc_frame_peek peek;      /* for MYC_FRAMING_PEEK */
    void *user;               /* of peek */
    const myc_allocator *allocator; /* copied; NULL = malloc */
    bool length_counts_itself;      /* the length is that of the frame and its own 2 or 4 bytes */
    bool ends_at_long_line; /* a line that is too long ends the stream; else it is skipped */
} myc_framer_options;

/** One frame. */
typedef struct myc_framed {
    const uint8_t *bytes; /* borrowed until the next call of the framer; NULL with an error */
    uint32_t size_bytes;
    int32_t error;   /* 0, or a myc_error code: this frame is skipped, and myc_framer_error() says
                        why; the stream goes on */
    uint64_t offset; /* where it begins, its length included, from the start of the stream */
    uint64_t number; /* from 1, skipped ones included */
} myc_framed;

/** What a framer has done so far. */
typedef struct myc_framer_counts {
    uint64_t frames;          /* given, without the skipped ones */
    uint64_t gathered_frames; /* of them, copied since they crossed from one piece into another */
    uint64_t skipped_frames;
    uint64_t skipped_bytes; /* of theirs */
} myc_framer_counts;

/** Fields are private. */
typedef struct myc_framer {
    myc_framer_options options;
    myc_allocator allocator;
    const uint8_t *piece; /* what of the piece was not yet looked at */
    size_t piece_bytes;
    uint64_t offset; /* of it, in the stream */
    uint8_t *carry;  /* the begun frame */
    uint32_t carry_bytes, carry_capacity;
    uint64_t number; /* of the frame that is being read */
    myc_framer_counts counts;
    int32_t error;      /* the stream has ended for it */
    bool carry_is_used; /* the caller has it: to be emptied */
    bool has_piece;     /* MYC_FRAMING_WHOLE: also when it is empty */
    bool is_skipping;   /* reported as too long: drop up to its end */
    bool is_ended;
    char text[120];
} myc_framer;

/** Sets up a framer, whose memory is the caller's. It takes none until a frame crosses two pieces.
 * Returns 0 or MYC_EINVAL (an option out of its range, or `peek` missing). */
MYC_API MYC_MUST_CHECK int myc_framer_init(myc_framer *framer, const myc_framer_options *options);

/** Frees what it has gathered. A framer of zeros is ignored. */
MYC_API void myc_framer_fini(myc_framer *framer);

/** Gives the next piece. Borrows `bytes` until myc_framer_next() has returned 0 or less; to be
 * called only then, and not after myc_framer_end(). */
MYC_API void myc_framer_feed(myc_framer *framer, const void *bytes, size_t size_bytes);

/** Says that no piece follows: myc_framer_next() gives a last line that has no end, or an error
 * when the stream ends inside a frame. */
MYC_API void myc_framer_end(myc_framer *framer);

/**
 * Fills in the next frame.
 *
 * Returns 1, 0 when the piece is used up, or, again and again, why the stream cannot be read on,
 * with where in frame->offset and frame->number, and the whole in myc_framer_error():
 * MYC_EFIELD (a length that is too long or too short, or a line too long with ends_at_long_line),
 * MYC_ESHORT (it ended inside a frame), MYC_ENOMEM (for a frame that is no line), or what `peek`
 * says.
 */
MYC_API MYC_MUST_CHECK int myc_framer_next(myc_framer *framer, myc_framed *frame);

/** Forgets the piece, the begun frame and an error: a new stream begins, at offset 0 and number 1.
 * Keeps its memory; counts go on. */
MYC_API void myc_framer_restart(myc_framer *framer);

/** The bytes of the frame that has begun and is not complete. */
MYC_API uint32_t myc_framer_pending_bytes(const myc_framer *framer);

/** What was expected and what came instead, of the last frame with an error or the error that ended
 * the stream: "expected a line of at most 100 bytes". Valid until the next call. */
MYC_API const char *myc_framer_error(const myc_framer *framer);

/** What it has done so far, also after restarts. Borrowed from `framer`. */
MYC_API const myc_framer_counts *myc_framer_counted(const myc_framer *framer);

MYC_EXTERN_C_END

#endif

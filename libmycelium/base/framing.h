/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_FRAMING_H
#define MYC_BASE_FRAMING_H

/*
 * What the ways to cut a stream share: the piece, and the buffer of a frame that crosses pieces.
 *
 *   a frame            lies                        carry_bytes
 *   whole in a piece   in the piece                0
 *   begun              in the carry buffer         > 0, grows by what is gathered
 *   given from there   there, until the next call  > 0, and carry_is_used
 */
#include <mycelium/framing.h>

/** Where the frame that is being read begins. */
static inline uint64_t myc__frame_offset(const myc_framer *framer)
{
    return framer->offset - framer->carry_bytes;
}

/** Goes on in the piece. */
static inline void myc__framer_consume(myc_framer *framer, size_t size_bytes)
{
    framer->piece += size_bytes;
    framer->piece_bytes -= size_bytes;
    framer->offset += size_bytes;
}

/** Moves the next bytes of the piece to the begun frame, which stays below 4 GiB. Returns 0 or
 * MYC_ENOMEM. */
int myc__framer_gather(myc_framer *framer, size_t size_bytes);

/** Gives the gathered bytes from `head_bytes` on. Returns 1. */
int myc__framer_give_gathered(myc_framer *framer, uint32_t head_bytes, uint32_t size_bytes,
                              myc_framed *frame);

/** Ends the stream with `code` and a text. Returns `code`. */
MYC_PRINTF(3, 4) int myc__framer_fail(myc_framer *framer, int code, const char *format, ...);

/** myc_framer_next() of lines, and of what says its length. */
int myc__framer_next_line(myc_framer *framer, myc_framed *frame);
int myc__framer_next_measured(myc_framer *framer, myc_framed *frame);

#endif

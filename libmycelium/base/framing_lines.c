/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/framing.h"

/* A carriage return may stand behind a line of full size. */
static uint32_t bytes_max(const myc_framer *framer)
{
    return framer->options.frame_bytes_max + 1;
}

static const char *advice(int code)
{
    return code == MYC_ENOMEM ? "out of memory for a line of up to" : "expected a line of at most";
}

/* `size_bytes` more of the line, which cannot be given, are in the piece. */
static int refuse(myc_framer *framer, int code, size_t size_bytes, myc_framed *frame)
{
    if (framer->options.ends_at_long_line) {
        return myc__framer_fail(framer, code, "%s %u bytes", advice(code),
                                framer->options.frame_bytes_max);
    }
    snprintf(framer->text, sizeof framer->text, "%s %u bytes", advice(code),
             framer->options.frame_bytes_max);
    *frame = (myc_framed){
        .error = code, .offset = myc__frame_offset(framer), .number = framer->number++};
    framer->counts.skipped_frames++;
    framer->counts.skipped_bytes += framer->carry_bytes + size_bytes;
    framer->carry_bytes = 0;
    framer->is_skipping = true;
    myc__framer_consume(framer, size_bytes);
    return 1;
}

static uint32_t without_return(const uint8_t *bytes, uint32_t size_bytes)
{
    return size_bytes > 0 && bytes[size_bytes - 1] == '\r' ? size_bytes - 1 : size_bytes;
}

static int give_gathered(myc_framer *framer, myc_framed *frame)
{
    uint32_t size_bytes = without_return(framer->carry, framer->carry_bytes);
    return size_bytes > framer->options.frame_bytes_max
               ? refuse(framer, MYC_EFIELD, 0, frame)
               : myc__framer_give_gathered(framer, 0, size_bytes, frame);
}

/* Returns 0 when more of the line is gathered now. */
static int gather(myc_framer *framer, size_t size_bytes, myc_framed *frame)
{
    bool fits = size_bytes <= bytes_max(framer) - framer->carry_bytes;
    int code = fits ? myc__framer_gather(framer, size_bytes) : MYC_EFIELD;
    return code ? refuse(framer, code, size_bytes, frame) : 0;
}

static int give_from_piece(myc_framer *framer, size_t size_bytes, myc_framed *frame)
{
    uint32_t frame_bytes = size_bytes > bytes_max(framer)
                               ? UINT32_MAX
                               : without_return(framer->piece, (uint32_t)size_bytes);
    if (frame_bytes > framer->options.frame_bytes_max) {
        return refuse(framer, MYC_EFIELD, size_bytes, frame);
    }
    framer->counts.frames++;
    *frame = (myc_framed){.bytes = framer->piece,
                          .size_bytes = frame_bytes,
                          .offset = framer->offset,
                          .number = framer->number++};
    myc__framer_consume(framer, size_bytes);
    return 1;
}

/* The line ends `size_bytes` on. */
static int finish(myc_framer *framer, size_t size_bytes, myc_framed *frame)
{
    if (framer->carry_bytes == 0) {
        return give_from_piece(framer, size_bytes, frame);
    }
    int refused = gather(framer, size_bytes, frame);
    return refused ? refused : give_gathered(framer, frame);
}

static void skip(myc_framer *framer, size_t size_bytes)
{
    framer->counts.skipped_bytes += size_bytes;
    myc__framer_consume(framer, size_bytes);
}

/* The piece ends inside a line. */
static int keep_rest(myc_framer *framer, myc_framed *frame)
{
    if (framer->is_skipping) {
        skip(framer, framer->piece_bytes);
        return 0;
    }
    return gather(framer, framer->piece_bytes, frame);
}

/* Goes over the newline. What it ended may have been given from the carry buffer: whose offset is
 * known by then. */
static void end_line(myc_framer *framer)
{
    framer->is_skipping = false;
    myc__framer_consume(framer, 1);
}

int myc__framer_next_line(myc_framer *framer, myc_framed *frame)
{
    while (framer->piece_bytes > 0) {
        const uint8_t *newline = memchr(framer->piece, '\n', framer->piece_bytes);
        if (!newline) {
            return keep_rest(framer, frame);
        }
        size_t size_bytes = (size_t)(newline - framer->piece);
        int result = 0;
        if (framer->is_skipping) {
            skip(framer, size_bytes);
        } else {
            result = finish(framer, size_bytes, frame);
        }
        if (result < 0) {
            return result;
        }
        end_line(framer);
        if (result > 0) {
            return result;
        }
    }
    return framer->is_ended && framer->carry_bytes > 0 ? give_gathered(framer, frame) : 0;
}

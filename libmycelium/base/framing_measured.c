/* SPDX-License-Identifier: Apache-2.0 */
#include "base/framing.h"

/* Frames behind their length, and frames that `peek` measures. */

/* What is known of the frame at the front of some bytes. */
typedef struct extent {
    uint64_t size_bytes; /* in all; with MYC_ESHORT: how many it takes to know more */
    uint32_t head_bytes; /* of them, that are not given */
    int code;            /* 0, MYC_ESHORT, or the error that has ended the stream */
} extent;

static uint32_t length_bytes(myc_framing framing)
{
    return framing == MYC_FRAMING_U16_LE || framing == MYC_FRAMING_U16_BE ? 2 : 4;
}

static uint32_t load_length(myc_framing framing, const uint8_t *bytes)
{
    switch (framing) {
    case MYC_FRAMING_U16_LE: return bytes[0] | (uint32_t)bytes[1] << 8;
    case MYC_FRAMING_U16_BE: return bytes[1] | (uint32_t)bytes[0] << 8;
    case MYC_FRAMING_U32_LE:
        return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
               (uint32_t)bytes[3] << 24;
    default:
        return bytes[3] | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[1] << 16 |
               (uint32_t)bytes[0] << 24;
    }
}

static extent refuse_length(myc_framer *framer, uint32_t length)
{
    uint32_t head_bytes =
        framer->options.length_counts_itself ? length_bytes(framer->options.framing) : 0;
    const char *itself = head_bytes ? " with itself" : "";
    uint64_t longest = (uint64_t)framer->options.frame_bytes_max + head_bytes;
    return (extent){.code = myc__framer_fail(
                        framer, MYC_EFIELD, "expected a length of %u to %llu bytes%s, not %u",
                        head_bytes, (unsigned long long)longest, itself, length)};
}

static extent read_length(myc_framer *framer, const uint8_t *bytes, size_t size_bytes)
{
    uint32_t head_bytes = length_bytes(framer->options.framing);
    if (size_bytes < head_bytes) {
        return (extent){.size_bytes = head_bytes, .code = MYC_ESHORT};
    }
    uint32_t length = load_length(framer->options.framing, bytes);
    uint32_t counted_bytes = framer->options.length_counts_itself ? head_bytes : 0;
    if (length < counted_bytes || length - counted_bytes > framer->options.frame_bytes_max) {
        return refuse_length(framer, length);
    }
    return (extent){.size_bytes = (uint64_t)length - counted_bytes + head_bytes,
                    .head_bytes = head_bytes};
}

static extent refuse_peeked(myc_framer *framer, int code, uint64_t size_bytes)
{
    if (code == 0 || code == MYC_ESHORT) {
        code = myc__framer_fail(framer, MYC_EFIELD, "expected a frame of 1 to %u bytes, not %llu",
                                framer->options.frame_bytes_max, (unsigned long long)size_bytes);
    } else {
        code = myc__framer_fail(framer, code < 0 ? code : MYC_EINVAL,
                                "expected a frame, and it is none: %s", myc_error_text(code));
    }
    return (extent){.code = code};
}

/* A `peek` that asks for fewer bytes than it has would be asked for ever. */
static extent ask_peek(myc_framer *framer, const uint8_t *bytes, size_t size_bytes)
{
    uint64_t found_bytes = 0;
    int code = framer->options.peek(framer->options.user, bytes, size_bytes, &found_bytes);
    uint64_t least_bytes = code == MYC_ESHORT ? (uint64_t)size_bytes + 1 : 1;
    bool is_known = code == 0 || code == MYC_ESHORT;
    if (!is_known || found_bytes < least_bytes || found_bytes > framer->options.frame_bytes_max) {
        return refuse_peeked(framer, code, found_bytes);
    }
    return (extent){.size_bytes = found_bytes, .code = code};
}

static inline extent measure(myc_framer *framer, const uint8_t *bytes, size_t size_bytes)
{
    return framer->options.framing == MYC_FRAMING_PEEK ? ask_peek(framer, bytes, size_bytes)
                                                       : read_length(framer, bytes, size_bytes);
}

static bool is_whole(const extent *found, size_t size_bytes)
{
    return found->code == 0 && found->size_bytes <= size_bytes;
}

static bool has_failed(const extent *found)
{
    return found->code && found->code != MYC_ESHORT;
}

static int gather(myc_framer *framer, size_t size_bytes)
{
    int code = myc__framer_gather(framer, size_bytes);
    return code ? myc__framer_fail(framer, code, "out of memory for a frame of up to %u bytes",
                                   framer->options.frame_bytes_max)
                : 0;
}

static int give_from_piece(myc_framer *framer, const extent *found, myc_framed *frame)
{
    framer->counts.frames++;
    *frame = (myc_framed){.bytes = framer->piece + found->head_bytes,
                          .size_bytes = (uint32_t)(found->size_bytes - found->head_bytes),
                          .offset = framer->offset,
                          .number = framer->number++};
    myc__framer_consume(framer, found->size_bytes);
    return 1;
}

static int next_in_piece(myc_framer *framer, myc_framed *frame)
{
    if (framer->piece_bytes == 0) {
        return 0;
    }
    extent found = measure(framer, framer->piece, framer->piece_bytes);
    if (is_whole(&found, framer->piece_bytes)) {
        return give_from_piece(framer, &found, frame);
    }
    return has_failed(&found) ? found.code : gather(framer, framer->piece_bytes);
}

static int end_inside(myc_framer *framer, const extent *found)
{
    return myc__framer_fail(framer, MYC_ESHORT,
                            "expected %llu bytes of a frame, and the stream ended after %u",
                            (unsigned long long)found->size_bytes, framer->carry_bytes);
}

/* Takes out of the piece no more than is known to belong to the begun frame. */
static int next_gathered(myc_framer *framer, myc_framed *frame)
{
    for (;;) {
        extent found = measure(framer, framer->carry, framer->carry_bytes);
        if (is_whole(&found, framer->carry_bytes)) {
            uint32_t size_bytes = (uint32_t)found.size_bytes - found.head_bytes;
            return myc__framer_give_gathered(framer, found.head_bytes, size_bytes, frame);
        }
        if (has_failed(&found)) {
            return found.code;
        }
        if (framer->piece_bytes == 0) {
            return framer->is_ended ? end_inside(framer, &found) : 0;
        }
        uint64_t missing_bytes = found.size_bytes - framer->carry_bytes;
        int failed = gather(framer, missing_bytes < framer->piece_bytes ? (size_t)missing_bytes
                                                                        : framer->piece_bytes);
        if (failed) {
            return failed;
        }
    }
}

int myc__framer_next_measured(myc_framer *framer, myc_framed *frame)
{
    return framer->carry_bytes ? next_gathered(framer, frame) : next_in_piece(framer, frame);
}

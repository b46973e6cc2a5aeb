/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "seeded.h"
#include "support/leaks.h"
#include "support/naive_framer.h"

enum { STREAM_BYTES_MAX = 400, FRAME_BYTES_MAX = 12 };

static size_t random_lines(seeded *random, uint8_t *bytes)
{
    size_t size = seeded_below(random, STREAM_BYTES_MAX);
    for (size_t at = 0; at < size; at++)
        bytes[at] = (uint8_t) "ab\r\r\n\nxyz"[seeded_below(random, 9)];
    return size;
}

static void put_length(const myc_framer_options *options, uint32_t head, uint32_t length,
                       uint8_t *bytes)
{
    bool is_big = options->framing == MYC_FRAMING_U16_BE || options->framing == MYC_FRAMING_U32_BE;
    length += options->length_counts_itself ? head : 0;
    for (uint32_t place = 0; place < head; place++)
        bytes[is_big ? head - 1 - place : place] = (uint8_t)(length >> (8 * place));
}

/* Most frames are good; the last one may be cut off anywhere. */
static size_t random_lengths(seeded *random, const myc_framer_options *options, uint8_t *bytes)
{
    uint32_t head = options->framing <= MYC_FRAMING_U16_BE ? 2 : 4;
    size_t size = 0;
    while (size + head + FRAME_BYTES_MAX <= STREAM_BYTES_MAX) {
        bool is_good = seeded_below(random, 100) > 0;
        uint32_t length = seeded_below(random, options->frame_bytes_max + 1);
        put_length(options, head, is_good ? length : (uint32_t)seeded_next(random), bytes + size);
        size += head;
        for (uint32_t left = length; left > 0; left--)
            bytes[size++] = (uint8_t)seeded_below(random, 4);
    }
    return size - seeded_below(random, 2) * seeded_below(random, (uint32_t)size);
}

Test(framing_model, agrees_with_a_framer_that_sees_the_whole_stream)
{
    seeded random = seeded_start("framing_model");
    uint64_t frames[MYC_FRAMING_PEEK] = {0};
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[STREAM_BYTES_MAX];
        const myc_framer_options options = {
            .framing = (myc_framing)(MYC_FRAMING_LINES + seeded_below(&random, 5)),
            .frame_bytes_max = 1 + seeded_below(&random, FRAME_BYTES_MAX),
            .length_counts_itself = seeded_below(&random, 2),
            .ends_at_long_line = seeded_below(&random, 8) == 0};
        size_t size = options.framing == MYC_FRAMING_LINES
                          ? random_lines(&random, bytes)
                          : random_lengths(&random, &options, bytes);
        naive_verdict verdict =
            naive_compare(&options, bytes, size, seeded_size(&random, 6), seeded_next(&random));
        cr_assert_str_empty(verdict.text, "round %d, framing %d: %s", round, (int)options.framing,
                            verdict.text);
        frames[options.framing] += verdict.frames;
    }
    for (int framing = MYC_FRAMING_LINES; framing < MYC_FRAMING_PEEK; framing++)
        cr_expect_gt(frames[framing], 10000);
    NO_LEAKS();
}

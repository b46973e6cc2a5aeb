/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FRAMING_H
#define TESTS_FUZZ_FRAMING_H

#include "fuzz.h"
#include "support/naive_framer.h"

/** The rest of `input` through a framer, cut in two ways: the frames of both are the model's. */
MYC_UNUSED static int fuzz_framing(fuzz_input *input, const myc_framer_options *options)
{
    size_t piece_bytes_max = 1 + fuzz_byte(input);
    uint64_t seed = fuzz_byte(input);
    size_t ways[] = {piece_bytes_max, input->size_bytes + 1};
    for (int way = 0; way < 2; way++) {
        naive_verdict verdict =
            naive_compare(options, input->bytes, input->size_bytes, ways[way], seed);
        FUZZ_CHECK(verdict.text[0] == '\0', "pieces of up to %zu bytes: %s", ways[way],
                   verdict.text);
    }
    return 0;
}

#endif

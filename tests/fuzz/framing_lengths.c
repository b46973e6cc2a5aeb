/* SPDX-License-Identifier: Apache-2.0 */
/* Frames behind lengths of each form, however the stream is cut. */
#include "framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    const myc_framer_options options = {
        .framing = (myc_framing)(MYC_FRAMING_U16_LE + fuzz_below(&input, 4)),
        .frame_bytes_max = (1 + fuzz_below(&input, 1024)) << (8 * fuzz_below(&input, 3)),
        .length_counts_itself = fuzz_below(&input, 2)};
    return fuzz_framing(&input, &options);
}

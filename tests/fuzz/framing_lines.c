/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of bounded length, however the stream is cut. */
#include "framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    const myc_framer_options options = {.framing = MYC_FRAMING_LINES,
                                        .frame_bytes_max = 1 + fuzz_below(&input, 64),
                                        .ends_at_long_line = fuzz_below(&input, 4) == 3};
    return fuzz_framing(&input, &options);
}

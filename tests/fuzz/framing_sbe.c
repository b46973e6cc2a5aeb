/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of libtypes, which say themselves how long they are, however the stream is cut. */
#include <libtypes/sbe.h>

#include "framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    const myc_framer_options options = {.framing = MYC_FRAMING_PEEK,
                                        .peek = libtypes_frame_measure,
                                        .frame_bytes_max =
                                            LIBTYPES_HEADER_BYTES + fuzz_below(&input, 1024)};
    return fuzz_framing(&input, &options);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A parser with a fault, which the fuzzer must find: a comparison with a model that differs. */
#include "fuzz.h"

static int model(const uint8_t *bytes, size_t size_bytes)
{
    return size_bytes >= 3 && memcmp(bytes, "bug", 3) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    FUZZ_CHECK(!model(bytes, size_bytes), "planted fault");
    return 0;
}

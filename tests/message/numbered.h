/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_MESSAGE_NUMBERED_H
#define TESTS_MESSAGE_NUMBERED_H

/*
 * Payloads that tell by number how often they were destroyed. Endpoints 0 and 1 are workers, which
 * keep references in stock, 2 and 3 foreign threads, which do not.
 */
#include "endpoints.h"

enum { WORKERS = 2, NUMBERS = 1 << 18 };

typedef struct numbered {
    uint32_t number;
} numbered;

static uint8_t destroyed[NUMBERS]; /* by number: how often */

MYC_UNUSED static void count_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    destroyed[((numbered *)payload)->number]++;
}

static const myc_type numbered_type = {.name = "numbered",
                                       .size_bytes = sizeof(numbered),
                                       .alignment_bytes = 4,
                                       .destroy = count_destroy};

MYC_UNUSED static numbered *new_numbered(myc__memory *memory, uint32_t number)
{
    numbered *payload = myc__memory_new(memory, &numbered_type, sizeof *payload, 4);
    cr_assert_not_null(payload);
    payload->number = number;
    return payload;
}

MYC_UNUSED static void retain(myc__memory *memory, const numbered *payload)
{
    myc__retain_header(memory, myc__header_of(payload));
}

MYC_UNUSED static void release(myc__memory *memory, const numbered *payload)
{
    myc__release_header(memory, myc__header_of(payload));
}

MYC_UNUSED static uint32_t references(const numbered *payload)
{
    return myc__load_relaxed_u32(&myc__header_of(payload)->references);
}

#endif

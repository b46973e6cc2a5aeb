/* SPDX-License-Identifier: Apache-2.0 */
#include "message/reference.h"

#include "base/check.h"

/* Out of line: what most payloads do not need would cost them registers. */
__attribute__((noinline)) static void destroy_by_hook(myc__memory *memory, myc__header *header)
{
    bool outlives_hook = header->outlives_hook;
    header->type->destroy((myc_context *)(void *)memory, myc__payload_of(header));
    if (!outlives_hook) {
        myc__memory_free(memory, header);
    }
}

static void destroy(myc__memory *memory, myc__header *header)
{
    if (header->type->destroy) {
        destroy_by_hook(memory, header);
    } else {
        myc__memory_free(memory, header);
    }
}

static void settle_one(myc__memory *memory)
{
    myc__header *header = memory->stock;
    uint32_t count = memory->stock_count;
    memory->stock = NULL;
    memory->stock_count = 0;
    if (count == 0) {
        return;
    }
    uint32_t before = myc__sub_acq_rel_u32(&header->references, count);
    MYC__CHECK(before >= count);
    if (before == count) {
        destroy(memory, header);
    }
}

/* A destroy hook may release other payloads, so there may be something in stock again. */
void myc__settle(myc__memory *memory)
{
    while (memory->stock) {
        settle_one(memory);
    }
}

/* The first retain of a payload takes one; only a repeated one is worth a stock. */
void myc__retain_slow(myc__memory *memory, myc__header *header)
{
    uint32_t taken = 1;
    if (memory->stock == header) {
        taken = MYC__REFERENCE_WEIGHT;
        memory->stock_count = taken - 1;
    } else if (memory->stocks) {
        myc__settle(memory);
        memory->stock = header;
    }
    uint32_t before = myc__add_relaxed_u32(&header->references, taken);
    MYC__CHECK(before > 0 && before < UINT32_MAX / 2);
}

void myc__release_slow(myc__memory *memory, myc__header *header)
{
    uint32_t references = myc__load_acquire_u32(&header->references);
    MYC__CHECK(references > 0);
    if (references == 1) {
        destroy(memory, header);
    } else if (memory->stocks) {
        myc__settle(memory);
        memory->stock = header;
        memory->stock_count = 1;
    } else if (myc__sub_acq_rel_u32(&header->references, 1) == 1) {
        destroy(memory, header);
    }
}

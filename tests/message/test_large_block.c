/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoints.h"

enum { LARGE = MYC__BLOCK_MAX, COUNT = 12 };

Test(large_block, begins_where_pools_end)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    uint32_t header = (uint32_t)sizeof(myc__header);
    void *last = myc__memory_new(all->at[0], &plain_type, MYC__BLOCK_MAX - header, 16);
    cr_expect_neq(MYC__LARGE_CLASS, myc__header_of(last)->size_class);
    void *first = myc__memory_new(all->at[0], &plain_type, MYC__BLOCK_MAX - header + 1, 16);
    cr_expect_eq(MYC__LARGE_CLASS, myc__header_of(first)->size_class);
    void *aligned = myc__memory_new(all->at[0], &plain_type, MYC__BLOCK_MAX - 64 + 1, 64);
    cr_expect_eq(MYC__LARGE_CLASS, myc__header_of(aligned)->size_class);
    free_payload(all->at[0], last);
    free_payload(all->at[0], first);
    free_payload(all->at[0], aligned);
    endpoints_close(all);
    NO_LEAKS();
}

Test(large_block, goes_back_to_the_allocator_at_once_from_any_endpoint)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    for (uint32_t index = 0; index < COUNT; index++) {
        uint32_t size_bytes = LARGE + 1000 * index;
        uint32_t alignment = 16u << index % 3;
        uint8_t *payload = myc__memory_new(all->at[0], &plain_type, size_bytes, alignment);
        cr_assert_not_null(payload);
        cr_expect_eq(0, (uintptr_t)payload % alignment);
        memset(payload, 0x5a, size_bytes);
        cr_expect_eq(1, live_blocks(all));
        free_payload(all->at[index % ENDPOINTS], payload);
        cr_expect_eq(0, all->allocator.bytes);
    }
    cr_expect_eq(0, all->at[1]->unflushed);
    endpoints_close(all);
    NO_LEAKS();
}

Test(large_block, can_be_freed_in_any_order)
{
    static const uint32_t order[COUNT] = {5, 0, 11, 3, 4, 10, 1, 2, 9, 6, 8, 7};
    endpoints *all = endpoints_open(ENDPOINTS);
    void *payloads[COUNT];
    for (uint32_t index = 0; index < COUNT; index++)
        payloads[index] = myc__memory_new(all->at[index % ENDPOINTS], &plain_type, LARGE, 16);
    for (uint32_t index = 0; index < COUNT; index++) {
        cr_expect_eq(COUNT - index, live_blocks(all));
        free_payload(all->at[order[index] % 3], payloads[order[index]]);
    }
    cr_expect_eq(0, live_blocks(all));
    endpoints_close(all);
    NO_LEAKS();
}

struct types {
    uint32_t count;
    const myc_type *last;
};

static void keep_type(void *user, myc__header *header)
{
    struct types *types = user;
    types->count++;
    types->last = header->type;
}

/* The leak report names the type of what is left, also of an over-aligned one. */
Test(large_block, left_at_the_end_is_seen_with_its_type_and_freed_by_the_heap)
{
    for (uint32_t alignment = 16; alignment <= 64; alignment *= 2) {
        endpoints *all = endpoints_open(ENDPOINTS);
        cr_assert_not_null(myc__memory_new(all->at[2], &plain_type, LARGE, alignment));
        struct types types = {0};
        myc__heap_each_live(&all->heap, keep_type, &types);
        cr_expect_eq(1, types.count);
        cr_expect_eq(&plain_type, types.last);
        endpoints_close(all);
    }
    NO_LEAKS();
}

/* Sizes near 4 GiB cannot be had here, but must not wrap to a small block. */
Test(large_block, of_nearly_four_gib_is_refused_and_not_made_small)
{
    static const uint32_t sizes[] = {UINT32_MAX, UINT32_MAX - 15, UINT32_MAX - 16, UINT32_MAX - 63};
    endpoints *all = endpoints_open(ENDPOINTS);
    all->probe.exhausted = true;
    for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++)
        for (uint32_t alignment = 16; alignment <= 64; alignment *= 2)
            cr_expect_null(myc__memory_new(all->at[0], &plain_type, sizes[index], alignment));
    all->probe.exhausted = false;
    cr_assert_not_null(new_plain(all->at[0])); /* a slab is there now */
    all->probe.exhausted = true;
    for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++)
        cr_expect_null(myc__memory_new(all->at[0], &plain_type, sizes[index], 16),
                       "%u bytes in a block of 64", sizes[index]);
    endpoints_close(all);
    NO_LEAKS();
}

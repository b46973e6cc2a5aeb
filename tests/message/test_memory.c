/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoints.h"

enum { MANY = 5000 };

Test(memory, aligns_payloads_and_says_what_they_are)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    for (uint32_t alignment = 1; alignment <= 64; alignment *= 2)
        for (uint32_t size = 1; size < 70000; size += 1 + size / 3) {
            void *payload = myc__memory_new(all->at[1], &plain_type, size, alignment);
            cr_assert_not_null(payload);
            cr_assert_eq(0, (uintptr_t)payload % alignment);
            myc__header *header = myc__header_of(payload);
            cr_assert_eq(1, header->references);
            cr_assert_eq(1, header->home);
            cr_assert_eq(&plain_type, header->type);
            memset(payload, 0x5a, size); /* the sanitizer knows the slab's end */
            free_payload(all->at[1], payload);
        }
    cr_expect_eq(0, live_blocks(all));
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, fills_a_cache_line_with_a_header_and_48_bytes)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    uint8_t *first = new_plain(all->at[0]);
    uint8_t *second = new_plain(all->at[0]);
    cr_expect_eq(MYC__CACHE_LINE, second - first);
    cr_expect_eq(16, (uintptr_t)first % MYC__CACHE_LINE);
    free_payload(all->at[0], first);
    free_payload(all->at[0], second);
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, freed_at_home_is_reused_at_once)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *first = new_plain(all->at[0]);
    free_payload(all->at[0], first);
    cr_expect_eq(first, new_plain(all->at[0]));
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, freed_elsewhere_is_reused_by_its_home_and_only_after_a_flush)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *block = new_plain(all->at[0]);
    free_payload(all->at[1], block);
    cr_expect_neq(block, new_plain(all->at[1]), "who frees does not keep it");
    cr_expect_neq(block, new_plain(all->at[0]), "not published yet");
    cr_expect_neq(block, new_plain(all->at[2]));
    myc__memory_flush(all->at[1]);
    cr_expect_neq(block, new_plain(all->at[1]));
    cr_expect_eq(block, new_plain(all->at[0]));
    cr_expect_neq(block, new_plain(all->at[0]), "once");
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, freed_elsewhere_goes_home_by_itself_with_a_full_line)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *blocks[MYC__RETURN_LINE_SLOTS];
    for (uint32_t index = 0; index < MYC__RETURN_LINE_SLOTS; index++)
        blocks[index] = new_plain(all->at[0]);
    for (uint32_t index = 0; index < MYC__RETURN_LINE_SLOTS; index++) {
        cr_expect_eq(0, collect_all(all->at[0]), "after %u", index);
        free_payload(all->at[3], blocks[index]);
    }
    cr_expect_eq(MYC__RETURN_LINE_SLOTS, collect_all(all->at[0]));
    endpoints_close(all);
    NO_LEAKS();
}

/* More than the ring holds, of several classes: what waits on the freeing side goes as a chain. */
Test(memory, loses_no_block_when_the_way_home_is_full)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *blocks[MANY];
    for (uint32_t index = 0; index < MANY; index++)
        blocks[index] = myc__memory_new(all->at[0], &plain_type, 1 + index % 400, 16);
    uint64_t slabs = all->probe.calls;
    for (uint32_t index = 0; index < MANY; index++)
        free_payload(all->at[1], blocks[index]);
    myc__memory_flush(all->at[1]);
    cr_expect_eq(0, all->at[1]->unflushed, "one flush sends a burst of any size");
    cr_expect_eq(MANY, collect_all(all->at[0]));
    cr_expect_eq(0, live_blocks(all));
    cr_expect(pool_is_whole(&all->at[0]->pool, (uint32_t)slabs));
    endpoints_close(all);
    NO_LEAKS();
}

/* Fills `blocks` step by step; the freeing side frees one more block after each step. */
static void allocate_in_steps(endpoints *all, void **blocks)
{
    for (uint32_t index = 0; index < MANY; index++) {
        blocks[index] = new_plain(all->at[0]);
        if (index % 100 == 99)
            free_payload(all->at[1], new_plain(all->at[0]));
    }
}

/* A foreign thread has no end of a pass at which it would flush: what found the ring full must go
 * home with what it frees later, or each burst would need new memory. */
Test(memory, freed_in_bursts_without_a_flush_does_not_pile_up)
{
    endpoints *all = endpoints_open(0);
    size_t warm_bytes = 0;
    for (uint32_t round = 0; round < 20; round++) {
        void *blocks[MANY];
        allocate_in_steps(all, blocks);
        for (uint32_t index = 0; index < MANY; index++)
            free_payload(all->at[1], blocks[index]);
        if (round == 2)
            warm_bytes = all->at[0]->pool.slab_bytes;
    }
    cr_expect_eq(warm_bytes, all->at[0]->pool.slab_bytes, "%zu bytes, %zu after 3 rounds",
                 all->at[0]->pool.slab_bytes, warm_bytes);
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, flushes_several_homes_also_those_whose_ring_is_full)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *to_full[MYC__RETURN_SLOTS + 1];
    for (uint32_t index = 0; index <= MYC__RETURN_SLOTS; index++)
        to_full[index] = new_plain(all->at[0]);
    void *to_second = new_plain(all->at[1]);
    void *late[2] = {new_plain(all->at[0]), new_plain(all->at[0])};
    for (uint32_t index = 0; index <= MYC__RETURN_SLOTS; index++)
        free_payload(all->at[3], to_full[index]);
    free_payload(all->at[3], to_second);
    cr_expect_eq(2, all->at[3]->unflushed);
    myc__memory_flush(all->at[3]);
    cr_expect_eq(0, all->at[3]->unflushed);
    for (uint32_t index = 0; index < 2; index++) {
        free_payload(all->at[3], late[index]);
        myc__memory_flush(all->at[3]);
        cr_expect_eq(0, all->at[3]->unflushed, "a chain that was not fetched is no hindrance");
    }
    cr_expect_eq(1, collect_all(all->at[1]));
    cr_expect_eq(MYC__RETURN_SLOTS + 3, collect_all(all->at[0]));
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, looks_for_returned_blocks_before_it_takes_a_new_slab)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *blocks[3 * 1024];
    for (uint32_t index = 0; index < 3 * 1024; index++)
        blocks[index] = new_plain(all->at[0]);
    uint64_t slabs = all->probe.calls;
    for (uint32_t index = 0; index < 3 * 1024; index++)
        free_payload(all->at[1 + index % 3], blocks[index]);
    for (uint32_t index = 1; index < ENDPOINTS; index++)
        myc__memory_flush(all->at[index]);
    uint64_t lanes = all->probe.calls - slabs;
    cr_expect_eq(3, lanes);
    for (uint32_t index = 0; index < 3 * 1024; index++)
        cr_assert_not_null(new_plain(all->at[0]));
    cr_expect_eq(slabs + lanes, all->probe.calls);
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, gives_null_when_memory_is_out_and_goes_on_afterwards)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    all->probe.exhausted = true;
    cr_expect_null(new_plain(all->at[0]));
    cr_expect_null(myc__memory_new(all->at[0], &plain_type, 1 << 20, 16));
    cr_expect_eq(0, live_blocks(all));
    all->probe.exhausted = false;
    void *payload = new_plain(all->at[0]);
    cr_expect_not_null(payload);
    all->probe.exhausted = true;
    cr_expect_not_null(new_plain(all->at[0]), "the slab has more");
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, keeps_a_block_that_cannot_go_home_for_want_of_memory)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *block = new_plain(all->at[0]);
    all->probe.exhausted = true;
    free_payload(all->at[1], block);
    cr_expect_null(new_plain(all->at[1]), "it belongs to another pool");
    myc__memory_flush(all->at[1]);
    cr_expect_eq(1, all->at[1]->unflushed, "it still waits");
    all->probe.exhausted = false;
    myc__memory_flush(all->at[1]);
    cr_expect_eq(0, all->at[1]->unflushed);
    cr_expect_eq(1, collect_all(all->at[0]));
    cr_expect_eq(block, new_plain(all->at[0]), "it is not lost");
    endpoints_close(all);
    NO_LEAKS();
}

Test(memory, that_waits_for_a_way_home_does_not_count_as_live)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    void *block = new_plain(all->at[0]);
    all->probe.exhausted = true;
    free_payload(all->at[1], block);
    cr_expect_eq(0, live_blocks(all));
    cr_expect_eq(block, new_plain(all->at[0]), "the walk has carried it home");
    endpoints_close(all);
    NO_LEAKS();
}

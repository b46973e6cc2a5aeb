/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoints.h"

enum { BLOCKS = 3000 };

struct pool_frame {
    probe_allocator probe;
    myc__allocator allocator;
    myc__pool pool;
};

static void open_pool(struct pool_frame *frame)
{
    probe_start(&frame->probe, &frame->allocator);
    myc__pool_init(&frame->pool, &frame->allocator);
}

static void close_pool(struct pool_frame *frame)
{
    myc__pool_fini(&frame->pool);
    probe_expect_balanced(&frame->probe);
}

/* A block as its user sees it: all of it written with its number. */
static void mark(uint8_t *block, uint32_t size_class, uint32_t number)
{
    memset(block, (int)(number % 251 + 1), myc__class_bytes(size_class));
}

static bool is_marked(const uint8_t *block, uint32_t size_class, uint32_t number)
{
    for (uint32_t offset = 0; offset < myc__class_bytes(size_class); offset++)
        if (block[offset] != (uint8_t)(number % 251 + 1))
            return false;
    return true;
}

Test(pool, takes_no_memory_before_its_first_block)
{
    struct pool_frame frame;
    open_pool(&frame);
    for (uint32_t size_class = 0; size_class < MYC__SIZE_CLASSES; size_class++)
        cr_expect_null(myc__pool_pop(&frame.pool, size_class));
    cr_expect_eq(0, frame.probe.calls);
    close_pool(&frame);
    NO_LEAKS();
}

Test(pool, carves_aligned_blocks_that_do_not_overlap)
{
    struct pool_frame frame;
    open_pool(&frame);
    uint8_t *blocks[BLOCKS];
    for (uint32_t index = 0; index < BLOCKS; index++) {
        uint32_t size_class = index % MYC__SIZE_CLASSES;
        blocks[index] = (uint8_t *)myc__pool_carve(&frame.pool, size_class);
        cr_assert_not_null(blocks[index]);
        cr_assert_eq(0, (uintptr_t)blocks[index] % MYC__BLOCK_UNIT);
        mark(blocks[index], size_class, index);
    }
    for (uint32_t index = 0; index < BLOCKS; index++)
        cr_assert(is_marked(blocks[index], index % MYC__SIZE_CLASSES, index), "block %u", index);
    close_pool(&frame);
    NO_LEAKS();
}

Test(pool, gives_the_block_freed_last_first)
{
    struct pool_frame frame;
    open_pool(&frame);
    myc__header *blocks[8];
    for (int index = 0; index < 8; index++)
        blocks[index] = myc__pool_carve(&frame.pool, 3);
    for (int index = 0; index < 8; index++)
        myc__pool_push(&frame.pool, blocks[index], 3);
    cr_expect_null(myc__pool_pop(&frame.pool, 2), "classes are apart");
    for (int index = 7; index >= 0; index--)
        cr_expect_eq(blocks[index], myc__pool_pop(&frame.pool, 3));
    cr_expect_null(myc__pool_pop(&frame.pool, 3));
    close_pool(&frame);
    NO_LEAKS();
}

/* The slabs get larger with what there is, within their limits, so few are enough. */
Test(pool, grows_its_slabs_up_to_a_limit)
{
    struct pool_frame frame;
    open_pool(&frame);
    size_t last = 0;
    for (uint32_t index = 0; index < 200000; index++) {
        uint64_t calls = frame.probe.calls;
        cr_assert_not_null(myc__pool_carve(&frame.pool, 0));
        if (frame.probe.calls == calls)
            continue;
        cr_assert_geq(frame.probe.last_size, last, "slabs do not get smaller");
        last = frame.probe.last_size;
        cr_assert_leq(last, MYC__SLAB_HUGE_BYTES);
        cr_assert_eq(MYC__BLOCK_UNIT, frame.probe.last_alignment);
    }
    cr_expect_eq(MYC__SLAB_HUGE_BYTES, last);
    cr_expect_leq(frame.probe.calls, 40, "%lu slabs", (unsigned long)frame.probe.calls);
    cr_expect_eq(frame.allocator.bytes, frame.pool.slab_bytes);
    close_pool(&frame);
    NO_LEAKS();
}

Test(pool, starts_with_a_small_slab_and_wastes_none_of_it)
{
    for (uint32_t size_class = 0; size_class < MYC__SIZE_CLASSES; size_class++) {
        struct pool_frame frame;
        open_pool(&frame);
        uint32_t block_bytes = myc__class_bytes(size_class);
        uint32_t fitting = MYC__SLAB_MIN_BYTES / block_bytes;
        uint32_t expected = fitting ? fitting : 1;
        cr_assert_not_null(myc__pool_carve(&frame.pool, size_class));
        cr_expect_eq(MYC__BLOCK_UNIT + expected * block_bytes, frame.probe.last_size);
        for (uint32_t index = 1; index < expected; index++)
            cr_assert_not_null(myc__pool_carve(&frame.pool, size_class));
        cr_expect_eq(1, frame.probe.calls, "class %u", size_class);
        close_pool(&frame);
    }
    NO_LEAKS();
}

Test(pool, stays_whole_when_memory_is_out)
{
    struct pool_frame frame;
    open_pool(&frame);
    frame.probe.exhausted = true;
    cr_expect_null(myc__pool_carve(&frame.pool, 5));
    cr_expect_eq(0, frame.pool.slab_bytes);
    frame.probe.exhausted = false;
    myc__header *first = myc__pool_carve(&frame.pool, 5);
    cr_assert_not_null(first);
    frame.probe.exhausted = true;
    myc__pool before = frame.pool;
    cr_expect_null(myc__pool_carve(&frame.pool, 6), "another class needs a slab");
    cr_expect_eq(0, memcmp(&before, &frame.pool, sizeof before), "nothing has changed");
    cr_expect_not_null(myc__pool_carve(&frame.pool, 5), "the rest of the slab is still good");
    myc__pool_push(&frame.pool, first, 5);
    cr_expect_eq(first, myc__pool_pop(&frame.pool, 5));
    close_pool(&frame);
    NO_LEAKS();
}

/* Payloads of all alignments and sizes, some of them freed: what the walk sees is what is live. */
struct sought {
    myc__header *blocks[BLOCKS];
    bool live[BLOCKS];
    uint32_t seen[BLOCKS];
    uint32_t strangers;
};

static void seek(void *user, myc__header *header)
{
    struct sought *sought = user;
    for (uint32_t index = 0; index < BLOCKS / 10; index++)
        if (sought->blocks[index] == header) {
            sought->seen[index]++;
            cr_expect_eq(&plain_type, header->type, "the walk can tell the type");
            return;
        }
    sought->strangers++;
}

Test(pool, walks_over_exactly_what_is_live)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    struct sought *sought = calloc(1, sizeof *sought);
    void *payloads[BLOCKS / 10];
    for (uint32_t index = 0; index < BLOCKS / 10; index++) {
        uint32_t alignment = 1u << index % 7;
        payloads[index] = myc__memory_new(all->at[0], &plain_type, 1 + index * 37, alignment);
        sought->blocks[index] = myc__block_of(myc__header_of(payloads[index]));
        sought->live[index] = true;
    }
    for (uint32_t index = 0; index < BLOCKS / 10; index += 3) {
        free_payload(all->at[0], payloads[index]);
        sought->live[index] = false;
    }
    myc__pool_each_live(&all->at[0]->pool, seek, sought);
    cr_expect_eq(0, sought->strangers);
    for (uint32_t index = 0; index < BLOCKS / 10; index++)
        cr_expect_eq(sought->live[index], sought->seen[index], "block %u", index);
    free(sought);
    endpoints_close(all);
    NO_LEAKS();
}

Test(pool, sees_a_block_again_that_lives_again_without_over_alignment)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    for (uint32_t alignment = 16; alignment <= 64; alignment *= 2) {
        void *payload = myc__memory_new(all->at[0], &plain_type, 100, alignment);
        cr_expect_eq(1, live_blocks(all));
        free_payload(all->at[0], payload);
        cr_expect_eq(0, live_blocks(all), "alignment %u", alignment);
    }
    endpoints_close(all);
    NO_LEAKS();
}

/* Of a class with little memory they come one by one: what is not needed is not touched. */
Test(pool, cuts_runs_only_where_there_is_much)
{
    struct pool_frame frame;
    open_pool(&frame);
    const uint32_t blocks = MYC__SLAB_MIN_BYTES / MYC__BLOCK_UNIT;
    for (uint32_t index = 0; index < blocks; index++) {
        cr_assert_not_null(myc__pool_carve_run(&frame.pool, 0));
        cr_assert_null(myc__pool_pop(&frame.pool, 0), "block %u", index);
    }
    close_pool(&frame);
    NO_LEAKS();
}

enum { MANY_BLOCKS = 200000 };

static int compare_addresses(const void *left, const void *right)
{
    const uintptr_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

Test(pool, cuts_runs_of_blocks_that_do_not_overlap_up_to_the_end_of_each_slab)
{
    struct pool_frame frame;
    open_pool(&frame);
    static uintptr_t blocks[MANY_BLOCKS];
    uint32_t runs = 0;
    for (uint32_t index = 0; index < MANY_BLOCKS; index++) {
        myc__header *block = myc__pool_pop(&frame.pool, 0);
        runs += block == NULL;
        block = block ? block : myc__pool_carve_run(&frame.pool, 0);
        cr_assert_not_null(block);
        cr_assert_not_null(myc__slab_at(frame.pool.slabs, block));
        blocks[index] = (uintptr_t)block;
    }
    cr_expect_lt(runs, MANY_BLOCKS / 8);
    qsort(blocks, MANY_BLOCKS, sizeof blocks[0], compare_addresses);
    for (uint32_t index = 1; index < MANY_BLOCKS; index++)
        cr_assert_geq(blocks[index] - blocks[index - 1], MYC__BLOCK_UNIT);
    uint32_t left = 0;
    while (myc__pool_pop(&frame.pool, 0))
        left++;
    size_t uncut_bytes = (size_t)(frame.pool.carve_end[0] - frame.pool.carve_next[0]);
    uint32_t whole = (uint32_t)((frame.pool.slab_bytes - uncut_bytes) / MYC__BLOCK_UNIT);
    cr_expect_eq(whole, MANY_BLOCKS + left + frame.probe.calls, "every block but the slabs' heads");
    close_pool(&frame);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoints.h"

enum { BLOCKS = 20000, CLASS = 2 };

struct release_frame {
    probe_allocator probe;
    myc__allocator allocator;
    myc__pool pool;
    myc__header *blocks[BLOCKS];
};

static struct release_frame *open_frame(void)
{
    struct release_frame *frame = calloc(1, sizeof *frame);
    probe_start(&frame->probe, &frame->allocator);
    myc__pool_init(&frame->pool, &frame->allocator);
    return frame;
}

static void close_frame(struct release_frame *frame)
{
    myc__pool_fini(&frame->pool);
    probe_expect_balanced(&frame->probe);
    free(frame);
}

static void carve(struct release_frame *frame)
{
    for (uint32_t index = 0; index < BLOCKS; index++) {
        frame->blocks[index] = myc__pool_carve(&frame->pool, CLASS);
        cr_assert_not_null(frame->blocks[index]);
        frame->blocks[index]->references = 1;
    }
}

/* Blocks of the list first, then sorted ones, then new ones. */
static myc__header *take(myc__pool *pool, uint32_t size_class)
{
    myc__header *block = myc__pool_pop(pool, size_class);
    block = block ? block : myc__pool_refill(pool, size_class);
    return block ? block : myc__pool_carve(pool, size_class);
}

/* Returns whether there is something to give back at the next look. */
static bool look(myc__pool *pool, bool at_once)
{
    myc__pool_look state = {.at_once = at_once};
    while (myc__pool_sort(pool, 100) == 100)
        continue;
    while (myc__pool_release(pool, &state, 3))
        continue;
    return state.again;
}

Test(pool_release, gives_slabs_back_at_the_second_look_that_finds_them_free)
{
    struct release_frame *frame = open_frame();
    carve(frame);
    for (uint32_t index = 0; index < BLOCKS; index++)
        myc__pool_push(&frame->pool, frame->blocks[index], CLASS);
    uint64_t slabs = frame->probe.calls;
    cr_expect(look(&frame->pool, false));
    cr_expect_eq(0, frame->probe.frees);
    cr_expect_not(look(&frame->pool, false));
    cr_expect_eq(slabs - 1, frame->probe.frees, "the one kept is small");
    cr_expect_leq(frame->pool.slab_bytes, MYC__SLAB_MIN_BYTES + MYC__BLOCK_UNIT);
    cr_expect_eq(frame->probe.bytes, frame->pool.slab_bytes);
    carve(frame);
    close_frame(frame);
    NO_LEAKS();
}

Test(pool_release, gives_slabs_back_at_once_when_told_so)
{
    struct release_frame *frame = open_frame();
    carve(frame);
    for (uint32_t index = 0; index < BLOCKS; index++)
        myc__pool_push(&frame->pool, frame->blocks[index], CLASS);
    uint64_t slabs = frame->probe.calls;
    cr_expect_not(look(&frame->pool, true));
    cr_expect_eq(slabs - 1, frame->probe.frees);
    close_frame(frame);
    NO_LEAKS();
}

/* One block in use holds its slab; those of the other slabs go. */
Test(pool_release, keeps_slabs_with_a_block_in_use)
{
    struct release_frame *frame = open_frame();
    carve(frame);
    frame->blocks[BLOCKS / 2]->references = 7;
    for (uint32_t index = 0; index < BLOCKS; index++)
        if (index != BLOCKS / 2)
            myc__pool_push(&frame->pool, frame->blocks[index], CLASS);
    const myc__slab *held = myc__slab_at(frame->pool.slabs, frame->blocks[BLOCKS / 2]);
    size_t held_bytes = held->size_bytes;
    look(&frame->pool, false);
    look(&frame->pool, false);
    cr_expect_eq(7, frame->blocks[BLOCKS / 2]->references);
    cr_expect_eq(held, myc__slab_at(frame->pool.slabs, frame->blocks[BLOCKS / 2]));
    cr_expect_leq(frame->pool.slab_bytes, held_bytes + MYC__SLAB_MIN_BYTES + MYC__BLOCK_UNIT);
    uint32_t free_blocks = held->free_count;
    for (uint32_t index = 0; index < free_blocks; index++)
        cr_assert_eq(held, myc__slab_at(frame->pool.slabs, take(&frame->pool, CLASS)),
                     "slabs in use are used up first");
    close_frame(frame);
    NO_LEAKS();
}

/* What a burst that comes again and again needs is not given back and asked for each time. */
Test(pool_release, keeps_what_is_needed_between_two_looks)
{
    struct release_frame *frame = open_frame();
    uint64_t calls = 0;
    for (uint32_t round = 0; round < 10; round++) {
        for (uint32_t index = 0; index < BLOCKS; index++)
            frame->blocks[index] = take(&frame->pool, CLASS);
        calls = round == 0 ? frame->probe.calls : calls;
        for (uint32_t index = 0; index < BLOCKS; index++)
            myc__pool_push(&frame->pool, frame->blocks[index], CLASS);
        cr_expect(look(&frame->pool, false));
    }
    cr_expect_eq(calls, frame->probe.calls);
    cr_expect_eq(0, frame->probe.frees);
    close_frame(frame);
    NO_LEAKS();
}

Test(pool_release, finds_every_slab_by_any_address_in_it)
{
    struct release_frame *frame = open_frame();
    carve(frame);
    cr_expect_null(myc__slab_at(frame->pool.slabs, NULL));
    cr_expect_null(myc__slab_at(frame->pool.slabs, (void *)UINTPTR_MAX));
    uint32_t count = 0;
    const myc__slab *last = NULL;
    for (myc__slab *slab; (slab = myc__slab_after(frame->pool.slabs, last)) != NULL; last = slab) {
        cr_assert_gt((uintptr_t)slab, (uintptr_t)last);
        const uint8_t *bytes = (const uint8_t *)slab;
        cr_assert_eq(slab, myc__slab_at(frame->pool.slabs, bytes + 1));
        cr_assert_eq(slab, myc__slab_at(frame->pool.slabs, bytes + slab->size_bytes - 1));
        cr_assert_neq(slab, myc__slab_at(frame->pool.slabs, bytes + slab->size_bytes));
        count++;
    }
    cr_expect_eq(frame->probe.calls, count);
    close_frame(frame);
    NO_LEAKS();
}

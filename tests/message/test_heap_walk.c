/* SPDX-License-Identifier: Apache-2.0 */
/* What is live, for the report of leaks: not what was freed and is still on its way home. */
#include "base/seeded.h"
#include "endpoints.h"

enum { BURST = 2 * MYC__RETURN_SLOTS + 100, STEPS = 20000, LIVE_MAX = 200 };

static void expect_live(endpoints *all, uint32_t expected, uint32_t freer, uint32_t blocks)
{
    cr_expect_eq(expected, live_blocks(all), "%u freed by %u", blocks, freer);
    cr_expect_eq(0, all->at[freer]->unflushed);
}

/* Less than a line of them, so not published; more than that; and more than the ring has room for. */
Test(heap_walk, does_not_count_what_is_on_its_way_home)
{
    static const uint32_t counts[] = {1, MYC__RETURN_LINE_SLOTS + 1, BURST};
    for (uint32_t index = 0; index < 3; index++) {
        endpoints *all = endpoints_open(2);
        void *kept = new_plain(all->at[0]);
        void *blocks[BURST];
        for (uint32_t block = 0; block < counts[index]; block++)
            blocks[block] = new_plain(all->at[block % 2]);
        cr_expect_eq(1 + counts[index], live_blocks(all));
        for (uint32_t block = 0; block < counts[index]; block++)
            free_payload(all->at[3], blocks[block]);
        expect_live(all, 1, 3, counts[index]);
        expect_live(all, 1, 3, counts[index]);
        free_payload(all->at[2], kept);
        expect_live(all, 0, 2, 1);
        endpoints_close(all);
    }
    NO_LEAKS();
}

/* Flushed again and again, a burst fills the way home to the last slot, and more waits behind. */
Test(heap_walk, does_not_count_what_waits_behind_a_way_home_that_is_full)
{
    endpoints *all = endpoints_open(2);
    void *blocks[BURST];
    for (uint32_t block = 0; block < BURST; block++)
        blocks[block] = new_plain(all->at[0]);
    for (uint32_t block = 0; block < BURST; block++) {
        free_payload(all->at[1], blocks[block]);
        myc__memory_flush(all->at[1]);
    }
    expect_live(all, 0, 1, BURST);
    endpoints_close(all);
    NO_LEAKS();
}

/* What the walk has brought home can be taken again, once. */
Test(heap_walk, leaves_a_heap_that_works_on)
{
    endpoints *all = endpoints_open(2);
    void *blocks[BURST];
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t block = 0; block < BURST; block++)
            blocks[block] = new_plain(all->at[0]);
        uint64_t calls = all->probe.calls;
        for (uint32_t block = 0; block < BURST; block++)
            free_payload(all->at[1 + block % 3], blocks[block]);
        cr_expect_eq(0, live_blocks(all));
        cr_expect_eq(0, collect_all(all->at[0]));
        cr_expect(round == 0 || calls == all->probe.calls);
    }
    endpoints_close(all);
    NO_LEAKS();
}

/* A lane home that could not be made: the block stays with who freed it. */
Test(heap_walk, does_not_count_what_could_not_go_home)
{
    endpoints *all = endpoints_open(2);
    void *block = new_plain(all->at[0]);
    all->probe.exhausted = true;
    free_payload(all->at[1], block);
    all->probe.exhausted = false;
    cr_expect_eq(0, live_blocks(all));
    endpoints_close(all);
    NO_LEAKS();
}

/* Some over-aligned, whose header is further into the block, and some large. */
static void *new_any(endpoints *all, seeded *random)
{
    myc__memory *memory = all->at[seeded_below(random, ENDPOINTS)];
    uint32_t size_bytes = seeded_below(random, 50) ? seeded_size(random, 12) : MYC__BLOCK_MAX + 1;
    return myc__memory_new(memory, &plain_type, size_bytes, 16u << seeded_below(random, 3));
}

Test(heap_walk, agrees_with_a_count_over_random_steps)
{
    seeded random = seeded_start("heap_walk");
    endpoints *all = endpoints_open(2);
    void *live[LIVE_MAX];
    uint32_t count = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        if (count < LIVE_MAX && seeded_below(&random, 2)) {
            live[count++] = new_any(all, &random);
        } else if (count) {
            uint32_t index = seeded_below(&random, count);
            free_payload(all->at[seeded_below(&random, ENDPOINTS)], live[index]);
            live[index] = live[--count];
        }
        if (seeded_below(&random, 100) == 0)
            cr_assert_eq(count, live_blocks(all), "step %u", step);
    }
    while (count)
        free_payload(all->at[3], live[--count]);
    cr_expect_eq(0, live_blocks(all));
    endpoints_close(all);
    NO_LEAKS();
}

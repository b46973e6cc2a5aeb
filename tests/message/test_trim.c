/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoints.h"
#include "message/trim.h"

enum { BURST = 50000 };

static bool look(myc__memory *memory)
{
    while (myc__trim_step(memory, false))
        continue;
    return memory->trim.look.again;
}

struct burst {
    endpoints *all;
    void *payloads[BURST];
};

static struct burst *open_burst(void)
{
    struct burst *burst = calloc(1, sizeof *burst);
    burst->all = endpoints_open(ENDPOINTS);
    for (uint32_t index = 0; index < BURST; index++)
        burst->payloads[index] = new_plain(burst->all->at[0]);
    return burst;
}

static void free_burst_at(struct burst *burst, uint32_t endpoint)
{
    for (uint32_t index = 0; index < BURST; index++)
        free_payload(burst->all->at[endpoint], burst->payloads[index]);
}

static void close_burst(struct burst *burst)
{
    endpoints_close(burst->all);
    free(burst);
}

Test(trim, gives_back_what_a_burst_left_after_two_looks)
{
    struct burst *burst = open_burst();
    myc__memory *home = burst->all->at[0];
    cr_expect_not(look(home), "all is in use");
    free_burst_at(burst, 0);
    cr_expect_gt(home->pool.slab_bytes, BURST * 64);
    cr_expect(look(home));
    cr_expect_gt(home->pool.slab_bytes, BURST * 64, "it may be needed again");
    cr_expect_not(look(home));
    cr_expect_leq(home->pool.slab_bytes, MYC__SLAB_MIN_BYTES + MYC__BLOCK_UNIT);
    close_burst(burst);
    NO_LEAKS();
}

/* What was freed elsewhere lies in the ring and, most of it, in a chain. */
Test(trim, brings_home_what_was_freed_elsewhere)
{
    struct burst *burst = open_burst();
    free_burst_at(burst, 1);
    myc__memory_flush(burst->all->at[1]);
    look(burst->all->at[0]);
    look(burst->all->at[0]);
    cr_expect_leq(burst->all->at[0]->pool.slab_bytes, MYC__SLAB_MIN_BYTES + MYC__BLOCK_UNIT);
    close_burst(burst);
    NO_LEAKS();
}

static uint32_t free_blocks(const myc__pool *pool)
{
    uint32_t count = 0;
    for (const myc__free_block *block = pool->free[0]; block; block = block->next)
        count++;
    return count;
}

/* However long the chain is, nobody waits for the whole of it. */
Test(trim, takes_a_long_chain_in_short_steps)
{
    struct burst *burst = open_burst();
    myc__memory *home = burst->all->at[0];
    free_burst_at(burst, 1);
    myc__memory_flush(burst->all->at[1]);
    uint32_t before = free_blocks(&home->pool);
    cr_expect(myc__trim_step(home, false));
    cr_expect_leq(free_blocks(&home->pool) - before, 64);
    cr_expect_not_null(new_plain(home));
    cr_expect_leq(free_blocks(&home->pool) - before, 64 + 64);
    look(home);
    close_burst(burst);
    NO_LEAKS();
}

Test(trim, does_not_touch_what_is_on_its_way_home)
{
    struct burst *burst = open_burst();
    free_burst_at(burst, 1); /* all but the first lines are not published */
    size_t bytes = burst->all->at[0]->pool.slab_bytes;
    look(burst->all->at[0]);
    look(burst->all->at[0]);
    cr_expect_eq(bytes, burst->all->at[0]->pool.slab_bytes);
    bring_all_home(burst->all);
    close_burst(burst);
    NO_LEAKS();
}

Test(trim, tells_once_that_something_went_home)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    cr_expect_not(myc__trim_has_sent(all->at[1], 0));
    for (uint32_t round = 0; round < 3; round++) {
        free_payload(all->at[1], new_plain(all->at[0]));
        cr_expect(myc__trim_has_sent(all->at[1], 0));
        cr_expect_not(myc__trim_has_sent(all->at[1], 0));
        cr_expect_not(myc__trim_has_sent(all->at[1], 2));
    }
    endpoints_close(all);
    NO_LEAKS();
}

/* Between any two steps payloads are made and freed, and each is whole. */
Test(trim, leaves_payloads_alone_that_come_and_go_between_its_steps)
{
    endpoints *all = endpoints_open(ENDPOINTS);
    enum { KEPT = 3000 };
    uint8_t *kept[KEPT];
    for (uint32_t index = 0; index < KEPT; index++)
        memset(kept[index] = new_plain(all->at[0]), (int)(index % 251), plain_type.size_bytes);
    for (uint32_t round = 0; round < 200 * KEPT; round++) {
        uint32_t index = round * 7919u % KEPT;
        for (uint32_t offset = 0; offset < plain_type.size_bytes; offset++)
            cr_assert_eq(index % 251, kept[index][offset]);
        free_payload(all->at[round % 3], kept[index]);
        memset(kept[index] = new_plain(all->at[0]), (int)(index % 251), plain_type.size_bytes);
        (void)myc__trim_step(all->at[0], round % 5 == 0);
    }
    endpoints_close(all);
    NO_LEAKS();
}

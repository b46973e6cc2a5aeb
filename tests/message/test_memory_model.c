/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "endpoints.h"

/*
 * Random allocations, hand-overs and frees at four endpoints against a list of what is live: each
 * payload's bytes stay as its owner wrote them, the walk over live blocks agrees, and in the end
 * all memory is found again.
 */
enum { STEPS = 60000, LIVE_MAX = 800 };

struct payload {
    uint8_t *bytes;
    uint32_t size_bytes;
    uint32_t owner;
    uint8_t mark;
};

struct model {
    endpoints *all;
    seeded random;
    struct payload live[LIVE_MAX];
    uint32_t count;
    uint32_t slabs[ENDPOINTS];
};

static void allocate(struct model *model)
{
    if (model->count == LIVE_MAX)
        return;
    uint32_t size_bytes = seeded_size(&model->random, 17);
    uint32_t alignment = 1u << seeded_below(&model->random, 7);
    uint32_t owner = seeded_below(&model->random, ENDPOINTS);
    size_t before = model->all->at[owner]->pool.slab_bytes;
    uint8_t *bytes = myc__memory_new(model->all->at[owner], &plain_type, size_bytes, alignment);
    cr_assert_not_null(bytes);
    cr_assert_eq(0, (uintptr_t)bytes % alignment);
    model->slabs[owner] += model->all->at[owner]->pool.slab_bytes != before;
    uint8_t mark = (uint8_t)seeded_next(&model->random);
    memset(bytes, mark, size_bytes);
    model->live[model->count++] = (struct payload){bytes, size_bytes, owner, mark};
}

static void expect_untouched(const struct payload *payload)
{
    for (uint32_t offset = 0; offset < payload->size_bytes; offset++)
        cr_assert_eq(payload->mark, payload->bytes[offset], "a block is live twice");
}

static void free_at(struct model *model, uint32_t place)
{
    struct payload payload = model->live[place];
    expect_untouched(&payload);
    free_payload(model->all->at[payload.owner], payload.bytes);
    model->live[place] = model->live[--model->count];
}

static void step(struct model *model)
{
    uint32_t place = model->count ? seeded_below(&model->random, model->count) : 0;
    uint32_t dice = seeded_below(&model->random, 100);
    if (dice < 38)
        allocate(model);
    else if (dice < 60 && model->count)
        model->live[place].owner = seeded_below(&model->random, ENDPOINTS);
    else if (dice < 96 && model->count)
        free_at(model, place);
    else
        myc__memory_flush(model->all->at[seeded_below(&model->random, ENDPOINTS)]);
}

static void expect_all_found(struct model *model)
{
    while (model->count)
        free_at(model, model->count - 1);
    bring_all_home(model->all);
    cr_expect_eq(0, live_blocks(model->all));
    for (uint32_t index = 0; index < ENDPOINTS; index++) {
        cr_expect_eq(0, model->all->at[index]->unflushed);
        cr_expect(pool_is_whole(&model->all->at[index]->pool, model->slabs[index]),
                  "endpoint %u has %zu bytes free of %zu", index,
                  free_bytes(&model->all->at[index]->pool), model->all->at[index]->pool.slab_bytes);
    }
}

Test(memory_model, agrees_over_random_steps, .timeout = 120)
{
    struct model *model = calloc(1, sizeof *model);
    model->random = seeded_start("memory_model");
    model->all = endpoints_open(ENDPOINTS);
    for (uint32_t index = 0; index < STEPS; index++) {
        step(model);
        if (index % 5000 == 0)
            cr_assert_eq(model->count, live_blocks(model->all));
    }
    expect_all_found(model);
    endpoints_close(model->all);
    free(model);
    NO_LEAKS();
}

/* Long runs of frees without a flush, so that the return rings overflow. */
Test(memory_model, agrees_over_bursts_that_overflow_the_return_rings, .timeout = 120)
{
    struct model *model = calloc(1, sizeof *model);
    model->random = seeded_start("memory_model");
    model->all = endpoints_open(ENDPOINTS);
    for (uint32_t round = 0; round < 60; round++) {
        enum { BURST = 3000 };
        void *burst[BURST];
        size_t before = model->all->at[0]->pool.slab_bytes;
        for (uint32_t index = 0; index < BURST; index++) {
            burst[index] = new_plain(model->all->at[0]);
            model->slabs[0] += model->all->at[0]->pool.slab_bytes != before;
            before = model->all->at[0]->pool.slab_bytes;
            memcpy(burst[index], &index, sizeof index);
        }
        for (uint32_t index = 0; index < BURST; index++)
            cr_assert_eq(0, memcmp(burst[index], &index, sizeof index), "a block is live twice");
        uint32_t freer = 1 + seeded_below(&model->random, 3);
        for (uint32_t index = 0; index < BURST; index++)
            free_payload(model->all->at[freer], burst[index]);
        if (seeded_below(&model->random, 2))
            myc__memory_flush(model->all->at[freer]);
    }
    expect_all_found(model);
    endpoints_close(model->all);
    free(model);
    NO_LEAKS();
}

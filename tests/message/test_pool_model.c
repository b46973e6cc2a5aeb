/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "endpoints.h"

/*
 * Random takes, frees, sorts and releases against an allocator that keeps account of every slab:
 * a slab goes back only when the model knows of no live block in it, live blocks keep their bytes,
 * and after two full looks nothing but slabs in use and a small one of each class is left.
 */
enum { STEPS = 400000, LIVE_MAX = 6000, SLABS_MAX = 4096, CLASSES = 8 };

struct live_block {
    uint64_t *words; /* the first two are the header, the next has the number */
    uint32_t size_class;
    uint64_t number;
};

struct slab_record {
    uint8_t *start;
    size_t size_bytes;
};

struct pool_model {
    seeded random;
    myc__allocator allocator;
    myc__pool pool;
    myc__pool_look look;
    bool releasing;
    struct live_block live[LIVE_MAX];
    uint32_t live_count;
    uint64_t numbers;
    struct slab_record slabs[SLABS_MAX];
    uint32_t slab_count;
    uint32_t given_back;
};

static uint32_t live_within(const struct pool_model *model, const struct slab_record *slab)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < model->live_count; index++) {
        uintptr_t offset = (uintptr_t)model->live[index].words - (uintptr_t)slab->start;
        count += offset < slab->size_bytes;
    }
    return count;
}

static void *model_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    struct pool_model *model = user;
    void *memory = NULL;
    cr_assert_lt(model->slab_count, SLABS_MAX);
    cr_assert_eq(0, posix_memalign(&memory, alignment_bytes, size_bytes));
    memset(memory, PROBE_FILL, size_bytes);
    model->slabs[model->slab_count++] = (struct slab_record){memory, size_bytes};
    return memory;
}

static void model_free(void *user, void *memory, size_t size_bytes)
{
    struct pool_model *model = user;
    uint32_t at = 0;
    while (at < model->slab_count && model->slabs[at].start != memory)
        at++;
    cr_assert_lt(at, model->slab_count, "no slab");
    cr_assert_eq(model->slabs[at].size_bytes, size_bytes);
    cr_assert_eq(0, live_within(model, &model->slabs[at]), "blocks in use are freed");
    model->slabs[at] = model->slabs[--model->slab_count];
    model->given_back++;
    memset(memory, 0xdd, size_bytes);
    free(memory);
}

static void take_one(struct pool_model *model)
{
    uint32_t size_class = 2 * seeded_below(&model->random, CLASSES);
    myc__header *block = myc__pool_pop(&model->pool, size_class);
    block = block ? block : myc__pool_refill(&model->pool, size_class);
    block = block ? block : myc__pool_carve(&model->pool, size_class);
    cr_assert_not_null(block);
    cr_assert_eq(0, (uintptr_t)block % MYC__BLOCK_UNIT);
    struct live_block *live = &model->live[model->live_count++];
    *live = (struct live_block){(uint64_t *)(void *)block, size_class, ++model->numbers};
    block->references = 1;
    for (uint32_t word = 2; word < myc__class_bytes(size_class) / 8; word++)
        live->words[word] = live->number;
}

static void free_one(struct pool_model *model)
{
    uint32_t at = seeded_below(&model->random, model->live_count);
    struct live_block live = model->live[at];
    for (uint32_t word = 2; word < myc__class_bytes(live.size_class) / 8; word++)
        cr_assert_eq(live.number, live.words[word], "a block is live twice");
    model->live[at] = model->live[--model->live_count];
    myc__pool_push(&model->pool, live.words, live.size_class);
}

/* One step of a look, with anything happening between two steps. */
static void look_step(struct pool_model *model)
{
    if (!model->releasing) {
        model->releasing = myc__pool_sort(&model->pool, 40) < 40;
        model->look = (myc__pool_look){.at_once = seeded_below(&model->random, 8) == 0};
    } else {
        model->releasing = myc__pool_release(&model->pool, &model->look, 4);
    }
}

static uint64_t slab_bytes_of(const struct pool_model *model)
{
    uint64_t bytes = 0;
    for (uint32_t index = 0; index < model->slab_count; index++)
        bytes += model->slabs[index].size_bytes;
    return bytes;
}

static void model_step(struct pool_model *model, uint32_t aim)
{
    uint32_t dice = seeded_below(&model->random, 100);
    if (dice < 15)
        look_step(model);
    else if (model->live_count < LIVE_MAX &&
             (model->live_count == 0 || seeded_below(&model->random, 100) < aim))
        take_one(model);
    else
        free_one(model);
}

static void look_over_all(struct pool_model *model)
{
    myc__pool_look look = {0};
    while (myc__pool_sort(&model->pool, 1000) == 1000)
        continue;
    while (myc__pool_release(&model->pool, &look, 1000))
        continue;
}

/* Slabs in use, and of each class at most one small one that is not. */
static void expect_little_left(const struct pool_model *model)
{
    uint32_t unused = 0;
    for (uint32_t index = 0; index < model->slab_count; index++) {
        const struct slab_record *slab = &model->slabs[index];
        if (live_within(model, slab) == 0) {
            cr_expect_leq(slab->size_bytes, MYC__SLAB_MIN_BYTES + MYC__BLOCK_UNIT);
            unused++;
        }
    }
    cr_expect_leq(unused, CLASSES);
}

Test(pool_model, agrees_over_random_steps, .timeout = 120)
{
    struct pool_model *model = calloc(1, sizeof *model);
    static const myc__log no_log = {NULL, NULL};
    myc_allocator user = {model_allocate, model_free, model};
    model->random = seeded_start("pool_model");
    myc__allocator_init(&model->allocator, &user, &no_log);
    myc__pool_init(&model->pool, &model->allocator);
    for (uint32_t step = 0; step < STEPS; step++) {
        bool ebb = step / 20000 % 2; /* fills and empties in turns */
        model_step(model, ebb ? 3 : 80);
        if (step % 50000 == 49999) {
            cr_expect_eq(slab_bytes_of(model), model->pool.slab_bytes);
            look_over_all(model);
            look_over_all(model);
            expect_little_left(model);
        }
    }
    cr_expect_gt(model->given_back, 100, "%u slabs were given back", model->given_back);
    while (model->live_count)
        free_one(model);
    myc__pool_fini(&model->pool);
    cr_expect_eq(0, model->slab_count);
    free(model);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "message/pool.h"

#include "base/check.h"
#include "message/size_class.h"

enum { CARVE_AHEAD_BYTES = 4096 };

static_assert(MYC__SIZE_CLASSES <= 32, "a look has a bit for each class");

void myc__pool_init(myc__pool *pool, myc__allocator *allocator)
{
    *pool = (myc__pool){.allocator = allocator};
}

static void free_slab(myc__pool *pool, myc__slab *slab)
{
    myc__slab_remove(&pool->slabs, slab);
    pool->slab_bytes -= slab->size_bytes;
    pool->class_bytes[slab->size_class] -= slab->size_bytes;
    myc__free(pool->allocator, slab, slab->size_bytes);
}

void myc__pool_fini(myc__pool *pool)
{
    while (pool->slabs) {
        free_slab(pool, pool->slabs);
    }
    *pool = (myc__pool){.allocator = pool->allocator};
}

/* A quarter of what there is: few slabs however much is needed, and little waste. */
static size_t wanted_bytes(const myc__pool *pool)
{
    size_t wanted = pool->slab_bytes / 4;
    if (wanted < MYC__SLAB_MIN_BYTES) {
        return MYC__SLAB_MIN_BYTES;
    }
    return wanted < MYC__SLAB_MAX_BYTES ? wanted : MYC__SLAB_MAX_BYTES;
}

/* The first block makes all of a huge page resident, so it is a quarter of its class. */
static bool is_worth_huge(const myc__pool *pool, uint32_t size_class)
{
    return pool->class_bytes[size_class] / 4 >= MYC__SLAB_HUGE_BYTES;
}

/* The size of the class' next slab. One that fills huge pages leaves some bytes behind its last
 * block, others end with it. */
static myc__slab next_slab(const myc__pool *pool, uint32_t size_class)
{
    bool huge = is_worth_huge(pool, size_class);
    size_t wanted = huge ? MYC__SLAB_HUGE_BYTES - MYC__BLOCK_UNIT : wanted_bytes(pool);
    uint32_t block_bytes = myc__class_bytes(size_class);
    uint32_t blocks = (uint32_t)wanted / block_bytes;
    uint32_t cut_bytes = MYC__BLOCK_UNIT + (blocks ? blocks : 1) * block_bytes;
    return (myc__slab){.size_bytes = huge ? MYC__SLAB_HUGE_BYTES : cut_bytes,
                       .cut_bytes = cut_bytes,
                       .size_class = (uint8_t)size_class};
}

static bool add_slab(myc__pool *pool, uint32_t size_class)
{
    myc__slab next = next_slab(pool, size_class);
    myc__slab *slab = myc__allocate_raw(pool->allocator, next.size_bytes, MYC__BLOCK_UNIT);
    if (!slab) {
        return false;
    }
    *slab = next;
    myc__slab_insert(&pool->slabs, slab);
    pool->slab_bytes += slab->size_bytes;
    pool->class_bytes[size_class] += slab->size_bytes;
    pool->carve_next[size_class] = (uint8_t *)slab + MYC__BLOCK_UNIT;
    pool->carve_end[size_class] = (uint8_t *)slab + slab->cut_bytes;
    return true;
}

myc__header *myc__pool_carve(myc__pool *pool, uint32_t size_class)
{
    if (pool->carve_next[size_class] == pool->carve_end[size_class] &&
        !add_slab(pool, size_class)) {
        return NULL;
    }
    uint8_t *block = pool->carve_next[size_class];
    pool->carve_next[size_class] += myc__class_bytes(size_class);
    MYC__CHECK(pool->carve_next[size_class] <= pool->carve_end[size_class]);
    return (myc__header *)(void *)block;
}

/* The first blocks are cut one by one: memory that is not needed yet is not touched. */
static uint32_t worth_carving(const myc__pool *pool, uint32_t size_class)
{
    size_t ahead_bytes = pool->class_bytes[size_class] / 1024;
    if (ahead_bytes > CARVE_AHEAD_BYTES) {
        ahead_bytes = CARVE_AHEAD_BYTES;
    }
    return (uint32_t)ahead_bytes / myc__class_bytes(size_class);
}

static uint32_t left_to_carve(const myc__pool *pool, uint32_t size_class)
{
    size_t left_bytes = (size_t)(pool->carve_end[size_class] - pool->carve_next[size_class]);
    return (uint32_t)left_bytes / myc__class_bytes(size_class);
}

myc__header *myc__pool_carve_run(myc__pool *pool, uint32_t size_class)
{
    myc__header *block = myc__pool_carve(pool, size_class);
    uint32_t count = worth_carving(pool, size_class);
    if (!block || count < 2) {
        return block;
    }
    uint32_t left = left_to_carve(pool, size_class);
    count = count < left ? count : left;
    uint32_t block_bytes = myc__class_bytes(size_class);
    pool->carve_next[size_class] += count * block_bytes;
    for (uint32_t i = 1; i <= count; i++) { /* backwards: the lowest is taken first */
        myc__pool_push(pool, pool->carve_next[size_class] - i * block_bytes, size_class);
    }
    return block;
}

/* The newest slab of a class is cut up to carve_next, all others to their end. */
static const uint8_t *carved_end(const myc__pool *pool, const myc__slab *slab)
{
    const uint8_t *end = (const uint8_t *)slab + slab->cut_bytes;
    return pool->carve_end[slab->size_class] == end ? pool->carve_next[slab->size_class] : end;
}

static uint32_t carved_blocks(const myc__pool *pool, const myc__slab *slab)
{
    size_t carved_bytes = (size_t)(carved_end(pool, slab) - (const uint8_t *)slab);
    return (uint32_t)(carved_bytes - MYC__BLOCK_UNIT) / myc__class_bytes(slab->size_class);
}

static void link_slab(myc__slab **list, myc__slab *slab)
{
    slab->next = *list;
    slab->link = list;
    if (slab->next) {
        slab->next->link = &slab->next;
    }
    *list = slab;
}

static void unlink_slab(myc__slab *slab)
{
    *slab->link = slab->next;
    if (slab->next) {
        slab->next->link = slab->link;
    }
}

static void sort_block(myc__pool *pool, myc__slab *slab, myc__free_block *block)
{
    block->next = slab->free;
    slab->free = block;
    if (slab->free_count++ == 0) {
        link_slab(&pool->partial[slab->size_class], slab);
    }
    if (slab->free_count == carved_blocks(pool, slab)) {
        unlink_slab(slab);
        link_slab(&pool->spare[slab->size_class], slab);
    }
}

static bool lies_in(const myc__slab *slab, const void *block)
{
    return slab && (uintptr_t)block - (uintptr_t)slab < slab->size_bytes;
}

static uint32_t sort_class(myc__pool *pool, uint32_t size_class, uint32_t limit)
{
    myc__slab *slab = NULL;
    uint32_t sorted = 0;
    while (sorted < limit && pool->free[size_class]) {
        myc__free_block *block = pool->free[size_class];
        pool->free[size_class] = block->next;
        if (!lies_in(slab, block)) { /* neighbours in the list are often neighbours in memory */
            slab = myc__slab_at(pool->slabs, block);
            MYC__CHECK(slab && slab->size_class == size_class);
        }
        sort_block(pool, slab, block);
        sorted++;
    }
    return sorted;
}

uint32_t myc__pool_sort(myc__pool *pool, uint32_t limit)
{
    uint32_t sorted = 0;
    for (uint32_t size_class = 0; size_class < MYC__SIZE_CLASSES; size_class++) {
        sorted += sort_class(pool, size_class, limit - sorted);
    }
    return sorted;
}

myc__header *myc__pool_refill(myc__pool *pool, uint32_t size_class)
{
    MYC__DEBUG_CHECK(pool->free[size_class] == NULL);
    myc__slab *slab = pool->partial[size_class];
    slab = slab ? slab : pool->spare[size_class];
    if (!slab) {
        return NULL;
    }
    unlink_slab(slab);
    pool->free[size_class] = slab->free;
    slab->free = NULL;
    slab->free_count = 0;
    slab->unneeded = false;
    return myc__pool_pop(pool, size_class);
}

static bool is_small(const myc__slab *slab)
{
    uint32_t small_bytes = MYC__SLAB_MIN_BYTES + MYC__BLOCK_UNIT;
    return slab->size_bytes <= small_bytes;
}

/* Returns true when the wholly free `slab` must go. */
static bool judge(myc__pool_look *look, myc__slab *slab)
{
    uint32_t bit = 1u << slab->size_class;
    if (is_small(slab) && !(look->kept & bit)) {
        look->kept |= bit;
        return false;
    }
    if (slab->unneeded || look->at_once) {
        return true;
    }
    slab->unneeded = true;
    look->again = true;
    return false;
}

static void release_slab(myc__pool *pool, myc__slab *slab)
{
    uint32_t size_class = slab->size_class;
    if (pool->carve_end[size_class] == (uint8_t *)slab + slab->cut_bytes) {
        pool->carve_next[size_class] = NULL;
        pool->carve_end[size_class] = NULL;
    }
    unlink_slab(slab);
    free_slab(pool, slab);
}

bool myc__pool_release(myc__pool *pool, myc__pool_look *look, uint32_t limit)
{
    for (uint32_t seen = 0; seen < limit; seen++) {
        myc__slab *slab = myc__slab_after(pool->slabs, look->after);
        if (!slab) {
            return false;
        }
        look->after = slab;
        bool spare = slab->free_count == carved_blocks(pool, slab);
        if (spare && judge(look, slab)) {
            release_slab(pool, slab);
            break;
        }
    }
    return true;
}

static void visit_slab(const myc__pool *pool, myc__slab *slab,
                       void (*visit)(void *user, myc__header *header), void *user)
{
    const uint8_t *end = carved_end(pool, slab);
    uint32_t block_bytes = myc__class_bytes(slab->size_class);
    for (uint8_t *block = (uint8_t *)slab + MYC__BLOCK_UNIT; block < end; block += block_bytes) {
        myc__header *header = (myc__header *)(void *)block;
        if (header->references != 0) {
            visit(user, header);
        }
    }
}

/* An over-aligned payload has its header further into the block: the first word tells (pool users
 * keep `references` of the block's own first header in step, see memory.c). */
void myc__pool_each_live(const myc__pool *pool, void (*visit)(void *user, myc__header *header),
                         void *user)
{
    const void *after = NULL;
    for (myc__slab *slab; (slab = myc__slab_after(pool->slabs, after)) != NULL; after = slab) {
        visit_slab(pool, slab, visit, user);
    }
}

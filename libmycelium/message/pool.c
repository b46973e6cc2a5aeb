/* SPDX-License-Identifier: Apache-2.0 */
#include "message/pool.h"

#include "base/check.h"
#include "message/size_class.h"

struct myc__slab {
    myc__slab *next;
    size_t size_bytes;
    uint32_t size_class;
};

static_assert(sizeof(myc__slab) <= MYC__BLOCK_UNIT, "blocks begin one unit into a slab");

void myc__pool_init(myc__pool *pool, myc__allocator *allocator)
{
    *pool = (myc__pool){.allocator = allocator};
}

void myc__pool_fini(myc__pool *pool)
{
    myc__slab *slab = pool->slabs;
    while (slab) {
        myc__slab *next = slab->next;
        myc__free(pool->allocator, slab, slab->size_bytes);
        slab = next;
    }
    *pool = (myc__pool){.allocator = pool->allocator};
}

/* A quarter of what there is: few slabs however much is needed, and little waste. */
static size_t next_slab_bytes(const myc__pool *pool, uint32_t block_bytes)
{
    size_t wanted = pool->slab_bytes / 4;
    if (wanted < MYC__SLAB_MIN_BYTES) {
        wanted = MYC__SLAB_MIN_BYTES;
    }
    if (wanted > MYC__SLAB_MAX_BYTES) {
        wanted = MYC__SLAB_MAX_BYTES;
    }
    size_t blocks = wanted / block_bytes;
    return MYC__BLOCK_UNIT + (blocks ? blocks : 1) * block_bytes;
}

static bool add_slab(myc__pool *pool, uint32_t size_class)
{
    size_t size_bytes = next_slab_bytes(pool, myc__class_bytes(size_class));
    myc__slab *slab = myc__allocate_raw(pool->allocator, size_bytes, MYC__BLOCK_UNIT);
    if (!slab) {
        return false;
    }
    *slab = (myc__slab){pool->slabs, size_bytes, size_class};
    pool->slabs = slab;
    pool->slab_bytes += size_bytes;
    pool->carve_next[size_class] = (uint8_t *)slab + MYC__BLOCK_UNIT;
    pool->carve_end[size_class] = (uint8_t *)slab + size_bytes;
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

/* The newest slab of a class is cut up to carve_next, all others to their end. */
static const uint8_t *carved_end(const myc__pool *pool, const myc__slab *slab)
{
    const uint8_t *end = (const uint8_t *)slab + slab->size_bytes;
    return pool->carve_end[slab->size_class] == end ? pool->carve_next[slab->size_class] : end;
}

/* An over-aligned payload has its header further into the block: the first word tells (pool users
 * keep `references` of the block's own first header in step, see memory.c). */
void myc__pool_each_live(const myc__pool *pool, void (*visit)(void *user, myc__header *header),
                         void *user)
{
    for (myc__slab *slab = pool->slabs; slab; slab = slab->next) {
        const uint8_t *end = carved_end(pool, slab);
        uint32_t block_bytes = myc__class_bytes(slab->size_class);
        for (uint8_t *block = (uint8_t *)slab + MYC__BLOCK_UNIT; block < end;
             block += block_bytes) {
            myc__header *header = (myc__header *)(void *)block;
            if (header->references != 0) {
                visit(user, header);
            }
        }
    }
}

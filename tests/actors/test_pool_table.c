/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <mycelium/error.h>

#include "actors/market_random.h"
#include "market/arbitrage.h"
#include "market/hash_index.h"
#include "market/pool_table.h"
#include "support/leaks.h"

static uint128 small(uint64_t value)
{
    return (uint128){.low = value};
}

static eth_address numbered(uint64_t number)
{
    eth_address address = {{0}};
    for (size_t i = 0; i < 8; i++)
        address.bytes[19 - i] = (uint8_t)(number >> 8 * i);
    return address;
}

static int add_known(pool_table *table, uint64_t pool, uint64_t token0, uint64_t token1,
                     uint32_t fee_ppm)
{
    eth_address address = numbered(pool), a = numbered(token0), b = numbered(token1);
    return pool_table_add_known(table, &address, &a, &b, fee_ppm);
}

static pool_record *find(const pool_table *table, uint64_t pool)
{
    eth_address address = numbered(pool);
    return pool_table_find(table, &address);
}

Test(pool_table, knows_what_was_added)
{
    pool_table *table = pool_table_create();
    cr_assert_null(find(table, 7));
    cr_assert_eq(0, add_known(table, 7, 100, 200, 2500));
    pool_record *pool = find(table, 7);
    cr_assert_not_null(pool);
    cr_assert_eq(2500, pool->fee_ppm);
    cr_assert_eq(100, pool_table_token(table, pool->token0)->bytes[19]);
    cr_assert_eq(200, pool_table_token(table, pool->token1)->bytes[19]);
    cr_assert_eq(0, pool->epoch, "no reserves yet");
    cr_assert_not(pool_table_is_live(table, pool));
    cr_assert_eq(1, pool_table_count(table));
    cr_assert_eq(2, pool_table_token_count(table));
    cr_assert_eq(1, pool_table_pair_count(table));
    pool_table_destroy(table);
    NO_LEAKS();
}

Test(pool_table, refuses_pools_that_cannot_be)
{
    pool_table *table = pool_table_create();
    cr_assert_eq(MYC_EINVAL, add_known(table, 7, 100, 100, 3000));
    cr_assert_eq(MYC_EINVAL, add_known(table, 7, 100, 200, FEE_PPM_WHOLE));
    cr_assert_eq(0, pool_table_count(table));
    cr_assert_eq(0, add_known(table, 7, 100, 200, FEE_PPM_WHOLE - 1));
    cr_assert_eq(MYC_EBUSY, add_known(table, 7, 100, 201, 3000));
    cr_assert_eq(FEE_PPM_WHOLE - 1, find(table, 7)->fee_ppm, "the first facts stay");
    pool_table_destroy(table);
    pool_table_destroy(NULL);
    NO_LEAKS();
}

Test(pool_table, keeps_reserves_and_prices)
{
    pool_table *table = pool_table_create();
    cr_assert_eq(0, add_known(table, 7, 100, 200, 3000));
    pool_record *pool = find(table, 7);
    pool_table_set_reserves(table, pool, small(4), small(10), 55);
    size_t count;
    const pair_member *members = pool_table_pair(table, pool, &count);
    cr_assert_eq(1, count);
    cr_assert_eq(2.5, members[0].price);
    cr_assert_eq(0.997, members[0].kept_share);
    cr_assert_eq(55, pool->last_block);
    cr_assert(pool_table_is_live(table, pool));
    pool_table_set_reserves(table, pool, small(0), small(10), 55);
    cr_assert(isnan(members[0].price));
    pool_table_set_reserves(table, pool, small(10), small(0), 55);
    cr_assert(isnan(members[0].price));
    pool_table_destroy(table);
    NO_LEAKS();
}

Test(pool_table, an_unknown_pool_stands_in_no_pair_until_it_is_known)
{
    pool_table *table = pool_table_create();
    eth_address address = numbered(9);
    pool_record *pool = pool_table_find_or_add(table, &address);
    cr_assert_eq(pool, pool_table_find_or_add(table, &address));
    size_t count = 1;
    cr_assert_null(pool_table_pair(table, pool, &count));
    cr_assert_eq(0, count);
    pool_table_set_reserves(table, pool, small(4), small(10), 55);
    cr_assert_eq(0, add_known(table, 9, 100, 200, 3000));
    cr_assert_eq(pool, find(table, 9), "the record stays where it is");
    const pair_member *members = pool_table_pair(table, pool, &count);
    cr_assert_eq(1, count);
    cr_assert_eq(2.5, members[0].price);
    cr_assert_eq(pool_table_epoch(table), members[0].epoch);
    pool_table_destroy(table);
    NO_LEAKS();
}

/* A model of a few pools, in plain arrays. */
enum { MODEL_POOLS = 300, MODEL_TOKENS = 4 };

typedef struct model_pool {
    bool exists, known, live;
    uint64_t token0, token1, reserve0, reserve1;
} model_pool;

static void model_step(test_random *random, pool_table *table, model_pool *model)
{
    uint64_t number = random_below(random, MODEL_POOLS);
    model_pool *pool = &model[number];
    eth_address address = numbered(number);
    switch (random_below(random, 4)) {
    case 0: {
        uint64_t token0 = random_below(random, MODEL_TOKENS);
        uint64_t token1 = random_below(random, MODEL_TOKENS);
        int expected = token0 == token1 ? MYC_EINVAL : pool->known ? MYC_EBUSY : 0;
        cr_assert_eq(expected, add_known(table, number, token0, token1, 3000));
        if (expected == 0) {
            pool->exists = pool->known = true;
            pool->token0 = token0, pool->token1 = token1;
        }
        break;
    }
    case 1:
        if (random_below(random, 50) == 0) {
            pool_table_forget(table);
            for (size_t i = 0; i < MODEL_POOLS; i++)
                model[i].live = false;
        }
        break;
    default:
        pool->reserve0 = 1 + random_below(random, 1000), pool->reserve1 = random_below(random, 9);
        pool->exists = pool->live = true;
        pool_table_set_reserves(table, pool_table_find_or_add(table, &address),
                                small(pool->reserve0), small(pool->reserve1), 1);
    }
}

static void assert_same_pair(const pool_table *table, const model_pool *model, size_t number)
{
    size_t count, at = 0;
    const pair_member *members = pool_table_pair(table, find(table, number), &count);
    for (size_t i = 0; i < MODEL_POOLS; i++) {
        if (!model[i].known || model[i].token0 != model[number].token0 ||
            model[i].token1 != model[number].token1)
            continue;
        cr_assert_lt(at, count);
        const pool_record *other = pool_table_at(table, members[at].pool);
        eth_address address = numbered(i);
        cr_assert_eq(0, eth_address_compare(&address, &other->address), "ascending order");
        cr_assert_eq(at, other->rank);
        cr_assert_eq(model[i].live, members[at].epoch == pool_table_epoch(table));
        double price = (double)model[i].reserve1 / (double)model[i].reserve0;
        if (model[i].reserve1 == 0)
            cr_assert(isnan(members[at].price));
        else
            cr_assert_eq(price, members[at].price);
        at++;
    }
    cr_assert_eq(at, count);
}

static void assert_same_as_model(const pool_table *table, const model_pool *model)
{
    for (size_t i = 0; i < MODEL_POOLS; i++) {
        const pool_record *pool = find(table, i);
        cr_assert_eq(model[i].exists, pool != NULL);
        if (!pool)
            continue;
        cr_assert_eq(model[i].known, pool->pair != POOL_NO_PAIR);
        cr_assert_eq(model[i].live, pool_table_is_live(table, pool));
        cr_assert_eq(model[i].reserve0, pool->reserve0.low);
        cr_assert_eq(model[i].reserve1, pool->reserve1.low);
        if (model[i].known)
            assert_same_pair(table, model, i);
    }
}

Test(pool_table, behaves_as_a_plain_model)
{
    test_random random = random_start(11);
    for (int round = 0; round < 10; round++) {
        pool_table *table = pool_table_create();
        model_pool model[MODEL_POOLS] = {{.exists = false}};
        for (int step = 0; step < 2000; step++) {
            model_step(&random, table, model);
            if (step % 200 == 199)
                assert_same_as_model(table, model);
        }
        pool_table_destroy(table);
    }
    NO_LEAKS();
}

/* Scattered like real addresses, and different for each number: the last 8 bytes are a one-to-one
 * image of it. */
static eth_address scattered(uint64_t number)
{
    return numbered(number * 0x9e3779b97f4a7c15u);
}

Test(pool_table, holds_a_million_pools_that_never_move)
{
    enum { POOLS = 1000000, PAIR_POOLS = 4 };
    pool_table *table = pool_table_create();
    eth_address first = scattered(0);
    pool_record *first_record = NULL;
    for (uint64_t i = 0; i < POOLS; i++) {
        eth_address address = scattered(i), token0 = numbered(1),
                    token1 = numbered(2 + i / PAIR_POOLS);
        cr_assert_eq(0, pool_table_add_known(table, &address, &token0, &token1, 3000));
        if (i == 0)
            first_record = pool_table_find(table, &first);
        pool_table_set_reserves(table, pool_table_at(table, i), small(i + 1), small(1), i);
    }
    cr_assert_eq(POOLS, pool_table_count(table));
    cr_assert_eq(POOLS / PAIR_POOLS, pool_table_pair_count(table));
    cr_assert_eq(POOLS / PAIR_POOLS + 1, pool_table_token_count(table));
    cr_assert_eq(first_record, pool_table_find(table, &first));
    for (uint64_t i = 0; i < POOLS; i++) {
        eth_address address = scattered(i), stranger = scattered(i + POOLS);
        const pool_record *pool = pool_table_find(table, &address);
        size_t count;
        cr_assert_not_null(pool);
        cr_assert_eq(i + 1, pool->reserve0.low);
        cr_assert_not_null(pool_table_pair(table, pool, &count));
        cr_assert_eq(PAIR_POOLS, count);
        cr_assert_null(pool_table_find(table, &stranger));
    }
    pool_table_destroy(table);
    NO_LEAKS();
}

static bool equals_number(const void *table, uint32_t value, const void *key)
{
    (void)table;
    return value == *(const uint32_t *)key;
}

static size_t used_slots(const hash_index *index)
{
    size_t used = 0;
    for (size_t i = 0; i <= index->mask; i++)
        used += index->slots[i].value != 0;
    return used;
}

Test(hash_index, grows_a_few_slots_at_a_time)
{
    enum { VALUES = 100000, MOVED_MAX = 8 };
    hash_index index;
    hash_index_init(&index);
    size_t growths = 0;
    for (uint32_t i = 0; i < VALUES; i++) {
        size_t mask = index.mask, next = index.old_next;
        cr_assert_eq(0, hash_index_insert(&index, hash_bytes(&i, sizeof i), i));
        if (index.mask != mask) {
            growths++;
            next = 0;
        }
        if (index.old_slots)
            cr_assert_leq(index.old_next, next + MOVED_MAX);
        uint32_t probe = i / 2;
        cr_assert_eq(probe, hash_index_find(&index, hash_bytes(&probe, sizeof probe), equals_number,
                                            NULL, &probe));
    }
    cr_assert_gt(growths, 10);
    cr_assert_leq(index.count * 8, (index.mask + 1) * 5 + 8, "too full");
    if (!index.old_slots)
        cr_assert_eq(VALUES, used_slots(&index));
    hash_index_fini(&index);
    NO_LEAKS();
}

Test(hash_index, tells_equal_hashes_apart)
{
    hash_index index;
    hash_index_init(&index);
    uint32_t key = 5;
    cr_assert_eq(HASH_INDEX_NONE, hash_index_find(&index, 1, equals_number, NULL, &key));
    for (uint32_t i = 0; i < 500; i++)
        cr_assert_eq(0, hash_index_insert(&index, 1, i));
    for (key = 0; key < 500; key++)
        cr_assert_eq(key, hash_index_find(&index, 1, equals_number, NULL, &key));
    cr_assert_eq(HASH_INDEX_NONE, hash_index_find(&index, 1, equals_number, NULL, &key));
    hash_index_fini(&index);
    NO_LEAKS();
}

/* Addresses that count up would meet in one chain if the low bits were not mixed in. */
Test(hash_index, spreads_addresses_that_differ_in_one_place)
{
    enum { BUCKETS = 1024, PER_BUCKET = 64 };
    for (size_t place = 0; place < 19; place++) {
        unsigned counts[BUCKETS] = {0}, most = 0;
        for (uint32_t i = 0; i < BUCKETS * PER_BUCKET; i++) {
            eth_address address = {{0}};
            address.bytes[place] = (uint8_t)i;
            address.bytes[place + 1] = (uint8_t)(i >> 8);
            unsigned *count = &counts[hash_bytes(&address, sizeof address) % BUCKETS];
            most = ++*count > most ? *count : most;
        }
        cr_assert_lt(most, 2 * PER_BUCKET, "place %zu: %u in one bucket", place, most);
    }
    NO_LEAKS();
}

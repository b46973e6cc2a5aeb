/* SPDX-License-Identifier: Apache-2.0 */
#include "market/pool_table.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/error.h>

#include "market/arbitrage.h"
#include "market/hash_index.h"
#include "market/stable_array.h"

enum { POOLS_MAX = INT32_MAX };

typedef struct token_pair {
    uint32_t token0;
    uint32_t token1;
} token_pair;

typedef struct pair_list {
    token_pair tokens;
    uint32_t count;
    uint32_t capacity;
    pair_member *members; /* in ascending order of address */
} pair_list;

struct pool_table {
    stable_array pools;  /* pool_record */
    stable_array tokens; /* eth_address */
    stable_array pairs;  /* pair_list */
    hash_index pool_index;
    hash_index token_index;
    hash_index pair_index;
    uint32_t epoch;
};

pool_table *pool_table_create(void)
{
    pool_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    stable_array_init(&table->pools, sizeof(pool_record));
    stable_array_init(&table->tokens, sizeof(eth_address));
    stable_array_init(&table->pairs, sizeof(pair_list));
    table->epoch = 1; /* 0 marks reserves never seen */
    return table;
}

void pool_table_destroy(pool_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->pairs.count; i++)
        free(((pair_list *)stable_array_at(&table->pairs, i))->members);
    stable_array_fini(&table->pairs);
    stable_array_fini(&table->tokens);
    stable_array_fini(&table->pools);
    hash_index_fini(&table->pair_index);
    hash_index_fini(&table->token_index);
    hash_index_fini(&table->pool_index);
    free(table);
}

int eth_address_compare(const eth_address *a, const eth_address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static uint32_t hash_of(const eth_address *address)
{
    return hash_bytes(address->bytes, sizeof address->bytes);
}

static bool pool_equals(const void *context, uint32_t value, const void *key)
{
    const pool_table *table = context;
    return eth_address_compare(&pool_table_at(table, value)->address, key) == 0;
}

static bool token_equals(const void *context, uint32_t value, const void *key)
{
    return eth_address_compare(pool_table_token(context, value), key) == 0;
}

static pair_list *pair_at(const pool_table *table, uint32_t pair)
{
    return stable_array_at(&table->pairs, pair);
}

static bool pair_equals(const void *context, uint32_t value, const void *key)
{
    const token_pair *tokens = &pair_at(context, value)->tokens;
    const token_pair *wanted = key;
    return tokens->token0 == wanted->token0 && tokens->token1 == wanted->token1;
}

pool_record *pool_table_find(const pool_table *table, const eth_address *address)
{
    uint32_t value =
        hash_index_find(&table->pool_index, hash_of(address), pool_equals, table, address);
    return value == HASH_INDEX_NONE ? NULL : pool_table_at(table, value);
}

/* Appends a zeroed element to `array` and its number to `index`. NULL when memory is out. */
static void *append(stable_array *array, hash_index *index, uint32_t hash)
{
    void *element = stable_array_push(array);
    if (!element)
        return NULL;
    if (hash_index_insert(index, hash, (uint32_t)(array->count - 1)) == 0)
        return element;
    stable_array_pop(array);
    return NULL;
}

static uint32_t find_or_add_token(pool_table *table, const eth_address *address)
{
    uint32_t hash = hash_of(address);
    uint32_t value = hash_index_find(&table->token_index, hash, token_equals, table, address);
    if (value != HASH_INDEX_NONE)
        return value;
    eth_address *token = append(&table->tokens, &table->token_index, hash);
    if (!token)
        return HASH_INDEX_NONE;
    *token = *address;
    return (uint32_t)(table->tokens.count - 1);
}

static uint32_t find_or_add_pair(pool_table *table, token_pair tokens)
{
    uint32_t hash = hash_bytes(&tokens, sizeof tokens);
    uint32_t value = hash_index_find(&table->pair_index, hash, pair_equals, table, &tokens);
    if (value != HASH_INDEX_NONE)
        return value;
    pair_list *list = append(&table->pairs, &table->pair_index, hash);
    if (!list)
        return HASH_INDEX_NONE;
    list->tokens = tokens;
    return (uint32_t)(table->pairs.count - 1);
}

static pool_record *add_unknown(pool_table *table, const eth_address *address)
{
    if (table->pools.count >= POOLS_MAX)
        return NULL;
    pool_record *pool = append(&table->pools, &table->pool_index, hash_of(address));
    if (!pool)
        return NULL;
    pool->address = *address;
    pool->pair = POOL_NO_PAIR;
    return pool;
}

pool_record *pool_table_find_or_add(pool_table *table, const eth_address *address)
{
    pool_record *pool = pool_table_find(table, address);
    return pool ? pool : add_unknown(table, address);
}

static double price_of(const pool_record *pool)
{
    double reserve0 = uint128_to_double(pool->reserve0);
    double reserve1 = uint128_to_double(pool->reserve1);
    return reserve0 == 0 || reserve1 == 0 ? (double)NAN : reserve1 / reserve0;
}

/* The place of `address` in the list, by bisection. */
static uint32_t rank_for(const pool_table *table, const pair_list *list, const eth_address *address)
{
    uint32_t low = 0, high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const pool_record *other = pool_table_at(table, list->members[middle].pool);
        if (eth_address_compare(&other->address, address) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room_in_pair(pair_list *list)
{
    if (list->count < list->capacity)
        return true;
    uint32_t capacity = list->capacity ? 2 * list->capacity : 2;
    pair_member *members = realloc(list->members, capacity * sizeof *members);
    if (!members)
        return false;
    list->members = members;
    list->capacity = capacity;
    return true;
}

static void insert_member(pool_table *table, pair_list *list, pair_member member, uint32_t rank)
{
    for (uint32_t i = list->count; i > rank; i--) {
        list->members[i] = list->members[i - 1];
        pool_table_at(table, list->members[i].pool)->rank = i;
    }
    list->members[rank] = member;
    list->count++;
    pool_table_at(table, member.pool)->rank = rank;
}

static int make_known(pool_table *table, pool_record *pool, uint32_t pool_number, token_pair tokens,
                      uint32_t fee_ppm)
{
    uint32_t pair = find_or_add_pair(table, tokens);
    if (pair == HASH_INDEX_NONE || !make_room_in_pair(pair_at(table, pair)))
        return MYC_ENOMEM;
    pool->token0 = tokens.token0;
    pool->token1 = tokens.token1;
    pool->fee_ppm = fee_ppm;
    pool->pair = (int32_t)pair;
    pair_member member = {.price = price_of(pool),
                          .kept_share = arbitrage_kept_share(fee_ppm),
                          .epoch = pool->epoch,
                          .pool = pool_number};
    pair_list *list = pair_at(table, pair);
    insert_member(table, list, member, rank_for(table, list, &pool->address));
    return 0;
}

int pool_table_add_known(pool_table *table, const eth_address *address, const eth_address *token0,
                         const eth_address *token1, uint32_t fee_ppm)
{
    if (fee_ppm >= FEE_PPM_WHOLE || eth_address_compare(token0, token1) == 0)
        return MYC_EINVAL;
    uint32_t number =
        hash_index_find(&table->pool_index, hash_of(address), pool_equals, table, address);
    if (number != HASH_INDEX_NONE && pool_table_at(table, number)->pair != POOL_NO_PAIR)
        return MYC_EBUSY;
    if (number == HASH_INDEX_NONE && table->pools.count >= POOLS_MAX)
        return MYC_ELIMIT;
    token_pair tokens = {.token0 = find_or_add_token(table, token0),
                         .token1 = find_or_add_token(table, token1)};
    if (tokens.token0 == HASH_INDEX_NONE || tokens.token1 == HASH_INDEX_NONE)
        return MYC_ENOMEM;
    if (number == HASH_INDEX_NONE) {
        if (!add_unknown(table, address))
            return MYC_ENOMEM;
        number = (uint32_t)(table->pools.count - 1);
    }
    return make_known(table, pool_table_at(table, number), number, tokens, fee_ppm);
}

void pool_table_set_reserves(pool_table *table, pool_record *pool, uint128 reserve0,
                             uint128 reserve1, uint64_t block_number)
{
    pool->reserve0 = reserve0;
    pool->reserve1 = reserve1;
    pool->last_block = block_number;
    pool->epoch = table->epoch;
    if (pool->pair == POOL_NO_PAIR)
        return;
    pair_member *member = &pair_at(table, (uint32_t)pool->pair)->members[pool->rank];
    assert(pool_table_at(table, member->pool) == pool);
    member->price = price_of(pool);
    member->epoch = table->epoch;
}

void pool_table_forget(pool_table *table)
{
    assert(table->epoch < UINT32_MAX); /* a block each 12 s: in 1600 years */
    table->epoch++;
}

bool pool_table_is_live(const pool_table *table, const pool_record *pool)
{
    return pool->epoch == table->epoch;
}

uint32_t pool_table_epoch(const pool_table *table)
{
    return table->epoch;
}

const pair_member *pool_table_pair(const pool_table *table, const pool_record *pool, size_t *count)
{
    *count = 0;
    if (pool->pair == POOL_NO_PAIR)
        return NULL;
    const pair_list *list = pair_at(table, (uint32_t)pool->pair);
    *count = list->count;
    return list->members;
}

size_t pool_table_count(const pool_table *table)
{
    return table->pools.count;
}

pool_record *pool_table_at(const pool_table *table, size_t index)
{
    assert(index < table->pools.count);
    return stable_array_at(&table->pools, index);
}

size_t pool_table_token_count(const pool_table *table)
{
    return table->tokens.count;
}

size_t pool_table_pair_count(const pool_table *table)
{
    return table->pairs.count;
}

const eth_address *pool_table_token(const pool_table *table, uint32_t token)
{
    assert(token < table->tokens.count);
    return stable_array_at(&table->tokens, token);
}

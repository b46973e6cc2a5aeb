/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIBTYPES_SAMPLES_H
#define TESTS_LIBTYPES_SAMPLES_H

/*
 * Valid messages of each type, and the hooks called on exact-size memory, so that
 * AddressSanitizer sees every byte read or written past the end.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include <libtypes/market.h>
#include <libtypes/sbe.h>
#include <libtypes/signal.h>

/* Room for any payload. */
typedef union sample {
    pool_swap_event swap;
    pool_sync_event sync;
    pool_liquidity_event liquidity;
    quote_update quote;
    order_book_snapshot book;
    arbitrage_signal arbitrage;
    momentum_signal momentum;
    cross_venue_signal cross_venue;
} sample;

/* splitmix64 */
static inline uint64_t random_u64(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* MYC_TEST_SEED, else the clock; printed either way. */
static inline uint64_t random_seed(void)
{
    const char *text = getenv("MYC_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
    fprintf(stderr, "MYC_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

/* Random, but often at an edge. */
static inline uint64_t random_edgy(uint64_t *state)
{
    static const uint64_t edges[] = {0,         1, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX - 1,
                                     UINT64_MAX};
    uint64_t choice = random_u64(state) % 16;
    return choice < 6 ? edges[choice] : random_u64(state);
}

static inline void random_instrument(uint64_t *state, instrument_name *name)
{
    size_t length = 1 + random_u64(state) % sizeof name->text;
    for (size_t i = 0; i < length; i++)
        name->text[i] = (char)(' ' + random_u64(state) % ('~' - ' ' + 1));
}

static inline void random_level(uint64_t *state, price_level *level)
{
    level->price_e8 = (int64_t)random_edgy(state);
    level->quantity_e8 = (int64_t)(random_edgy(state) & INT64_MAX);
}

static inline double random_price(uint64_t *state)
{
    return (double)(int64_t)random_u64(state) / 1e8;
}

static inline uint8_t random_side(uint64_t *state, price_level *levels, int64_t step)
{
    uint8_t count = (uint8_t)(random_u64(state) % (ORDER_BOOK_LEVELS_MAX + 1));
    int64_t price = (int64_t)(random_u64(state) >> 2);
    for (uint8_t i = 0; i < count; i++) {
        price += step * (int64_t)(1 + (random_u64(state) >> 8) % 1000);
        levels[i] = (price_level){price, (int64_t)(random_edgy(state) & INT64_MAX)};
    }
    return count;
}

static inline void random_scalars(uint64_t *state, void *at, size_t size_bytes)
{
    for (size_t i = 0; i + 8 <= size_bytes; i += 8) {
        uint64_t value = random_edgy(state);
        memcpy((uint8_t *)at + i, &value, 8);
    }
}

/* Random bytes up to a field; the rest is set by the caller, who knows its limits. */
#define RANDOM_BEFORE(state, message, field)                                                       \
    random_scalars(state, message, (size_t)((uint8_t *)&(message)->field - (uint8_t *)(message)))

static inline void random_address(uint64_t *state, eth_address *address)
{
    for (size_t i = 0; i < sizeof address->bytes; i++)
        address->bytes[i] = (uint8_t)random_u64(state);
}

static inline void random_signal(uint64_t *state, arbitrage_signal *m)
{
    RANDOM_BEFORE(state, m, profit_usd);
    m->profit.low |= 1;
    m->profit_usd = (double)(random_u64(state) >> 1) / 1e6;
    random_address(state, &m->trigger_pool);
    random_address(state, &m->buy_pool);
    random_address(state, &m->sell_pool);
    random_address(state, &m->token_in);
    random_address(state, &m->token_mid);
}

static inline void random_momentum(uint64_t *state, momentum_signal *m)
{
    RANDOM_BEFORE(state, m, fast_price);
    m->fast_price = random_price(state);
    m->slow_price = random_price(state);
    m->deviation_ppm = (int64_t)random_edgy(state);
    random_instrument(state, &m->instrument);
    m->venue = (uint16_t)random_u64(state);
    m->direction = (uint8_t)(random_u64(state) % 2);
}

static inline void random_cross_venue(uint64_t *state, cross_venue_signal *m)
{
    RANDOM_BEFORE(state, m, gap_ppm);
    m->gap_ppm = random_price(state);
    m->largest_gap_ppm = random_price(state);
    random_level(state, &m->buy_ask);
    random_level(state, &m->sell_bid);
    random_instrument(state, &m->buy_instrument);
    random_instrument(state, &m->sell_instrument);
    m->threshold_ppm = (uint32_t)random_edgy(state);
    m->buy_venue = (uint16_t)random_u64(state);
    m->sell_venue = (uint16_t)random_u64(state);
    m->phase = (uint8_t)(random_u64(state) % 3);
}

static inline void random_quote(uint64_t *state, quote_update *m)
{
    RANDOM_BEFORE(state, m, bid);
    random_level(state, &m->bid);
    random_level(state, &m->ask);
    random_instrument(state, &m->instrument);
    m->venue = (uint16_t)random_u64(state);
}

static inline void random_book(uint64_t *state, order_book_snapshot *m)
{
    RANDOM_BEFORE(state, m, instrument);
    random_instrument(state, &m->instrument);
    m->venue = (uint16_t)random_u64(state);
    m->bid_count = random_side(state, m->bids, -1);
    m->ask_count = random_side(state, m->asks, 1);
}

/* A random valid message; what is not on the wire stays zero. */
static inline sample random_sample(uint64_t *state, uint32_t type_id)
{
    sample s;
    memset(&s, 0, sizeof s);
    switch (type_id) {
    case POOL_SWAP_EVENT_ID:
        RANDOM_BEFORE(state, &s.swap, pool);
        random_address(state, &s.swap.pool);
        s.swap.pool_version = (uint8_t)(2 + random_u64(state) % 2);
        break;
    case POOL_SYNC_EVENT_ID:
        RANDOM_BEFORE(state, &s.sync, pool);
        s.sync.reserve0.high >>= 16;
        s.sync.reserve1.high >>= 16;
        random_address(state, &s.sync.pool);
        break;
    case POOL_LIQUIDITY_EVENT_ID:
        RANDOM_BEFORE(state, &s.liquidity, pool);
        random_address(state, &s.liquidity.pool);
        s.liquidity.kind = (uint8_t)(random_u64(state) % 2);
        break;
    case QUOTE_UPDATE_ID: random_quote(state, &s.quote); break;
    case ORDER_BOOK_SNAPSHOT_ID: random_book(state, &s.book); break;
    case ARBITRAGE_SIGNAL_ID: random_signal(state, &s.arbitrage); break;
    case MOMENTUM_SIGNAL_ID: random_momentum(state, &s.momentum); break;
    case CROSS_VENUE_SIGNAL_ID: random_cross_venue(state, &s.cross_venue); break;
    default: cr_assert_fail("no sample of type %u", type_id);
    }
    return s;
}

/* A serialized message in memory of exactly its size, or the code of the refusal. */
typedef struct encoded {
    uint8_t *bytes;
    size_t size_bytes;
    int code;
    myc_codec_error error;
} encoded;

static inline encoded encode_with(const myc_type *type, const void *payload, size_t capacity_bytes)
{
    encoded e = {.bytes = malloc(capacity_bytes)};
    int64_t result = type->encode(payload, e.bytes, capacity_bytes, &e.error);
    if (result < 0)
        e.code = (int)result;
    else
        e.size_bytes = (size_t)result;
    return e;
}

/* Encodes twice: to learn the size, then into just enough room. */
static inline encoded encode(const myc_type *type, const void *payload)
{
    encoded e = encode_with(type, payload, LIBTYPES_MESSAGE_BYTES_MAX);
    free(e.bytes);
    if (e.code) {
        e.bytes = NULL;
        return e;
    }
    return encode_with(type, payload, e.size_bytes);
}

/* Decodes a copy of exactly `size_bytes`. */
static inline int decode(const myc_type *type, sample *payload, const uint8_t *bytes,
                         size_t size_bytes, myc_codec_error *error)
{
    uint8_t *copy = malloc(size_bytes);
    if (size_bytes > 0)
        memcpy(copy, bytes, size_bytes);
    memset(payload, 0, sizeof *payload);
    int code = type->decode(payload, copy, size_bytes, error);
    free(copy);
    return code;
}

#endif

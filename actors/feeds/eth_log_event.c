/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/eth_log_event.h"

#include <string.h>

#include "text/uint128.h"

enum { RESERVE_BITS = 112 };

static const char AMOUNT_TOO_LARGE[] = "expected amounts of at most 128 bits";
static const char RESERVE_TOO_LARGE[] = "expected reserves of at most 112 bits";

static pool_swap_event swap_of(const eth_log_origin *origin, uint8_t pool_version)
{
    return (pool_swap_event){.timestamp_ns = origin->timestamp_ns,
                             .received_ns = origin->received_ns,
                             .position = origin->position,
                             .pool = origin->pool,
                             .pool_version = pool_version};
}

/* sender and to are indexed; amount0In, amount1In, amount0Out, amount1Out. */
static const char *fill_swap_v2(const eth_log_origin *origin, const hex_word *words, eth_log *log)
{
    pool_swap_event *swap = &log->event.swap;
    *swap = swap_of(origin, 2);
    bool fits = uint128_from_word(&words[0], &swap->amount0_in) &&
                uint128_from_word(&words[1], &swap->amount1_in) &&
                uint128_from_word(&words[2], &swap->amount0_out) &&
                uint128_from_word(&words[3], &swap->amount1_out);
    return fits ? NULL : AMOUNT_TOO_LARGE;
}

/* amount0, amount1 (above zero: paid into the pool), sqrtPriceX96, liquidity, tick. */
static const char *fill_swap_v3(const eth_log_origin *origin, const hex_word *words, eth_log *log)
{
    pool_swap_event *swap = &log->event.swap;
    *swap = swap_of(origin, 3);
    bool fits = int256_split(&words[0], &swap->amount0_in, &swap->amount0_out) &&
                int256_split(&words[1], &swap->amount1_in, &swap->amount1_out);
    return fits ? NULL : AMOUNT_TOO_LARGE;
}

static bool read_reserve(const hex_word *word, uint128 *reserve)
{
    return uint128_from_word(word, reserve) && uint128_fits(*reserve, RESERVE_BITS);
}

static const char *fill_sync_v2(const eth_log_origin *origin, const hex_word *words, eth_log *log)
{
    pool_sync_event *sync = &log->event.sync;
    *sync = (pool_sync_event){.timestamp_ns = origin->timestamp_ns,
                              .received_ns = origin->received_ns,
                              .position = origin->position,
                              .pool = origin->pool};
    bool fits =
        read_reserve(&words[0], &sync->reserve0) && read_reserve(&words[1], &sync->reserve1);
    return fits ? NULL : RESERVE_TOO_LARGE;
}

static const char *fill_liquidity(const eth_log_origin *origin, const hex_word *words,
                                  pool_liquidity_kind kind, eth_log *log)
{
    pool_liquidity_event *liquidity = &log->event.liquidity;
    *liquidity = (pool_liquidity_event){.timestamp_ns = origin->timestamp_ns,
                                        .received_ns = origin->received_ns,
                                        .position = origin->position,
                                        .pool = origin->pool,
                                        .kind = (uint8_t)kind};
    bool fits = uint128_from_word(&words[0], &liquidity->amount0) &&
                uint128_from_word(&words[1], &liquidity->amount1);
    return fits ? NULL : AMOUNT_TOO_LARGE;
}

static const char *fill_mint_v2(const eth_log_origin *origin, const hex_word *words, eth_log *log)
{
    return fill_liquidity(origin, words, POOL_LIQUIDITY_MINT, log);
}

static const char *fill_burn_v2(const eth_log_origin *origin, const hex_word *words, eth_log *log)
{
    return fill_liquidity(origin, words, POOL_LIQUIDITY_BURN, log);
}

/* A Mint that has its sender in the data, as lending tokens write it: the signature does not tell
 * which arguments are indexed. It counts as a Mint; its contract is no pair, and never known as
 * one. */
static const char *fill_mint_unindexed(const eth_log_origin *origin, const hex_word *words,
                                       eth_log *log)
{
    return fill_mint_v2(origin, words + 1, log);
}

/* The first of several with the same signature is the one that messages name. */
static const eth_log_event events[] = {
    {.kind = ETH_LOG_SYNC_V2, /* Sync(uint112,uint112) */
     .signature = {{0x1c, 0x41, 0x1e, 0x9a, 0x96, 0xe0, 0x71, 0x24, 0x1c, 0x2f, 0x21,
                    0xf7, 0x72, 0x6b, 0x17, 0xae, 0x89, 0xe3, 0xca, 0xb4, 0xc7, 0x8b,
                    0xe5, 0x0e, 0x06, 0x2b, 0x03, 0xa9, 0xff, 0xfb, 0xba, 0xd1}},
     .topics = 1,
     .words = 2,
     .expected_topics = "expected 1 topic for this event",
     .expected_words = "expected 0x and 2 words of 64 hex digits for this event",
     .fill = fill_sync_v2},
    {.kind = ETH_LOG_SWAP_V2, /* Swap(address,uint256,uint256,uint256,uint256,address) */
     .signature = {{0xd7, 0x8a, 0xd9, 0x5f, 0xa4, 0x6c, 0x99, 0x4b, 0x65, 0x51, 0xd0,
                    0xda, 0x85, 0xfc, 0x27, 0x5f, 0xe6, 0x13, 0xce, 0x37, 0x65, 0x7f,
                    0xb8, 0xd5, 0xe3, 0xd1, 0x30, 0x84, 0x01, 0x59, 0xd8, 0x22}},
     .topics = 3,
     .words = 4,
     .expected_topics = "expected 3 topics for this event",
     .expected_words = "expected 0x and 4 words of 64 hex digits for this event",
     .fill = fill_swap_v2},
    {.kind = ETH_LOG_SWAP_V3, /* Swap(address,address,int256,int256,uint160,uint128,int24) */
     .signature = {{0xc4, 0x20, 0x79, 0xf9, 0x4a, 0x63, 0x50, 0xd7, 0xe6, 0x23, 0x5f,
                    0x29, 0x17, 0x49, 0x24, 0xf9, 0x28, 0xcc, 0x2a, 0xc8, 0x18, 0xeb,
                    0x64, 0xfe, 0xd8, 0x00, 0x4e, 0x11, 0x5f, 0xbc, 0xca, 0x67}},
     .topics = 3,
     .words = 5,
     .expected_topics = "expected 3 topics for this event",
     .expected_words = "expected 0x and 5 words of 64 hex digits for this event",
     .fill = fill_swap_v3},
    {.kind = ETH_LOG_MINT_V2, /* Mint(address,uint256,uint256) */
     .signature = {{0x4c, 0x20, 0x9b, 0x5f, 0xc8, 0xad, 0x50, 0x75, 0x8f, 0x13, 0xe2,
                    0xe1, 0x08, 0x8b, 0xa5, 0x6a, 0x56, 0x0d, 0xff, 0x69, 0x0a, 0x1c,
                    0x6f, 0xef, 0x26, 0x39, 0x4f, 0x4c, 0x03, 0x82, 0x1c, 0x4f}},
     .topics = 2,
     .words = 2,
     .expected_topics = "expected 2 topics for this event",
     .expected_words = "expected 0x and 2 words of 64 hex digits for this event",
     .fill = fill_mint_v2},
    {.kind = ETH_LOG_MINT_V2, /* Mint(address,uint256,uint256) */
     .signature = {{0x4c, 0x20, 0x9b, 0x5f, 0xc8, 0xad, 0x50, 0x75, 0x8f, 0x13, 0xe2,
                    0xe1, 0x08, 0x8b, 0xa5, 0x6a, 0x56, 0x0d, 0xff, 0x69, 0x0a, 0x1c,
                    0x6f, 0xef, 0x26, 0x39, 0x4f, 0x4c, 0x03, 0x82, 0x1c, 0x4f}},
     .topics = 1,
     .words = 3,
     .expected_topics = "expected 1 topic for this event",
     .expected_words = "expected 0x and 3 words of 64 hex digits for this event",
     .fill = fill_mint_unindexed},
    {.kind = ETH_LOG_BURN_V2, /* Burn(address,uint256,uint256,address) */
     .signature = {{0xdc, 0xcd, 0x41, 0x2f, 0x0b, 0x12, 0x52, 0x81, 0x9c, 0xb1, 0xfd,
                    0x33, 0x0b, 0x93, 0x22, 0x4c, 0xa4, 0x26, 0x12, 0x89, 0x2b, 0xb3,
                    0xf4, 0xf7, 0x89, 0x97, 0x6e, 0x6d, 0x81, 0x93, 0x64, 0x96}},
     .topics = 3,
     .words = 2,
     .expected_topics = "expected 3 topics for this event",
     .expected_words = "expected 0x and 2 words of 64 hex digits for this event",
     .fill = fill_burn_v2},
};

const eth_log_event *eth_log_event_find(const hex_word *signature, unsigned topics)
{
    const eth_log_event *found = NULL;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (memcmp(&events[i].signature, signature, sizeof *signature) != 0) {
            continue;
        }
        if (events[i].topics == topics) {
            return &events[i];
        }
        found = found ? found : &events[i];
    }
    return found;
}

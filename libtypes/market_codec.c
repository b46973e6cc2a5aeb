/* SPDX-License-Identifier: Apache-2.0 */
#include <libtypes/market.h>
#include <libtypes/sbe.h>

#include "sbe_fields.h"

static void pool_swap_event_walk(sbe_cursor *c, pool_swap_event *m)
{
    libtypes__block_begin(c, POOL_SWAP_EVENT_ID, 8 + 8 + 16 + 4 * 16 + 20 + 1);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_position(c, "position", &m->position);
    field_u128(c, "amount0_in", &m->amount0_in);
    field_u128(c, "amount1_in", &m->amount1_in);
    field_u128(c, "amount0_out", &m->amount0_out);
    field_u128(c, "amount1_out", &m->amount1_out);
    field_address(c, "pool", &m->pool);
    field_u8(c, "pool_version", &m->pool_version, 2, 3, "2 or 3");
    libtypes__block_end(c);
}
SBE_MESSAGE(pool_swap_event, POOL_SWAP_EVENT_ID)

static void pool_sync_event_walk(sbe_cursor *c, pool_sync_event *m)
{
    libtypes__block_begin(c, POOL_SYNC_EVENT_ID, 8 + 8 + 16 + 2 * 16 + 20);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_position(c, "position", &m->position);
    field_u112(c, "reserve0", &m->reserve0);
    field_u112(c, "reserve1", &m->reserve1);
    field_address(c, "pool", &m->pool);
    libtypes__block_end(c);
}
SBE_MESSAGE(pool_sync_event, POOL_SYNC_EVENT_ID)

static void pool_liquidity_event_walk(sbe_cursor *c, pool_liquidity_event *m)
{
    libtypes__block_begin(c, POOL_LIQUIDITY_EVENT_ID, 8 + 8 + 16 + 2 * 16 + 20 + 1);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_position(c, "position", &m->position);
    field_u128(c, "amount0", &m->amount0);
    field_u128(c, "amount1", &m->amount1);
    field_address(c, "pool", &m->pool);
    field_u8(c, "kind", &m->kind, POOL_LIQUIDITY_MINT, POOL_LIQUIDITY_BURN, "0 (mint) or 1 (burn)");
    libtypes__block_end(c);
}
SBE_MESSAGE(pool_liquidity_event, POOL_LIQUIDITY_EVENT_ID)

static void quote_update_walk(sbe_cursor *c, quote_update *m)
{
    libtypes__block_begin(c, QUOTE_UPDATE_ID, 8 + 8 + 8 + 2 * 16 + 16 + 2);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_u64(c, "sequence", &m->sequence);
    field_level(c, "bid", &m->bid);
    field_level(c, "ask", &m->ask);
    field_instrument(c, "instrument", &m->instrument);
    field_u16(c, "venue", &m->venue);
    libtypes__block_end(c);
}
SBE_MESSAGE(quote_update, QUOTE_UPDATE_ID)

static bool are_falling(const price_level *level)
{
    return level[0].price_e8 > level[1].price_e8;
}

static bool are_rising(const price_level *level)
{
    return level[0].price_e8 < level[1].price_e8;
}

/* One side of a book. `are_in_order` looks at a level and the one behind it. */
static void side_walk(sbe_cursor *c, const char *side, price_level *levels, uint8_t *count,
                      bool (*are_in_order)(const price_level *))
{
    uint16_t entry_bytes =
        libtypes__group_begin(c, side, count, ORDER_BOOK_LEVELS_MAX, PRICE_LEVEL_BYTES);
    for (size_t i = 0; i < *count && c->code == 0; i++) {
        size_t at = c->offset;
        field_level(c, side, &levels[i]);
        if (i > 0 && !are_in_order(&levels[i - 1]))
            libtypes__fail(c, MYC_EFIELD, side, "the best price first, and no price twice", at);
        libtypes__skip_to(c, side, at + entry_bytes);
    }
}

static void order_book_snapshot_walk(sbe_cursor *c, order_book_snapshot *m)
{
    libtypes__block_begin(c, ORDER_BOOK_SNAPSHOT_ID, 8 + 8 + 8 + 16 + 2);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_u64(c, "sequence", &m->sequence);
    field_instrument(c, "instrument", &m->instrument);
    field_u16(c, "venue", &m->venue);
    libtypes__block_end(c);
    side_walk(c, "bids", m->bids, &m->bid_count, are_falling);
    side_walk(c, "asks", m->asks, &m->ask_count, are_rising);
}
SBE_MESSAGE(order_book_snapshot, ORDER_BOOK_SNAPSHOT_ID)

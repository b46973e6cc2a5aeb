/* SPDX-License-Identifier: Apache-2.0 */
#include <libtypes/sbe.h>
#include <libtypes/signal.h>

#include "sbe_fields.h"

static void arbitrage_signal_walk(sbe_cursor *c, arbitrage_signal *m)
{
    libtypes__block_begin(c, ARBITRAGE_SIGNAL_ID, 8 + 8 + 8 + 16 + 2 * 16 + 8 + 5 * 20 + 1);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_u64(c, "opportunity_id", &m->opportunity_id);
    field_position(c, "position", &m->position);
    field_u128(c, "amount_in", &m->amount_in);
    field_u128_positive(c, "profit", &m->profit);
    field_f64_amount_or_null(c, "profit_usd", &m->profit_usd);
    field_address(c, "trigger_pool", &m->trigger_pool);
    field_address(c, "buy_pool", &m->buy_pool);
    field_address(c, "sell_pool", &m->sell_pool);
    field_address(c, "token_in", &m->token_in);
    field_address(c, "token_mid", &m->token_mid);
    field_u8(c, "kind", &m->kind, ARBITRAGE_TWO_POOL, ARBITRAGE_TWO_POOL, "0 (two pools)");
    libtypes__block_end(c);
}
SBE_MESSAGE(arbitrage_signal, ARBITRAGE_SIGNAL_ID)

static void momentum_signal_walk(sbe_cursor *c, momentum_signal *m)
{
    libtypes__block_begin(c, MOMENTUM_SIGNAL_ID, 8 + 8 + 8 + 8 + 8 + 16 + 2 + 1);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_f64(c, "fast_price", &m->fast_price);
    field_f64(c, "slow_price", &m->slow_price);
    field_i64(c, "deviation_ppm", &m->deviation_ppm);
    field_instrument(c, "instrument", &m->instrument);
    field_u16(c, "venue", &m->venue);
    field_u8(c, "direction", &m->direction, MOMENTUM_UP, MOMENTUM_DOWN, "0 (up) or 1 (down)");
    libtypes__block_end(c);
}
SBE_MESSAGE(momentum_signal, MOMENTUM_SIGNAL_ID)

static void cross_venue_signal_walk(sbe_cursor *c, cross_venue_signal *m)
{
    libtypes__block_begin(c, CROSS_VENUE_SIGNAL_ID, 4 * 8 + 2 * 8 + 4 * 16 + 4 + 2 + 2 + 1);
    field_u64(c, "timestamp_ns", &m->timestamp_ns);
    field_u64(c, "received_ns", &m->received_ns);
    field_u64(c, "episode_id", &m->episode_id);
    field_u64(c, "duration_ns", &m->duration_ns);
    field_f64(c, "gap_ppm", &m->gap_ppm);
    field_f64(c, "largest_gap_ppm", &m->largest_gap_ppm);
    field_level(c, "buy_ask", &m->buy_ask);
    field_level(c, "sell_bid", &m->sell_bid);
    field_instrument(c, "buy_instrument", &m->buy_instrument);
    field_instrument(c, "sell_instrument", &m->sell_instrument);
    field_u32(c, "threshold_ppm", &m->threshold_ppm);
    field_u16(c, "buy_venue", &m->buy_venue);
    field_u16(c, "sell_venue", &m->sell_venue);
    field_u8(c, "phase", &m->phase, CROSS_VENUE_START, CROSS_VENUE_END,
             "0 (start), 1 (turn) or 2 (end)");
    libtypes__block_end(c);
}
SBE_MESSAGE(cross_venue_signal, CROSS_VENUE_SIGNAL_ID)

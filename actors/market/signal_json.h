/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_SIGNAL_JSON_H
#define MARKET_SIGNAL_JSON_H

/*
 * Signals as lines of JSON. Two-pool arbitrage:
 *
 *     {"kind":"two_pool","opportunity_id":1,"block":11931272,"log_index":235,
 *      "trigger_pool":"0x...","buy_pool":"0x...","sell_pool":"0x...","token_in":"0x...",
 *      "token_mid":"0x...","amount_in":"153450817637812912","profit":"60795951264450",
 *      "profit_usd":0.088865425162957826,"timestamp_ns":1614321789000000000}
 *
 * Amounts are strings, since they do not fit the numbers of most readers.
 *
 * An episode between two venues, with prices and quantities as integers of 1e-8; phase is start,
 * turn or end:
 *
 *     {"kind":"cross_venue","phase":"start","episode_id":1,"threshold_ppm":500,
 *      "buy_venue":1,"buy_instrument":"BTCUSDT","buy_ask_e8":[6165000000000,150000000],
 *      "sell_venue":0,"sell_instrument":"BTCUSDT","sell_bid_e8":[6168090000000,3000000],
 *      "gap_ppm":501.21654501216545,"largest_gap_ppm":501.21654501216545,"duration_ns":0,
 *      "timestamp_ns":1723161560364906791,"received_ns":1723161560364906791}
 *
 * Momentum; direction is up or down:
 *
 *     {"kind":"momentum","direction":"up","venue":0,"instrument":"BTCUSDT",
 *      "fast_price":61685.5,"slow_price":61650.25,"deviation_ppm":572,
 *      "timestamp_ns":1723161560364906791,"received_ns":1723161560364906791}
 *
 * A venue is the number of its feed. Numbers that are not finite are null.
 */
#include <stddef.h>

#include <libtypes/signal.h>

/** More than the longest line with its newline and end. */
enum { SIGNAL_JSON_BYTES_MAX = 768 };

/**
 * Write `signal` (borrowed) to `line`, with a newline and a terminating zero. Do not depend on the
 * locale.
 * Return the count of bytes without the zero; 0 when `capacity_bytes` is too small.
 */
size_t signal_json_write(const arbitrage_signal *signal, char *line, size_t capacity_bytes);
size_t signal_json_write_cross_venue(const cross_venue_signal *signal, char *line,
                                     size_t capacity_bytes);
size_t signal_json_write_momentum(const momentum_signal *signal, char *line, size_t capacity_bytes);

#endif

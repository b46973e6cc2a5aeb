/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_SIGNAL_JSON_H
#define MARKET_SIGNAL_JSON_H

/*
 * An arbitrage signal as one line of JSON:
 *
 *     {"kind":"two_pool","opportunity_id":1,"block":11931272,"log_index":235,
 *      "trigger_pool":"0x...","buy_pool":"0x...","sell_pool":"0x...","token_in":"0x...",
 *      "token_mid":"0x...","amount_in":"153450817637812912","profit":"60795951264450",
 *      "profit_usd":0.088865425162957826,"timestamp_ns":1614321789000000000}
 *
 * Amounts are strings, since they do not fit the numbers of most readers.
 */
#include <stddef.h>

#include <libtypes/signal.h>

/** More than the longest line with its newline and end. */
enum { SIGNAL_JSON_BYTES_MAX = 768 };

/**
 * Writes `signal` (borrowed) to `line`, with a newline and a terminating zero. Does not depend on
 * the locale.
 * Returns the count of bytes without the zero; 0 when `capacity_bytes` is too small.
 */
size_t signal_json_write(const arbitrage_signal *signal, char *line, size_t capacity_bytes);

#endif

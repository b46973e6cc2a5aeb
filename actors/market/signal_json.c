/* SPDX-License-Identifier: Apache-2.0 */
#include "market/signal_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "text/hex.h"
#include "text/json_write.h"
#include "text/uint128.h"

static const char *kind_name(uint8_t kind)
{
    return kind == ARBITRAGE_TWO_POOL ? "two_pool" : "unknown";
}

static size_t size_or_0(int size, size_t capacity_bytes)
{
    return size > 0 && (size_t)size < capacity_bytes ? (size_t)size : 0;
}

size_t signal_json_write(const arbitrage_signal *signal, char *line, size_t capacity_bytes)
{
    char trigger[HEX_ADDRESS_TEXT_SIZE + 1], buy[HEX_ADDRESS_TEXT_SIZE + 1];
    char sell[HEX_ADDRESS_TEXT_SIZE + 1], token_in[HEX_ADDRESS_TEXT_SIZE + 1];
    char token_mid[HEX_ADDRESS_TEXT_SIZE + 1];
    char amount_in[UINT128_TEXT_SIZE], profit[UINT128_TEXT_SIZE], usd[JSON_NUMBER_SIZE];
    hex_format_address(&signal->trigger_pool, trigger);
    hex_format_address(&signal->buy_pool, buy);
    hex_format_address(&signal->sell_pool, sell);
    hex_format_address(&signal->token_in, token_in);
    hex_format_address(&signal->token_mid, token_mid);
    uint128_to_decimal(signal->amount_in, amount_in);
    uint128_to_decimal(signal->profit, profit);
    json_write_double(signal->profit_usd, usd);
    int size = snprintf(line, capacity_bytes,
                        "{\"kind\":\"%s\",\"opportunity_id\":%" PRIu64 ",\"block\":%" PRIu64
                        ",\"log_index\":%" PRIu32 ",\"trigger_pool\":\"%s\",\"buy_pool\":\"%s\""
                        ",\"sell_pool\":\"%s\",\"token_in\":\"%s\",\"token_mid\":\"%s\""
                        ",\"amount_in\":\"%s\",\"profit\":\"%s\",\"profit_usd\":%s"
                        ",\"timestamp_ns\":%" PRIu64 "}\n",
                        kind_name(signal->kind), signal->opportunity_id,
                        signal->position.block_number, signal->position.log_index, trigger, buy,
                        sell, token_in, token_mid, amount_in, profit, usd, signal->timestamp_ns);
    return size_or_0(size, capacity_bytes);
}

enum { NAME_TEXT_SIZE = 2 * sizeof(instrument_name) + 3 };

static void write_name(const instrument_name *name, char text[NAME_TEXT_SIZE])
{
    json_write_string(name->text, sizeof name->text, text);
}

static const char *phase_name(uint8_t phase)
{
    static const char *const names[] = {
        [CROSS_VENUE_START] = "start", [CROSS_VENUE_TURN] = "turn", [CROSS_VENUE_END] = "end"};
    return phase <= CROSS_VENUE_END ? names[phase] : "unknown";
}

size_t signal_json_write_cross_venue(const cross_venue_signal *signal, char *line,
                                     size_t capacity_bytes)
{
    char buy[NAME_TEXT_SIZE], sell[NAME_TEXT_SIZE];
    char gap[JSON_NUMBER_SIZE], largest[JSON_NUMBER_SIZE];
    write_name(&signal->buy_instrument, buy);
    write_name(&signal->sell_instrument, sell);
    json_write_double(signal->gap_ppm, gap);
    json_write_double(signal->largest_gap_ppm, largest);
    int size = snprintf(
        line, capacity_bytes,
        "{\"kind\":\"cross_venue\",\"phase\":\"%s\",\"episode_id\":%" PRIu64
        ",\"threshold_ppm\":%" PRIu32 ",\"buy_venue\":%u,\"buy_instrument\":%s"
        ",\"buy_ask_e8\":[%" PRId64 ",%" PRId64 "],\"sell_venue\":%u,\"sell_instrument\":%s"
        ",\"sell_bid_e8\":[%" PRId64 ",%" PRId64 "],\"gap_ppm\":%s,\"largest_gap_ppm\":%s"
        ",\"duration_ns\":%" PRIu64 ",\"timestamp_ns\":%" PRIu64 ",\"received_ns\":%" PRIu64 "}\n",
        phase_name(signal->phase), signal->episode_id, signal->threshold_ppm,
        (unsigned)signal->buy_venue, buy, signal->buy_ask.price_e8, signal->buy_ask.quantity_e8,
        (unsigned)signal->sell_venue, sell, signal->sell_bid.price_e8, signal->sell_bid.quantity_e8,
        gap, largest, signal->duration_ns, signal->timestamp_ns, signal->received_ns);
    return size_or_0(size, capacity_bytes);
}

size_t signal_json_write_momentum(const momentum_signal *signal, char *line, size_t capacity_bytes)
{
    char name[NAME_TEXT_SIZE], fast[JSON_NUMBER_SIZE], slow[JSON_NUMBER_SIZE];
    write_name(&signal->instrument, name);
    json_write_double(signal->fast_price, fast);
    json_write_double(signal->slow_price, slow);
    int size =
        snprintf(line, capacity_bytes,
                 "{\"kind\":\"momentum\",\"direction\":\"%s\",\"venue\":%u"
                 ",\"instrument\":%s,\"fast_price\":%s,\"slow_price\":%s"
                 ",\"deviation_ppm\":%" PRId64 ",\"timestamp_ns\":%" PRIu64
                 ",\"received_ns\":%" PRIu64 "}\n",
                 signal->direction == MOMENTUM_UP ? "up" : "down", (unsigned)signal->venue, name,
                 fast, slow, signal->deviation_ppm, signal->timestamp_ns, signal->received_ns);
    return size_or_0(size, capacity_bytes);
}

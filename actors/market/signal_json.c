/* SPDX-License-Identifier: Apache-2.0 */
#include "market/signal_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/hex.h"
#include "text/uint128.h"

enum { NUMBER_TEXT_SIZE = 40 };

static const char *kind_name(uint8_t kind)
{
    return kind == ARBITRAGE_TWO_POOL ? "two_pool" : "unknown";
}

/* `printed` is a number as printf makes it: all that is no part of a JSON number is the decimal
 * point of the locale, which may have several bytes. */
static void copy_with_dot(char *text, const char *printed)
{
    static const char number_bytes[] = "0123456789+-e";
    while (*printed) {
        size_t size = strspn(printed, number_bytes);
        memcpy(text, printed, size);
        text += size;
        printed += size;
        if (*printed)
            *text++ = '.';
        printed += strcspn(printed, number_bytes);
    }
    *text = '\0';
}

/* 17 digits give back the same double when read; JSON has no NaN and no infinity. */
static void format_usd(double value, char text[NUMBER_TEXT_SIZE])
{
    char printed[NUMBER_TEXT_SIZE];
    if (!isfinite(value)) {
        memcpy(text, "null", sizeof "null");
        return;
    }
    snprintf(printed, sizeof printed, "%.17g", value);
    copy_with_dot(text, printed);
}

size_t signal_json_write(const arbitrage_signal *signal, char *line, size_t capacity_bytes)
{
    char trigger[HEX_ADDRESS_TEXT_SIZE + 1], buy[HEX_ADDRESS_TEXT_SIZE + 1];
    char sell[HEX_ADDRESS_TEXT_SIZE + 1], token_in[HEX_ADDRESS_TEXT_SIZE + 1];
    char token_mid[HEX_ADDRESS_TEXT_SIZE + 1];
    char amount_in[UINT128_TEXT_SIZE], profit[UINT128_TEXT_SIZE], usd[NUMBER_TEXT_SIZE];
    hex_format_address(&signal->trigger_pool, trigger);
    hex_format_address(&signal->buy_pool, buy);
    hex_format_address(&signal->sell_pool, sell);
    hex_format_address(&signal->token_in, token_in);
    hex_format_address(&signal->token_mid, token_mid);
    uint128_to_decimal(signal->amount_in, amount_in);
    uint128_to_decimal(signal->profit, profit);
    format_usd(signal->profit_usd, usd);
    int size = snprintf(line, capacity_bytes,
                        "{\"kind\":\"%s\",\"opportunity_id\":%" PRIu64 ",\"block\":%" PRIu64
                        ",\"log_index\":%" PRIu32 ",\"trigger_pool\":\"%s\",\"buy_pool\":\"%s\""
                        ",\"sell_pool\":\"%s\",\"token_in\":\"%s\",\"token_mid\":\"%s\""
                        ",\"amount_in\":\"%s\",\"profit\":\"%s\",\"profit_usd\":%s"
                        ",\"timestamp_ns\":%" PRIu64 "}\n",
                        kind_name(signal->kind), signal->opportunity_id,
                        signal->position.block_number, signal->position.log_index, trigger, buy,
                        sell, token_in, token_mid, amount_in, profit, usd, signal->timestamp_ns);
    return size > 0 && (size_t)size < capacity_bytes ? (size_t)size : 0;
}

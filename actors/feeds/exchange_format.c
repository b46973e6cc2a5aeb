/* SPDX-License-Identifier: Apache-2.0 */
/* The exchanges that are known, and the names of what may be bad about a frame. */
#include <string.h>

#include "feeds/exchange_reader_state.h"

static const struct format {
    const char *name;
    void (*decode)(const char *text, size_t size, exchange_frame *frame);
    uint32_t decimals;
} formats[EXCHANGE_FORMATS] = {
    [EXCHANGE_BINANCE] = {"binance", binance_decode, 8},
    [EXCHANGE_KRAKEN] = {"kraken", kraken_decode, 8},
    [EXCHANGE_COINBASE] = {"coinbase", coinbase_decode, 10},
};

exchange_format exchange_format_of(const char *name)
{
    exchange_format format = 0;
    while (format < EXCHANGE_FORMATS && strcmp(formats[format].name, name) != 0) {
        format++;
    }
    return format;
}

const char *exchange_format_name(exchange_format format)
{
    return formats[format].name;
}

void exchange_format_decode(exchange_format format, const char *text, size_t size,
                            exchange_frame *frame)
{
    formats[format].decode(text, size, frame);
}

uint32_t exchange_format_decimals(exchange_format format)
{
    return formats[format].decimals;
}

const char *exchange_bad_name(exchange_bad bad)
{
    static const char *const names[EXCHANGE_BAD_KINDS] = {
        [EXCHANGE_BAD_LINE] = "line",
        [EXCHANGE_BAD_TIME] = "time",
        [EXCHANGE_BAD_JSON] = "json",
        [EXCHANGE_BAD_KEY] = "key",
        [EXCHANGE_BAD_VALUE] = "value",
        [EXCHANGE_BAD_NUMBER] = "number",
        [EXCHANGE_BAD_INSTRUMENT] = "instrument",
        [EXCHANGE_BAD_SNAPSHOT] = "snapshot",
        [EXCHANGE_BAD_REFUSED] = "refused",
        [EXCHANGE_BAD_LIMIT] = "limit",
    };
    return names[bad];
}

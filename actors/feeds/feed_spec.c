/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/feed_spec.h"

#include <stddef.h>
#include <string.h>

static const char *const FORMAT_NAMES[FEED_FORMATS] = {"eth-logs", "binance", "kraken",
                                                       "coinbase", "sbe",     "record"};

static const struct {
    const char *prefix;
    feed_transport transport;
} SCHEMES[] = {
    {"tcp://", FEED_CONNECT},       {"unix://", FEED_CONNECT},
    {"tcp-listen://", FEED_LISTEN}, {"unix-listen://", FEED_LISTEN},
    {"udp://", FEED_DATAGRAM},      {"unix-datagram://", FEED_DATAGRAM},
    {"ws://", FEED_WEBSOCKET},      {"wss://", FEED_WEBSOCKET},
};

static const char EXPECTED_FEED[] =
    "FORMAT:SOURCE, with FORMAT eth-logs, binance, kraken, coinbase, sbe or record";
static const char EXPECTED_SOURCE[] =
    "a path, -, or tcp://, tcp-listen://, udp://, unix://, unix-listen://, unix-datagram://, ws:// "
    "or wss:// with an address";

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static feed_format find_format(const char *text, const char *colon)
{
    size_t size = (size_t)(colon - text);
    int format = 0;
    while (format < FEED_FORMATS && (strlen(FORMAT_NAMES[format]) != size ||
                                     memcmp(FORMAT_NAMES[format], text, size) != 0)) {
        format++;
    }
    return (feed_format)format;
}

static const char *parse_scheme(feed_spec *spec)
{
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        if (starts_with(spec->source, SCHEMES[i].prefix)) {
            spec->transport = SCHEMES[i].transport;
            return spec->source[strlen(SCHEMES[i].prefix)] ? NULL : EXPECTED_SOURCE;
        }
    }
    return EXPECTED_SOURCE;
}

static const char *parse_source(feed_spec *spec)
{
    if (spec->source[0] == '\0') {
        return EXPECTED_SOURCE;
    }
    if (strstr(spec->source, "://")) {
        return spec->format == FEED_RECORD ? "record:PATH: a recording is a file"
                                           : parse_scheme(spec);
    }
    spec->transport = strcmp(spec->source, "-") == 0 ? FEED_STDIN : FEED_FILE;
    return spec->format == FEED_RECORD && spec->transport == FEED_STDIN
               ? "record:PATH: a recording is a file"
               : NULL;
}

const char *feed_spec_parse(const char *text, feed_spec *spec)
{
    *spec = (feed_spec){.text = text, .source = text, .format = FEED_ETH_LOGS};
    if (strcmp(text, "-") == 0) {
        spec->text = "eth-logs:-";
        return parse_source(spec);
    }
    const char *colon = strchr(text, ':');
    spec->format = colon ? find_format(text, colon) : FEED_FORMATS;
    if (spec->format == FEED_FORMATS) {
        return EXPECTED_FEED;
    }
    spec->source = colon + 1;
    return parse_source(spec);
}

const char *feed_format_name(feed_format format)
{
    return FORMAT_NAMES[format];
}

bool feed_format_is_exchange(feed_format format)
{
    return format == FEED_BINANCE || format == FEED_KRAKEN || format == FEED_COINBASE;
}

bool feed_transport_is_file(feed_transport transport)
{
    return transport == FEED_FILE || transport == FEED_STDIN;
}

bool feed_transport_is_whole(feed_transport transport)
{
    return transport == FEED_DATAGRAM || transport == FEED_WEBSOCKET;
}

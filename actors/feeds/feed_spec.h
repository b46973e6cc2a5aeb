/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_FEED_SPEC_H
#define FEEDS_FEED_SPEC_H

/*
 * What a feed is and where it comes from, as one text: FORMAT:SOURCE, such as
 * "binance:captures/btcusdt.gz", "kraken:tcp-listen://127.0.0.1:9000" or "record:monday.rec".
 *
 * Threads: all functions are pure.
 */
#include <stdbool.h>
#include <stdint.h>

typedef enum feed_format {
    FEED_ETH_LOGS,
    FEED_BINANCE,
    FEED_KRAKEN,
    FEED_COINBASE,
    FEED_SBE,
    FEED_RECORD, /* a recording of all feeds of a run */
    FEED_FORMATS
} feed_format;

typedef enum feed_transport {
    FEED_FILE,     /* PATH: a file or pipe */
    FEED_STDIN,    /* - */
    FEED_CONNECT,  /* tcp://, unix:// */
    FEED_LISTEN,   /* tcp-listen://, unix-listen:// */
    FEED_DATAGRAM, /* udp://, unix-datagram:// */
    FEED_WEBSOCKET /* ws://, wss:// */
} feed_transport;

/** Texts are borrowed. */
typedef struct feed_spec {
    const char *text;       /* the whole of it; "-" is short for "eth-logs:-" */
    const char *source;     /* what follows the format */
    const char *instrument; /* of --instrument; NULL = none was given */
    feed_format format;
    feed_transport transport;
} feed_spec;

/** Fills in `spec`, which borrows `text`. Returns NULL, or what was expected; static. */
const char *feed_spec_parse(const char *text, feed_spec *spec);

/** "eth-logs" and so on; static. */
const char *feed_format_name(feed_format format);

/** Whether it is a format of frames from an exchange, which have books. */
bool feed_format_is_exchange(feed_format format);

/** Whether it ends by itself, once all is read. The others may be sources without an end. */
bool feed_transport_is_file(feed_transport transport);

/** Whether its bytes come in wholes, a frame or more in each. */
bool feed_transport_is_whole(feed_transport transport);

#endif

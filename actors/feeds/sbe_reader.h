/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_SBE_READER_H
#define FEEDS_SBE_READER_H

/*
 * From bytes to the messages of libtypes: frames of Simple Binary Encoding, as
 * libtypes/schema/market.xml has them, from a stream cut anywhere or from datagrams.
 *
 *     sbe_reader_init(&reader, "udp://...");
 *     while (... bytes ...) {
 *         sbe_reader_feed(&reader, bytes, size, is_datagram);   // borrowed until SBE_STEP_DRY
 *         while ((step = sbe_reader_step(&reader, report)) == SBE_STEP_MESSAGE)
 *             use reader.type and reader.message
 *     }
 *     sbe_reader_end(&reader, report);
 *
 * A message with a bad field is named, counted and left out. A header that says no length is the
 * end of a stream: where the next one begins could only be guessed. In a datagram it costs the rest
 * of the datagram, and no more.
 *
 * Nothing is allocated; a frame that lies in one chunk is not copied.
 *
 * Threads: belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/sbe.h>
#include <libtypes/signal.h>

enum {
    SBE_REPORTS_MAX = 10, /* bad frames that are reported in full */
    SBE_ERROR_SIZE = 512
};

typedef union sbe_message {
    pool_swap_event swap;
    pool_sync_event sync;
    pool_liquidity_event liquidity;
    quote_update quote;
    order_book_snapshot order_book;
    arbitrage_signal arbitrage;
    momentum_signal momentum;
    cross_venue_signal cross_venue;
} sbe_message;

/** frames = bad_frames + the sum of messages. */
typedef struct sbe_counts {
    uint64_t bytes;
    uint64_t datagrams;
    uint64_t frames; /* what was found behind a header, and each header that says no length */
    uint64_t bad_frames;
    uint64_t messages[LIBTYPES_TYPE_COUNT + 1]; /* by template id */
} sbe_counts;

/** Gets the text about a bad frame; borrowed during the call. NULL = nobody listens. */
typedef struct sbe_report {
    void (*tell)(void *user, const char *text);
    void *user;
} sbe_report;

typedef enum sbe_step {
    SBE_STEP_MESSAGE, /* `type` and `message` are set */
    SBE_STEP_DRY,     /* all that was fed is decoded */
    SBE_STEP_FAILED   /* the stream has ended with `error` */
} sbe_step;

typedef struct sbe_reader {
    const myc_type *type; /* of the last message */
    sbe_message message;
    sbe_counts counts;
    char error[SBE_ERROR_SIZE]; /* "" = none; the rest is private */
    const char *name;
    const uint8_t *bytes;
    size_t size;
    size_t gathered_size;
    bool is_datagram;
    uint8_t gathered[LIBTYPES_MESSAGE_BYTES_MAX]; /* the front of a frame that chunks cut */
} sbe_reader;

/** Sets up a reader. Borrows `name` of the source, for reports, as long as it is used. */
void sbe_reader_init(sbe_reader *self, const char *name);

/** Gives the next bytes of a stream, or a whole datagram, which may hold several frames. Borrows
 * them until SBE_STEP_DRY; call it only then. */
void sbe_reader_feed(sbe_reader *self, const uint8_t *bytes, size_t size, bool is_datagram);

/** Looks at the frames up to the next message. Bad ones go to `report`. */
sbe_step sbe_reader_step(sbe_reader *self, sbe_report report);

/** Says that the stream has ended. Inside a frame that is an error, which is returned as
 * SBE_STEP_FAILED; else SBE_STEP_DRY. */
sbe_step sbe_reader_end(sbe_reader *self, sbe_report report);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_RECORDING_H
#define FEEDS_RECORDING_H

/*
 * A recording: all that came in from the feeds of a run, in the order it was taken in, so that it
 * can be taken in again bit for bit, whatever brought it.
 *
 *   "MYCREC01"                     8 bytes: the name of the form and its version, 01
 *   records, each
 *     size     u32                 of the payload, at most RECORDING_PAYLOAD_MAX
 *     crc      u32                 CRC-32 of zlib over the rest of the head and the payload
 *     time     u64                 ns since the Unix epoch
 *     stream   u32                 the connection, file or socket: unique in the recording
 *     feed     u16                 number of the feed, from 1
 *     kind     u8                  recording_kind
 *     flags    u8                  feed_piece_flags; of a feed: RECORDING_MERGED
 *     payload
 *
 * All numbers are little-endian. It begins with a RECORDING_FEED for each feed, in order of their
 * numbers, and ends with a RECORDING_CLOSED. So a recording that was cut short is told from a whole
 * one, and one that is damaged from one that is cut short.
 *
 * Threads: a parser belongs to one thread at a time; the rest is pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mycelium/export.h>

enum {
    RECORDING_MAGIC_BYTES = 8,
    RECORDING_HEAD_BYTES = 24,
    RECORDING_PAYLOAD_MAX = 65536 - 48 - 16 /* as much as a chunk holds */
};

/* Frames were taken in the order they were received, not as their pieces came: so they are again.
 * Each piece stands where the feed it is of had no frame left. */
enum { RECORDING_MERGED = 1 };

typedef enum recording_kind {
    RECORDING_FEED = 1,   /* payload: FORMAT:SOURCE, a zero byte, the instrument or nothing */
    RECORDING_OPENED = 2, /* a stream of the feed begins */
    RECORDING_PIECE = 3,  /* payload: what it brought */
    RECORDING_ENDED = 4,  /* the stream ends in order */
    RECORDING_BROKEN = 5, /* the stream breaks off; payload: why, as text */
    RECORDING_LOST = 6,   /* frames of the feed may have been lost here, and what of the stream is
                             not complete */
    RECORDING_CONNECTED = 7, /* the feed has a connection, once more */
    RECORDING_DROPPED = 8,   /* datagrams were lost; payload: how many, in decimal */
    RECORDING_CLOSED = 9     /* nothing follows */
} recording_kind;

typedef struct recording_record {
    recording_kind kind;
    uint16_t feed;
    uint8_t flags;
    uint32_t stream;
    uint64_t time_ns;
    const char *payload; /* borrowed */
    uint32_t size;
} recording_record;

/** Writes what a recording begins with. */
void recording_write_magic(uint8_t bytes[RECORDING_MAGIC_BYTES]);

/** Writes the head of `record`, which the payload follows; looks at the payload for the CRC. */
void recording_write_head(const recording_record *record, uint8_t head[RECORDING_HEAD_BYTES]);

typedef enum recording_result {
    RECORDING_RECORD,
    RECORDING_DRY, /* all that was fed is used up */
    RECORDING_END, /* it was whole */
    RECORDING_BAD  /* see the error */
} recording_result;

/** Fields but `error` are private. */
typedef struct recording_parser {
    const char *bytes; /* what was fed and not yet looked at */
    size_t size;
    uint8_t *gathered; /* the magic or record that is not complete */
    size_t gathered_size;
    uint64_t offset; /* of the next record in the recording */
    bool has_magic;
    bool is_closed;
    char error[160]; /* what is wrong and where; "" = nothing so far */
} recording_parser;

/** Sets one up. Returns 0 or MYC_ENOMEM; call the fini in any case. */
MYC_MUST_CHECK int recording_parser_init(recording_parser *self);

void recording_parser_fini(recording_parser *self);

/** Gives the next bytes. Borrows them until RECORDING_DRY; call it only then. */
void recording_parser_feed(recording_parser *self, const char *bytes, size_t size);

/** Fills in the next record, whose payload is borrowed until the next call. */
recording_result recording_parser_next(recording_parser *self, recording_record *record);

/** Says that no bytes follow. Returns RECORDING_END, or RECORDING_BAD when it was cut short. */
recording_result recording_parser_end(recording_parser *self);

#endif

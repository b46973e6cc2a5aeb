/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_STREAM_H
#define MYCELIUM_STREAM_H

/*
 * Sources: bytes from outside, as messages. A source belongs to the actor that opens it and lives
 * on that actor's worker; its bytes come as `chunk` messages in order, then one `end`.
 *
 *     struct feed { ... };
 *     static myc_next feed_on_chunk(struct feed *self, myc_context *ctx, const myc_chunk *chunk);
 *     static myc_next feed_on_end(struct feed *self, myc_context *ctx, const myc_stream_end *end);
 *     static int feed_on_start(struct feed *self, myc_context *ctx)
 *     {
 *         return myc_read_file(ctx, feed_self(ctx), "events.ndjson", NULL, NULL);
 *     }
 *     MYC_ACTOR_WITH_LIFECYCLE(feed, myc_stream, MYC_STREAM_ROWS)
 *
 * Backpressure: at most `depth` chunks are being read or wait in the mailbox; an actor that pauses
 * (myc_pause_until_room()) or keeps its chunks waiting is not read for.
 * Reads go through the worker's io_uring, several in flight for a regular file, straight into the
 * payload's memory; where the kernel refuses io_uring, through read(2), and the log says why.
 */
#include <mycelium/protocol.h>

MYC_EXTERN_C_BEGIN

/** The room of a chunk: with its header and a payload header it fills 64 KiB. */
#define MYC_CHUNK_BYTES (65536u - 16u - 16u)

/** Bytes of a source, in order. A reader may retain it. */
typedef struct myc_chunk {
    uint64_t offset;     /* of bytes[0] from the start of the source */
    uint32_t size_bytes; /* 1 to MYC_CHUNK_BYTES */
    uint32_t source;     /* the source's number, see myc_source */
    uint8_t bytes[MYC_CHUNK_BYTES];
} myc_chunk;
MYC_MESSAGE(myc_chunk)

/** The last message of a source. */
typedef struct myc_stream_end {
    uint64_t size_bytes; /* delivered in all */
    int32_t error;       /* 0 = end of file, else a myc_error code */
    int32_t os_error;    /* the kernel's errno behind `error`, or 0 */
    uint32_t source;
    uint32_t reserved;
} myc_stream_end;
MYC_MESSAGE(myc_stream_end)

/** What an actor speaks that reads sources. */
#define MYC_STREAM_ROWS(ROW, P)                                                                    \
    ROW(P, chunk, myc_chunk)                                                                       \
    ROW(P, end, myc_stream_end)
MYC_PROTOCOL(myc_stream, MYC_STREAM_ROWS)

/** Names an open source of this worker. All zero names none. */
typedef struct myc_source {
    uint32_t number;
} myc_source;

/** Options of a read; all zero means the defaults. */
typedef struct myc_read_options {
    uint32_t
        depth; /* chunks in flight and waiting, 1 to 64; default 4 (1 for pipes and terminals) */
} myc_read_options;

/**
 * Opens `path` and starts to read it for the calling actor. "-" reads standard input, which is not
 * closed afterwards.
 *
 * Call it in a handler or on_start of the actor `to`. `options` and `source` may be NULL.
 * Returns 0, MYC_ENOENT, MYC_EACCES, MYC_EIO (a directory, or another cause: the log line has it),
 * MYC_ENOMEM, MYC_ELIMIT (open files or sources), MYC_EINVAL (`to` is not the calling actor;
 * depth), MYC_ENOTSUP (io_uring was asked for and is refused) or MYC_ESTOPPING.
 */
MYC_API MYC_MUST_CHECK int myc_read_file(myc_context *ctx, myc_stream_ref to, const char *path,
                                         const myc_read_options *options, myc_source *source);

/** Stops reading; no `end` comes. Chunks already queued still come. Unknown sources are ignored. */
MYC_API void myc_source_close(myc_context *ctx, myc_source source);

MYC_EXTERN_C_END

#endif

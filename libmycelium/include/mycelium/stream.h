/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_STREAM_H
#define MYCELIUM_STREAM_H

/*
 * Streams: bytes from outside as messages, and messages as bytes to the outside. A stream belongs
 * to the actor that opens it and lives on that actor's worker. What it is comes from its target:
 *
 *   PATH, -                         a file or pipe; standard input, or output with MYC_STREAM_APPEND
 *   tcp://HOST:PORT                 a connection        tcp-listen://HOST:PORT    accepts them
 *   unix://PATH                     a connection        unix-listen://PATH        accepts them
 *   udp://HOST:PORT                 receives there; a multicast group is joined
 *   udp-to://HOST:PORT              sends there
 *   unix-datagram://PATH            receives there      unix-datagram-to://PATH   sends there
 *
 * HOST is numeric (127.0.0.1, [::1]) or `localhost` (127.0.0.1): a worker never waits for a name
 * server. Port 0 lets the system choose one for what is bound: MYC_STREAM_OPENED says which. A Unix
 * PATH that begins with @ is an abstract name, not a file. Each accepted connection is a stream of
 * the same owner; its first message is MYC_STREAM_ACCEPTED.
 *
 *     struct feed { ... };
 *     static myc_next feed_on_chunk(struct feed *self, myc_context *ctx, const myc_chunk *chunk);
 *     static myc_next feed_on_event(struct feed *self, myc_context *ctx, const myc_stream_event *);
 *     static myc_next feed_on_end(struct feed *self, myc_context *ctx, const myc_stream_end *end);
 *     static int feed_on_start(struct feed *self, myc_context *ctx)
 *     {
 *         return myc_stream_open(ctx, "tcp://127.0.0.1:9000", NULL, NULL);
 *     }
 *     MYC_ACTOR_WITH_LIFECYCLE(feed, myc_reader, MYC_READER_ROWS)
 *
 * Messages go to the rows of the owner's protocol that carry their types, wherever they stand in
 * it: myc_chunk, myc_stream_end, and, if it has such a row, myc_stream_event.
 *
 * Backpressure: at most `depth` chunks are being read or wait in the mailbox. An owner that pauses
 * (myc_pause_until_room()) or keeps its chunks waiting is not read for: the window of a connection
 * closes; datagrams that the kernel then has no room for are lost and counted. A write is refused
 * when `queue_bytes` wait to be written. (Two actors who are both paused by writes to each other
 * read nothing either: who pauses for a peer of his own program must not be its only reader.)
 *
 * A received chunk is the buffer it was received into, 16 KiB for a connection, 3 KiB for a datagram
 * of up to 2048 bytes: who retains many small ones copies them. Pieces that have to wait are put
 * together.
 *
 * The end of a peer who has closed his side comes once what came before is handled and what was
 * written then has gone: so he may send, close his side, and read the answer.
 *
 * With reconnect_first_ns a stream has no end: MYC_STREAM_LOST stands between the chunks of one
 * connection and of the next, and offsets go on. What waited to be written is dropped and counted;
 * what is written later waits for the next connection, so a chunk is never split between two.
 *
 * Reads and writes go through the worker's io_uring, straight into and out of the payload's memory;
 * where the kernel refuses io_uring, through epoll, and the log says why.
 */
#include <mycelium/protocol.h>

MYC_EXTERN_C_BEGIN

/** The largest room of a chunk: with what lies before it it fills 64 KiB. */
#define MYC_CHUNK_BYTES (65536u - 48u - 16u)

/** Names an open stream of this worker. All zero names none. */
typedef struct myc_stream {
    uint32_t number;
} myc_stream;

typedef enum myc_chunk_flags {
    MYC_CHUNK_WHOLE = 1,     /* a datagram or message ends here, with those of MYC_CHUNK_MORE before
                                it; without: a part of a byte stream */
    MYC_CHUNK_TRUNCATED = 2, /* a datagram that was longer than the room for it: its rest is lost */
    MYC_CHUNK_MORE = 4       /* of a message longer than a chunk: it goes on in the next one */
} myc_chunk_flags;

/** Bytes of a stream, in order; or bytes to be written. Who gets one may retain it. */
typedef struct myc_chunk {
    uint8_t *bytes;          /* in the payload's own memory */
    uint32_t size_bytes;     /* 1 to capacity_bytes; a datagram may be empty */
    uint32_t capacity_bytes; /* room at `bytes` */
    uint64_t offset;         /* of bytes[0] from the start of the stream; of datagrams: how many
                                came before this one */
    uint64_t received_ns; /* when the kernel received it, if it says so, else when it was read, in
                                ns since the Unix epoch; 0 = from a file */
    myc_stream stream;
    uint32_t flags; /* myc_chunk_flags */
    uint64_t reserved;
} myc_chunk;
MYC_MESSAGE(myc_chunk)

typedef enum myc_stream_what {
    MYC_STREAM_OPENED = 0,   /* connected, bound or listening; `address` is the own or the peer's */
    MYC_STREAM_ACCEPTED = 1, /* a listening stream has a connection: `accepted` */
    MYC_STREAM_LOST = 2,     /* the connection broke (`error`; 0 = the peer has closed) with `count`
                                bytes not written; it is being opened again */
    MYC_STREAM_DROPPED = 3,  /* `count` datagrams were lost: no room for them, or refused */
    MYC_STREAM_SYNCED = 4,   /* what was written before myc_stream_sync() is on the disk */
    MYC_STREAM_APPEARED = 5, /* a file `name` is in the watched directory, complete; `count` 1: it
                                may have been told before */
    MYC_STREAM_SIGNAL = 6,   /* the process got the signal `count`, from `process_id`, `user_id` */
    MYC_STREAM_SENDER = 7    /* the Unix datagrams that follow are of another process: its peer */
} myc_stream_what;

enum { MYC_STREAM_NAME_BYTES = 256 };

/** What happens to a stream beside its bytes. */
typedef struct myc_stream_event {
    uint64_t count;
    myc_stream stream;
    myc_stream accepted;
    myc_stream_what what;
    int32_t error;    /* a myc_error code, or 0 */
    int32_t os_error; /* the kernel's errno behind `error`, or 0 */
    uint32_t
        has_peer; /* 1 = the three below are of the process at the other end of a Unix socket */
    uint32_t process_id;
    uint32_t user_id;
    uint32_t group_id;
    uint32_t reserved;
    char name[MYC_STREAM_NAME_BYTES]; /* an address ("127.0.0.1:9000") or a file's name */
} myc_stream_event;
MYC_MESSAGE(myc_stream_event)

/** The last message of a stream. */
typedef struct myc_stream_end {
    uint64_t size_bytes;      /* delivered in all */
    uint64_t written_bytes;   /* written in all */
    uint64_t unwritten_bytes; /* taken by myc_stream_write() and dropped at the end */
    uint64_t dropped;         /* datagrams lost, in all */
    int32_t error;            /* 0 = end of file, or closed by the peer, else a myc_error code */
    int32_t os_error;         /* the kernel's errno behind `error`, or 0 */
    myc_stream stream;
    uint32_t reserved;
} myc_stream_end;
MYC_MESSAGE(myc_stream_end)

/** Rows for the protocol of an actor that has streams. */
#define MYC_STREAM_ROWS(ROW, P)                                                                    \
    ROW(P, chunk, myc_chunk)                                                                       \
    ROW(P, end, myc_stream_end)

/** The same with events. */
#define MYC_READER_ROWS(ROW, P)                                                                    \
    ROW(P, chunk, myc_chunk)                                                                       \
    ROW(P, event, myc_stream_event)                                                                \
    ROW(P, end, myc_stream_end)

/** What an actor speaks that does nothing else. */
MYC_PROTOCOL(myc_reader, MYC_READER_ROWS)

typedef enum myc_stream_mode {
    MYC_STREAM_READ = 0,  /* files: read; everything else: as its target says */
    MYC_STREAM_APPEND = 1 /* files: written at the end, made when missing */
} myc_stream_mode;

/** Options of a stream; all zero means the defaults. */
typedef struct myc_stream_options {
    myc_stream_mode mode;
    uint32_t depth;          /* chunks being read and waiting, 1 to 64; default 4 (1 for pipes, 64
                                for datagrams) */
    uint32_t queue_bytes;    /* bytes that may wait to be written; default 1 MiB */
    uint32_t datagram_bytes; /* the longest datagram, 1 to 65507; default 2048 */
    uint32_t receive_buffer_bytes; /* SO_RCVBUF of a socket; default: the system's */
    uint32_t backlog;              /* connections waiting to be accepted; default 128 */
    uint64_t connect_timeout_ns;   /* default 10 s */
    uint64_t reconnect_first_ns;   /* a connection that fails, breaks or is closed by its peer is
                                       opened again after this, which doubles each time, less up
                                       to half by chance; begins anew when a connection has held
                                       for longer; 0 = it ends */
    uint64_t reconnect_max_ns;     /* but never more than this; default 30 s */
    const char *interface_name;    /* of a multicast group; default: the system's choice */
    bool delay_small_writes;       /* Nagle's algorithm; default off */
    bool no_kernel_time;           /* received_ns is when it was read */
} myc_stream_options;

/**
 * Opens `target` for the calling actor; its messages come once this has returned.
 *
 * Threads: a handler or on_start of the actor. `options` and `stream` may be NULL; borrows both.
 * Returns 0, MYC_EINVAL (the target or an option: the log line says which and what was expected;
 * no handler runs here), MYC_ETYPE (the actor's protocol has no rows for chunks and ends; for ends
 * is enough to append), MYC_ENOENT, MYC_EACCES, MYC_EIO (a directory, an address in use or another
 * cause: the log line has it), MYC_ENOMEM, MYC_ELIMIT (open files or streams), MYC_ENOTSUP (io_uring
 * was asked for and is refused; the actor has moved) or MYC_ESTOPPING. That a peer is not there
 * comes as an end, or, with reconnect_first_ns, as MYC_STREAM_LOST.
 */
MYC_API MYC_MUST_CHECK int myc_stream_open(myc_context *ctx, const char *target,
                                           const myc_stream_options *options, myc_stream *stream);

/** Checks a target without opening it: 0, or MYC_EINVAL with what was expected in `*expected`
 * (static; may be NULL). Threads: any. */
MYC_API MYC_MUST_CHECK int myc_stream_check(const char *target, const char **expected);

/**
 * Gives a chunk with room for `capacity_bytes` (1 to MYC_CHUNK_BYTES), to be filled in and written
 * or sent. Its memory is from the pools. NULL when memory is out.
 */
MYC_API myc_chunk *myc_chunk_make(myc_context *ctx, uint32_t capacity_bytes);

/**
 * Queues the bytes of `chunk` to be written in order. To a stream that sends datagrams each chunk
 * is one. Takes `chunk`, also when refused.
 *
 * Threads: a handler of the stream's owner.
 * Returns MYC_SENT, MYC_FULL (queue_bytes wait already; a chunk on its own always has room) or
 * MYC_DEAD (it is closed, has ended, or does not write).
 */
MYC_API MYC_MUST_CHECK myc_sent myc_stream_write(myc_context *ctx, myc_stream stream,
                                                 const myc_chunk *chunk);

/** Bytes that wait to be written. 0 when there is no such stream. */
MYC_API uint64_t myc_stream_queued(const myc_context *ctx, myc_stream stream);

/**
 * The calling actor gets no messages from its mailbox until half of `queue_bytes` are written, or
 * the stream has ended. To be followed by MYC_AGAIN or MYC_CONTINUE, as myc_pause_until_room().
 */
MYC_API void myc_stream_pause_until_writable(myc_context *ctx, myc_stream stream);

/**
 * Once all that was written so far is on the disk, MYC_STREAM_SYNCED comes, with the error if it
 * could not be; `count` is how many bytes of the stream that were. One event for each call, in
 * order.
 *
 * Threads: a handler of the stream's owner.
 * Returns 0, MYC_ENOMEM, or MYC_EINVAL (no such stream, or not a file).
 */
MYC_API MYC_MUST_CHECK int myc_stream_sync(myc_context *ctx, myc_stream stream);

/**
 * Closes it: nothing more is read; what waits to be written is written first, unless the peer takes
 * nothing for 10 s (1 s when the system stops: a log line says how much was lost); then it is gone
 * without an `end`. Chunks already queued in the mailbox still come. Unknown ones are ignored.
 */
MYC_API void myc_stream_close(myc_context *ctx, myc_stream stream);

/**
 * Hands over no more of a file until it is resumed: so the owner of several files reads them in the
 * order it wants. Chunks that are in its mailbox already still come: with a depth of 1, none when
 * it is called in the handler of one. Meanwhile the file counts as open.
 *
 * Threads: a handler of the stream's owner.
 * Returns 0, MYC_EINVAL (no such stream) or MYC_ENOTSUP (not a file or pipe: the kernel goes on
 * receiving for it).
 */
MYC_API MYC_MUST_CHECK int myc_stream_hold(myc_context *ctx, myc_stream stream);

/** Undoes myc_stream_hold(). Unknown streams are ignored. */
MYC_API void myc_stream_resume(myc_context *ctx, myc_stream stream);

/**
 * Tells the calling actor, by MYC_STREAM_APPEARED, of each file in the directory `path`: those that
 * are there, by name, then those that are closed after writing there or moved there. A file that is
 * being written when the watch begins is told at once, and again when it is closed: writers that
 * move complete files there are told once. When the kernel's queue of 16,384 notices has run over,
 * all that is there is told again, with 1 in `count`. Directories in it are not told, nor links
 * made there.
 *
 * The end comes when the directory is deleted or moved: MYC_ENOENT.
 *
 * Threads: a handler or on_start of the actor. Borrows `path`.
 * Returns as myc_stream_open() (MYC_ETYPE: the protocol has no rows for events and ends;
 * MYC_ELIMIT also when the user has as many inotify instances or watches as it may).
 */
MYC_API MYC_MUST_CHECK int myc_stream_watch_directory(myc_context *ctx, const char *path,
                                                      myc_stream *stream);

/**
 * Tells the calling actor, by MYC_STREAM_SIGNAL, when the process gets one of `signals` (a
 * zero-ended list). The caller of the system blocks them in all threads beforehand: the library
 * changes no signal masks. Of several that watch the same signal, in whatever system of the process,
 * one is told each time, since the kernel gives a signal once.
 *
 * Threads: a handler or on_start of the actor. Borrows `signals`.
 * Returns MYC_EINVAL when one of them is not blocked here, or none is given; else as
 * myc_stream_watch_directory().
 */
MYC_API MYC_MUST_CHECK int myc_stream_watch_signals(myc_context *ctx, const int *signals,
                                                    myc_stream *stream);

MYC_EXTERN_C_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_WEBSOCKET_H
#define MYCELIUM_WEBSOCKET_H

/*
 * WebSocket (RFC 6455), the client's side. In the library mycelium-net.
 *
 * The client is an actor that connects to a URL, ws://HOST[:PORT][/PATH] or wss://..., and hands
 * each message to a receiver, as a stream (stream.h) hands its chunks to its owner:
 *
 *     static const char *const subscriptions[] = {"{\"op\":\"subscribe\",\"channel\":\"book\"}"};
 *     myc_websocket_options options = {.subscriptions = subscriptions, .subscription_count = 1,
 *                                      .resolver = pool};
 *     int error = myc_websocket_connect(ctx, "wss://example.org/feed", &options, reader, &client);
 *
 * The receiver is anything that takes chunks and events (myc_reader_ref). It gets
 *   MYC_STREAM_OPENED   the upgrade was accepted; `name` is the URL
 *   a chunk             a message, or a part of one that is longer than a chunk; see below
 *   MYC_STREAM_LOST     the connection broke or could not be made, for the `count`th time in a row;
 *                       `name` says why, `error` is a code (MYC_EACCES: the certificate was refused;
 *                       0: the server said goodbye). It is tried again, unless an end follows
 *   MYC_STREAM_DROPPED  `count` messages were to be sent while there was no connection
 *   an end              `attempts_max` tries have failed, or it was told to close. The actor has
 *                       ended
 *
 * Nothing of what has come is lost: while the receiver is full the connection is not read, until
 * its window closes. (A server that pings then gets its pong later: some close such connections.)
 *
 * A message of up to MYC_CHUNK_BYTES is one chunk with MYC_CHUNK_WHOLE. A longer one is several:
 * all but the last have MYC_CHUNK_MORE, the last has MYC_CHUNK_WHOLE. `received_ns` is when its
 * last bytes were received, `offset` how many messages came before it, over all connections.
 * MYC_WEBSOCKET_CHUNK_BINARY marks one that is no text; text is UTF-8, that has been checked.
 *
 * Compression (permessage-deflate) is not offered: a message is what was sent, and costs no more
 * than its bytes. Redirects are not followed: the error shows where to.
 *
 * Below the client are the engines it is made of, without input or output: this one, and tls.h.
 *
 * Threads: a session by one at a time; the rest as it says there.
 */
#include <mycelium/stream.h>
#include <mycelium/tls.h>

MYC_EXTERN_C_BEGIN

typedef enum myc_websocket_kind {
    MYC_WEBSOCKET_TEXT = 1, /* UTF-8 */
    MYC_WEBSOCKET_BINARY = 2,
    MYC_WEBSOCKET_CLOSE = 8 /* of an order: no message, but the end */
} myc_websocket_kind;

/** A flag of a chunk beside myc_chunk_flags. */
enum { MYC_WEBSOCKET_CHUNK_BINARY = 256 };

/** Checks a URL without connecting: 0, or MYC_EINVAL with what was expected in `why` (may be NULL).
 * Threads: any. */
MYC_API MYC_MUST_CHECK int myc_websocket_check(const char *url, myc_net_error *why);

/* ---- the client ---- */

/** Something to be sent, or the end. */
typedef struct myc_websocket_order {
    const myc_chunk *chunk; /* the order's own reference; NULL = an empty message */
    myc_websocket_kind kind;
    uint32_t reserved;
} myc_websocket_order;
MYC_MESSAGE(myc_websocket_order)

#define MYC_WEBSOCKET_ROWS(ROW, P) ROW(P, order, myc_websocket_order)

/** What a client speaks. */
MYC_PROTOCOL(myc_websocket, MYC_WEBSOCKET_ROWS)

/** Options of a client; all zero means the defaults. Everything is copied. */
typedef struct myc_websocket_options {
    const char *const *subscriptions; /* texts, sent in order after each connect */
    uint32_t subscription_count;      /* at most 1024 */
    uint32_t protocol_count;
    const char *const *protocols; /* sub-protocols to be offered, the best first */
    const char *const *headers;   /* further header fields of the request: "Name: value" */
    uint32_t header_count;
    uint32_t message_bytes_max; /* 1 to 1 GiB; a longer one ends the connection; default 16 MiB */
    myc_tls *tls; /* of wss://, retained; NULL = one that trusts the system's CAs: it is
                                   made in the call, which then reads files for some ms */
    struct myc_pool *resolver; /* where names are looked up (offload.h), which may block; needed
                                   unless the host is an address or `localhost` */
    uint64_t open_timeout_ns; /* for a try, from looking up the name to the upgrade; default 10 s */
    uint64_t keepalive_ns;    /* silence after which it pings; as much again and the connection is
                                   lost; default 20 s; UINT64_MAX = it does not ping */
    uint64_t reconnect_first_ns; /* before the next try; doubles with each that fails, and is
                                    shortened by chance to between half and all; default 100 ms */
    uint64_t reconnect_max_ns;   /* but never more than this; default 30 s */
    uint32_t attempts_max;       /* ends when so many in a row have failed, a connection that broke
                                    being the first; 0 = goes on for ever */
    uint32_t stream_number;      /* of `stream` in what the receiver gets, to tell clients apart */
    const myc_spawn_options *spawn; /* of the actor; NULL = on the caller's worker */
} myc_websocket_options;

/**
 * Starts a client of `url` that hands what comes to `to`. `options` may be NULL. Sets `*client`.
 *
 * It ends when it is told to close, when tries run out, or by myc_stop(). A connection that is not
 * there yet, or is refused, is no error here: the receiver is told.
 * Threads: any with a context.
 * Returns 0, MYC_EINVAL (the URL or an option, no resolver for a name: the log line says which and
 * what was expected), MYC_ENOMEM, or what myc_spawn() returns.
 */
MYC_API MYC_MUST_CHECK int myc_websocket_connect(myc_context *ctx, const char *url,
                                                 const myc_websocket_options *options,
                                                 myc_reader_ref to, myc_websocket_ref *client);

/**
 * Has the bytes of `chunk` sent as one message. Takes `chunk`, also when refused. Answers as
 * myc_send(). What is accepted while there is no connection is counted as MYC_STREAM_DROPPED.
 */
MYC_API MYC_MUST_CHECK myc_sent myc_websocket_send(myc_context *ctx, myc_websocket_ref client,
                                                   myc_websocket_kind kind, const myc_chunk *chunk);

/** The same with a copy of `text`, at most MYC_CHUNK_BYTES long; a longer one is MYC_FULL. */
MYC_API MYC_MUST_CHECK myc_sent myc_websocket_send_text(myc_context *ctx, myc_websocket_ref client,
                                                        const char *text);

/** Has it say goodbye (1000), wait for the answer, at most 2 s, and end; the receiver gets the end.
 * Answers as myc_send(). */
MYC_API MYC_MUST_CHECK myc_sent myc_websocket_close(myc_context *ctx, myc_websocket_ref client);

/* ---- the engine ---- */

/** One connection: bytes in, messages out, and the other way round. */
typedef struct myc_websocket_session myc_websocket_session;

/** Options of a session. Everything is copied. */
typedef struct myc_websocket_session_options {
    const char *host; /* as the server is to see it: "example.org", "example.org:8080"; needed */
    const char *path; /* with the query; default "/" */
    const char *const *protocols;
    const char *const *headers;
    uint32_t protocol_count;
    uint32_t header_count;
    uint32_t message_bytes_max; /* as of the client */
} myc_websocket_session_options;

typedef enum myc_websocket_state {
    MYC_WEBSOCKET_UPGRADING = 0,
    MYC_WEBSOCKET_OPEN = 1,
    MYC_WEBSOCKET_CLOSING = 2, /* this side has said goodbye and waits for the answer */
    MYC_WEBSOCKET_CLOSED = 3,  /* both have: what is still to be taken is sent, then it is over */
    MYC_WEBSOCKET_FAILED = 4   /* see myc_websocket_session_error(); what can be taken says so */
} myc_websocket_state;

/** A message that has come. Borrowed: valid until the next feed or next. */
typedef struct myc_websocket_message {
    const uint8_t *bytes;
    size_t size_bytes; /* may be 0 */
    myc_websocket_kind kind;
} myc_websocket_message;

/**
 * Begins a session: the upgrade request is ready to be taken. `why` may be NULL. Gives `*session`:
 * destroy it. Returns 0, MYC_ENOMEM, MYC_EIO (no randomness) or MYC_EINVAL; `why` tells each.
 */
MYC_API MYC_MUST_CHECK int
myc_websocket_session_create(const myc_websocket_session_options *options,
                             myc_websocket_session **session, myc_net_error *why);

/** Frees it. Takes `session`; NULL is ignored. */
MYC_API void myc_websocket_session_destroy(myc_websocket_session *session);

/**
 * Puts received bytes in, all of them. Pings are answered: take the answers. Borrows `bytes`. After
 * the server's goodbye nothing counts any more.
 * Returns 0, MYC_EIO (the upgrade was refused, the server broke the protocol, a message is too
 * long: the messages before it can be had) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_websocket_session_feed(myc_websocket_session *session,
                                                      const uint8_t *bytes, size_t size_bytes);

/** The connection has ended. Returns 0 when both sides had said goodbye, else MYC_EIO. */
MYC_API MYC_MUST_CHECK int myc_websocket_session_feed_end(myc_websocket_session *session);

/** Takes the next message, whole, its fragments joined. Returns false when there is none. */
MYC_API MYC_MUST_CHECK bool myc_websocket_session_next(myc_websocket_session *session,
                                                       myc_websocket_message *message);

/**
 * Frames and masks a message; take it. Borrows `bytes`.
 * Returns 0, MYC_EBUSY (not open yet), MYC_EIO (not open any more), MYC_ELIMIT (4 MiB wait to be
 * taken), MYC_EINVAL (`kind` is neither text nor binary) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_websocket_session_write(myc_websocket_session *session,
                                                       myc_websocket_kind kind,
                                                       const uint8_t *bytes, size_t size_bytes);

/** Asks the server for a sign of life. Returns as myc_websocket_session_write(). */
MYC_API MYC_MUST_CHECK int myc_websocket_session_ping(myc_websocket_session *session);

/** How many answers to pings have come. */
MYC_API uint64_t myc_websocket_session_pongs(const myc_websocket_session *session);

/**
 * Says goodbye. `code` is 1000 or 3000 to 4999; `reason` may be NULL, of at most 123 bytes.
 * Returns 0, MYC_EBUSY (not open yet), MYC_EIO (not open any more), MYC_EINVAL or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_websocket_session_close(myc_websocket_session *session,
                                                       uint16_t code, const char *reason);

/** Takes up to `capacity_bytes` to be sent. Returns the count; 0 = there are none now. */
MYC_API MYC_MUST_CHECK size_t myc_websocket_session_take(myc_websocket_session *session,
                                                         uint8_t *bytes, size_t capacity_bytes);

MYC_API myc_websocket_state myc_websocket_session_state(const myc_websocket_session *session);

/** Why it failed, such as "the server refused the upgrade: HTTP/1.1 403 Forbidden"; "" when it did
 * not. Lasts as long as the session. */
MYC_API const char *myc_websocket_session_error(const myc_websocket_session *session);

/** The code of the server's goodbye: 1005 when it had none, 1006 when there was no goodbye. */
MYC_API uint16_t myc_websocket_session_close_code(const myc_websocket_session *session);

/** The reason of the server's goodbye as it came, or "". Lasts as long as the session. */
MYC_API const char *myc_websocket_session_close_reason(const myc_websocket_session *session);

/** The sub-protocol the server chose of those offered, or "". Lasts as long as the session. */
MYC_API const char *myc_websocket_session_protocol(const myc_websocket_session *session);

MYC_EXTERN_C_END

#endif

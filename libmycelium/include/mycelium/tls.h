/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_TLS_H
#define MYCELIUM_TLS_H

/*
 * The client's side of TLS, without any input or output: received bytes are put in, bytes to be
 * sent are taken out, and between them is the plain text. In the library mycelium-net (OpenSSL).
 *
 *     myc_tls *tls;                      one for all connections of a program: it holds the CAs
 *     int error = myc_tls_create(NULL, &tls, &why);
 *     error = myc_tls_session_create(tls, &(myc_tls_session_options){.server_name = "example.org"},
 *                                    &session, &why);
 *     while connected:
 *         myc_tls_session_take()         bytes to be sent; first of all, and after each other call
 *         myc_tls_session_feed()         bytes that were received
 *         myc_tls_session_read()         what they mean
 *         myc_tls_session_write()        what is to be said, once it is open
 *
 * The certificate of the server must be of a CA that is trusted, be of now, and name the server
 * name or IP address of the session. Only dangerously_accept_any_certificate turns that off.
 * TLS 1.2 and newer; no renegotiation, no compression.
 *
 * Memory comes from malloc(), as OpenSSL's own does, and is warm after the first few records. Where
 * the system's CAs lie is OpenSSL's to know: it also looks at SSL_CERT_FILE and SSL_CERT_DIR.
 *
 * Threads: a myc_tls may be used by any, also at the same time; a session by one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mycelium/error.h>

MYC_EXTERN_C_BEGIN

enum {
    MYC_NET_TEXT_BYTES = 256 /* of an error's text, with the closing zero */
};

/** What went wrong, for people: names what failed and what was expected. */
typedef struct myc_net_error {
    char text[MYC_NET_TEXT_BYTES];
} myc_net_error;

/** What sessions share. Counted: each session holds one reference. */
typedef struct myc_tls myc_tls;

/** Options of a myc_tls; all zero means the defaults. Everything is copied. */
typedef struct myc_tls_options {
    const char *ca_file;      /* trusted certificates, PEM; instead of the system's */
    const char *ca_directory; /* the same, a file for each, named by their hashes */
    /** Takes whatever certificate comes, from whoever it comes: what is sent can then be read and
     * changed by anybody on the way. For tests on one machine. */
    bool dangerously_accept_any_certificate;
} myc_tls_options;

/**
 * Reads the trusted certificates: files, so not on a worker that has something to do (some ms for a
 * system's). `options` and `why` may be NULL. Gives `*tls` with one reference: release it.
 * Returns 0, MYC_ENOMEM, or MYC_EINVAL (no certificate could be read there); `why` tells each.
 */
MYC_API MYC_MUST_CHECK int myc_tls_create(const myc_tls_options *options, myc_tls **tls,
                                          myc_net_error *why);

/** Adds a reference; returns `tls`. */
MYC_API myc_tls *myc_tls_retain(myc_tls *tls);

/** Drops a reference; the last one frees it. NULL is ignored. */
MYC_API void myc_tls_release(myc_tls *tls);

/** The client's end of one connection. */
typedef struct myc_tls_session myc_tls_session;

/** Options of a session. Everything is copied. */
typedef struct myc_tls_session_options {
    const char *server_name; /* as in the URL: "example.org", "192.0.2.1" or "::1"; needed */
    const char *const *alpn; /* protocols to be offered, the best first, such as "http/1.1" */
    uint32_t alpn_count;     /* 0 = none are offered */
} myc_tls_session_options;

typedef enum myc_tls_state {
    MYC_TLS_HANDSHAKE = 0, /* nothing can be written yet */
    MYC_TLS_OPEN = 1,      /* the server is who it should be */
    MYC_TLS_CLOSED = 2,    /* the server has said that nothing follows; it may still be written */
    MYC_TLS_FAILED = 3     /* see myc_tls_session_error(); what is to be sent is the alert */
} myc_tls_state;

/**
 * Begins a session: its first bytes are ready to be taken. Borrows `tls` (and retains it); `why`
 * may be NULL. Gives `*session`: destroy it.
 * Returns 0, MYC_ENOMEM, or MYC_EINVAL (an option, or OpenSSL refuses); `why` tells each.
 */
MYC_API MYC_MUST_CHECK int myc_tls_session_create(myc_tls *tls,
                                                  const myc_tls_session_options *options,
                                                  myc_tls_session **session, myc_net_error *why);

/** Frees it. Takes `session`; NULL is ignored. */
MYC_API void myc_tls_session_destroy(myc_tls_session *session);

/**
 * Puts received bytes in, all of them: what they mean waits for myc_tls_session_read(). Borrows
 * `bytes`. Returns 0, MYC_EIO (failed: the certificate was refused, or the server broke the
 * protocol) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_tls_session_feed(myc_tls_session *session, const uint8_t *bytes,
                                                size_t size_bytes);

/**
 * The connection has ended. Returns 0 when the server had said so before, else MYC_EIO: what came
 * may have been cut short by anybody.
 */
MYC_API MYC_MUST_CHECK int myc_tls_session_feed_end(myc_tls_session *session);

/**
 * Takes up to `capacity_bytes` of plain text. Returns the count, 0 when more must be fed first (or
 * the server has closed), or MYC_EIO.
 */
MYC_API MYC_MUST_CHECK int64_t myc_tls_session_read(myc_tls_session *session, uint8_t *bytes,
                                                    size_t capacity_bytes);

/**
 * Encrypts `bytes`, all of them; take them. Borrows `bytes`.
 * Returns 0, MYC_EBUSY (the handshake is not over), MYC_EIO (failed, or it was closed on this
 * side) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_tls_session_write(myc_tls_session *session, const uint8_t *bytes,
                                                 size_t size_bytes);

/** Says to the server that nothing follows (close_notify). To be taken and sent like the rest. */
MYC_API void myc_tls_session_close(myc_tls_session *session);

/** Takes up to `capacity_bytes` to be sent. Returns the count; 0 = there are none now. */
MYC_API MYC_MUST_CHECK size_t myc_tls_session_take(myc_tls_session *session, uint8_t *bytes,
                                                   size_t capacity_bytes);

MYC_API myc_tls_state myc_tls_session_state(const myc_tls_session *session);

/** Why it failed, such as "certificate refused: it is of 'a.org', not of 'b.org'"; "" when it did
 * not. Lasts as long as the session. */
MYC_API const char *myc_tls_session_error(const myc_tls_session *session);

/** True when it failed because the server is not who it should be, or cannot prove it. */
MYC_API bool myc_tls_session_refused(const myc_tls_session *session);

/** The protocol that the server chose of those offered, or "". Lasts as long as the session. */
MYC_API const char *myc_tls_session_alpn(const myc_tls_session *session);

/** The version, such as "TLSv1.3", or "" during the handshake. Static. */
MYC_API const char *myc_tls_session_version(const myc_tls_session *session);

MYC_EXTERN_C_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_UPGRADE_H
#define MYC_NET_UPGRADE_H

/*
 * The HTTP/1.1 exchange that a WebSocket begins with: pure functions over text.
 */
#include <mycelium/websocket.h>

#include "net/bytes.h"
#include "net/limits.h"

enum {
    MYC__KEY_TEXT_BYTES = 25,   /* base64 of 16 random bytes, with the closing zero */
    MYC__ACCEPT_TEXT_BYTES = 29 /* base64 of a SHA-1, likewise */
};

/** What the answer must fit. */
struct myc__upgrade {
    char key[MYC__KEY_TEXT_BYTES];
    char accept[MYC__ACCEPT_TEXT_BYTES];
    char *protocols; /* as offered: "a, b", "" when none; own memory */
    char *protocol;  /* what the server chose: own memory, or NULL */
};

/**
 * Chooses a key and appends the request to `out`. Borrows `options`. On success `upgrade` is to be
 * given up by myc__upgrade_fini(). Returns 0, MYC_EINVAL with `why`, MYC_EIO (no randomness) or
 * MYC_ENOMEM.
 */
int myc__upgrade_request(struct myc__upgrade *upgrade, const myc_websocket_session_options *options,
                         struct myc__bytes *out, myc_net_error *why);

void myc__upgrade_fini(struct myc__upgrade *upgrade);

/** Writes what the server must answer to `key`. Returns 0 or MYC_ENOMEM. */
int myc__upgrade_accept(const char *key, char accept[MYC__ACCEPT_TEXT_BYTES]);

/** The size of the answer at the start of `bytes`, with its empty line; 0 when that has not come.
 * `looked_at` is where to go on next time: 0 at first. */
size_t myc__upgrade_find_end(const uint8_t *bytes, size_t size_bytes, size_t *looked_at);

/**
 * Checks the answer, `size_bytes` long with its empty line, which is taken apart in place.
 * Returns 0, MYC_EIO with `why` filled in, or MYC_ENOMEM.
 */
int myc__upgrade_check(struct myc__upgrade *upgrade, char *answer, size_t size_bytes,
                       myc_net_error *why);

#endif

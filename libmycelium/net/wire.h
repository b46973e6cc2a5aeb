/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_WIRE_H
#define MYC_NET_WIRE_H

/*
 * The two engines of one connection, one upon the other: what is received goes through TLS, if there
 * is any, into the WebSocket, and what is to be sent the other way.
 */
#include <mycelium/websocket.h>

struct myc__wire {
    myc_tls_session *tls; /* NULL = none */
    myc_websocket_session *socket;
};

/** `tls` is NULL for none; `server_name` is then not looked at. Borrows all. Returns as the two
 * create functions. */
int myc__wire_init(struct myc__wire *wire, myc_tls *tls, const char *server_name,
                   const myc_websocket_session_options *options, myc_net_error *why);

/** May be called of one that is all zero. */
void myc__wire_fini(struct myc__wire *wire);

/** Puts received bytes in. Returns 0, MYC_EACCES (the certificate was refused), MYC_EIO or
 * MYC_ENOMEM. */
int myc__wire_feed(struct myc__wire *wire, const uint8_t *bytes, size_t size_bytes);

/** The connection has ended. Returns 0 if it was to be expected, else MYC_EIO. */
int myc__wire_feed_end(struct myc__wire *wire);

/** Takes what is to be sent, the goodbye of TLS last. 0 = nothing now. */
size_t myc__wire_take(struct myc__wire *wire, uint8_t *bytes, size_t capacity_bytes);

/** Why it failed. */
const char *myc__wire_error(const struct myc__wire *wire);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/wire.h"

#include "net/limits.h"

int myc__wire_init(struct myc__wire *wire, myc_tls *tls, const char *server_name,
                   const myc_websocket_session_options *options, myc_net_error *why)
{
    *wire = (struct myc__wire){0};
    myc_tls_session_options secure = {.server_name = server_name};
    int error = tls ? myc_tls_session_create(tls, &secure, &wire->tls, why) : 0;
    if (!error) {
        error = myc_websocket_session_create(options, &wire->socket, why);
    }
    if (error) {
        myc__wire_fini(wire);
    }
    return error;
}

void myc__wire_fini(struct myc__wire *wire)
{
    myc_tls_session_destroy(wire->tls);
    myc_websocket_session_destroy(wire->socket);
    *wire = (struct myc__wire){0};
}

static int decrypt(struct myc__wire *wire)
{
    uint8_t piece[MYC__PIECE_BYTES];
    for (;;) {
        int64_t count = myc_tls_session_read(wire->tls, piece, sizeof piece);
        if (count <= 0) {
            return (int)count;
        }
        int error = myc_websocket_session_feed(wire->socket, piece, (size_t)count);
        if (error) {
            return error;
        }
    }
}

int myc__wire_feed(struct myc__wire *wire, const uint8_t *bytes, size_t size_bytes)
{
    if (!wire->tls) {
        return myc_websocket_session_feed(wire->socket, bytes, size_bytes);
    }
    int error = myc_tls_session_feed(wire->tls, bytes, size_bytes);
    if (error) {
        return myc_tls_session_refused(wire->tls) ? MYC_EACCES : error;
    }
    return decrypt(wire);
}

/* A goodbye of the WebSocket is worth as much as one of TLS, which many servers leave out after it:
 * both came under the protection of TLS. */
int myc__wire_feed_end(struct myc__wire *wire)
{
    if (myc_websocket_session_state(wire->socket) == MYC_WEBSOCKET_CLOSED) {
        return 0;
    }
    int error = wire->tls ? myc_tls_session_feed_end(wire->tls) : 0;
    return error ? error : myc_websocket_session_feed_end(wire->socket);
}

static bool is_over(const struct myc__wire *wire)
{
    myc_websocket_state state = myc_websocket_session_state(wire->socket);
    return state == MYC_WEBSOCKET_CLOSED || state == MYC_WEBSOCKET_FAILED;
}

/* What it cannot take any more is lost with the connection. */
static void encrypt(struct myc__wire *wire)
{
    uint8_t piece[MYC__PIECE_BYTES];
    size_t count = 0;
    int error = 0;
    while (!error && (count = myc_websocket_session_take(wire->socket, piece, sizeof piece)) > 0) {
        error = myc_tls_session_write(wire->tls, piece, count);
    }
    if (is_over(wire)) {
        myc_tls_session_close(wire->tls);
    }
}

size_t myc__wire_take(struct myc__wire *wire, uint8_t *bytes, size_t capacity_bytes)
{
    if (!wire->tls) {
        return myc_websocket_session_take(wire->socket, bytes, capacity_bytes);
    }
    myc_tls_state state = myc_tls_session_state(wire->tls);
    if (state == MYC_TLS_OPEN || state == MYC_TLS_CLOSED) {
        encrypt(wire);
    }
    return myc_tls_session_take(wire->tls, bytes, capacity_bytes);
}

const char *myc__wire_error(const struct myc__wire *wire)
{
    const char *text = wire->tls ? myc_tls_session_error(wire->tls) : "";
    return text[0] || !wire->socket ? text : myc_websocket_session_error(wire->socket);
}

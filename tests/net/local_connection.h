/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_LOCAL_CONNECTION_H
#define TESTS_NET_LOCAL_CONNECTION_H

/*
 * The connections of a local server (local_server.h), on its thread and under its lock: from the
 * socket through TLS to the frames, and back.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "net/tls_server.h"
#include "net/websocket_server.h"

enum { LOCAL_CONNECTIONS_MAX = 16, LOCAL_WAIT_S = 60 };

struct local_connection {
    int socket; /* -1 = none */
    struct tls_server *tls;
    struct websocket_server *frames;
    bool counted;      /* as upgraded */
    uint32_t recorded; /* of what was said */
    uint8_t *out;
    size_t out_size;
};

struct local_server {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    const struct identity *identity;
    int guard;
    int listener; /* -1 = nobody listens */
    int wake[2];
    uint16_t port;
    bool ending;
    /* How it behaves. */
    const char *answer; /* to the upgrade; NULL = the right one */
    bool mute;          /* it takes what comes and never says anything */
    /* What has happened. */
    uint32_t accepted;
    uint32_t upgraded;
    uint32_t lost; /* connections that ended */
    uint32_t pings;
    uint32_t said_count;
    uint32_t goodbyes;
    uint16_t goodbye_code;
    size_t unsent;    /* bytes the kernel did not take yet */
    char said[65536]; /* texts, each with its newline */
    struct local_connection connections[LOCAL_CONNECTIONS_MAX];
};

static inline void local_hang_up(struct local_server *server, struct local_connection *connection,
                                 bool reset)
{
    if (connection->socket < 0) {
        return;
    }
    if (reset) {
        struct linger linger = {.l_onoff = 1};
        setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    close(connection->socket);
    if (connection->tls) {
        tls_server_close(connection->tls);
    }
    websocket_server_close(connection->frames);
    free(connection->out);
    *connection = (struct local_connection){.socket = -1};
    server->lost++;
}

static inline void local_append(struct local_connection *connection, const uint8_t *bytes,
                                size_t count)
{
    connection->out = realloc(connection->out, connection->out_size + count);
    REQUIRE(connection->out);
    memcpy(connection->out + connection->out_size, bytes, count);
    connection->out_size += count;
}

/* From the frames through TLS to what is to be sent. */
static inline void local_collect(struct local_connection *connection)
{
    static _Thread_local uint8_t piece[1 << 16];
    size_t count;
    bool ready = !connection->tls || connection->tls->open;
    while (ready && (count = websocket_server_take(connection->frames, piece, sizeof piece)) > 0) {
        if (connection->tls) {
            tls_server_write(connection->tls, piece, count);
        } else {
            local_append(connection, piece, count);
        }
    }
    while (connection->tls && (count = tls_server_take(connection->tls, piece, sizeof piece)) > 0) {
        local_append(connection, piece, count);
    }
}

/** Returns false when the connection has broken. */
static inline bool local_send(struct local_connection *connection)
{
    ssize_t count = 0;
    size_t sent = 0;
    while (sent < connection->out_size &&
           (count = send(connection->socket, connection->out + sent, connection->out_size - sent,
                         MSG_NOSIGNAL)) > 0) {
        sent += (size_t)count;
    }
    if (sent) {
        memmove(connection->out, connection->out + sent, connection->out_size - sent);
    }
    connection->out_size -= sent;
    return count >= 0 || errno == EAGAIN;
}

static inline void local_record(struct local_server *server, struct local_connection *connection)
{
    struct websocket_server *frames = connection->frames;
    for (; connection->recorded < frames->said_count; connection->recorded++) {
        const struct websocket_said *said = &frames->said[connection->recorded];
        size_t used = strlen(server->said);
        snprintf(server->said + used, sizeof server->said - used, "%s\n", (char *)said->bytes);
        server->said_count++;
    }
    server->pings += frames->pings;
    frames->pings = 0;
    if (frames->close_code) {
        server->goodbyes++;
        server->goodbye_code = frames->close_code;
        frames->close_code = 0;
    }
    if (frames->upgraded && !connection->counted) {
        connection->counted = true;
        server->upgraded++;
    }
}

static inline void local_take_in(struct local_connection *connection, const uint8_t *bytes,
                                 size_t count)
{
    uint8_t plain[1 << 14];
    if (!connection->tls) {
        websocket_server_feed(connection->frames, bytes, count);
        return;
    }
    tls_server_feed(connection->tls, bytes, count);
    while ((count = tls_server_read(connection->tls, plain, sizeof plain)) > 0) {
        websocket_server_feed(connection->frames, plain, count);
    }
}

/* A server hangs up once both have said goodbye, or TLS has failed. */
static inline bool local_is_done(const struct local_connection *connection)
{
    bool failed = connection->tls && connection->tls->failed;
    bool both = wslay_event_get_close_received(connection->frames->frames) &&
                wslay_event_get_close_sent(connection->frames->frames);
    return connection->out_size == 0 && (failed || both);
}

static inline void local_serve(struct local_server *server, struct local_connection *connection)
{
    uint8_t bytes[1 << 14];
    ssize_t count = recv(connection->socket, bytes, sizeof bytes, 0);
    bool broken = count == 0 || (count < 0 && errno != EAGAIN);
    if (count > 0 && !server->mute) {
        local_take_in(connection, bytes, (size_t)count);
    }
    local_record(server, connection);
    local_collect(connection);
    broken |= !local_send(connection);
    if (broken || local_is_done(connection)) {
        local_hang_up(server, connection, false);
    }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_LOCAL_SERVER_H
#define TESTS_NET_LOCAL_SERVER_H

/*
 * A WebSocket server on a real port of this machine, on a thread of its own: wslay, and OpenSSL when
 * it has an identity.
 *
 *     struct local_server *server = local_server_open(&identity);     or NULL: without TLS
 *     server->port
 *     local_server_say(server, "hello");       to all that are connected
 *     local_server_await(server, upgraded, 2)  two connections were upgraded so far
 *     local_server_stop(server);               nobody listens there, connections are reset
 *     local_server_start(server);              again, at the same port
 *     local_server_close(server);
 *
 * The port stays reserved while nobody listens, by a second socket that is bound to it.
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

/* ---- one connection; all under the lock ---- */

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

/* ---- the thread ---- */

static inline void local_accept(struct local_server *server)
{
    int socket = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    for (int index = 0; socket >= 0 && index < LOCAL_CONNECTIONS_MAX; index++) {
        struct local_connection *connection = &server->connections[index];
        if (connection->socket < 0) {
            connection->socket = socket;
            connection->frames = websocket_server_open();
            connection->frames->answer = server->answer;
            connection->tls = server->identity ? tls_server_open(server->identity, 0) : NULL;
            server->accepted++;
            return;
        }
    }
    REQUIRE(socket < 0);
}

static inline nfds_t local_prepare(struct local_server *server, struct pollfd *polled)
{
    polled[0] = (struct pollfd){server->wake[0], POLLIN, 0};
    polled[1] = (struct pollfd){server->listener, POLLIN, 0};
    for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
        const struct local_connection *connection = &server->connections[index];
        short events = (short)(POLLIN | (connection->out_size ? POLLOUT : 0));
        polled[2 + index] = (struct pollfd){connection->socket, events, 0};
    }
    return 2 + LOCAL_CONNECTIONS_MAX;
}

static inline void local_react(struct local_server *server, const struct pollfd *polled)
{
    char woken[64];
    if (polled[0].revents) {
        (void)!read(server->wake[0], woken, sizeof woken);
    }
    /* What the listener was, it may not be any more. */
    if (polled[1].revents && polled[1].fd == server->listener) {
        local_accept(server);
    }
    for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
        if (server->connections[index].socket >= 0) {
            local_serve(server, &server->connections[index]);
        }
    }
}

static inline void *local_run(void *user)
{
    struct local_server *server = user;
    struct pollfd polled[2 + LOCAL_CONNECTIONS_MAX];
    pthread_mutex_lock(&server->lock);
    while (!server->ending) {
        nfds_t count = local_prepare(server, polled);
        pthread_cond_broadcast(&server->changed);
        pthread_mutex_unlock(&server->lock);
        poll(polled, count, -1);
        pthread_mutex_lock(&server->lock);
        local_react(server, polled);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* ---- from the test ---- */

static inline void local_wake(struct local_server *server)
{
    REQUIRE(write(server->wake[1], "", 1) == 1);
}

static inline int local_bind(uint16_t port)
{
    int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    REQUIRE(made >= 0);
    /* The first one asks for a port that nobody has, so it may not share; from then on it does. */
    if (port) {
        setsockopt(made, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    REQUIRE(bind(made, (struct sockaddr *)&address, sizeof address) == 0);
    setsockopt(made, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return made;
}

/** Listens. */
MYC_UNUSED static void local_server_start(struct local_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->listener = local_bind(server->port);
    REQUIRE(listen(server->listener, 64) == 0);
    local_wake(server);
    pthread_mutex_unlock(&server->lock);
}

/** Nobody listens any more, and all connections are reset. */
MYC_UNUSED static void local_server_stop(struct local_server *server)
{
    pthread_mutex_lock(&server->lock);
    close(server->listener);
    server->listener = -1;
    for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
        local_hang_up(server, &server->connections[index], true);
    }
    local_wake(server);
    pthread_mutex_unlock(&server->lock);
}

/** Borrows `identity` until it is closed; NULL = no TLS. */
MYC_UNUSED static struct local_server *local_server_open(const struct identity *identity)
{
    struct local_server *made = calloc(1, sizeof *made);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    REQUIRE(made);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    made->identity = identity;
    for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
        made->connections[index].socket = -1;
    }
    REQUIRE(pipe2(made->wake, O_CLOEXEC | O_NONBLOCK) == 0);
    made->guard = local_bind(0);
    REQUIRE(getsockname(made->guard, (struct sockaddr *)&address, &length) == 0);
    made->port = ntohs(address.sin_port);
    local_server_start(made);
    REQUIRE(pthread_create(&made->thread, NULL, local_run, made) == 0);
    return made;
}

MYC_UNUSED static void local_server_close(struct local_server *server)
{
    local_server_stop(server);
    pthread_mutex_lock(&server->lock);
    server->ending = true;
    local_wake(server);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->thread, NULL);
    close(server->guard);
    close(server->wake[0]);
    close(server->wake[1]);
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->changed);
    free(server);
}

/* Not before the upgrade, nor after the goodbye. */
static inline bool local_may_say(const struct local_connection *connection)
{
    return connection->socket >= 0 && connection->counted &&
           wslay_event_get_queued_msg_count(connection->frames->frames) == 0 &&
           wslay_event_get_write_enabled(connection->frames->frames);
}

/** A data message to all that are connected. */
MYC_UNUSED static void local_server_say(struct local_server *server, uint8_t opcode,
                                        const void *bytes, size_t size)
{
    pthread_mutex_lock(&server->lock);
    for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
        if (local_may_say(&server->connections[index])) {
            websocket_server_say(server->connections[index].frames, opcode, bytes, size);
        }
    }
    local_wake(server);
    pthread_mutex_unlock(&server->lock);
}

/** Goodbye to all. */
MYC_UNUSED static void local_server_goodbye(struct local_server *server, uint16_t code,
                                            const char *reason)
{
    pthread_mutex_lock(&server->lock);
    for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
        if (local_may_say(&server->connections[index])) {
            websocket_server_goodbye(server->connections[index].frames, code, reason);
        }
    }
    local_wake(server);
    pthread_mutex_unlock(&server->lock);
}

static inline bool local_wait(struct local_server *server)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOCAL_WAIT_S;
    return pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0;
}

/** Waits until the count has reached `expected`; the test ends if it never does. */
#define local_server_await(server, count, expected)                                                \
    do {                                                                                           \
        pthread_mutex_lock(&(server)->lock);                                                       \
        while ((server)->count < (expected)) {                                                     \
            REQUIRE(local_wait(server) && #count " " #expected);                                   \
        }                                                                                          \
        pthread_mutex_unlock(&(server)->lock);                                                     \
    } while (0)

/** Waits until nothing has gone out for a while; how much has not. What is looked at stands still only
 * when nobody reads, so looking too soon finds more, not less. */
MYC_UNUSED static size_t local_server_await_stall(struct local_server *server)
{
    size_t before, now = SIZE_MAX;
    do {
        before = now;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        pthread_mutex_lock(&server->lock);
        now = 0;
        for (int index = 0; index < LOCAL_CONNECTIONS_MAX; index++) {
            const struct local_connection *connection = &server->connections[index];
            now += connection->out_size;
            now += connection->socket >= 0 ? connection->frames->to_send_size : 0;
        }
        pthread_mutex_unlock(&server->lock);
    } while (now != before);
    return now;
}

/** Waits until this text has been said. */
MYC_UNUSED static void local_server_await_said(struct local_server *server, const char *text)
{
    pthread_mutex_lock(&server->lock);
    while (!strstr(server->said, text)) {
        REQUIRE(local_wait(server));
    }
    pthread_mutex_unlock(&server->lock);
}

#endif

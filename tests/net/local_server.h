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
#include "net/local_connection.h"

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

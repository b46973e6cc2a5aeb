/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_WEBSOCKET_SERVER_H
#define TESTS_NET_WEBSOCKET_SERVER_H

/*
 * The server's side of a WebSocket in memory, by wslay, which refuses what is not masked.
 *
 *     struct websocket_server *server = websocket_server_open();
 *     websocket_server_feed(server, bytes, count);      answers the upgrade, keeps what is said
 *     websocket_server_say(server, WSLAY_TEXT_FRAME, "hello", 5);
 *     websocket_server_put(server, raw, size);          bytes as they are: bad frames, other answers
 *     websocket_server_take(server, room, sizeof room)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <mycelium/export.h>
#include <openssl/evp.h>
#include <wslay/wslay.h>

#include "net/require.h"

enum { SERVER_SAID_MAX = 4096, SERVER_TEXT_BYTES = 1 << 12 };

struct websocket_said {
    uint8_t opcode;
    uint8_t *bytes;
    size_t size;
};

struct websocket_server {
    wslay_event_context_ptr frames;
    char request[SERVER_TEXT_BYTES]; /* as it came, with its empty line */
    size_t request_size;
    bool upgraded;
    const char *answer;  /* instead of the right one; NULL = that */
    const char *further; /* fields of the right one: "Name: value\r\n" */
    uint8_t *to_send;
    size_t to_send_head; /* what was taken lies before it */
    size_t to_send_size; /* behind it */
    size_t to_send_capacity;
    const uint8_t *fed;
    size_t fed_size;
    struct websocket_said said[SERVER_SAID_MAX]; /* data messages */
    uint32_t said_count;
    uint32_t pings;
    uint32_t pongs;
    uint16_t close_code;
    char close_reason[128];
};

/** Bytes as they are. */
MYC_UNUSED static void websocket_server_put(struct websocket_server *server, const void *bytes,
                                            size_t size)
{
    size_t tail = server->to_send_head + server->to_send_size;
    while (tail + size > server->to_send_capacity) {
        server->to_send_capacity = server->to_send_capacity ? server->to_send_capacity * 2 : 4096;
        server->to_send = realloc(server->to_send, server->to_send_capacity);
        REQUIRE(server->to_send);
    }
    if (size) {
        memcpy(server->to_send + tail, bytes, size);
    }
    server->to_send_size += size;
}

static inline ssize_t websocket_server_recv(wslay_event_context_ptr frames, uint8_t *room,
                                            size_t size, int flags, void *user)
{
    struct websocket_server *server = user;
    size_t count = server->fed_size < size ? server->fed_size : size;
    (void)flags;
    if (count == 0) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    memcpy(room, server->fed, count);
    server->fed += count;
    server->fed_size -= count;
    return (ssize_t)count;
}

static inline ssize_t websocket_server_send(wslay_event_context_ptr frames, const uint8_t *bytes,
                                            size_t size, int flags, void *user)
{
    (void)frames;
    (void)flags;
    websocket_server_put(user, bytes, size);
    return (ssize_t)size;
}

static inline void websocket_server_keep(struct websocket_server *server, uint8_t opcode,
                                         const uint8_t *bytes, size_t size)
{
    REQUIRE(server->said_count < SERVER_SAID_MAX);
    struct websocket_said *said = &server->said[server->said_count++];
    *said = (struct websocket_said){opcode, calloc(1, size + 1), size};
    if (size) {
        memcpy(said->bytes, bytes, size);
    }
}

static inline void websocket_server_on_message(wslay_event_context_ptr frames,
                                               const struct wslay_event_on_msg_recv_arg *got,
                                               void *user)
{
    struct websocket_server *server = user;
    (void)frames;
    if (got->opcode == WSLAY_PING) {
        server->pings++;
    } else if (got->opcode == WSLAY_PONG) {
        server->pongs++;
    } else if (got->opcode == WSLAY_CONNECTION_CLOSE) {
        server->close_code = got->status_code;
        snprintf(server->close_reason, sizeof server->close_reason, "%.*s",
                 got->msg_length > 2 ? (int)got->msg_length - 2 : 0, (const char *)got->msg + 2);
    } else {
        websocket_server_keep(server, got->opcode, got->msg, got->msg_length);
    }
}

MYC_UNUSED static struct websocket_server *websocket_server_open(void)
{
    const struct wslay_event_callbacks callbacks = {.recv_callback = websocket_server_recv,
                                                    .send_callback = websocket_server_send,
                                                    .on_msg_recv_callback =
                                                        websocket_server_on_message};
    struct websocket_server *made = calloc(1, sizeof *made);
    REQUIRE(made);
    REQUIRE(wslay_event_context_server_init(&made->frames, &callbacks, made) == 0);
    return made;
}

MYC_UNUSED static void websocket_server_close(struct websocket_server *server)
{
    wslay_event_context_free(server->frames);
    for (uint32_t index = 0; index < server->said_count; index++) {
        free(server->said[index].bytes);
    }
    free(server->to_send);
    free(server);
}

/** The value of a field of the request, copied to `value`; false when it is not there. */
MYC_UNUSED static bool websocket_server_field(const struct websocket_server *server,
                                              const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    for (const char *line = strstr(server->request, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            const char *from = line + length + 1 + (line[length + 1] == ' ');
            snprintf(value, size, "%.*s", (int)strcspn(from, "\r"), from);
            return true;
        }
    }
    return false;
}

/** What answers the key of the request, worked out without the library. */
MYC_UNUSED static void websocket_server_accept(const struct websocket_server *server,
                                               char accept[32])
{
    char key[64] = "", text[128];
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    websocket_server_field(server, "Sec-WebSocket-Key", key, sizeof key);
    snprintf(text, sizeof text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    EVP_Digest(text, strlen(text), digest, &length, EVP_sha1(), NULL);
    EVP_EncodeBlock((uint8_t *)accept, digest, (int)length);
}

static inline void websocket_server_answer(struct websocket_server *server)
{
    char accept[32], answer[SERVER_TEXT_BYTES];
    websocket_server_accept(server, accept);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 101 Switching Protocols\r\nServer: test\r\nupgrade: WebSocket\r\n"
             "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
             accept, server->further ? server->further : "");
    const char *sent = server->answer ? server->answer : answer;
    websocket_server_put(server, sent, strlen(sent));
    server->upgraded = true;
}

MYC_UNUSED static void websocket_server_flush(struct websocket_server *server)
{
    REQUIRE(wslay_event_send(server->frames) == 0);
}

static inline void websocket_server_feed_frames(struct websocket_server *server,
                                                const uint8_t *bytes, size_t size)
{
    server->fed = bytes;
    server->fed_size = size;
    wslay_event_recv(server->frames);
    websocket_server_flush(server);
}

MYC_UNUSED static void websocket_server_feed(struct websocket_server *server, const uint8_t *bytes,
                                             size_t size)
{
    while (size && !server->upgraded) {
        REQUIRE(server->request_size + 1 < SERVER_TEXT_BYTES);
        server->request[server->request_size++] = (char)*bytes++;
        size--;
        if (strstr(server->request, "\r\n\r\n")) {
            websocket_server_answer(server);
        }
    }
    if (size) {
        websocket_server_feed_frames(server, bytes, size);
    }
}

MYC_UNUSED static void websocket_server_say(struct websocket_server *server, uint8_t opcode,
                                            const void *bytes, size_t size)
{
    const struct wslay_event_msg message = {opcode, bytes, size};
    REQUIRE(wslay_event_queue_msg(server->frames, &message) == 0);
    websocket_server_flush(server);
}

MYC_UNUSED static void websocket_server_goodbye(struct websocket_server *server, uint16_t code,
                                                const char *reason)
{
    REQUIRE(wslay_event_queue_close(server->frames, code, (const uint8_t *)reason,
                                    strlen(reason)) == 0);
    websocket_server_flush(server);
}

/** A frame as it lies on the wire, unmasked; `first` holds FIN, RSV and the opcode. */
MYC_UNUSED static void websocket_server_put_frame(struct websocket_server *server, uint8_t first,
                                                  const void *bytes, size_t size)
{
    uint8_t head[10] = {first};
    size_t head_size = size < 126 ? 2 : size < 65536 ? 4 : 10;
    head[1] = (uint8_t)(size < 126 ? size : size < 65536 ? 126 : 127);
    for (size_t at = 2; at < head_size; at++) {
        head[at] = (uint8_t)(size >> 8 * (head_size - 1 - at));
    }
    websocket_server_put(server, head, head_size);
    websocket_server_put(server, bytes, size);
}

MYC_UNUSED static size_t websocket_server_take(struct websocket_server *server, uint8_t *room,
                                               size_t size)
{
    size_t count = server->to_send_size < size ? server->to_send_size : size;
    if (count) {
        memcpy(room, server->to_send + server->to_send_head, count);
    }
    server->to_send_size -= count;
    server->to_send_head = server->to_send_size ? server->to_send_head + count : 0;
    return count;
}

#endif

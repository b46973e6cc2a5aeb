/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_WEBSOCKET_LAB_H
#define TESTS_NET_WEBSOCKET_LAB_H

/*
 * A session of the library and wslay's server, joined by hand: bytes go over in pieces whose size is
 * chosen by a seed, or one by one.
 *
 *     struct websocket_lab lab = websocket_lab_open(seed, &options);
 *     websocket_lab_run(&lab);                     until nothing moves
 *     expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, "hello");
 *     websocket_lab_close(&lab);
 */
#include <criterion/criterion.h>
#include <mycelium/websocket.h>

#include "net/websocket_server.h"
#include "support/leaks.h"

enum { LAB_HEARD_MAX = 4096 };

struct heard {
    myc_websocket_kind kind;
    uint8_t *bytes;
    size_t size;
};

struct websocket_lab {
    struct websocket_server *server;
    myc_websocket_session *session;
    uint64_t seed;
    int error; /* of the session's last feed */
    struct heard *heard;
    uint32_t heard_count;
};

static inline size_t websocket_lab_piece(struct websocket_lab *lab)
{
    if (!lab->seed) {
        return 1;
    }
    lab->seed = lab->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return 1 + (lab->seed >> 33) % (1u << ((lab->seed >> 50) % 14));
}

MYC_UNUSED static struct websocket_lab
websocket_lab_open(uint64_t seed, const myc_websocket_session_options *given)
{
    struct websocket_lab lab = {.seed = seed, .server = websocket_server_open()};
    myc_websocket_session_options options = given ? *given : (myc_websocket_session_options){0};
    options.host = options.host ? options.host : "a.test";
    myc_net_error why = {""};
    cr_assert_eq(0, myc_websocket_session_create(&options, &lab.session, &why), "%s", why.text);
    lab.heard = calloc(LAB_HEARD_MAX, sizeof *lab.heard);
    return lab;
}

MYC_UNUSED static void websocket_lab_close(struct websocket_lab *lab)
{
    myc_websocket_session_destroy(lab->session);
    websocket_server_close(lab->server);
    for (uint32_t index = 0; index < lab->heard_count; index++) {
        free(lab->heard[index].bytes);
    }
    free(lab->heard);
}

MYC_UNUSED static void websocket_lab_hear(struct websocket_lab *lab)
{
    myc_websocket_message message;
    while (myc_websocket_session_next(lab->session, &message)) {
        cr_assert_lt(lab->heard_count, LAB_HEARD_MAX);
        struct heard *heard = &lab->heard[lab->heard_count++];
        *heard =
            (struct heard){message.kind, calloc(1, message.size_bytes + 1), message.size_bytes};
        memcpy(heard->bytes, message.bytes, message.size_bytes);
    }
}

static inline bool websocket_lab_to_client(struct websocket_lab *lab)
{
    uint8_t piece[1 << 14];
    size_t count = websocket_server_take(lab->server, piece, websocket_lab_piece(lab));
    if (count == 0) {
        return false;
    }
    int error = myc_websocket_session_feed(lab->session, piece, count);
    lab->error = error ? error : lab->error;
    /* Messages may wait while more comes. */
    if (!lab->seed || lab->seed >> 40 & 1) {
        websocket_lab_hear(lab);
    }
    return true;
}

static inline bool websocket_lab_to_server(struct websocket_lab *lab)
{
    uint8_t piece[1 << 14];
    size_t count = myc_websocket_session_take(lab->session, piece, websocket_lab_piece(lab));
    websocket_server_feed(lab->server, piece, count);
    return count > 0;
}

/** Moves bytes both ways until there are none. */
MYC_UNUSED static void websocket_lab_run(struct websocket_lab *lab)
{
    bool moved;
    do {
        moved = websocket_lab_to_server(lab);
        moved |= websocket_lab_to_client(lab);
    } while (moved);
    websocket_lab_hear(lab);
}

/** One that has been upgraded. */
MYC_UNUSED static struct websocket_lab
websocket_lab_ready(uint64_t seed, const myc_websocket_session_options *options)
{
    struct websocket_lab lab = websocket_lab_open(seed, options);
    websocket_lab_run(&lab);
    cr_assert_eq(MYC_WEBSOCKET_OPEN, myc_websocket_session_state(lab.session), "%s",
                 myc_websocket_session_error(lab.session));
    return lab;
}

MYC_UNUSED static void expect_heard(const struct websocket_lab *lab, uint32_t index,
                                    myc_websocket_kind kind, const void *bytes, size_t size)
{
    cr_assert_lt(index, lab->heard_count, "only %u messages came", lab->heard_count);
    cr_expect_eq(kind, lab->heard[index].kind);
    cr_expect_eq(size, lab->heard[index].size, "message %u has %zu bytes, not %zu", index,
                 lab->heard[index].size, size);
    cr_expect(size == lab->heard[index].size && !memcmp(bytes, lab->heard[index].bytes, size));
}

/** It has failed, for this reason, and has told the server `code` (0 = nothing, or no code). */
MYC_UNUSED static void expect_failure(struct websocket_lab *lab, const char *reason, uint16_t code)
{
    cr_expect_eq(MYC_WEBSOCKET_FAILED, myc_websocket_session_state(lab->session), "%s", reason);
    cr_expect_eq(MYC_EIO, lab->error, "%s", reason);
    const char *error = myc_websocket_session_error(lab->session);
    cr_expect(strstr(error, reason), "expected '%s', got '%s'", reason, error);
    cr_expect_eq(code, lab->server->close_code, "%s: the server was told %u, not %u", reason,
                 lab->server->close_code, code);
    cr_expect_eq(MYC_EIO, myc_websocket_session_write(lab->session, MYC_WEBSOCKET_TEXT, NULL, 0));
    cr_expect_eq(MYC_EIO, myc_websocket_session_feed(lab->session, NULL, 0));
}

#endif

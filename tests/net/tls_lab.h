/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_TLS_LAB_H
#define TESTS_NET_TLS_LAB_H

/*
 * A session of the library and a server of OpenSSL, joined by hand: bytes go over in pieces whose
 * size is chosen by a seed, or one by one.
 *
 *     struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.server_name = "a.test"});
 *     tls_lab_run(&lab);                    until nothing moves
 *     tls_lab_close(&lab);
 */
#include <criterion/criterion.h>
#include <mycelium/tls.h>

#include "net/tls_server.h"
#include "support/leaks.h"

enum { LAB_TEXT_BYTES = 1 << 20 };

struct tls_lab_options {
    const char *server_name;      /* default "a.test" */
    struct identity_options leaf; /* its issuer is the CA of the lab, unless self_signed */
    bool self_signed;
    bool distrust;    /* the client trusts another CA */
    bool dangerously; /* it takes any */
    int version_max;  /* of the server */
    uint64_t seed;    /* of the sizes of the pieces; 0 = byte by byte */
    const char *const *alpn;
    uint32_t alpn_count;
};

struct tls_lab {
    struct identity ca;
    struct identity leaf;
    myc_tls *tls;
    myc_tls_session *session;
    struct tls_server *server;
    uint64_t seed;
    int error;     /* of the session's last feed or read */
    uint8_t *text; /* what the session read */
    size_t text_size;
    uint8_t *said; /* what the server read */
    size_t said_size;
};

static inline size_t tls_lab_piece(struct tls_lab *lab)
{
    if (!lab->seed) {
        return 1;
    }
    lab->seed = lab->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return 1 + (lab->seed >> 33) % (1u << ((lab->seed >> 50) % 14));
}

static inline myc_tls *tls_lab_trust(const struct tls_lab_options *options,
                                     const struct tls_lab *lab)
{
    struct identity other = identity_make(&(struct identity_options){"other", .authority = true});
    char *path = identity_save(options->distrust ? &other : &lab->ca);
    myc_tls *tls = NULL;
    myc_net_error why = {""};
    myc_tls_options given = {.ca_file = path,
                             .dangerously_accept_any_certificate = options->dangerously};
    cr_assert_eq(0, myc_tls_create(&given, &tls, &why), "%s", why.text);
    identity_unlink(path);
    identity_free(&other);
    return tls;
}

MYC_UNUSED static struct tls_lab tls_lab_open(const struct tls_lab_options *options)
{
    struct tls_lab lab = {.seed = options->seed};
    lab.text = calloc(1, LAB_TEXT_BYTES);
    lab.said = calloc(1, LAB_TEXT_BYTES);
    lab.ca = identity_make(&(struct identity_options){"test CA", .authority = true});
    struct identity_options leaf = options->leaf;
    leaf.issuer = options->self_signed ? NULL : &lab.ca;
    leaf.names = leaf.names || leaf.common_name ? leaf.names : "DNS:a.test";
    lab.leaf = identity_make(&leaf);
    lab.tls = tls_lab_trust(options, &lab);
    myc_tls_session_options session = {.server_name =
                                           options->server_name ? options->server_name : "a.test",
                                       .alpn = options->alpn,
                                       .alpn_count = options->alpn_count};
    cr_assert_eq(0, myc_tls_session_create(lab.tls, &session, &lab.session, NULL));
    lab.server = tls_server_open(&lab.leaf, options->version_max);
    return lab;
}

MYC_UNUSED static void tls_lab_close(struct tls_lab *lab)
{
    myc_tls_session_destroy(lab->session);
    myc_tls_release(lab->tls);
    tls_server_close(lab->server);
    identity_free(&lab->ca);
    identity_free(&lab->leaf);
    free(lab->text);
    free(lab->said);
}

static inline bool tls_lab_read(struct tls_lab *lab)
{
    int64_t count;
    bool moved = false;
    do {
        size_t room = tls_lab_piece(lab);
        cr_assert_leq(lab->text_size + room, LAB_TEXT_BYTES);
        count = myc_tls_session_read(lab->session, lab->text + lab->text_size, room);
        lab->text_size += count > 0 ? (size_t)count : 0;
        moved |= count > 0;
    } while (count > 0);
    lab->error = count < 0 ? (int)count : lab->error;
    return moved;
}

static inline bool tls_lab_to_client(struct tls_lab *lab)
{
    uint8_t piece[1 << 14];
    size_t count = tls_server_take(lab->server, piece, tls_lab_piece(lab));
    if (count == 0) {
        return false;
    }
    int error = myc_tls_session_feed(lab->session, piece, count);
    lab->error = error ? error : lab->error;
    tls_lab_read(lab);
    return true;
}

static inline bool tls_lab_to_server(struct tls_lab *lab)
{
    uint8_t piece[1 << 14];
    size_t count = myc_tls_session_take(lab->session, piece, tls_lab_piece(lab));
    if (count == 0) {
        return false;
    }
    tls_server_feed(lab->server, piece, count);
    while ((count = tls_server_read(lab->server, lab->said + lab->said_size,
                                    LAB_TEXT_BYTES - lab->said_size)) > 0) {
        lab->said_size += count;
    }
    return true;
}

/** Moves bytes both ways until there are none. */
MYC_UNUSED static void tls_lab_run(struct tls_lab *lab)
{
    bool moved;
    do {
        moved = tls_lab_to_server(lab);
        moved |= tls_lab_to_client(lab);
    } while (moved);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_TLS_SERVER_H
#define TESTS_NET_TLS_SERVER_H

/*
 * The server's side of TLS in memory, by OpenSSL itself: what the library's session talks to.
 *
 *     struct tls_server server = tls_server_open(&identity);
 *     tls_server_feed(&server, bytes, count);      what the client sent; shakes hands
 *     tls_server_read(&server, room, sizeof room)  what it meant
 *     tls_server_write(&server, "hello", 5);
 *     tls_server_take(&server, room, sizeof room)  what is to go to the client
 */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/certificates.h"

struct tls_server {
    SSL_CTX *shared;
    SSL *ssl;
    BIO *received;
    BIO *to_send;
    bool open;
    bool failed;
    const char *alpn; /* what it chooses, when it is offered */
};

static inline int tls_server_choose(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                                    const unsigned char *offered, unsigned offered_size, void *user)
{
    const char *wanted = *(const char **)user;
    (void)ssl;
    for (unsigned at = 0; wanted && at < offered_size; at += offered[at] + 1u) {
        if (offered[at] == strlen(wanted) && memcmp(offered + at + 1, wanted, offered[at]) == 0) {
            *out = offered + at + 1;
            *out_size = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

MYC_UNUSED static SSL_CTX *tls_server_shared(const struct identity *identity)
{
    SSL_CTX *shared = SSL_CTX_new(TLS_server_method());
    REQUIRE(shared);
    REQUIRE(SSL_CTX_use_certificate(shared, identity->certificate) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(shared, identity->key) == 1);
    return shared;
}

static inline void tls_server_begin(struct tls_server *server)
{
    server->ssl = SSL_new(server->shared);
    server->received = BIO_new(BIO_s_mem());
    server->to_send = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(server->received, -1);
    SSL_set_bio(server->ssl, server->received, server->to_send);
    SSL_set_accept_state(server->ssl);
}

/** `server->alpn` may be set before the first feed. */
MYC_UNUSED static struct tls_server *tls_server_open(const struct identity *identity,
                                                     int version_max)
{
    struct tls_server *made = calloc(1, sizeof *made);
    REQUIRE(made);
    made->shared = tls_server_shared(identity);
    SSL_CTX_set_alpn_select_cb(made->shared, tls_server_choose, (void *)&made->alpn);
    SSL_CTX_set_min_proto_version(made->shared, 0);
    SSL_CTX_set_max_proto_version(made->shared, version_max);
    SSL_CTX_set_security_level(made->shared, 0);
    tls_server_begin(made);
    return made;
}

MYC_UNUSED static void tls_server_close(struct tls_server *server)
{
    SSL_free(server->ssl);
    SSL_CTX_free(server->shared);
    free(server);
}

MYC_UNUSED static void tls_server_feed(struct tls_server *server, const uint8_t *bytes, size_t size)
{
    BIO_write(server->received, bytes, (int)size);
    if (server->open || server->failed) {
        return;
    }
    int result = SSL_do_handshake(server->ssl);
    server->open = result == 1;
    int error = SSL_get_error(server->ssl, result);
    server->failed = !server->open && error != SSL_ERROR_WANT_READ;
    ERR_clear_error();
}

/** The count; 0 when there is nothing. */
MYC_UNUSED static size_t tls_server_read(struct tls_server *server, uint8_t *room, size_t room_size)
{
    size_t count = 0;
    if (!server->open || SSL_read_ex(server->ssl, room, room_size, &count) != 1) {
        count = 0;
    }
    ERR_clear_error();
    return count;
}

MYC_UNUSED static void tls_server_write(struct tls_server *server, const void *bytes, size_t size)
{
    REQUIRE(SSL_write(server->ssl, bytes, (int)size) == (int)size);
}

MYC_UNUSED static size_t tls_server_take(struct tls_server *server, uint8_t *room, size_t room_size)
{
    int count = BIO_read(server->to_send, room, (int)room_size);
    return count > 0 ? (size_t)count : 0;
}

#endif

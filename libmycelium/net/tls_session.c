/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_session.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/text.h"

static int fail(myc_tls_session *session, const char *text, const char *detail)
{
    if (!session->error.text[0]) {
        myc__net_explain(&session->error, "%s%s%s", text, detail ? ": " : "", detail ? detail : "");
    }
    session->state = MYC_TLS_FAILED;
    return MYC_EIO;
}

/* What OpenSSL has left in the thread's queue, which is empty afterwards. */
static int fail_from_queue(myc_tls_session *session, const char *doing)
{
    unsigned long code = ERR_peek_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    bool no_memory = ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER) {
        reason = "what came is not TLS (wrong version number)";
    }
    fail(session, doing, reason ? reason : "unknown cause");
    ERR_clear_error();
    return no_memory ? MYC_ENOMEM : MYC_EIO;
}

/* After a call of OpenSSL that gave `result`. */
static int look_at(myc_tls_session *session, int result, const char *doing)
{
    switch (SSL_get_error(session->ssl, result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return 0;
    case SSL_ERROR_ZERO_RETURN: session->state = MYC_TLS_CLOSED; return 0;
    default: return fail_from_queue(session, doing);
    }
}

/* ---- making one ---- */

static int bad_option(myc_net_error *why, const char *text)
{
    myc__net_explain(why, "%s", text);
    return MYC_EINVAL;
}

/* As it is sent: each name behind its length. */
static int offer(SSL *ssl, const myc_tls_session_options *options, myc_net_error *why)
{
    uint8_t list[MYC__ALPN_BYTES_MAX];
    unsigned used = 0;
    for (uint32_t index = 0; index < options->alpn_count; index++) {
        size_t length = strlen(options->alpn[index]);
        if (length == 0 || length > MYC__ALPN_NAME_BYTES_MAX || used + 1 + length > sizeof list) {
            return bad_option(why, "alpn: expected names of 1 to 255 bytes, 1024 in all");
        }
        list[used++] = (uint8_t)length;
        memcpy(list + used, options->alpn[index], length);
        used += (unsigned)length;
    }
    return used && SSL_set_alpn_protos(ssl, list, used) != 0 ? MYC_ENOMEM : 0;
}

static bool is_address(const char *name)
{
    struct in6_addr parsed;
    return inet_pton(AF_INET, name, &parsed) == 1 || inet_pton(AF_INET6, name, &parsed) == 1;
}

/* The name is told to the server only when it is one: addresses are not for that extension. */
static int expect_server(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);
    if (is_address(name)) {
        return X509_VERIFY_PARAM_set1_ip_asc(expected, name) ? 0 : MYC_ENOMEM;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) && SSL_set_tlsext_host_name(ssl, name) ? 0 : MYC_ENOMEM;
}

static int connect_ends(myc_tls_session *session)
{
    session->received = BIO_new(BIO_s_mem());
    session->to_send = BIO_new(BIO_s_mem());
    if (!session->received || !session->to_send) {
        BIO_free(session->received);
        BIO_free(session->to_send);
        return MYC_ENOMEM;
    }
    /* An empty one is not at its end: more may come. */
    BIO_set_mem_eof_return(session->received, -1);
    SSL_set_bio(session->ssl, session->received, session->to_send);
    return 0;
}

static int set_up(myc_tls_session *session, const myc_tls_session_options *options,
                  myc_net_error *why)
{
    int error = connect_ends(session);
    if (!error) {
        error = expect_server(session->ssl, session->server_name);
    }
    if (!error) {
        error = offer(session->ssl, options, why);
    }
    if (error) {
        return error;
    }
    SSL_set_app_data(session->ssl, session);
    SSL_set_connect_state(session->ssl);
    return look_at(session, SSL_do_handshake(session->ssl), "the TLS handshake could not begin");
}

int myc_tls_session_create(myc_tls *tls, const myc_tls_session_options *options,
                           myc_tls_session **session, myc_net_error *why)
{
    *session = NULL;
    const char *name = options->server_name;
    if (!name || !name[0] || strlen(name) > MYC__HOST_BYTES_MAX) {
        return bad_option(why, "server_name: expected a name or address of 1 to 253 bytes");
    }
    myc_tls_session *made = calloc(1, sizeof *made);
    if (!made) {
        return myc__net_explain_code(why, MYC_ENOMEM);
    }
    strcpy(made->server_name, name);
    ERR_clear_error();
    made->ssl = SSL_new((SSL_CTX *)tls);
    int error = made->ssl ? set_up(made, options, why) : MYC_ENOMEM;
    ERR_clear_error();
    if (error) {
        myc_tls_session_destroy(made);
        return myc__net_explain_code(why, error);
    }
    *session = made;
    return 0;
}

void myc_tls_session_destroy(myc_tls_session *session)
{
    if (session) {
        SSL_free(session->ssl);
        free(session);
    }
}

/* ---- in ---- */

static void opened(myc_tls_session *session)
{
    const unsigned char *chosen = NULL;
    unsigned length = 0;
    SSL_get0_alpn_selected(session->ssl, &chosen, &length);
    if (length) {
        memcpy(session->alpn, chosen, length);
    }
    session->state = MYC_TLS_OPEN;
}

static int shake_hands(myc_tls_session *session)
{
    ERR_clear_error();
    int result = SSL_do_handshake(session->ssl);
    if (result == 1) {
        opened(session);
        return 0;
    }
    return look_at(session, result, "the TLS handshake failed");
}

int myc_tls_session_feed(myc_tls_session *session, const uint8_t *bytes, size_t size_bytes)
{
    if (session->state == MYC_TLS_FAILED) {
        return MYC_EIO;
    }
    size_t written = 0;
    if (size_bytes && !BIO_write_ex(session->received, bytes, size_bytes, &written)) {
        fail(session, "out of memory for what was received", NULL);
        return MYC_ENOMEM;
    }
    return session->state == MYC_TLS_HANDSHAKE ? shake_hands(session) : 0;
}

int myc_tls_session_feed_end(myc_tls_session *session)
{
    switch (session->state) {
    case MYC_TLS_CLOSED: return 0;
    case MYC_TLS_FAILED: return MYC_EIO;
    case MYC_TLS_HANDSHAKE:
        return fail(session, "the connection ended during the TLS handshake", NULL);
    default: return fail(session, "the connection ended without the close_notify of TLS", NULL);
    }
}

int64_t myc_tls_session_read(myc_tls_session *session, uint8_t *bytes, size_t capacity_bytes)
{
    if (session->state == MYC_TLS_FAILED) {
        return MYC_EIO;
    }
    if (session->state == MYC_TLS_HANDSHAKE || session->state == MYC_TLS_CLOSED) {
        return 0;
    }
    ERR_clear_error();
    size_t count = 0;
    int result = SSL_read_ex(session->ssl, bytes, capacity_bytes, &count);
    return result == 1 ? (int64_t)count : look_at(session, result, "TLS failed");
}

/* ---- out ---- */

int myc_tls_session_write(myc_tls_session *session, const uint8_t *bytes, size_t size_bytes)
{
    if (session->state == MYC_TLS_HANDSHAKE) {
        return MYC_EBUSY;
    }
    if (session->state == MYC_TLS_FAILED || session->closed_here) {
        return MYC_EIO;
    }
    ERR_clear_error();
    size_t written = 0;
    int result = size_bytes ? SSL_write_ex(session->ssl, bytes, size_bytes, &written) : 1;
    if (result == 1) {
        return 0;
    }
    /* The memory takes all there is: whatever went wrong is no lack of room. */
    return fail_from_queue(session, "TLS failed");
}

void myc_tls_session_close(myc_tls_session *session)
{
    bool open = session->state == MYC_TLS_OPEN || session->state == MYC_TLS_CLOSED;
    if (open && !session->closed_here) {
        ERR_clear_error();
        SSL_shutdown(session->ssl);
        ERR_clear_error();
        session->closed_here = true;
    }
}

size_t myc_tls_session_take(myc_tls_session *session, uint8_t *bytes, size_t capacity_bytes)
{
    size_t count = 0;
    return BIO_read_ex(session->to_send, bytes, capacity_bytes, &count) ? count : 0;
}

/* ---- about it ---- */

myc_tls_state myc_tls_session_state(const myc_tls_session *session)
{
    return session->state;
}

const char *myc_tls_session_error(const myc_tls_session *session)
{
    return session->error.text;
}

bool myc_tls_session_refused(const myc_tls_session *session)
{
    return session->refused;
}

const char *myc_tls_session_alpn(const myc_tls_session *session)
{
    return session->alpn;
}

const char *myc_tls_session_version(const myc_tls_session *session)
{
    return session->state == MYC_TLS_HANDSHAKE ? "" : SSL_get_version(session->ssl);
}

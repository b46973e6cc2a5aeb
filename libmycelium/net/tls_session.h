/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_TLS_SESSION_H
#define MYC_NET_TLS_SESSION_H

/*
 * The inside of a session, which the check of certificates writes its reason into.
 */
#include <openssl/ssl.h>

#include <mycelium/tls.h>

#include "net/limits.h"

struct myc_tls_session {
    SSL *ssl;
    BIO *received; /* both are the SSL's */
    BIO *to_send;
    myc_tls_state state;
    bool closed_here;
    bool refused; /* the certificate */
    char server_name[MYC__HOST_BYTES_MAX + 1];
    char alpn[MYC__ALPN_NAME_BYTES_MAX + 1];
    myc_net_error error;
};

/** OpenSSL asks this for each certificate of the chain; leaves the reason of a refusal. */
int myc__tls_on_verify(int accepted, X509_STORE_CTX *store);

#endif

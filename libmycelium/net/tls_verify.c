/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a certificate was refused, in words. The reason is taken down while OpenSSL checks: when the
 * handshake has failed it knows only a number, and the certificate is gone.
 */
#include <arpa/inet.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "net/text.h"
#include "net/tls_session.h"

enum { NAMES_BYTES = 160, NAME_BYTES = 80, DATE_BYTES = 32 };

static void add_name(char *names, const char *name, int length)
{
    myc__text_add(names, NAMES_BYTES, "%s'%.*s'", names[0] ? ", " : "", length, name);
}

static void add_address(char *names, const ASN1_OCTET_STRING *address)
{
    char text[INET6_ADDRSTRLEN] = "?";
    int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET || ASN1_STRING_length(address) == 16) {
        inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text);
    }
    add_name(names, text, (int)sizeof text);
}

static void add_alternative(char *names, const GENERAL_NAME *alternative)
{
    if (alternative->type == GEN_DNS) {
        const ASN1_STRING *name = alternative->d.dNSName;
        add_name(names, (const char *)ASN1_STRING_get0_data(name), ASN1_STRING_length(name));
    } else if (alternative->type == GEN_IPADD) {
        add_address(names, alternative->d.iPAddress);
    }
}

static void add_common_name(char *names, X509 *certificate)
{
    char name[NAME_BYTES];
    int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                           sizeof name);
    if (length > 0) {
        add_name(names, name, length);
    }
}

/* Whom it names: the alternative names, or the common name when it has none. */
static void list_names(char *names, X509 *certificate)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    names[0] = '\0';
    for (int index = 0; index < sk_GENERAL_NAME_num(all); index++) {
        add_alternative(names, sk_GENERAL_NAME_value(all, index));
    }
    GENERAL_NAMES_free(all);
    if (!names[0]) {
        add_common_name(names, certificate);
    }
    if (!names[0]) {
        myc__text_add(names, NAMES_BYTES, "nobody");
    }
}

static void write_date(char *text, const ASN1_TIME *date)
{
    struct tm when;
    if (!ASN1_TIME_to_tm(date, &when) ||
        !strftime(text, DATE_BYTES, "%Y-%m-%d %H:%M:%S UTC", &when)) {
        text[0] = '?';
        text[1] = '\0';
    }
}

static void explain_names(myc_tls_session *session, X509 *certificate)
{
    char names[NAMES_BYTES];
    list_names(names, certificate);
    myc__net_explain(&session->error, "certificate refused: expected '%s', it is for %s",
                     session->server_name, names);
}

static void explain_date(myc_tls_session *session, X509 *certificate, int fault)
{
    char date[DATE_BYTES], names[NAMES_BYTES];
    bool expired = fault == X509_V_ERR_CERT_HAS_EXPIRED;
    list_names(names, certificate);
    write_date(date, expired ? X509_get0_notAfter(certificate) : X509_get0_notBefore(certificate));
    myc__net_explain(&session->error, "certificate refused: that of %s %s %s", names,
                     expired ? "expired on" : "is not valid before", date);
}

static void explain_issuer(myc_tls_session *session, X509 *certificate, int fault)
{
    char subject[NAME_BYTES] = "?", issuer[NAME_BYTES] = "?";
    X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof subject);
    X509_NAME_oneline(X509_get_issuer_name(certificate), issuer, sizeof issuer);
    myc__net_explain(&session->error, "certificate refused: %s (subject %s, issuer %s)",
                     X509_verify_cert_error_string(fault), subject, issuer);
}

static void explain(myc_tls_session *session, X509 *certificate, int fault)
{
    switch (fault) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: explain_names(session, certificate); break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: explain_date(session, certificate, fault); break;
    default: explain_issuer(session, certificate, fault); break;
    }
}

int myc__tls_on_verify(int accepted, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    myc_tls_session *session = ssl ? SSL_get_app_data(ssl) : NULL;
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    if (!accepted && session && certificate && !session->refused) {
        session->refused = true;
        explain(session, certificate, X509_STORE_CTX_get_error(store));
    }
    return accepted;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_CERTIFICATES_H
#define TESTS_NET_CERTIFICATES_H

/*
 * Certificates made in the test, and a file of its own for those that are trusted.
 *
 *     struct identity ca = identity_make(&(struct identity_options){.authority = true});
 *     struct identity server = identity_make(&(struct identity_options){
 *         .names = "DNS:a.test,IP:127.0.0.1", .issuer = &ca});
 *     char *path = identity_save(&ca);             remove it: identity_unlink(path)
 *     identity_free(&server);
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mycelium/export.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "net/require.h"

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

struct identity_options {
    const char *common_name;       /* default "test" */
    const char *names;             /* subject alternative names, or NULL */
    const struct identity *issuer; /* NULL = it signs itself */
    bool authority;
    long from_s;  /* from now; default an hour ago */
    long until_s; /* from now; default in an hour */
};

static inline void identity_extend(X509 *certificate, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    REQUIRE(made);
    REQUIRE(X509_add_ext(certificate, made, -1));
    X509_EXTENSION_free(made);
}

static inline void identity_fill(X509 *certificate, const struct identity_options *options)
{
    static long serial;
    const char *name = options->common_name ? options->common_name : "test";
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), options->from_s ? options->from_s : -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), options->until_s ? options->until_s : 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    identity_extend(certificate, NID_basic_constraints,
                    options->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (options->names) {
        identity_extend(certificate, NID_subject_alt_name, options->names);
    }
}

MYC_UNUSED static struct identity identity_make(const struct identity_options *options)
{
    struct identity made = {X509_new(), EVP_EC_gen("P-256")};
    REQUIRE(made.certificate);
    REQUIRE(made.key);
    const struct identity *issuer = options->issuer ? options->issuer : &made;
    identity_fill(made.certificate, options);
    X509_set_issuer_name(made.certificate, X509_get_subject_name(issuer->certificate));
    X509_set_pubkey(made.certificate, made.key);
    REQUIRE(X509_sign(made.certificate, issuer->key, EVP_sha256()));
    return made;
}

MYC_UNUSED static void identity_free(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

/** Gives the path of a file with the certificate: give it up by identity_unlink(). */
MYC_UNUSED static char *identity_save(const struct identity *identity)
{
    char *path = strdup("/tmp/mycelium-test-ca-XXXXXX");
    int descriptor = mkstemp(path);
    REQUIRE(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    REQUIRE(file);
    REQUIRE(PEM_write_X509(file, identity->certificate));
    fclose(file);
    return path;
}

MYC_UNUSED static void identity_unlink(char *path)
{
    unlink(path);
    free(path);
}

#endif

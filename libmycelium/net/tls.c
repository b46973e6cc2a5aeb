/* SPDX-License-Identifier: Apache-2.0 */
/* A myc_tls is OpenSSL's own counted object, so it needs no count or lock of ours. */
#include <sys/stat.h>

#include <openssl/err.h>

#include "net/text.h"
#include "net/tls_session.h"

static SSL_CTX *inside(myc_tls *tls)
{
    return (SSL_CTX *)tls;
}

static int refuse(myc_net_error *why, const char *what, const char *path)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    myc__net_explain(why, "no trusted certificate could be read from the %s '%s': %s", what, path,
                     reason ? reason : "there is none");
    return MYC_EINVAL;
}

/* OpenSSL looks into the directory only when it searches for a certificate. */
static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int trust(SSL_CTX *shared, const myc_tls_options *options, myc_net_error *why)
{
    if (options->ca_file && !SSL_CTX_load_verify_file(shared, options->ca_file)) {
        return refuse(why, "file", options->ca_file);
    }
    if (options->ca_directory && (!is_directory(options->ca_directory) ||
                                  !SSL_CTX_load_verify_dir(shared, options->ca_directory))) {
        return refuse(why, "directory", options->ca_directory);
    }
    if (!options->ca_file && !options->ca_directory && !SSL_CTX_set_default_verify_paths(shared)) {
        return refuse(why, "store of the", "system");
    }
    return 0;
}

static int set_up(SSL_CTX *shared, const myc_tls_options *options, myc_net_error *why)
{
    SSL_CTX_set_options(shared, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    if (!SSL_CTX_set_min_proto_version(shared, TLS1_2_VERSION)) {
        myc__net_explain(why, "OpenSSL does not speak TLS 1.2 here");
        return MYC_EINVAL;
    }
    if (options->dangerously_accept_any_certificate) {
        SSL_CTX_set_verify(shared, SSL_VERIFY_NONE, NULL);
        return 0;
    }
    SSL_CTX_set_verify(shared, SSL_VERIFY_PEER, myc__tls_on_verify);
    return trust(shared, options, why);
}

int myc_tls_create(const myc_tls_options *given, myc_tls **tls, myc_net_error *why)
{
    myc_tls_options options = given ? *given : (myc_tls_options){0};
    *tls = NULL;
    ERR_clear_error();
    SSL_CTX *shared = SSL_CTX_new(TLS_client_method());
    int error = shared ? set_up(shared, &options, why) : MYC_ENOMEM;
    ERR_clear_error();
    if (error) {
        SSL_CTX_free(shared);
        return myc__net_explain_code(why, error);
    }
    *tls = (myc_tls *)shared;
    return 0;
}

myc_tls *myc_tls_retain(myc_tls *tls)
{
    SSL_CTX_up_ref(inside(tls));
    return tls;
}

void myc_tls_release(myc_tls *tls)
{
    SSL_CTX_free(inside(tls));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a session believes, and what it says of the others. */
#include "net/tls_lab.h"

/** Shakes hands; `refusal` is a part of the text, or NULL when the server is to be believed. */
static void expect(const struct tls_lab_options *options, const char *refusal)
{
    struct tls_lab lab = tls_lab_open(options);
    tls_lab_run(&lab);
    const char *error = myc_tls_session_error(lab.session);
    if (refusal) {
        cr_expect_eq(MYC_TLS_FAILED, myc_tls_session_state(lab.session), "%s", refusal);
        cr_expect_eq(MYC_EIO, lab.error);
        cr_expect(myc_tls_session_refused(lab.session));
        cr_expect(strstr(error, refusal), "expected '%s', got '%s'", refusal, error);
        cr_expect_not(lab.server->open, "the server was not told: %s", refusal);
        cr_expect_eq(MYC_EIO, myc_tls_session_write(lab.session, (const uint8_t *)"x", 1));
    } else {
        cr_expect_eq(MYC_TLS_OPEN, myc_tls_session_state(lab.session), "%s", error);
        cr_expect(lab.server->open);
        cr_expect_str_eq("", error);
    }
    tls_lab_close(&lab);
}

Test(tls_verify, believes_whom_a_trusted_ca_names)
{
    expect(&(struct tls_lab_options){.seed = 1}, NULL);
    expect(&(struct tls_lab_options){.seed = 1, .leaf.names = "DNS:x.test,DNS:A.TEST"}, NULL);
    expect(&(struct tls_lab_options){.seed = 1,
                                     .server_name = "x.a.test",
                                     .leaf.names = "DNS:*.a.test"},
           NULL);
    expect(&(struct tls_lab_options){.seed = 1, .leaf.common_name = "a.test"}, NULL);
    NO_LEAKS();
}

Test(tls_verify, refuses_another_name_and_tells_both)
{
    expect(&(struct tls_lab_options){.seed = 1, .leaf.names = "DNS:b.test,DNS:c.test"},
           "certificate refused: expected 'a.test', it is for 'b.test', 'c.test'");
    expect(&(struct tls_lab_options){.seed = 1, .leaf.common_name = "b.test"},
           "expected 'a.test', it is for 'b.test'");
    expect(&(struct tls_lab_options){.seed = 1, .leaf = {"a.test", .names = "DNS:b.test"}},
           "expected 'a.test', it is for 'b.test'");
    expect(&(struct tls_lab_options){.seed = 1, .leaf.names = "DNS:*.b.test"},
           "it is for '*.b.test'");
    expect(&(struct tls_lab_options){.seed = 1, .leaf.names = "DNS:a*.test"},
           "it is for 'a*.test'");
    expect(&(struct tls_lab_options){.seed = 1,
                                     .server_name = "y.x.a.test",
                                     .leaf.names = "DNS:*.a.test"},
           "expected 'y.x.a.test', it is for '*.a.test'");
    NO_LEAKS();
}

Test(tls_verify, looks_at_addresses_too)
{
    struct tls_lab_options right = {
        .seed = 1, .server_name = "127.0.0.1", .leaf.names = "IP:127.0.0.1"};
    expect(&right, NULL);
    right.server_name = "::1";
    right.leaf.names = "IP:::1";
    expect(&right, NULL);
    struct tls_lab_options wrong = {
        .seed = 1, .server_name = "127.0.0.1", .leaf.names = "DNS:localhost,IP:127.0.0.2,IP:::1"};
    expect(&wrong, "expected '127.0.0.1', it is for 'localhost', '127.0.0.2', '::1'");
    wrong.leaf = (struct identity_options){.common_name = "127.0.0.1"};
    expect(&wrong, "expected '127.0.0.1', it is for '127.0.0.1'");
    wrong.leaf = (struct identity_options){.names = "DNS:127.0.0.1"};
    expect(&wrong, "expected '127.0.0.1', it is for '127.0.0.1'");
    NO_LEAKS();
}

Test(tls_verify, refuses_what_is_over_or_not_yet)
{
    expect(&(struct tls_lab_options){.seed = 1, .leaf = {.from_s = -7200, .until_s = -3600}},
           "certificate refused: that of 'a.test' expired on 20");
    expect(&(struct tls_lab_options){.seed = 1, .leaf = {.from_s = 3600, .until_s = 7200}},
           "certificate refused: that of 'a.test' is not valid before 20");
    NO_LEAKS();
}

Test(tls_verify, refuses_what_no_trusted_ca_has_signed)
{
    expect(&(struct tls_lab_options){.seed = 1, .distrust = true},
           "certificate refused: unable to get local issuer certificate (subject /CN=test, issuer "
           "/CN=test CA)");
    expect(&(struct tls_lab_options){.seed = 1, .self_signed = true},
           "certificate refused: self-signed certificate (subject /CN=test, issuer /CN=test)");
    NO_LEAKS();
}

Test(tls_verify, takes_anything_only_when_told_to)
{
    const struct tls_lab_options all[] = {{.self_signed = true},
                                          {.distrust = true},
                                          {.leaf.names = "DNS:b.test"},
                                          {.leaf = {.from_s = -7200, .until_s = -3600}},
                                          {.server_name = "127.0.0.1"}};
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) {
        struct tls_lab_options options = all[index];
        options.seed = 1;
        options.dangerously = true;
        expect(&options, NULL);
    }
    NO_LEAKS();
}

/* What is in a certificate is anybody's: it must not write lines into a log. */
Test(tls_verify, cleans_what_it_quotes)
{
    struct tls_lab lab = tls_lab_open(
        &(struct tls_lab_options){.seed = 1, .leaf.common_name = "evil\nINFO all is well\x1b[2J"});
    tls_lab_run(&lab);
    const char *error = myc_tls_session_error(lab.session);
    cr_expect(strstr(error, "it is for 'evil?INFO all is well?[2J'"), "%s", error);
    tls_lab_close(&lab);
    NO_LEAKS();
}

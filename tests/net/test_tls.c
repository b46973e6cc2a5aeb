/* SPDX-License-Identifier: Apache-2.0 */
/* What a session carries, against OpenSSL's server, in pieces of every size. */
#include "net/tls_lab.h"

enum { LONG_BYTES = 300000 };

static void fill(uint8_t *bytes, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        bytes[index] = (uint8_t)(index * 31 + (index >> 8));
    }
}

static void talk(uint64_t seed, int version)
{
    struct tls_lab lab =
        tls_lab_open(&(struct tls_lab_options){.seed = seed, .version_max = version});
    uint8_t *bytes = malloc(LONG_BYTES);
    size_t count = seed ? LONG_BYTES : 3000;
    fill(bytes, count);
    tls_lab_run(&lab);
    cr_assert_eq(MYC_TLS_OPEN, myc_tls_session_state(lab.session), "seed %llu: %s",
                 (unsigned long long)seed, myc_tls_session_error(lab.session));
    cr_expect_str_eq(version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3",
                     myc_tls_session_version(lab.session));
    cr_assert_eq(0, myc_tls_session_write(lab.session, bytes, count));
    tls_server_write(lab.server, bytes, count);
    tls_lab_run(&lab);
    cr_expect_eq(count, lab.said_size, "seed %llu", (unsigned long long)seed);
    cr_expect_eq(0, memcmp(bytes, lab.said, count));
    cr_expect_eq(count, lab.text_size, "seed %llu", (unsigned long long)seed);
    cr_expect_eq(0, memcmp(bytes, lab.text, count));
    cr_expect_eq(0, lab.error);
    free(bytes);
    tls_lab_close(&lab);
}

Test(tls, carries_text_both_ways_byte_by_byte)
{
    talk(0, TLS1_2_VERSION);
    talk(0, TLS1_3_VERSION);
    NO_LEAKS();
}

Test(tls, carries_text_both_ways_in_pieces_of_any_size)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        talk(seed, seed % 2 ? TLS1_2_VERSION : TLS1_3_VERSION);
    }
    NO_LEAKS();
}

Test(tls, writes_nothing_before_the_server_is_known)
{
    struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.seed = 1});
    const uint8_t text[] = "secret";
    cr_expect_eq(MYC_TLS_HANDSHAKE, myc_tls_session_state(lab.session));
    cr_expect_eq(MYC_EBUSY, myc_tls_session_write(lab.session, text, sizeof text));
    cr_expect_str_eq("", myc_tls_session_version(lab.session));
    tls_lab_run(&lab);
    cr_expect_eq(0, lab.said_size);
    cr_expect_eq(0, myc_tls_session_write(lab.session, text, sizeof text));
    cr_expect_eq(0, myc_tls_session_write(lab.session, text, 0));
    tls_lab_run(&lab);
    cr_expect_eq(sizeof text, lab.said_size);
    tls_lab_close(&lab);
    NO_LEAKS();
}

Test(tls, knows_a_goodbye_from_a_cut)
{
    for (int goodbye = 0; goodbye <= 1; goodbye++) {
        struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.seed = 7});
        tls_lab_run(&lab);
        tls_server_write(lab.server, "bye", 3);
        if (goodbye) {
            SSL_shutdown(lab.server->ssl);
        }
        tls_lab_run(&lab);
        cr_expect_eq(3, lab.text_size);
        cr_expect_eq(goodbye ? MYC_TLS_CLOSED : MYC_TLS_OPEN, myc_tls_session_state(lab.session));
        cr_expect_eq(goodbye ? 0 : MYC_EIO, myc_tls_session_feed_end(lab.session));
        cr_expect_str_eq(goodbye ? "" : "the connection ended without the close_notify of TLS",
                         myc_tls_session_error(lab.session));
        tls_lab_close(&lab);
    }
    NO_LEAKS();
}

Test(tls, says_goodbye)
{
    struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.seed = 3});
    tls_lab_run(&lab);
    myc_tls_session_close(lab.session);
    myc_tls_session_close(lab.session);
    cr_expect_eq(MYC_EIO, myc_tls_session_write(lab.session, (const uint8_t *)"x", 1));
    tls_server_write(lab.server, "still here", 10);
    tls_lab_run(&lab);
    cr_expect_eq(SSL_RECEIVED_SHUTDOWN, SSL_get_shutdown(lab.server->ssl) & SSL_RECEIVED_SHUTDOWN);
    cr_expect_eq(10, lab.text_size);
    tls_lab_close(&lab);
    NO_LEAKS();
}

Test(tls, fails_when_the_connection_ends_in_the_handshake)
{
    struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.seed = 3});
    cr_expect_eq(MYC_EIO, myc_tls_session_feed_end(lab.session));
    cr_expect_eq(MYC_TLS_FAILED, myc_tls_session_state(lab.session));
    cr_expect_str_eq("the connection ended during the TLS handshake",
                     myc_tls_session_error(lab.session));
    tls_lab_close(&lab);
    NO_LEAKS();
}

Test(tls, says_that_the_server_does_not_speak_it)
{
    struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){0});
    const char *answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
    cr_expect_eq(MYC_EIO,
                 myc_tls_session_feed(lab.session, (const uint8_t *)answer, strlen(answer)));
    cr_expect_str_eq("the TLS handshake failed: what came is not TLS (wrong version number)",
                     myc_tls_session_error(lab.session));
    cr_expect_eq(MYC_EIO, myc_tls_session_feed(lab.session, (const uint8_t *)answer, 4));
    cr_expect_eq(MYC_EIO, myc_tls_session_read(lab.session, lab.text, 10));
    cr_expect_eq(MYC_EIO, myc_tls_session_write(lab.session, lab.text, 10));
    cr_expect_eq(MYC_EIO, myc_tls_session_feed_end(lab.session));
    cr_expect_not(myc_tls_session_refused(lab.session));
    tls_lab_close(&lab);
    NO_LEAKS();
}

/* A record that somebody has changed on its way. */
Test(tls, fails_on_a_changed_record)
{
    struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.seed = 5});
    uint8_t record[256];
    tls_lab_run(&lab);
    tls_server_write(lab.server, "hello", 5);
    size_t count = tls_server_take(lab.server, record, sizeof record);
    record[count - 1] ^= 1;
    cr_expect_eq(0, myc_tls_session_feed(lab.session, record, count));
    cr_expect_eq(MYC_EIO, myc_tls_session_read(lab.session, lab.text, 10));
    cr_expect_str_eq("TLS failed: decryption failed or bad record mac",
                     myc_tls_session_error(lab.session));
    cr_expect_gt(myc_tls_session_take(lab.session, record, sizeof record), 0, "the alert");
    tls_lab_close(&lab);
    NO_LEAKS();
}

Test(tls, refuses_versions_before_1_2)
{
    struct tls_lab lab = tls_lab_open(
        &(struct tls_lab_options){.seed = 5, .version_max = TLS1_1_VERSION, .dangerously = true});
    tls_lab_run(&lab);
    cr_expect_eq(MYC_TLS_FAILED, myc_tls_session_state(lab.session));
    cr_expect(strstr(myc_tls_session_error(lab.session), "version"), "%s",
              myc_tls_session_error(lab.session));
    tls_lab_close(&lab);
    NO_LEAKS();
}

Test(tls, offers_protocols)
{
    const char *const offered[] = {"h2", "http/1.1"};
    struct tls_lab lab =
        tls_lab_open(&(struct tls_lab_options){.seed = 5, .alpn = offered, .alpn_count = 2});
    lab.server->alpn = "http/1.1";
    tls_lab_run(&lab);
    cr_expect_str_eq("http/1.1", myc_tls_session_alpn(lab.session));
    tls_lab_close(&lab);
    NO_LEAKS();
}

Test(tls, names_the_server_it_wants_when_it_has_a_name)
{
    struct tls_lab named = tls_lab_open(&(struct tls_lab_options){.seed = 5});
    tls_lab_run(&named);
    cr_expect_str_eq("a.test", SSL_get_servername(named.server->ssl, TLSEXT_NAMETYPE_host_name));
    tls_lab_close(&named);
    struct tls_lab numbered = tls_lab_open(&(struct tls_lab_options){
        .seed = 5, .server_name = "127.0.0.1", .leaf.names = "IP:127.0.0.1"});
    tls_lab_run(&numbered);
    cr_expect_eq(MYC_TLS_OPEN, myc_tls_session_state(numbered.session));
    cr_expect_null(SSL_get_servername(numbered.server->ssl, TLSEXT_NAMETYPE_host_name));
    tls_lab_close(&numbered);
    NO_LEAKS();
}

Test(tls, refuses_bad_options_and_says_what_was_expected)
{
    myc_tls *tls = NULL;
    myc_tls_session *session = NULL;
    myc_net_error why = {""};
    const char *const empty[] = {""};
    cr_expect_eq(MYC_EINVAL, myc_tls_create(&(myc_tls_options){.ca_file = "/nowhere"}, &tls, &why));
    cr_expect(strstr(why.text, "file '/nowhere'"), "%s", why.text);
    cr_expect_null(tls);
    cr_expect_eq(MYC_EINVAL,
                 myc_tls_create(&(myc_tls_options){.ca_file = "/dev/null"}, &tls, &why));
    cr_expect(strstr(why.text, "file '/dev/null'"), "%s", why.text);
    cr_expect_eq(MYC_EINVAL,
                 myc_tls_create(&(myc_tls_options){.ca_directory = "/nowhere"}, &tls, &why));
    cr_expect(strstr(why.text, "directory '/nowhere'"), "%s", why.text);
    cr_assert_eq(0, myc_tls_create(NULL, &tls, NULL));
    cr_expect_eq(MYC_EINVAL,
                 myc_tls_session_create(tls, &(myc_tls_session_options){0}, &session, &why));
    cr_expect(strstr(why.text, "server_name"), "%s", why.text);
    cr_expect_eq(MYC_EINVAL, myc_tls_session_create(
                                 tls,
                                 &(myc_tls_session_options){
                                     .server_name = "a.test", .alpn = empty, .alpn_count = 1},
                                 &session, &why));
    cr_expect(strstr(why.text, "alpn"), "%s", why.text);
    cr_expect_null(session);
    myc_tls_release(tls);
    NO_LEAKS();
}

Test(tls, one_context_serves_many_sessions_and_outlives_its_owner)
{
    struct tls_lab lab = tls_lab_open(&(struct tls_lab_options){.seed = 11});
    myc_tls *shared = myc_tls_retain(lab.tls);
    myc_tls_session *other = NULL;
    cr_assert_eq(0, myc_tls_session_create(
                        shared, &(myc_tls_session_options){.server_name = "b.test"}, &other, NULL));
    myc_tls_release(shared);
    tls_lab_run(&lab);
    cr_expect_eq(MYC_TLS_OPEN, myc_tls_session_state(lab.session));
    cr_expect_eq(MYC_TLS_HANDSHAKE, myc_tls_session_state(other));
    tls_lab_close(&lab);
    uint8_t hello[64];
    cr_expect_gt(myc_tls_session_take(other, hello, sizeof hello), 0);
    myc_tls_session_destroy(other);
    NO_LEAKS();
}

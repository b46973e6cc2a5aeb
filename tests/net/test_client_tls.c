/* SPDX-License-Identifier: Apache-2.0 */
/* The client actor behind wss://, against a server whose certificate was made here. */
#include "net/client_lab.h"

struct secure_lab {
    struct identity identity;
    struct client_lab *lab;
    myc_tls *tls; /* trusts the identity */
};

static struct secure_lab secure_start(const struct identity_options *options)
{
    struct secure_lab made = {.identity = identity_make(options)};
    char *path = identity_save(&made.identity);
    cr_assert_eq(0, myc_tls_create(&(myc_tls_options){.ca_file = path}, &made.tls, NULL));
    identity_unlink(path);
    return made;
}

static void secure_close(struct secure_lab *secure)
{
    client_lab_close(secure->lab);
    myc_tls_release(secure->tls);
    identity_free(&secure->identity);
}

static const struct identity_options own = {
    .common_name = "localhost", .names = "DNS:localhost,IP:127.0.0.1", .authority = true};

CLIENT_TEST(client_tls, is_accepted_when_its_ca_is_given)
{
    static const char *const subscriptions[] = {"{\"op\":\"subscribe\"}"};
    struct secure_lab secure = secure_start(&own);
    secure.lab = client_lab_open(&secure.identity);
    client_lab_connect(secure.lab, "wss",
                       &(myc_websocket_options){.tls = secure.tls,
                                                .subscriptions = subscriptions,
                                                .subscription_count = 1});
    ear_await(&secure.lab->notes, "opened wss://127.0.0.1:");
    local_server_await_said(secure.lab->server, "{\"op\":\"subscribe\"}\n");
    local_server_say(secure.lab->server, WSLAY_TEXT_FRAME, "secret", 6);
    ear_await(&secure.lab->notes, "text secret");
    cr_expect_eq(MYC_SENT, myc_websocket_close(secure.lab->office.ctx, secure.lab->client));
    client_lab_await_end(secure.lab);
    local_server_await(secure.lab->server, goodbyes, 1);
    secure_close(&secure);
}

CLIENT_TEST(client_tls, comes_back_when_the_server_does_and_subscribes_again)
{
    static const char *const subscriptions[] = {"again"};
    struct secure_lab secure = secure_start(&own);
    secure.lab = client_lab_open(&secure.identity);
    client_lab_connect(secure.lab, "wss",
                       &(myc_websocket_options){.tls = secure.tls,
                                                .subscriptions = subscriptions,
                                                .subscription_count = 1});
    for (uint32_t life = 1; life <= 3; life++) {
        ear_await(&secure.lab->notes, "opened");
        local_server_await(secure.lab->server, said_count, life);
        local_server_say(secure.lab->server, WSLAY_TEXT_FRAME, "alive", 5);
        ear_await(&secure.lab->notes, "text alive");
        local_server_stop(secure.lab->server);
        ear_await(&secure.lab->notes, "lost -11 connection lost: ");
        local_server_start(secure.lab->server);
    }
    ear_await(&secure.lab->notes, "opened");
    secure_close(&secure);
}

/* The CAs of the system do not know it. */
CLIENT_TEST(client_tls, refuses_a_self_signed_certificate_by_default)
{
    struct secure_lab secure = secure_start(&own);
    secure.lab = client_lab_open(&secure.identity);
    client_lab_connect(secure.lab, "wss", &(myc_websocket_options){.attempts_max = 1});
    ear_await(&secure.lab->notes, "lost -10 certificate refused: self-signed certificate (subject "
                                  "/CN=localhost, issuer /CN=localhost)");
    client_lab_await_end(secure.lab);
    cr_expect_eq(0, secure.lab->server->upgraded);
    cr_expect(strstr(secure.lab->office.lines, "certificate refused: self-signed"), "%s",
              secure.lab->office.lines);
    secure_close(&secure);
}

CLIENT_TEST(client_tls, refuses_the_certificate_of_another_name_and_an_old_one)
{
    static const struct {
        struct identity_options identity;
        const char *reason;
    } all[] = {{{.names = "DNS:a.test,IP:127.0.0.2", .authority = true},
                "lost -10 certificate refused: expected '127.0.0.1', it is for 'a.test', "
                "'127.0.0.2'"},
               {{.names = "IP:127.0.0.1", .authority = true, .from_s = -7200, .until_s = -3600},
                "lost -10 certificate refused: that of '127.0.0.1' expired on 20"}};
    for (int index = 0; index < 2; index++) {
        struct secure_lab secure = secure_start(&all[index].identity);
        secure.lab = client_lab_open(&secure.identity);
        client_lab_connect(secure.lab, "wss",
                           &(myc_websocket_options){.tls = secure.tls, .attempts_max = 1});
        ear_await(&secure.lab->notes, all[index].reason);
        client_lab_await_end(secure.lab);
        cr_expect_eq(0, secure.lab->server->upgraded);
        secure_close(&secure);
    }
}

CLIENT_TEST(client_tls, says_that_the_server_does_not_speak_it)
{
    struct secure_lab secure = secure_start(&own);
    secure.lab = client_lab_open(NULL);
    secure.lab->server->answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
    client_lab_connect(secure.lab, "wss",
                       &(myc_websocket_options){
                           .tls = secure.tls, .open_timeout_ns = 300000000, .attempts_max = 1});
    /* It waits for the end of a request that never comes. */
    ear_await(&secure.lab->notes, "lost -3 timed out: no answer to the upgrade");
    client_lab_await_end(secure.lab);
    secure_close(&secure);
}

/* Everything at once: TLS, long messages, a receiver that is slow. */
CLIENT_TEST(client_tls, loses_nothing_when_the_receiver_is_full)
{
    struct secure_lab secure = secure_start(&own);
    struct client_lab *lab = secure.lab = client_lab_open(&secure.identity);
    char *text = malloc(200000);
    for (int at = 0; at < 200000; at++) {
        text[at] = "0123456789"[at % 10];
    }
    lab->notes.expected_text = "0123456789";
    client_lab_connect(lab, "wss", &(myc_websocket_options){.tls = secure.tls});
    ear_await(&lab->notes, "opened");
    ear_shut(&lab->notes, true);
    for (size_t index = 0; index < 200; index++) {
        local_server_say(lab->server, WSLAY_TEXT_FRAME, text, index * 1000);
    }
    ear_shut(&lab->notes, false);
    ear_await_messages(&lab->notes, 200);
    cr_expect_eq(UINT64_C(199) * 200 / 2 * 1000, lab->notes.bytes);
    free(text);
    secure_close(&secure);
}

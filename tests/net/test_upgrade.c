/* SPDX-License-Identifier: Apache-2.0 */
/* The request and the answers to it, right and wrong. */
#include "net/websocket_lab.h"

Test(upgrade, asks_as_the_rfc_says)
{
    const char *const protocols[] = {"b.v2", "b.v1"};
    const char *const headers[] = {"Origin: https://a.test", "X-Empty:"};
    struct websocket_lab lab =
        websocket_lab_open(3, &(myc_websocket_session_options){.host = "a.test:8080",
                                                               .path = "/feed?x=1",
                                                               .protocols = protocols,
                                                               .protocol_count = 2,
                                                               .headers = headers,
                                                               .header_count = 2});
    websocket_lab_run(&lab);
    char expected[512], key[64] = "";
    cr_assert(websocket_server_field(lab.server, "Sec-WebSocket-Key", key, sizeof key));
    cr_expect_eq(24, strlen(key));
    snprintf(expected, sizeof expected,
             "GET /feed?x=1 HTTP/1.1\r\nHost: a.test:8080\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Protocol: b.v2, b.v1\r\nOrigin: https://a.test\r\nX-Empty:\r\n\r\n",
             key);
    cr_expect_str_eq(expected, lab.server->request);
    cr_expect_eq(MYC_WEBSOCKET_OPEN, myc_websocket_session_state(lab.session));
    cr_expect_str_eq("", myc_websocket_session_protocol(lab.session));
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(upgrade, has_another_key_each_time)
{
    char keys[2][64] = {"", ""};
    for (int index = 0; index < 2; index++) {
        struct websocket_lab lab = websocket_lab_ready(3, NULL);
        websocket_server_field(lab.server, "Sec-WebSocket-Key", keys[index], sizeof keys[index]);
        websocket_lab_close(&lab);
    }
    cr_expect_str_neq(keys[0], keys[1]);
    NO_LEAKS();
}

Test(upgrade, takes_the_protocol_the_server_chose)
{
    const char *const protocols[] = {"b.v2", "b"};
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct websocket_lab lab = websocket_lab_open(
            seed, &(myc_websocket_session_options){.protocols = protocols, .protocol_count = 2});
        lab.server->further = "Sec-WebSocket-Protocol:   b  \r\n";
        websocket_lab_run(&lab);
        cr_expect_eq(MYC_WEBSOCKET_OPEN, myc_websocket_session_state(lab.session));
        cr_expect_str_eq("b", myc_websocket_session_protocol(lab.session));
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

/* `further` are fields of an answer that is right else. */
static void expect_refused(const char *answer, const char *further, const char *reason)
{
    const char *const protocols[] = {"b.v2", "b.v1"};
    for (uint64_t seed = 0; seed <= 3; seed++) {
        struct websocket_lab lab = websocket_lab_open(
            seed, &(myc_websocket_session_options){.protocols = protocols, .protocol_count = 2});
        lab.server->answer = answer;
        lab.server->further = further;
        websocket_lab_run(&lab);
        expect_failure(&lab, reason, 0);
        websocket_lab_close(&lab);
    }
}

Test(upgrade, refuses_other_answers_and_shows_them)
{
    expect_refused("HTTP/1.1 403 Forbidden\r\nServer: x\r\n\r\nno", NULL,
                   "the server refused the upgrade: HTTP/1.1 403 Forbidden");
    expect_refused("HTTP/1.1 200 OK\r\n\r\n", NULL, "refused the upgrade: HTTP/1.1 200 OK");
    expect_refused("HTTP/1.1 1010 Odd\r\n\r\n", NULL, "refused the upgrade: HTTP/1.1 1010 Odd");
    expect_refused("HTTP/1.1 301 Moved\r\nLocation: wss://b.test/\r\n\r\n", NULL,
                   "HTTP/1.1 301 Moved; redirects are not followed, it is to wss://b.test/");
    expect_refused("HTTP/1.0 101 Switching\r\n\r\n", NULL,
                   "expected an answer of HTTP/1.1, got: HTTP/1.0 101 Switching");
    expect_refused("SSH-2.0-x\r\n\r\n", NULL, "expected an answer of HTTP/1.1, got: SSH-2.0-x");
    expect_refused("\r\n\r\n", NULL, "expected an answer of HTTP/1.1, got: ");
    NO_LEAKS();
}

Test(upgrade, refuses_what_does_not_answer_the_key)
{
    expect_refused("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                   NULL, "does not answer the key: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect_refused("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", NULL,
                   "does not answer the key: none");
    NO_LEAKS();
}

Test(upgrade, refuses_fields_that_are_wrong_missing_twice_or_not_asked_for)
{
    expect_refused("HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\n\r\n", NULL,
                   "expected 'Upgrade: websocket', got: none");
    expect_refused("HTTP/1.1 101 Yes\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", NULL,
                   "expected 'Upgrade: websocket', got: h2c");
    expect_refused("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: upgrades\r\n\r\n", NULL,
                   "expected 'Connection: Upgrade', got: upgrades");
    expect_refused(NULL, "Sec-WebSocket-Accept: x\r\n", "twice: Sec-WebSocket-Accept");
    expect_refused(NULL, "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                   "extensions that were not offered: permessage-deflate");
    expect_refused(NULL, "Sec-WebSocket-Protocol: b\r\n", "sub-protocol that was not offered: b");
    expect_refused(NULL, "Sec-WebSocket-Protocol: \r\n", "sub-protocol that was not offered: ");
    expect_refused(NULL, "no colon\r\n", "expected 'Name: value', got: no colon");
    expect_refused(NULL, " folded: line\r\n", "expected 'Name: value', got:  folded: line");
    expect_refused(NULL, ": nameless\r\n", "expected 'Name: value', got: : nameless");
    NO_LEAKS();
}

Test(upgrade, cleans_what_it_quotes)
{
    expect_refused("HTTP/1.1 400 \x1b[2J\nINFO fine\r\n\r\n", NULL, "HTTP/1.1 400 ?[2J?INFO fine");
    NO_LEAKS();
}

Test(upgrade, refuses_zero_bytes)
{
    static const char answer[] = "HTTP/1.1 101 Y\0s\r\n\r\n";
    struct websocket_lab lab = websocket_lab_open(3, NULL);
    lab.error = myc_websocket_session_feed(lab.session, (const uint8_t *)answer, sizeof answer - 1);
    expect_failure(&lab, "there is a zero byte in it", 0);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(upgrade, bounds_the_answer)
{
    char *endless = malloc(17000);
    memset(endless, 'x', 17000);
    struct websocket_lab lab = websocket_lab_open(3, NULL);
    lab.error = myc_websocket_session_feed(lab.session, (const uint8_t *)endless, 16000);
    cr_expect_eq(0, lab.error);
    lab.error = myc_websocket_session_feed(lab.session, (const uint8_t *)endless, 1000);
    expect_failure(&lab, "the answer to the upgrade is longer than 16 KiB", 0);
    free(endless);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(upgrade, says_when_the_connection_ends_before_the_answer)
{
    struct websocket_lab lab = websocket_lab_open(3, NULL);
    cr_expect_eq(0, myc_websocket_session_feed(lab.session, (const uint8_t *)"HTTP/1.1 10", 11));
    lab.error = myc_websocket_session_feed_end(lab.session);
    expect_failure(&lab, "the connection ended before the answer to the upgrade", 0);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

static void expect_bad(const myc_websocket_session_options *options, const char *expected)
{
    myc_websocket_session *session = NULL;
    myc_net_error why = {""};
    cr_expect_eq(MYC_EINVAL, myc_websocket_session_create(options, &session, &why), "%s", expected);
    cr_expect(strstr(why.text, expected), "expected '%s', got '%s'", expected, why.text);
    cr_expect_null(session);
}

Test(upgrade, refuses_bad_options_and_says_what_was_expected)
{
    const char *text = NULL;
    myc_websocket_session_options options = {0};
    expect_bad(&options, "host: expected");
    options.host = "a b";
    expect_bad(&options, "host: expected");
    options = (myc_websocket_session_options){.host = "a", .path = "feed"};
    expect_bad(&options, "path 'feed': expected /");
    options.path = "/a b";
    expect_bad(&options, "path '/a b': expected /");
    options = (myc_websocket_session_options){.host = "a", .message_bytes_max = (1u << 30) + 1};
    expect_bad(&options, "message_bytes_max: expected 1 to 1 GiB");
    options = (myc_websocket_session_options){
        .host = "a", .protocols = &text, .headers = &text, .protocol_count = 1};
    text = "a, b";
    expect_bad(&options, "sub-protocol 'a, b'");
    text = "";
    expect_bad(&options, "sub-protocol ''");
    options.protocol_count = 0;
    options.header_count = 1;
    text = "X-Evil: a\r\nHost: b";
    expect_bad(&options, "header field 'X-Evil: a??Host: b': expected no control");
    text = "nothing";
    expect_bad(&options, "header field 'nothing': expected 'Name: value'");
    text = "X y: z";
    expect_bad(&options, "header field 'X y: z': expected 'Name: value'");
    text = "upgrade: h2c";
    expect_bad(&options, "header field 'upgrade: h2c': this one is written by the library");
    NO_LEAKS();
}

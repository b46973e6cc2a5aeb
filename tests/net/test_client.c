/* SPDX-License-Identifier: Apache-2.0 */
/* The client actor over real connections, without TLS. */
#include <netdb.h>

#include "net/client_lab.h"

static const char *const subscriptions[] = {"subscribe to a", "subscribe to b"};

CLIENT_TEST(client, connects_subscribes_and_hands_over)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws",
                       &(myc_websocket_options){.subscriptions = subscriptions,
                                                .subscription_count = 2,
                                                .stream_number = 77});
    ear_await(&lab->notes, "opened ws://127.0.0.1:");
    local_server_await(lab->server, said_count, 2);
    cr_expect_str_eq("subscribe to a\nsubscribe to b\n", lab->server->said);
    local_server_say(lab->server, WSLAY_TEXT_FRAME, "hello", 5);
    local_server_say(lab->server, WSLAY_BINARY_FRAME, "raw", 3);
    local_server_say(lab->server, WSLAY_TEXT_FRAME, "", 0);
    ear_await(&lab->notes, "text hello");
    ear_await(&lab->notes, "binary raw");
    ear_await(&lab->notes, "text ");
    cr_expect_eq(MYC_SENT, myc_websocket_send_text(lab->office.ctx, lab->client, "thanks"));
    local_server_await_said(lab->server, "thanks\n");
    client_lab_close(lab);
}

static void say_repeated(struct local_server *server, size_t size, const char *text)
{
    char *bytes = malloc(size);
    for (size_t at = 0; at < size; at++) {
        bytes[at] = text[at % strlen(text)];
    }
    local_server_say(server, WSLAY_TEXT_FRAME, bytes, size);
    free(bytes);
}

CLIENT_TEST(client, hands_long_messages_over_in_parts)
{
    struct client_lab *lab = client_lab_open(NULL);
    lab->notes.expected_text = "abcdefghijk";
    client_lab_connect(lab, "ws", NULL);
    local_server_await(lab->server, upgraded, 1);
    static const size_t sizes[] = {MYC_CHUNK_BYTES - 1, MYC_CHUNK_BYTES, MYC_CHUNK_BYTES + 1,
                                   2 * MYC_CHUNK_BYTES, 3000000};
    for (int index = 0; index < 5; index++) {
        char expected[64];
        say_repeated(lab->server, sizes[index], lab->notes.expected_text);
        snprintf(expected, sizeof expected, "text %zu bytes", sizes[index]);
        ear_await(&lab->notes, expected);
    }
    client_lab_close(lab);
}

CLIENT_TEST(client, ends_a_connection_whose_message_is_too_long)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws",
                       &(myc_websocket_options){.message_bytes_max = 1000, .attempts_max = 1});
    local_server_await(lab->server, upgraded, 1);
    say_repeated(lab->server, 1000, "x");
    say_repeated(lab->server, 1001, "x");
    ear_await(&lab->notes, "text 1000 bytes");
    ear_await(&lab->notes, "lost -11 a message of 1001 bytes or more: expected at most 1000");
    local_server_await(lab->server, goodbyes, 1);
    cr_expect_eq(1009, lab->server->goodbye_code);
    client_lab_await_end(lab);
    client_lab_close(lab);
}

CLIENT_TEST(client, comes_back_when_the_server_does_and_subscribes_again)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(
        lab, "ws",
        &(myc_websocket_options){.subscriptions = subscriptions, .subscription_count = 2});
    for (uint32_t life = 1; life <= 3; life++) {
        ear_await(&lab->notes, "opened");
        local_server_await(lab->server, said_count, 2 * life);
        local_server_say(lab->server, WSLAY_TEXT_FRAME, "alive", 5);
        ear_await(&lab->notes, "text alive");
        local_server_stop(lab->server);
        ear_await(&lab->notes, "lost -11 connection lost: ");
        ear_await(&lab->notes, "lost -11 no connection: Connection refused");
        local_server_start(lab->server);
    }
    ear_await(&lab->notes, "opened");
    cr_expect_geq(lab->server->upgraded, 4);
    client_lab_close(lab);
}

CLIENT_TEST(client, gives_up_after_so_many_tries)
{
    struct client_lab *lab = client_lab_open(NULL);
    local_server_stop(lab->server);
    client_lab_connect(lab, "ws", &(myc_websocket_options){.attempts_max = 3});
    for (int attempt = 0; attempt < 3; attempt++) {
        ear_await(&lab->notes, "lost -11 no connection: Connection refused");
    }
    client_lab_await_end(lab);
    cr_expect_eq(1, lab->notes.ends);
    cr_expect(strstr(lab->office.lines, "that was the last try"), "%s", lab->office.lines);
    client_lab_close(lab);
}

CLIENT_TEST(client, shows_why_the_upgrade_was_refused)
{
    struct client_lab *lab = client_lab_open(NULL);
    lab->server->answer = "HTTP/1.1 429 Too Many Requests\r\n\r\n";
    client_lab_connect(lab, "ws", &(myc_websocket_options){.attempts_max = 1});
    ear_await(&lab->notes,
              "lost -11 the server refused the upgrade: HTTP/1.1 429 Too Many Requests");
    client_lab_await_end(lab);
    client_lab_close(lab);
}

CLIENT_TEST(client, times_out_when_nobody_answers_the_upgrade)
{
    struct client_lab *lab = client_lab_open(NULL);
    lab->server->mute = true;
    client_lab_connect(lab, "ws",
                       &(myc_websocket_options){.attempts_max = 1, .open_timeout_ns = 200000000});
    ear_await(&lab->notes, "lost -3 timed out: no answer to the upgrade");
    client_lab_await_end(lab);
    client_lab_close(lab);
}

CLIENT_TEST(client, says_goodbye_when_told_to_close)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws", NULL);
    ear_await(&lab->notes, "opened");
    cr_expect_eq(MYC_SENT, myc_websocket_close(lab->office.ctx, lab->client));
    client_lab_await_end(lab);
    local_server_await(lab->server, goodbyes, 1);
    cr_expect_eq(1000, lab->server->goodbye_code);
    cr_expect_null(strstr(lab->notes.lines, "lost"));
    cr_expect(strstr(lab->notes.lines, "end 0\n"));
    client_lab_close(lab);
}

CLIENT_TEST(client, closes_also_when_nobody_answers_or_listens)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws", NULL);
    ear_await(&lab->notes, "opened");
    pthread_mutex_lock(&lab->server->lock);
    lab->server->mute = true;
    pthread_mutex_unlock(&lab->server->lock);
    cr_expect_eq(MYC_SENT, myc_websocket_close(lab->office.ctx, lab->client));
    client_lab_await_end(lab);
    local_server_stop(lab->server);
    client_lab_connect(
        lab, "ws",
        &(myc_websocket_options){.reconnect_first_ns = LONG_NS, .reconnect_max_ns = LONG_NS});
    ear_await(&lab->notes, "lost");
    cr_expect_eq(MYC_SENT, myc_websocket_close(lab->office.ctx, lab->client));
    client_lab_await_end(lab);
    client_lab_close(lab);
}

CLIENT_TEST(client, tells_the_servers_goodbye_and_comes_back)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws", NULL);
    ear_await(&lab->notes, "opened");
    local_server_say(lab->server, WSLAY_TEXT_FRAME, "last words", 10);
    local_server_goodbye(lab->server, 1012, "restart");
    ear_await(&lab->notes, "text last words");
    ear_await(&lab->notes, "lost 0 the server said goodbye: 1012 restart");
    ear_await(&lab->notes, "opened");
    client_lab_close(lab);
}

CLIENT_TEST(client, tells_what_it_could_not_send)
{
    struct client_lab *lab = client_lab_open(NULL);
    local_server_stop(lab->server);
    client_lab_connect(
        lab, "ws",
        &(myc_websocket_options){.reconnect_first_ns = LONG_NS, .reconnect_max_ns = LONG_NS});
    ear_await(&lab->notes, "lost");
    cr_expect_eq(MYC_SENT, myc_websocket_send_text(lab->office.ctx, lab->client, "buy"));
    ear_await(&lab->notes, "dropped 1");
    client_lab_close(lab);
}

CLIENT_TEST(client, ends_with_its_receiver)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws", NULL);
    ear_await(&lab->notes, "opened");
    myc_stop(lab->office.ctx, lab->ear.address);
    client_lab_await_actors(lab, 1);
    local_server_say(lab->server, WSLAY_TEXT_FRAME, "anybody?", 8);
    local_server_await(lab->server, lost, 1);
    client_lab_await_actors(lab, 0);
    cr_expect_eq(MYC_DEAD, myc_websocket_send_text(lab->office.ctx, lab->client, "hello?"));
    client_lab_close(lab);
}

/* ---- a receiver that is slow ---- */

enum { FLOOD_MESSAGES = 4000, FLOOD_BYTES = 10000 };

/* More than the sockets' buffers hold: the server cannot get rid of it while the ear is deaf. */
CLIENT_TEST(client, loses_nothing_when_the_receiver_is_full)
{
    struct client_lab *lab = client_lab_open(NULL);
    lab->notes.expected_text = "0123456789";
    client_lab_connect(lab, "ws", NULL);
    ear_await(&lab->notes, "opened");
    ear_shut(&lab->notes, true);
    for (int index = 0; index < FLOOD_MESSAGES; index++) {
        say_repeated(lab->server, FLOOD_BYTES, lab->notes.expected_text);
    }
    cr_expect_gt(local_server_await_stall(lab->server), 0, "all was taken though nobody reads");
    cr_expect_eq(0, lab->notes.messages);
    ear_shut(&lab->notes, false);
    ear_await_messages(&lab->notes, FLOOD_MESSAGES);
    cr_expect_eq((uint64_t)FLOOD_MESSAGES * FLOOD_BYTES, lab->notes.bytes);
    cr_expect_eq(1, lab->server->upgraded);
    client_lab_close(lab);
}

CLIENT_TEST(client, sends_more_than_the_connection_takes_at_once)
{
    struct client_lab *lab = client_lab_open(NULL);
    client_lab_connect(lab, "ws", NULL);
    ear_await(&lab->notes, "opened");
    for (int index = 0; index < 400; index++) {
        myc_chunk *chunk = myc_chunk_make(lab->office.ctx, MYC_CHUNK_BYTES);
        cr_assert_not_null(chunk);
        memset(chunk->bytes, 0, MYC_CHUNK_BYTES);
        chunk->size_bytes = MYC_CHUNK_BYTES;
        cr_assert_eq(MYC_SENT,
                     myc_websocket_send(lab->office.ctx, lab->client, MYC_WEBSOCKET_BINARY, chunk));
    }
    local_server_await(lab->server, said_count, 400);
    client_lab_close(lab);
}

/* ---- names ---- */

CLIENT_TEST(client, looks_names_up_on_a_helper_thread)
{
    struct client_lab *lab = client_lab_open(NULL);
    myc_pool *pool = NULL;
    char name[200] = "", url[300];
    struct addrinfo *found = NULL;
    cr_assert_eq(0, gethostname(name, sizeof name - 1));
    if (getaddrinfo(name, NULL, NULL, &found) != 0) {
        client_lab_close(lab);
        cr_skip_test("the name of this machine cannot be looked up");
    }
    freeaddrinfo(found);
    cr_assert_eq(0, myc_pool_create(lab->office.system, NULL, &pool));
    snprintf(url, sizeof url, "ws://%s:%u", name, lab->server->port);
    cr_assert_eq(0, client_lab_try(lab, url, &(myc_websocket_options){.resolver = pool}));
    ear_await(&lab->notes, "opened ws://");
    client_lab_close(lab);
}

CLIENT_TEST(client, says_when_a_name_is_unknown)
{
    struct client_lab *lab = client_lab_open(NULL);
    myc_pool *pool = NULL;
    cr_assert_eq(0, myc_pool_create(lab->office.system, NULL, &pool));
    /* A label longer than 63 letters: no name server is asked. */
    const char *url =
        "ws://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test";
    cr_assert_eq(
        0, client_lab_try(lab, url, &(myc_websocket_options){.resolver = pool, .attempts_max = 1}));
    ear_await(&lab->notes, "lost -17 the name 'aaaaaaaaaa");
    client_lab_await_end(lab);
    client_lab_close(lab);
}

static void expect_refused(struct client_lab *lab, const char *url,
                           const myc_websocket_options *options, const char *expected)
{
    cr_expect_eq(MYC_EINVAL, client_lab_try(lab, url, options), "%s", expected);
    cr_expect(strstr(lab->office.lines, expected), "expected '%s', got '%s'", expected,
              lab->office.lines);
    lab->office.lines[0] = '\0';
}

CLIENT_TEST(client, refuses_bad_options_and_says_what_was_expected)
{
    struct client_lab *lab = client_lab_open(NULL);
    const char *const headers[] = {"Host: a"};
    expect_refused(lab, "tcp://a", NULL, "expected ws:// or wss://");
    expect_refused(lab, "ws://a.test", NULL, "resolver: expected a pool");
    expect_refused(lab, "ws://127.0.0.1",
                   &(myc_websocket_options){.headers = headers, .header_count = 1},
                   "written by the library");
    expect_refused(lab, "ws://127.0.0.1", &(myc_websocket_options){.message_bytes_max = UINT32_MAX},
                   "message_bytes_max");
    expect_refused(lab, "ws://127.0.0.1",
                   &(myc_websocket_options){.reconnect_first_ns = 2, .reconnect_max_ns = 1},
                   "reconnect_max_ns");
    expect_refused(lab, "ws://127.0.0.1", &(myc_websocket_options){.subscription_count = 1025},
                   "subscription_count");
    cr_expect_eq(0, lab->notes.ends);
    client_lab_close(lab);
}

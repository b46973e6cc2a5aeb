/* SPDX-License-Identifier: Apache-2.0 */
/* Messages both ways between a session and wslay's server, in pieces of every size. */
#include "net/websocket_lab.h"

enum { LONG_BYTES = 200000 };

static uint8_t *long_text(uint32_t size, uint32_t salt)
{
    uint8_t *made = malloc(size + 1);
    for (uint32_t index = 0; index < size; index++) {
        made[index] = (uint8_t)('a' + (index * 7 + index / 1000 + salt) % 26);
    }
    made[size] = '\0';
    return made;
}

static void talk(uint64_t seed)
{
    static const uint32_t sizes[] = {0, 1, 125, 126, 127, 4095, 4096, 65535, 65536, LONG_BYTES};
    enum { COUNT = sizeof sizes / sizeof sizes[0] };
    struct websocket_lab lab = websocket_lab_ready(seed, NULL);
    for (uint32_t index = 0; index < COUNT; index++) {
        uint8_t *text = long_text(sizes[index], index);
        websocket_server_say(lab.server, index % 2 ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME, text,
                             sizes[index]);
        cr_assert_eq(0, myc_websocket_session_write(
                            lab.session, index % 2 ? MYC_WEBSOCKET_BINARY : MYC_WEBSOCKET_TEXT,
                            text, sizes[index]));
        free(text);
    }
    websocket_lab_run(&lab);
    cr_assert_eq(COUNT, lab.heard_count, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(COUNT, lab.server->said_count, "seed %llu", (unsigned long long)seed);
    for (uint32_t index = 0; index < COUNT; index++) {
        uint8_t *text = long_text(sizes[index], index);
        expect_heard(&lab, index, index % 2 ? MYC_WEBSOCKET_BINARY : MYC_WEBSOCKET_TEXT, text,
                     sizes[index]);
        cr_expect_eq(index % 2 ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME,
                     lab.server->said[index].opcode);
        cr_expect_eq(sizes[index], lab.server->said[index].size);
        cr_expect_eq(0, memcmp(text, lab.server->said[index].bytes, sizes[index]));
        free(text);
    }
    cr_expect_eq(0, lab.error);
    websocket_lab_close(&lab);
}

Test(websocket, carries_messages_both_ways_byte_by_byte)
{
    talk(0);
    NO_LEAKS();
}

Test(websocket, carries_messages_both_ways_in_pieces_of_any_size)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        talk(seed);
    }
    NO_LEAKS();
}

Test(websocket, takes_messages_that_come_with_the_answer)
{
    struct websocket_lab lab = websocket_lab_open(0, NULL);
    uint8_t bytes[4096];
    size_t count = myc_websocket_session_take(lab.session, bytes, sizeof bytes);
    websocket_server_feed(lab.server, bytes, count);
    websocket_server_say(lab.server, WSLAY_TEXT_FRAME, "early", 5);
    count = websocket_server_take(lab.server, bytes, sizeof bytes);
    cr_assert_eq(0, myc_websocket_session_feed(lab.session, bytes, count));
    websocket_lab_hear(&lab);
    expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, "early", 5);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

/* Control frames come between the fragments, and fragments may be empty. */
Test(websocket, joins_fragments)
{
    for (uint64_t seed = 0; seed <= 20; seed++) {
        struct websocket_lab lab = websocket_lab_ready(seed, NULL);
        websocket_server_put_frame(lab.server, WSLAY_TEXT_FRAME, "one, ", 5);
        websocket_server_put_frame(lab.server, 0x80 | WSLAY_PING, "still there?", 12);
        websocket_server_put_frame(lab.server, WSLAY_CONTINUATION_FRAME, "", 0);
        websocket_server_put_frame(lab.server, WSLAY_CONTINUATION_FRAME, "tw\xc3", 3);
        websocket_server_put_frame(lab.server, 0x80 | WSLAY_PONG, "", 0);
        websocket_server_put_frame(lab.server, 0x80 | WSLAY_CONTINUATION_FRAME, "\xb6", 1);
        websocket_server_put_frame(lab.server, WSLAY_BINARY_FRAME, "", 0);
        websocket_server_put_frame(lab.server, 0x80 | WSLAY_CONTINUATION_FRAME, "\xff\x00", 2);
        websocket_lab_run(&lab);
        cr_expect_eq(0, lab.error);
        cr_expect_eq(2, lab.heard_count);
        expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, "one, tw\xc3\xb6", 9);
        expect_heard(&lab, 1, MYC_WEBSOCKET_BINARY, "\xff\x00", 2);
        cr_expect_eq(1, lab.server->pongs);
        cr_expect_eq(1, myc_websocket_session_pongs(lab.session));
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

Test(websocket, pings_and_answers_pings)
{
    struct websocket_lab lab = websocket_lab_ready(3, NULL);
    for (uint32_t round = 1; round <= 3; round++) {
        cr_expect_eq(0, myc_websocket_session_ping(lab.session));
        websocket_server_say(lab.server, WSLAY_PING, "x", 1);
        websocket_lab_run(&lab);
        cr_expect_eq(round, lab.server->pings);
        cr_expect_eq(round, lab.server->pongs);
        cr_expect_eq(round, myc_websocket_session_pongs(lab.session));
    }
    cr_expect_eq(0, lab.heard_count);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(websocket, says_nothing_before_it_is_open)
{
    struct websocket_lab lab = websocket_lab_open(3, NULL);
    cr_expect_eq(MYC_EBUSY, myc_websocket_session_write(lab.session, MYC_WEBSOCKET_TEXT, NULL, 0));
    cr_expect_eq(MYC_EBUSY, myc_websocket_session_ping(lab.session));
    cr_expect_eq(MYC_EBUSY, myc_websocket_session_close(lab.session, 1000, NULL));
    websocket_lab_run(&lab);
    cr_expect_eq(MYC_EINVAL,
                 myc_websocket_session_write(lab.session, MYC_WEBSOCKET_CLOSE, NULL, 0));
    cr_expect_eq(0, myc_websocket_session_write(lab.session, MYC_WEBSOCKET_TEXT, NULL, 0));
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(websocket, holds_only_so_much_that_is_not_taken)
{
    struct websocket_lab lab = websocket_lab_ready(3, NULL);
    uint8_t *text = calloc(1, 1 << 20);
    uint32_t accepted = 0;
    while (myc_websocket_session_write(lab.session, MYC_WEBSOCKET_BINARY, text, 1 << 20) == 0) {
        cr_assert_leq(++accepted, 5);
    }
    cr_expect_eq(4, accepted);
    cr_expect_eq(MYC_ELIMIT, myc_websocket_session_ping(lab.session));
    websocket_lab_run(&lab);
    cr_expect_eq(4, lab.server->said_count);
    cr_expect_eq(0, myc_websocket_session_ping(lab.session));
    free(text);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

/* ---- goodbyes ---- */

Test(websocket, answers_the_servers_goodbye)
{
    for (uint64_t seed = 0; seed <= 10; seed++) {
        struct websocket_lab lab = websocket_lab_ready(seed, NULL);
        websocket_server_say(lab.server, WSLAY_TEXT_FRAME, "last", 4);
        websocket_server_goodbye(lab.server, 1001, "back at ten");
        websocket_lab_run(&lab);
        expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, "last", 4);
        cr_expect_eq(MYC_WEBSOCKET_CLOSED, myc_websocket_session_state(lab.session));
        cr_expect_eq(1001, myc_websocket_session_close_code(lab.session));
        cr_expect_str_eq("back at ten", myc_websocket_session_close_reason(lab.session));
        cr_expect_eq(1001, lab.server->close_code);
        cr_expect_eq(MYC_EIO, myc_websocket_session_ping(lab.session));
        cr_expect_eq(0, myc_websocket_session_feed(lab.session, (const uint8_t *)"junk", 4));
        cr_expect_eq(0, myc_websocket_session_feed_end(lab.session));
        cr_expect_str_eq("", myc_websocket_session_error(lab.session));
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

/* Codes that were registered after the RFC, which wslay does not know. */
Test(websocket, knows_newer_codes_of_goodbyes)
{
    for (uint64_t seed = 0; seed <= 10; seed++) {
        struct websocket_lab lab = websocket_lab_ready(seed, NULL);
        websocket_server_put_frame(lab.server, 0x80 | WSLAY_CONNECTION_CLOSE, "\x03\xf4restart", 9);
        websocket_lab_run(&lab);
        cr_expect_eq(MYC_WEBSOCKET_CLOSED, myc_websocket_session_state(lab.session));
        cr_expect_eq(1012, myc_websocket_session_close_code(lab.session));
        cr_expect_str_eq("restart", myc_websocket_session_close_reason(lab.session));
        cr_expect_eq(0, lab.error);
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

Test(websocket, knows_a_goodbye_without_a_code)
{
    struct websocket_lab lab = websocket_lab_ready(1, NULL);
    cr_expect_eq(1006, myc_websocket_session_close_code(lab.session));
    websocket_server_put_frame(lab.server, 0x80 | WSLAY_CONNECTION_CLOSE, "", 0);
    websocket_lab_run(&lab);
    cr_expect_eq(MYC_WEBSOCKET_CLOSED, myc_websocket_session_state(lab.session));
    cr_expect_eq(1005, myc_websocket_session_close_code(lab.session));
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(websocket, says_goodbye_and_hears_what_was_on_its_way)
{
    struct websocket_lab lab = websocket_lab_ready(9, NULL);
    cr_expect_eq(MYC_EINVAL, myc_websocket_session_close(lab.session, 1006, NULL));
    cr_expect_eq(0, myc_websocket_session_close(lab.session, 4242, "enough"));
    cr_expect_eq(MYC_WEBSOCKET_CLOSING, myc_websocket_session_state(lab.session));
    cr_expect_eq(MYC_EIO, myc_websocket_session_write(lab.session, MYC_WEBSOCKET_TEXT, NULL, 0));
    cr_expect_eq(MYC_EIO, myc_websocket_session_close(lab.session, 1000, NULL));
    websocket_server_say(lab.server, WSLAY_TEXT_FRAME, "crossed", 7);
    websocket_lab_run(&lab);
    expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, "crossed", 7);
    cr_expect_eq(4242, lab.server->close_code);
    cr_expect_str_eq("enough", lab.server->close_reason);
    cr_expect_eq(MYC_WEBSOCKET_CLOSED, myc_websocket_session_state(lab.session));
    websocket_lab_close(&lab);
    NO_LEAKS();
}

Test(websocket, says_when_the_connection_ended_without_a_goodbye)
{
    for (int closing = 0; closing <= 1; closing++) {
        struct websocket_lab lab = websocket_lab_ready(9, NULL);
        if (closing) {
            cr_expect_eq(0, myc_websocket_session_close(lab.session, 1000, NULL));
        }
        cr_expect_eq(MYC_EIO, myc_websocket_session_feed_end(lab.session));
        cr_expect_eq(MYC_WEBSOCKET_FAILED, myc_websocket_session_state(lab.session));
        cr_expect_str_eq(closing ? "the connection ended without an answer to the goodbye"
                                 : "the connection ended without a goodbye",
                         myc_websocket_session_error(lab.session));
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

/* ---- what a server must not do ---- */

Test(websocket, refuses_messages_that_are_too_long)
{
    for (uint64_t seed = 0; seed <= 10; seed++) {
        struct websocket_lab lab =
            websocket_lab_ready(seed, &(myc_websocket_session_options){.message_bytes_max = 1000});
        uint8_t *text = long_text(1001, 0);
        websocket_server_say(lab.server, WSLAY_TEXT_FRAME, text, 1000);
        websocket_server_say(lab.server, WSLAY_TEXT_FRAME, text, 1001);
        websocket_server_say(lab.server, WSLAY_TEXT_FRAME, text, 10);
        websocket_lab_run(&lab);
        cr_expect_eq(1, lab.heard_count);
        expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, text, 1000);
        expect_failure(&lab, "a message of 1001 bytes or more: expected at most 1000", 1009);
        free(text);
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

Test(websocket, refuses_messages_that_become_too_long)
{
    for (uint64_t seed = 0; seed <= 10; seed++) {
        struct websocket_lab lab =
            websocket_lab_ready(seed, &(myc_websocket_session_options){.message_bytes_max = 10});
        websocket_server_put_frame(lab.server, WSLAY_TEXT_FRAME, "12345", 5);
        websocket_server_put_frame(lab.server, WSLAY_CONTINUATION_FRAME, "6789", 4);
        websocket_server_put_frame(lab.server, WSLAY_CONTINUATION_FRAME, "0", 1);
        websocket_server_put_frame(lab.server, 0x80 | WSLAY_CONTINUATION_FRAME, "1", 1);
        websocket_lab_run(&lab);
        cr_expect_eq(0, lab.heard_count);
        expect_failure(&lab, "a message of 11 bytes or more: expected at most 10", 1009);
        websocket_lab_close(&lab);
    }
    NO_LEAKS();
}

/* The length is believed by nobody: no memory is taken before bytes come. */
Test(websocket, refuses_an_absurd_length_at_its_head)
{
    struct websocket_lab lab = websocket_lab_ready(0, NULL);
    websocket_server_put(lab.server, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10);
    websocket_server_put(lab.server, "x", 1);
    websocket_lab_run(&lab);
    expect_failure(&lab, "a message of 9223372036854775807 bytes or more", 1009);
    websocket_lab_close(&lab);
    NO_LEAKS();
}

struct bad_frames {
    const char *what;
    const char *bytes;
    size_t size;
    const char *reason;
    uint16_t code;
};

static void expect_refused(const struct bad_frames *bad)
{
    for (uint64_t seed = 0; seed <= 3; seed++) {
        struct websocket_lab lab = websocket_lab_ready(seed, NULL);
        websocket_server_put(lab.server, "\x81\x02ok", 4);
        websocket_server_put(lab.server, bad->bytes, bad->size);
        websocket_lab_run(&lab);
        cr_expect_eq(1, lab.heard_count, "%s: %u messages", bad->what, lab.heard_count);
        expect_heard(&lab, 0, MYC_WEBSOCKET_TEXT, "ok", 2);
        expect_failure(&lab, bad->reason, bad->code);
        websocket_lab_close(&lab);
    }
}

Test(websocket, refuses_frames_that_break_the_protocol)
{
    static const char broke[] = "the server broke the WebSocket protocol";
    static const struct bad_frames all[] = {
        {"a masked frame", "\x81\x82\x01\x02\x03\x04\x31\x32", 8, broke, 1002},
        {"a reserved bit: compression was not offered", "\xc1\x02xx", 4, broke, 1002},
        {"an unknown opcode", "\x83\x02xx", 4, broke, 1002},
        {"a fragment of nothing", "\x80\x02xx", 4, broke, 1002},
        {"a message within a message", "\x01\x02xx\x81\x02yy", 8, broke, 1002},
        {"a ping in fragments", "\x09\x01x", 3, broke, 0},
        {"a ping of 126 bytes", "\x89\x7e\x00\x7e", 4, broke, 0},
        {"a length not in its shortest form", "\x81\x7e\x00\x01x", 5, broke, 0},
        {"a goodbye with a code nobody may say", "\x88\x02\x03\xec", 4, broke, 1002},
        {"text that is not UTF-8", "\x81\x02\xc3\x28", 4, "a text that is not UTF-8", 1007},
        {"text that ends in a letter", "\x81\x01\xc3", 3, "a text that is not UTF-8", 1007},
        {"a surrogate", "\x81\x03\xed\xa0\x80", 5, "a text that is not UTF-8", 1007}};
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) {
        expect_refused(&all[index]);
    }
    NO_LEAKS();
}

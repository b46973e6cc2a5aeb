/* SPDX-License-Identifier: Apache-2.0 */
#include "talker.h"

/* Bytes go both ways when it comes to an end. */
struct traffic {
    struct talk talk;
    myc_reader_ref ref;
    int listener, fd;
    uint64_t sent, answered;
};

static void traffic_open(struct frame *frame, struct traffic *traffic)
{
    traffic->talk.echoes = true;
    traffic->talk.options.queue_bytes = 100000;
    traffic->listener = plain_listen(frame, &traffic->talk, FAMILY_TCP);
    traffic->ref = open_talker(frame, &traffic->talk);
    traffic->fd = plain_accept(frame, traffic->listener);
}

/* The peer may be gone already. */
static void traffic_some(struct frame *frame, struct traffic *traffic)
{
    uint8_t bytes[4096];
    for (size_t index = 0; index < sizeof bytes; index++)
        bytes[index] = byte_at(traffic->sent + index);
    ssize_t sent = send(traffic->fd, bytes, sizeof bytes, MSG_NOSIGNAL);
    traffic->sent += sent > 0 ? (uint64_t)sent : 0;
    step(frame);
}

static void traffic_close(struct frame *frame, struct traffic *traffic)
{
    close(traffic->fd);
    close(traffic->listener);
    await_quiescence(frame);
    cr_expect_eq(0, traffic->talk.wrong);
    cr_expect_leq(traffic->talk.received, traffic->sent);
    cr_expect_eq(0, actors_alive(frame));
}

SOURCE_TEST(socket_stop, closes_with_an_owner_that_ends)
{
    for (uint64_t at = 1; at < 1000000; at *= 10) {
        struct traffic traffic = {.talk.stop_at = at};
        traffic_open(frame, &traffic);
        while (GET(traffic.talk.stopped) == 0)
            traffic_some(frame, &traffic);
        cr_expect_eq(0, traffic.talk.ends);
        traffic_close(frame, &traffic);
    }
}

SOURCE_TEST(socket_stop, closes_with_an_owner_that_fails)
{
    struct traffic traffic = {.talk.fail_at = 50000};
    traffic_open(frame, &traffic);
    while (GET(traffic.talk.stopped) == 0)
        traffic_some(frame, &traffic);
    cr_expect_eq(0, traffic.talk.ends);
    traffic_close(frame, &traffic);
}

SOURCE_TEST(socket_stop, closes_with_an_owner_that_is_stopped)
{
    struct traffic traffic = {0};
    traffic_open(frame, &traffic);
    while (GET(traffic.talk.received) < 50000)
        traffic_some(frame, &traffic);
    myc_stop(frame->ctx, traffic.ref.address);
    while (GET(traffic.talk.stopped) == 0)
        traffic_some(frame, &traffic);
    traffic_close(frame, &traffic);
}

SOURCE_TEST(socket_stop, closes_in_the_middle)
{
    struct traffic traffic = {.talk.close_at = 50000};
    traffic_open(frame, &traffic);
    while (GET(traffic.talk.received) < 50000)
        traffic_some(frame, &traffic);
    for (int round = 0; round < 100; round++)
        traffic_some(frame, &traffic);
    cr_expect_eq(0, GET(traffic.talk.ends), "one that is closed has no end");
    stop_talker(frame, &traffic.talk, traffic.ref);
    traffic_close(frame, &traffic);
}

/* A whole system of echoes is stopped while bytes are on all its ways. */
static void stop_a_server(struct frame *frame, bool discard)
{
    enum { CLIENTS = 8 };
    struct talk talk = {.echoes = true};
    listen_target(frame, &talk, FAMILY_TCP);
    open_talker(frame, &talk);
    int fds[CLIENTS];
    for (int index = 0; index < CLIENTS; index++) {
        fds[index] = plain_connect(frame, &talk);
        (void)plain_send_some(fds[index], 0, 4000);
    }
    AWAIT(frame, GET(talk.received) > 0);
    cr_expect_eq(0, myc_system_stop(frame->system, &(myc_stop_options){.discard = discard}, NULL));
    uint64_t answered = 0;
    for (int index = 0; index < CLIENTS; index++) {
        for (ssize_t some; (some = plain_receive_some(fds[index], 0)) > 0;)
            answered += (uint64_t)some;
        close(fds[index]);
    }
    cr_expect_eq(0, actors_alive(frame));
    cr_expect_eq(0, talk.wrong);
    cr_expect_eq(0, talk.dead, "messages handled while the system drains are answered");
    if (!discard)
        cr_expect_eq(talk.received, answered, "%zu of %zu", (size_t)answered,
                     (size_t)talk.received);
}

SOURCE_TEST(socket_stop, answers_what_was_received_when_the_system_drains)
{
    stop_a_server(frame, false);
}

SOURCE_TEST(socket_stop, ends_when_the_system_discards)
{
    stop_a_server(frame, true);
}

/* The peer takes nothing, so what waits is given up in time, and said. */
static void stop_with_a_stuck_peer(struct frame *frame, bool pauses)
{
    struct talk talk = {.to_send = 100000000, .pauses = pauses};
    int listener = plain_listen(frame, &talk, FAMILY_UNIX);
    spawn_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    AWAIT(frame, GET(talk.full) > 0);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    cr_expect(lines_have(&frame->lines, "bytes that waited were not written"));
    uint64_t received = plain_receive_to_end(frame, fd);
    cr_expect_lt(received, talk.sent);
    close(fd);
    close(listener);
}

SOURCE_TEST(socket_stop, does_not_wait_for_a_peer_that_takes_nothing)
{
    stop_with_a_stuck_peer(frame, false);
}

SOURCE_TEST(socket_stop, wakes_an_owner_that_waits_for_a_peer_that_takes_nothing)
{
    stop_with_a_stuck_peer(frame, true);
}

/* Two workers, each with a server and a client of the other. */
SOURCE_TEST(socket_stop, stops_while_its_own_actors_talk)
{
    struct talk servers[2] = {{.echoes = true}, {.echoes = true}};
    struct talk clients[2] = {{.to_send = 100000000, .pauses = true},
                              {.to_send = 100000000, .pauses = true}};
    for (uint32_t index = 0; index < 2; index++) {
        strcpy(servers[index].target, "tcp-listen://127.0.0.1:0");
        spawn_talker_on(frame, &servers[index], index);
        AWAIT(frame, GET(servers[index].what[MYC_STREAM_OPENED]));
        snprintf(clients[index].target, sizeof clients[index].target, "tcp://%.100s",
                 servers[index].address);
        spawn_talker_on(frame, &clients[index], 1 - index);
    }
    AWAIT(frame, GET(servers[0].received) > 100000 && GET(servers[1].received) > 100000);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    for (uint32_t index = 0; index < 2; index++)
        cr_expect_eq(0, servers[index].wrong + clients[index].wrong);
}

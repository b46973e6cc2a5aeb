/* SPDX-License-Identifier: Apache-2.0 */
#include "talker.h"

#define EACH_FAMILY(family) for (enum family family = 0; family < FAMILIES; family++)

static void remove_socket(struct frame *frame)
{
    char path[64];
    snprintf(path, sizeof path, "%s/socket", frame->directory);
    (void)unlink(path);
}

static void write_all(struct frame *frame, enum family family, struct talk talk)
{
    int listener = plain_listen(frame, &talk, family);
    spawn_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    cr_expect_eq(talk.to_send, plain_receive(frame, fd, 0, talk.to_send));
    AWAIT(frame, GET(talk.sent) == talk.to_send);
    close(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(talk.to_send, talk.end.written_bytes);
    cr_expect_eq(0, talk.end.unwritten_bytes);
    cr_expect_eq(0, talk.end.error);
    expect_nothing_wrong(&talk);
    remove_socket(frame);
}

SOURCE_TEST(socket_write, writes_every_byte_in_order)
{
    static const uint32_t pieces[] = {1, 7, 1000, 65000};
    EACH_FAMILY(family)
    for (uint32_t index = 0; index < 4; index++)
        write_all(frame, family,
                  (struct talk){.to_send = pieces[index] * UINT64_C(300),
                                .piece_bytes = pieces[index],
                                .pauses = true});
}

/* Much more than fits into the queue and the socket: the owner is paused again and again. */
SOURCE_TEST(socket_write, pauses_its_owner_until_there_is_room)
{
    EACH_FAMILY(family)
    write_all(frame, family,
              (struct talk){.to_send = 5000000,
                            .piece_bytes = 3000,
                            .pauses = true,
                            .options = {.queue_bytes = 20000}});
}

/* Nothing is taken at the other end: the queue fills up and the rest is refused, not lost. */
SOURCE_TEST(socket_write, refuses_what_it_has_no_room_for)
{
    struct talk talk = {.to_send = 20000000, .options = {.queue_bytes = 50000}};
    int listener = plain_listen(frame, &talk, FAMILY_UNIX);
    spawn_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    AWAIT(frame, GET(talk.full) > 0 && GET(talk.what[MYC_STREAM_OPENED]));
    uint64_t sent = GET(talk.sent);
    cr_expect_lt(sent, talk.to_send);
    cr_expect_eq(sent, plain_receive(frame, fd, 0, sent));
    close(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(sent, talk.end.written_bytes);
    expect_nothing_wrong(&talk);
}

/* What waits when a stream is closed is written before it is gone. */
SOURCE_TEST(socket_write, writes_what_waits_when_it_is_closed)
{
    EACH_FAMILY(family)
    {
        struct talk talk = {.to_send = 900000, .pauses = true, .closes = true};
        int listener = plain_listen(frame, &talk, family);
        myc_reader_ref ref = spawn_talker(frame, &talk);
        int fd = plain_accept(frame, listener);
        cr_expect_eq(900000, plain_receive_to_end(frame, fd));
        close(fd);
        close(listener);
        stop_talker(frame, &talk, ref);
        await_quiescence(frame);
        cr_expect_eq(0, talk.ends, "one that is closed has no end");
        expect_nothing_wrong(&talk);
        remove_socket(frame);
    }
}

/* It is closed before it is connected. */
SOURCE_TEST(socket_write, connects_to_write_what_waits)
{
    struct talk talk = {.to_send = 50000};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    myc_reader_ref ref = spawn_talker(frame, &talk);
    myc_stop(frame->ctx, ref.address); /* may come before OPENED: then nothing was written */
    int fd = plain_accept(frame, listener);
    uint64_t received = plain_receive_to_end(frame, fd);
    close(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(received, talk.sent);
}

SOURCE_TEST(socket_write, says_what_was_not_written_when_the_peer_is_killed)
{
    struct talk talk = {.to_send = 10000000, .options = {.queue_bytes = 600000}};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    spawn_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    AWAIT(frame, GET(talk.full) > 0);
    plain_reset(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(1, talk.ends);
    cr_expect_eq(MYC_EIO, talk.end.error);
    cr_expect(talk.end.os_error == ECONNRESET || talk.end.os_error == EPIPE, "%d",
              talk.end.os_error);
    cr_expect_eq(talk.sent, talk.end.written_bytes + talk.end.unwritten_bytes);
}

/* Until the kernel takes no more, for a while. */
static void await_stuck(struct frame *frame, const struct talk *talk)
{
    uint64_t sent = 0;
    for (uint32_t still = 0; still < 2000 || GET(talk->full) == 0; step(frame)) {
        still = GET(talk->sent) == sent ? still + 1 : 0;
        sent = GET(talk->sent);
    }
}

/* The owner sleeps until there is room, and there will be none. */
SOURCE_TEST(socket_write, wakes_its_owner_when_the_peer_is_killed)
{
    EACH_FAMILY(family)
    {
        struct talk talk = {.to_send = 10000000, .pauses = true, .options = {.queue_bytes = 50000}};
        int listener = plain_listen(frame, &talk, family);
        spawn_talker(frame, &talk);
        int fd = plain_accept(frame, listener);
        await_stuck(frame, &talk);
        if (family == FAMILY_TCP)
            plain_reset(fd);
        else
            close(fd);
        close(listener);
        await_quiescence(frame);
        cr_expect_eq(1, talk.ends);
        cr_expect_eq(1, talk.dead, "the next write told");
        cr_expect_gt(talk.end.unwritten_bytes, 0);
        cr_expect_eq(talk.sent, talk.end.written_bytes + talk.end.unwritten_bytes);
        remove_socket(frame);
    }
}

/* The peer sends, closes its side, and reads the answer. */
SOURCE_TEST(socket_write, answers_one_who_has_closed_his_side)
{
    EACH_FAMILY(family)
    for (uint32_t size_bytes = 0; size_bytes <= 400000; size_bytes += 80000) {
        struct talk talk = {.echoes = true, .options = {.queue_bytes = 30000}};
        int listener = plain_listen(frame, &talk, family);
        open_talker(frame, &talk);
        int fd = plain_accept(frame, listener);
        uint64_t answered = 0;
        for (uint64_t sent = 0; sent < size_bytes;) {
            sent += plain_send_some(fd, sent, size_bytes - sent);
            answered += plain_receive(frame, fd, answered, 1);
        }
        cr_assert_eq(0, shutdown(fd, SHUT_WR));
        answered += plain_receive(frame, fd, answered, UINT64_MAX);
        cr_expect_eq(size_bytes, answered);
        close(fd);
        close(listener);
        await_quiescence(frame);
        cr_expect_eq(size_bytes, talk.end.written_bytes);
        cr_expect_eq(0, talk.end.error);
        expect_nothing_wrong(&talk);
        remove_socket(frame);
    }
}

/* The peer does not read any more, but has something to say yet. */
SOURCE_TEST(socket_write, brings_what_comes_after_a_failed_write)
{
    struct talk talk = {.echoes = true};
    int listener = plain_listen(frame, &talk, FAMILY_UNIX);
    open_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    cr_assert_eq(0, shutdown(fd, SHUT_RD));
    plain_send(frame, fd, 0, 30000);
    AWAIT(frame, GET(talk.received) == 30000);
    plain_send(frame, fd, 30000, 5000);
    AWAIT(frame, GET(talk.received) == 35000);
    close(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(EPIPE, talk.end.os_error);
    cr_expect_eq(MYC_EIO, talk.end.error);
    cr_expect_eq(0, talk.wrong);
    cr_expect_gt(talk.end.unwritten_bytes, 0);
    cr_expect_eq(talk.sent, talk.end.written_bytes + talk.end.unwritten_bytes);
}

SOURCE_TEST(socket_write, takes_no_chunk_of_a_stream_that_is_not_its_own)
{
    struct talk talks[2] = {{.to_send = 10}, {.to_send = 10}};
    int listener = plain_listen(frame, &talks[0], FAMILY_TCP);
    strcpy(talks[1].target, talks[0].target);
    open_talker(frame, &talks[0]);
    int fd = plain_accept(frame, listener);
    cr_expect_eq(10, plain_receive(frame, fd, 0, 10));
    open_talker(frame, &talks[1]);
    int other = plain_accept(frame, listener);
    cr_expect_eq(10, plain_receive(frame, other, 0, 10));
    cr_expect_neq(talks[0].stream.number, talks[1].stream.number);
    myc_chunk *chunk = myc_chunk_make(frame->ctx, 1);
    cr_expect_eq(MYC_DEAD, myc_stream_write(frame->ctx, talks[0].stream, chunk));
    close(fd);
    close(other);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(10, talks[0].end.written_bytes);
}

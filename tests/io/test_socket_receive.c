/* SPDX-License-Identifier: Apache-2.0 */
#include "talker.h"

#define EACH_FAMILY(family) for (enum family family = 0; family < FAMILIES; family++)

static void receive_all(struct frame *frame, struct talk *talk, enum family family,
                        size_t size_bytes)
{
    int listener = plain_listen(frame, talk, family);
    open_talker(frame, talk);
    int fd = plain_accept(frame, listener);
    plain_send(frame, fd, 0, size_bytes);
    close(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(size_bytes, talk->received, "%zu", (size_t)talk->received);
    cr_expect_eq(size_bytes, talk->end.size_bytes);
    cr_expect_eq(0, talk->end.error, "%s, %d", myc_error_text(talk->end.error), talk->end.os_error);
    cr_expect_eq(1, talk->ends);
    expect_nothing_wrong(talk);
}

static void remove_socket(struct frame *frame)
{
    char path[64];
    snprintf(path, sizeof path, "%s/socket", frame->directory);
    (void)unlink(path);
}

SOURCE_TEST(socket_receive, brings_every_byte)
{
    static const size_t sizes[] = {0, 1, 16320, 16321, 100000, 3000000};
    EACH_FAMILY(family)
    for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
        struct talk talk = {.options = {.depth = (uint32_t)index}};
        receive_all(frame, &talk, family, sizes[index]);
        remove_socket(frame);
    }
}

SOURCE_TEST(socket_receive, leaves_retained_chunks_intact)
{
    struct talk talk = {.retains = true};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    for (uint32_t piece = 0; piece < 200; piece++) {
        plain_send(frame, fd, piece * 100, 100);
        AWAIT(frame, GET(talk.received) == (piece + 1) * 100);
    }
    for (uint32_t index = 0; index < talk.kept_count; index++)
        for (uint32_t at = 0; at < talk.kept[index]->size_bytes; at++)
            cr_assert_eq(byte_at(talk.kept[index]->offset + at), talk.kept[index]->bytes[at]);
    stop_talker(frame, &talk, ref);
    close(fd);
    close(listener);
    expect_nothing_wrong(&talk);
}

/* Fills what lies between until the sender cannot send, and lets the system go on for a while. */
static uint64_t fill(struct frame *frame, int fd)
{
    uint64_t sent = 0;
    for (uint32_t refused = 0; refused < 2000;) {
        size_t some = plain_send_some(fd, sent, 4096);
        sent += some;
        refused = some ? 0 : refused + 1;
        step(frame);
    }
    return sent;
}

SOURCE_TEST(socket_receive, loses_nothing_when_the_owner_takes_nothing_for_long)
{
    EACH_FAMILY(family)
    {
        struct talk talk = {.is_held = 1, .options = {.receive_buffer_bytes = 65536}};
        int listener = plain_listen(frame, &talk, family);
        open_talker(frame, &talk);
        int fd = plain_accept(frame, listener);
        uint64_t sent = fill(frame, fd);
        cr_expect_eq(0, plain_send_some(fd, sent, 1), "the window must stay closed");
        cr_expect_eq(0, GET(talk.received));
        cr_expect_lt(frame->bytes_peak, 16 << 20, "%zu", (size_t)frame->bytes_peak);
        SET(talk.is_held, 0);
        plain_send(frame, fd, sent, 1000000);
        close(fd);
        close(listener);
        await_quiescence(frame);
        cr_expect_eq(sent + 1000000, talk.received);
        cr_expect_eq(0, talk.end.error);
        expect_nothing_wrong(&talk);
        remove_socket(frame);
    }
}

/* Small pieces would each hold a large buffer while they wait. */
DRIVEN_TEST(socket_receive, puts_small_pieces_together_that_have_to_wait)
{
    enum { PIECES = 2000, PIECE = 10 };
    struct talk talk = {.is_held = 1};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    open_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    for (uint32_t piece = 0; piece < PIECES; piece++) {
        plain_send(frame, fd, piece * PIECE, PIECE);
        step(frame);
    }
    talk.is_held = 0;
    AWAIT(frame, talk.received == PIECES * PIECE);
    cr_expect_leq(talk.chunks, 20, "%zu chunks", (size_t)talk.chunks);
    close(fd);
    close(listener);
    await_quiescence(frame);
    expect_nothing_wrong(&talk);
}

static uint32_t waiting_of(struct frame *frame, myc_reader_ref ref)
{
    const myc__shard *shard = frame->system->fabric.shards[myc__address_worker(ref.address)];
    const myc__actor *actor = myc__actor_find(shard, ref.address);
    return actor->mailbox.depth + ((actor->interrupts & MYC__HOLDING) != 0);
}

DRIVEN_TEST(socket_receive, keeps_to_its_depth)
{
    static const uint32_t depths[] = {1, 2, 4, 17, 64};
    for (size_t index = 0; index < sizeof depths / sizeof depths[0]; index++) {
        struct talk talk = {.is_held = 1, .options = {.depth = depths[index]}};
        int listener = plain_listen(frame, &talk, FAMILY_TCP);
        myc_reader_ref ref = open_talker(frame, &talk);
        int fd = plain_accept(frame, listener);
        uint64_t sent = 0;
        for (uint32_t round = 0; round < 3000; round++) {
            sent += plain_send_some(fd, sent, 4096);
            step(frame);
            cr_assert_leq(waiting_of(frame, ref), depths[index]);
        }
        cr_expect_eq(depths[index], waiting_of(frame, ref));
        talk.is_held = 0;
        close(fd);
        close(listener);
        await_quiescence(frame);
        cr_expect_eq(sent, talk.received);
        expect_nothing_wrong(&talk);
    }
}

SOURCE_TEST(socket_receive, says_that_the_peer_was_killed)
{
    struct talk talk = {0};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    open_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    plain_send(frame, fd, 0, 1000);
    AWAIT(frame, GET(talk.received) == 1000);
    plain_reset(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(1, talk.ends);
    cr_expect_eq(MYC_EIO, talk.end.error);
    cr_expect_eq(ECONNRESET, talk.end.os_error);
    cr_expect_eq(1000, talk.end.size_bytes);
    expect_nothing_wrong(&talk);
}

SOURCE_TEST(socket_receive, says_when_it_was_read_or_received)
{
    struct timespec now;
    struct talk talk = {.retains = true};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    clock_gettime(CLOCK_REALTIME, &now);
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    plain_send(frame, fd, 0, 10);
    AWAIT(frame, GET(talk.received) == 10);
    uint64_t before_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t after_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    cr_expect(talk.kept[0]->received_ns >= before_ns && talk.kept[0]->received_ns <= after_ns);
    stop_talker(frame, &talk, ref);
    close(fd);
    close(listener);
}

/* Whatever the owner's policy for a full mailbox: what was received is not lost to it. */
SOURCE_TEST(socket_receive, does_not_let_a_small_mailbox_overflow)
{
    for (myc_overflow overflow = 0; overflow <= MYC_OVERFLOW_DROP_OLDEST; overflow++) {
        struct talk talk = {.options = {.depth = 64}};
        int listener = plain_listen(frame, &talk, FAMILY_TCP);
        myc_spawn_options options = {.mailbox_bound = 1, .overflow = overflow};
        myc_reader_ref ref;
        cr_assert_eq(0, talker_spawn(frame->ctx, &(struct talker){&talk}, &options, &ref));
        int fd = plain_accept(frame, listener);
        plain_send(frame, fd, 0, 500000);
        close(fd);
        close(listener);
        await_quiescence(frame);
        cr_expect_eq(500000, talk.received);
        cr_expect_eq(1, talk.what[MYC_STREAM_OPENED]);
        cr_expect_eq(1, talk.ends);
        expect_nothing_wrong(&talk);
    }
    myc_counts counts;
    myc_system_counts(frame->system, &counts);
    cr_expect_eq(0, counts.refused + counts.dropped + counts.dead);
}

static uint64_t bytes_of(const struct frame *frame)
{
    return __atomic_load_n(&frame->bytes, __ATOMIC_RELAXED);
}

/* Without memory nothing is received, and when there is some again it goes on. */
DRIVEN_TEST(socket_receive, waits_for_memory)
{
    enum { SIZE = 4000000 };
    struct talk talk = {.retains = true};
    int listener = plain_listen(frame, &talk, FAMILY_TCP);
    open_talker(frame, &talk);
    int fd = plain_accept(frame, listener);
    frame->bytes_limit = bytes_of(frame) + 100000;
    uint64_t sent = fill(frame, fd);
    cr_expect_lt(talk.received, SIZE);
    frame->bytes_limit = 0;
    plain_send(frame, fd, sent, SIZE);
    close(fd);
    close(listener);
    await_quiescence(frame);
    cr_expect_eq(sent + SIZE, talk.received);
    expect_nothing_wrong(&talk);
}

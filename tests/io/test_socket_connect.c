/* SPDX-License-Identifier: Apache-2.0 */
#include "support/kit.h"
#include "talker.h"

#define EACH_FAMILY(family) for (enum family family = 0; family < FAMILIES; family++)

static void remove_socket(struct frame *frame)
{
    char path[64];
    snprintf(path, sizeof path, "%s/socket", frame->directory);
    (void)unlink(path);
}

SOURCE_TEST(socket_connect, says_that_nobody_is_there)
{
    EACH_FAMILY(family)
    {
        struct talk talk = {.to_send = 100};
        close(plain_listen(frame, &talk, family));
        spawn_talker(frame, &talk);
        cr_expect_eq(0, talk.error);
        await_quiescence(frame);
        cr_expect_eq(1, talk.ends);
        cr_expect_eq(ECONNREFUSED, talk.end.os_error);
        cr_expect_eq(MYC_EIO, talk.end.error);
        cr_expect_eq(0, talk.what[MYC_STREAM_OPENED]);
        remove_socket(frame);
    }
}

SOURCE_TEST(socket_connect, says_whom_it_has_reached)
{
    struct talk talk = {0};
    int listener = plain_listen(frame, &talk, FAMILY_UNIX);
    open_talker(frame, &talk);
    cr_expect_str_eq(talk.target + strlen("unix://"), talk.last[MYC_STREAM_OPENED].name);
    cr_expect_eq((uint32_t)getpid(), talk.last[MYC_STREAM_OPENED].process_id);
    close(plain_accept(frame, listener));
    close(listener);
    await_quiescence(frame);
    struct talk other = {0};
    listener = plain_listen(frame, &other, FAMILY_TCP);
    open_talker(frame, &other);
    cr_expect_str_eq(strchr(other.target + 6, ':'), strchr(other.address, ':'));
    close(plain_accept(frame, listener));
    close(listener);
    await_quiescence(frame);
}

SOURCE_TEST(socket_connect, refuses_what_is_wrong_and_says_what)
{
    static const struct {
        const char *target;
        myc_stream_options options;
        int error;
        const char *says;
    } cases[] = {
        {"tcp://example.org:80", {0}, MYC_EINVAL, "numeric"},
        {"ws://127.0.0.1:80", {0}, MYC_EINVAL, "tcp://"},
        {"tcp://127.0.0.1:80", {.depth = 65}, MYC_EINVAL, "depth is more than 64"},
        {"tcp://127.0.0.1:80", {.mode = MYC_STREAM_APPEND}, MYC_EINVAL, "mode is for files"},
        {"udp://127.0.0.1:0", {.datagram_bytes = 65508}, MYC_EINVAL, "datagram_bytes"},
        {"tcp-listen://127.0.0.1:0", {.backlog = 65536}, MYC_EINVAL, "backlog"},
        {"tcp-listen://192.0.2.1:0", {0}, MYC_EIO, "no interface of this machine has this address"},
        {"unix-listen:///no/such/directory/x", {0}, MYC_ENOENT, "binding it"},
        {"unix-datagram-to:///no/such/socket", {0}, MYC_ENOENT, "connecting it"},
    };
    for (uint32_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct talk talk = {.options = cases[index].options};
        strcpy(talk.target, cases[index].target);
        myc_reader_ref ref = spawn_talker(frame, &talk);
        cr_expect_eq(cases[index].error, talk.error, "%s: %s", talk.target,
                     myc_error_name(talk.error));
        cr_expect(lines_have(&frame->lines, cases[index].says), "%s", cases[index].says);
        cr_expect_eq(0, talk.stream.number);
        stop_talker(frame, &talk, ref);
    }
}

/* ---- again and again, by a clock that stands still unless it is moved ---- */

struct again {
    struct frame frame; /* for what works without a system */
    myc_testkit *kit;
    struct talk talk;
    myc_reader_ref ref;
};

static void again_open(struct again *again, uint64_t seed, enum kind kind)
{
    struct lines lines = {0};
    if (kind == KIND_URING && !uring_is_granted(&lines))
        cr_skip_test("%s", lines.text[0]);
    memset(again, 0, sizeof *again);
    again->kit = kit_open_with(
        seed, 2, &(myc_system_options){.io = kind == KIND_URING ? MYC_IO_URING : MYC_IO_EPOLL});
    again->frame.system = myc_testkit_system(again->kit);
    again->frame.ctx = myc_testkit_context(again->kit);
    again->talk.options.reconnect_first_ns = 10 * MILLISECOND_NS;
    again->talk.options.reconnect_max_ns = SECOND_NS;
}

static void again_close(struct again *again)
{
    myc_stop(again->frame.ctx, again->ref.address);
    kit_run(again->kit);
    kit_close(again->kit);
    NO_LEAKS();
}

#define KIT_TEST(suite, name)                                                                      \
    static void suite##_##name(struct again *again);                                               \
    ParameterizedTestParameters(suite, name)                                                       \
    {                                                                                              \
        static enum kind kinds[] = {KIND_URING, KIND_EPOLL};                                       \
        return cr_make_param_array(enum kind, kinds, 2);                                           \
    }                                                                                              \
    ParameterizedTest(enum kind *kind, suite, name, .timeout = TOO_LONG_S)                         \
    {                                                                                              \
        struct again again;                                                                        \
        again_open(&again, 1, *kind);                                                              \
        suite##_##name(&again);                                                                    \
        again_close(&again);                                                                       \
    }                                                                                              \
    static void suite##_##name(struct again *again)

static void again_spawn(struct again *again)
{
    cr_assert_eq(0,
                 talker_spawn(again->frame.ctx, &(struct talker){&again->talk}, NULL, &again->ref));
    kit_run(again->kit);
    cr_assert_eq(0, again->talk.error);
}

/* The kernel does its part in real time, though on this machine soon. */
#define KIT_AWAIT(again, condition)                                                                \
    do {                                                                                           \
        kit_run((again)->kit);                                                                     \
    } while (!(condition))

/* Goes on until the count of losses is `count`; returns how much time it took. */
static uint64_t until_lost(struct again *again, uint32_t count)
{
    uint64_t passed_ns = 0;
    while (again->talk.what[MYC_STREAM_LOST] < count) {
        kit_advance(again->kit, MILLISECOND_NS);
        passed_ns += MILLISECOND_NS;
    }
    return passed_ns;
}

KIT_TEST(socket_again, comes_back_later_and_later)
{
    close(plain_listen(&again->frame, &again->talk, FAMILY_TCP));
    again_spawn(again);
    KIT_AWAIT(again, again->talk.what[MYC_STREAM_LOST] == 1);
    uint64_t delay_ns = 10 * MILLISECOND_NS;
    for (uint32_t count = 2; count < 14; count++) {
        uint64_t passed_ns = until_lost(again, count);
        cr_expect_geq(passed_ns, delay_ns / 2, "%u: %zu", count, (size_t)passed_ns);
        cr_expect_leq(passed_ns, delay_ns + 3 * MILLISECOND_NS, "%u: %zu", count,
                      (size_t)passed_ns);
        delay_ns = 2 * delay_ns > SECOND_NS ? SECOND_NS : 2 * delay_ns;
    }
    cr_expect_eq(ECONNREFUSED, again->talk.last[MYC_STREAM_LOST].os_error);
    cr_expect_eq(0, again->talk.ends);
}

static void record(enum kind kind, uint64_t seed, uint64_t times_ns[10])
{
    struct again again;
    again_open(&again, seed, kind);
    close(plain_listen(&again.frame, &again.talk, FAMILY_TCP));
    again_spawn(&again);
    for (uint32_t count = 1; count <= 10; count++)
        times_ns[count - 1] = until_lost(&again, count);
    again_close(&again);
}

ParameterizedTestParameters(socket_again, comes_back_at_the_same_times_when_replayed)
{
    static enum kind kinds[] = {KIND_EPOLL};
    return cr_make_param_array(enum kind, kinds, 1);
}

ParameterizedTest(enum kind *kind, socket_again, comes_back_at_the_same_times_when_replayed)
{
    uint64_t first[10], second[10];
    record(*kind, 7, first);
    record(*kind, 7, second);
    cr_expect_arr_eq(first, second, sizeof first);
}

/* What came before and after the loss is told apart by an event between, and offsets go on. */
KIT_TEST(socket_again, goes_on_with_the_peer_that_is_back)
{
    struct talk *talk = &again->talk;
    int listener = plain_listen(&again->frame, talk, FAMILY_TCP);
    again_spawn(again);
    uint64_t sent = 0;
    for (uint32_t life = 1; life <= 5; life++) {
        int fd;
        KIT_AWAIT(again, (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
        size_t size_bytes = 1000 * life + 7;
        for (size_t done = 0; done < size_bytes;)
            done += plain_send_some(fd, sent + done, size_bytes - done);
        sent += size_bytes;
        KIT_AWAIT(again, talk->received == sent);
        cr_expect_eq(life, talk->what[MYC_STREAM_OPENED]);
        cr_expect_eq(life - 1, talk->what[MYC_STREAM_LOST]);
        if (life % 2)
            plain_reset(fd);
        else
            close(fd);
        KIT_AWAIT(again, talk->what[MYC_STREAM_LOST] == life);
        cr_expect_eq(life % 2 ? ECONNRESET : 0, talk->last[MYC_STREAM_LOST].os_error);
        kit_advance(again->kit, SECOND_NS);
    }
    close(listener);
    cr_expect_eq(0, talk->wrong);
    cr_expect_eq(0, talk->ends);
}

/* A full backlog does not answer. */
KIT_TEST(socket_again, gives_up_a_connect_that_takes_too_long)
{
    struct talk *talk = &again->talk;
    int listener = plain_listen(&again->frame, talk, FAMILY_TCP);
    cr_assert_eq(0, listen(listener, 0));
    struct plain_address at = address_of_text(talk->target + strlen("tcp://localhost"));
    int fds[4];
    for (int index = 0; index < 4; index++) {
        fds[index] = plain_socket(&at, SOCK_STREAM);
        (void)connect(fds[index], (void *)&at.address, at.bytes);
    }
    talk->options.reconnect_first_ns = 0;
    talk->options.connect_timeout_ns = 3 * SECOND_NS;
    again_spawn(again);
    kit_advance(again->kit, 3 * SECOND_NS - MILLISECOND_NS);
    cr_expect_eq(0, talk->ends);
    kit_advance(again->kit, 2 * MILLISECOND_NS);
    KIT_AWAIT(again, talk->ends == 1);
    cr_expect_eq(MYC_ETIMEDOUT, talk->end.error);
    for (int index = 0; index < 4; index++)
        close(fds[index]);
    close(listener);
}

/* Chunks are whole on one connection: one of which a part was written is not finished on another. */
KIT_TEST(socket_again, says_what_was_not_written)
{
    struct talk *talk = &again->talk;
    int listener = plain_listen(&again->frame, talk, FAMILY_TCP);
    talk->to_send = 60000000;
    talk->piece_bytes = 60000;
    talk->options.queue_bytes = 8000000; /* more than the kernel takes */
    again_spawn(again);
    int fd;
    KIT_AWAIT(again, (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
    KIT_AWAIT(again, talk->full > 0);
    for (int round = 0; round < 100; round++)
        kit_run(again->kit);
    uint64_t sent = talk->sent;
    plain_reset(fd);
    KIT_AWAIT(again, talk->what[MYC_STREAM_LOST] == 1);
    cr_expect_gt(talk->counts[MYC_STREAM_LOST], 0);
    cr_expect_leq(talk->counts[MYC_STREAM_LOST], sent);
    kit_advance(again->kit, SECOND_NS);
    KIT_AWAIT(again, (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
    KIT_AWAIT(again, talk->what[MYC_STREAM_OPENED] == 2);
    uint64_t received = 0;
    KIT_AWAIT(again, (received += (uint64_t)plain_receive_some(fd, sent + received)) > 60000);
    close(fd);
    close(listener);
}

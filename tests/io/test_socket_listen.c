/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "talker.h"

#define EACH_FAMILY(family) for (enum family family = 0; family < FAMILIES; family++)

SOURCE_TEST(socket_listen, serves_many_at_a_time)
{
    enum { CLIENTS = 40, BYTES = 20000 };
    EACH_FAMILY(family)
    {
        struct talk talk = {.echoes = true, .to_send = 0};
        listen_target(frame, &talk, family);
        myc_reader_ref ref = open_talker(frame, &talk);
        int fds[CLIENTS];
        for (int index = 0; index < CLIENTS; index++)
            fds[index] = plain_connect(frame, &talk);
        for (int index = 0; index < CLIENTS; index++)
            plain_send(frame, fds[index], 0, BYTES);
        for (int index = 0; index < CLIENTS; index++)
            cr_expect_eq(BYTES, plain_receive(frame, fds[index], 0, BYTES));
        for (int index = 0; index < CLIENTS; index++)
            close(fds[index]);
        AWAIT(frame, GET(talk.ends) == CLIENTS);
        cr_expect_eq(CLIENTS, GET(talk.what[MYC_STREAM_ACCEPTED]));
        cr_expect_eq(CLIENTS * BYTES, GET(talk.received));
        stop_talker(frame, &talk, ref);
        await_quiescence(frame);
        cr_expect_eq(CLIENTS * BYTES, talk.end_bytes);
        expect_nothing_wrong(&talk);
    }
}

SOURCE_TEST(socket_listen, says_who_has_come)
{
    struct talk talk = {0};
    listen_target(frame, &talk, FAMILY_TCP);
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_connect(frame, &talk);
    AWAIT(frame, GET(talk.what[MYC_STREAM_ACCEPTED]) == 1);
    struct sockaddr_in own;
    socklen_t size_bytes = sizeof own;
    cr_assert_eq(0, getsockname(fd, (void *)&own, &size_bytes));
    char text[64];
    snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(own.sin_port));
    const myc_stream_event *accepted = &talk.last[MYC_STREAM_ACCEPTED];
    cr_expect_str_eq(text, accepted->name);
    cr_expect_eq(0, accepted->has_peer);
    cr_expect_eq(talk.stream.number, accepted->stream.number);
    cr_expect_neq(talk.stream.number, accepted->accepted.number);
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
}

SOURCE_TEST(socket_listen, says_which_process_has_come)
{
    struct talk talk = {0};
    listen_target(frame, &talk, FAMILY_UNIX);
    myc_reader_ref ref = open_talker(frame, &talk);
    cr_expect_str_eq(talk.address, talk.target + strlen("unix-listen://"));
    int fd = plain_connect(frame, &talk);
    AWAIT(frame, GET(talk.what[MYC_STREAM_ACCEPTED]) == 1);
    const myc_stream_event *accepted = &talk.last[MYC_STREAM_ACCEPTED];
    cr_expect_eq(1, accepted->has_peer);
    cr_expect_eq((uint32_t)getpid(), accepted->process_id);
    cr_expect_eq(getuid(), accepted->user_id);
    cr_expect_eq(getgid(), accepted->group_id);
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
    cr_expect_neq(0, access(talk.address, F_OK), "its file is removed");
}

/* The file of one that was killed is in the way, but nobody answers there. */
SOURCE_TEST(socket_listen, takes_the_place_of_one_that_is_gone)
{
    struct talk talk = {0}, late = {0};
    int fd = plain_listen(frame, &talk, FAMILY_UNIX);
    listen_target(frame, &late, FAMILY_UNIX);
    myc_reader_ref ref = spawn_talker(frame, &late);
    cr_expect_eq(MYC_EIO, late.error, "somebody listens there");
    cr_expect(lines_have(&frame->lines, "another socket has this address"));
    stop_talker(frame, &late, ref);
    close(fd);
    late = (struct talk){0};
    listen_target(frame, &late, FAMILY_UNIX);
    ref = open_talker(frame, &late);
    fd = plain_connect(frame, &late);
    AWAIT(frame, GET(late.what[MYC_STREAM_ACCEPTED]) == 1);
    close(fd);
    stop_talker(frame, &late, ref);
    await_quiescence(frame);
}

static rlim_t limit_descriptors(rlim_t most)
{
    struct rlimit limit;
    cr_assert_eq(0, getrlimit(RLIMIT_NOFILE, &limit));
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = most;
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &limit));
    return before;
}

/* There are descriptors for the clients and the listener, and no more. (io_uring looks at the limit
 * when an accept begins, so it is set before.) */
SOURCE_TEST(socket_listen, goes_on_when_there_are_descriptors_again)
{
    enum { CLIENTS = 6 };
    struct talk warm = {.target = "tcp-listen://127.0.0.1:0"}, talk = {.echoes = true};
    stop_talker(frame, &warm, open_talker(frame, &warm));
    await_quiescence(frame);
    int fds[CLIENTS + 1];
    struct plain_address at = address_of_text("127.0.0.1:1");
    for (int index = 0; index < CLIENTS + 1; index++)
        fds[index] = plain_socket(&at, SOCK_STREAM);
    rlim_t before = limit_descriptors((rlim_t)fds[CLIENTS] + 1);
    close(fds[CLIENTS]);
    listen_target(frame, &talk, FAMILY_TCP);
    myc_reader_ref ref = open_talker(frame, &talk);
    at = address_of_text(talk.address);
    for (int index = 0; index < CLIENTS; index++) {
        (void)connect(fds[index], (void *)&at.address, at.bytes);
        step(frame);
    }
    AWAIT(frame, lines_have(&frame->lines, "accepts no connections until there is a descriptor"));
    for (int round = 0; round < 1000; round++)
        step(frame);
    cr_expect_eq(1, lines_with(&frame->lines, "accepts no connections"), "it is said once");
    cr_expect_eq(0, GET(talk.what[MYC_STREAM_ACCEPTED]));
    limit_descriptors(before);
    AWAIT(frame, GET(talk.what[MYC_STREAM_ACCEPTED]) == CLIENTS);
    for (int index = 0; index < CLIENTS; index++) {
        plain_send(frame, fds[index], 0, 100);
        cr_expect_eq(100, plain_receive(frame, fds[index], 0, 100));
        close(fds[index]);
    }
    AWAIT(frame, GET(talk.ends) == CLIENTS);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
    expect_nothing_wrong(&talk);
}

/* The full length is in tests/stress. */
SOURCE_TEST(socket_listen, leaks_nothing_in_many_cycles)
{
    enum { WARM = 20, CYCLES = 150 };
    EACH_FAMILY(family)
    {
        struct talk talk = {.echoes = true};
        listen_target(frame, &talk, family);
        myc_reader_ref ref = open_talker(frame, &talk);
        uint32_t descriptors = 0;
        uint64_t bytes = 0;
        for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
            int fd = plain_connect(frame, &talk);
            plain_send(frame, fd, 0, 1 + cycle % 50);
            if (cycle % 3) {
                cr_expect_eq(1 + cycle % 50, plain_receive(frame, fd, 0, 1 + cycle % 50));
            }
            if (cycle % 2 && family == FAMILY_TCP)
                plain_reset(fd);
            else
                close(fd);
            AWAIT(frame, GET(talk.ends) == cycle + 1);
            talk.streams = 0;
            if (cycle == WARM)
                bytes = GET(frame->bytes);
        }
        for (int round = 0; round < 20; round++)
            step(frame);
        descriptors = open_fds();
        cr_expect_leq(GET(frame->bytes), bytes + (1 << 20));
        stop_talker(frame, &talk, ref);
        await_quiescence(frame);
        cr_expect_leq(descriptors, open_fds() + 1, "only the listener's");
    }
}

/* Those who come while the owner is busy wait in the backlog, not in memory. */
DRIVEN_TEST(socket_listen, pauses_while_its_owner_hears_of_nobody)
{
    enum { CLIENTS = 120 };
    struct talk talk = {.is_held = 1};
    strcpy(talk.target, "tcp-listen://127.0.0.1:0");
    talk.options.backlog = 256;
    myc_reader_ref ref;
    myc_spawn_options options = {.mailbox_bound = 4, .batch_max = 1};
    cr_assert_eq(0, talker_spawn(frame->ctx, &(struct talker){&talk}, &options, &ref));
    AWAIT(frame, talk.what[MYC_STREAM_OPENED]);
    int first =
        plain_connect(frame, &talk); /* its chunk is held, so nothing behind it is handled */
    plain_send(frame, first, 0, 1);
    for (int round = 0; round < 100; round++)
        step(frame);
    int fds[CLIENTS];
    for (int index = 0; index < CLIENTS; index++)
        fds[index] = plain_connect(frame, &talk);
    for (int round = 0; round < 200; round++)
        step(frame);
    uint32_t sources = 0;
    for (uint32_t worker = 0; worker < 2; worker++)
        sources += myc__io_source_count(frame->system->fabric.shards[worker]->io);
    cr_expect_lt(sources, CLIENTS, "%u", sources);
    talk.is_held = 0;
    AWAIT(frame, talk.what[MYC_STREAM_ACCEPTED] == CLIENTS + 1);
    for (int index = 0; index < CLIENTS; index++)
        close(fds[index]);
    close(first);
    AWAIT(frame, talk.ends == CLIENTS + 1);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
}

SOURCE_TEST(socket_listen, listens_on_every_kind_of_address)
{
    static const char *const targets[] = {"tcp-listen://[::1]:0", "tcp-listen://0.0.0.0:0",
                                          "tcp-listen://localhost:0"};
    for (uint32_t index = 0; index < 3; index++) {
        struct talk talk = {.echoes = true};
        strcpy(talk.target, targets[index]);
        myc_reader_ref ref = spawn_talker(frame, &talk);
        if (talk.error && index == 0) {
            stop_talker(frame, &talk, ref);
            continue; /* without IPv6 */
        }
        AWAIT(frame, GET(talk.what[MYC_STREAM_OPENED]));
        int fd = plain_connect(frame, &talk);
        plain_send(frame, fd, 0, 10);
        cr_expect_eq(10, plain_receive(frame, fd, 0, 10));
        close(fd);
        stop_talker(frame, &talk, ref);
        await_quiescence(frame);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <net/if.h>

#include "talker.h"

/* Of this machine, and not beyond. */
#define GROUP_V4 "239.255.77.1"
#define GROUP_V6 "ff11::4d59"

/* A plain socket that sends to what a talker is bound to. */
static int plain_sender(const struct talk *talk)
{
    struct plain_address at = address_of_text(talk->address);
    int fd = plain_socket(&at, SOCK_DGRAM);
    cr_assert_eq(0, connect(fd, (void *)&at.address, at.bytes), "%s", strerror(errno));
    return fd;
}

/* Datagram `number` begins with its number, and all its bytes go up from there. */
static bool send_numbered(int fd, uint32_t number, size_t size_bytes)
{
    static uint8_t bytes[65507];
    for (size_t index = 0; index < size_bytes; index++)
        bytes[index] = byte_at(number + index);
    ssize_t sent = send(fd, bytes, size_bytes, MSG_NOSIGNAL);
    cr_assert(sent == (ssize_t)size_bytes || errno == EAGAIN, "%s", strerror(errno));
    return sent == (ssize_t)size_bytes;
}

SOURCE_TEST(socket_datagram, brings_each_as_it_was_sent)
{
    static const size_t sizes[] = {0, 1, 100, 1472, 2048};
    struct talk talk = {.retains = true, .target = "udp://127.0.0.1:0"};
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_sender(&talk);
    for (uint32_t number = 0; number < 100; number++) {
        cr_assert(send_numbered(fd, number, sizes[number % 5]));
        AWAIT(frame, GET(talk.chunks) == number + 1);
    }
    for (uint32_t number = 0; number < 100; number++) {
        const myc_chunk *chunk = talk.kept[number];
        cr_expect_eq(sizes[number % 5], chunk->size_bytes);
        cr_expect_eq(MYC_CHUNK_WHOLE, chunk->flags);
        cr_expect_eq(number, chunk->offset);
    }
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
    expect_nothing_wrong(&talk);
}

SOURCE_TEST(socket_datagram, cuts_what_is_longer_than_asked_for)
{
    static const uint32_t longest[] = {1, 100, 2048, 2049, 65507};
    for (uint32_t index = 0; index < 5; index++) {
        struct talk talk = {.retains = true,
                            .target = "udp://127.0.0.1:0",
                            .options = {.datagram_bytes = longest[index]}};
        myc_reader_ref ref = open_talker(frame, &talk);
        int fd = plain_sender(&talk);
        cr_assert(send_numbered(fd, 0, longest[index]));
        bool can_be_longer = longest[index] < 65507;
        if (can_be_longer)
            cr_assert(send_numbered(fd, 1, longest[index] + 1));
        AWAIT(frame, GET(talk.chunks) == 1u + can_be_longer);
        cr_expect_eq(MYC_CHUNK_WHOLE, talk.kept[0]->flags);
        for (uint32_t number = 0; number < 1u + can_be_longer; number++)
            cr_expect_eq(longest[index], talk.kept[number]->size_bytes);
        if (can_be_longer)
            cr_expect_eq(MYC_CHUNK_WHOLE | MYC_CHUNK_TRUNCATED, talk.kept[1]->flags);
        close(fd);
        stop_talker(frame, &talk, ref);
        await_quiescence(frame);
        expect_nothing_wrong(&talk);
    }
}

/* Far more than fits while the owner takes nothing: every one that was sent has come or is counted. */
SOURCE_TEST(socket_datagram, counts_what_is_lost)
{
    enum { COUNT = 3000 };
    struct talk talk = {
        .is_held = 1, .target = "udp://127.0.0.1:0", .options = {.receive_buffer_bytes = 20000}};
    talk.checks_no_bytes = true;
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_sender(&talk);
    for (uint32_t number = 0; number < COUNT; number++) {
        cr_assert(send_numbered(fd, number, 500));
        if (number % 16 == 0)
            step(frame);
    }
    SET(talk.is_held, 0);
    AWAIT(frame, GET(talk.chunks) + GET(talk.counts[MYC_STREAM_DROPPED]) == COUNT);
    cr_expect_gt(GET(talk.counts[MYC_STREAM_DROPPED]), 0);
    cr_expect_gt(GET(talk.chunks), 0);
    for (uint32_t number = 0; number < 100; number++) {
        cr_assert(send_numbered(fd, number, 10));
        AWAIT(frame, GET(talk.chunks) + GET(talk.counts[MYC_STREAM_DROPPED]) == COUNT + number + 1);
    }
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
    cr_expect_eq(0, talk.wrong);
}

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The time of the one that is sent now, while its owner takes nothing before `*after_ns`. */
static uint64_t time_of_one(struct frame *frame, struct talk *talk, int fd, uint64_t *after_ns)
{
    uint64_t count = GET(talk->chunks);
    SET(talk->is_held, 1);
    cr_assert(send_numbered(fd, (uint32_t)count, 100));
    *after_ns = wall_ns();
    SET(talk->is_held, 0);
    AWAIT(frame, GET(talk->chunks) == count + 1);
    return talk->kept[count]->received_ns;
}

/* The kernel begins to take the time of what comes a little after it was asked to. */
SOURCE_TEST(socket_datagram, says_when_the_kernel_received_it)
{
    struct talk talk = {.retains = true, .target = "udp://127.0.0.1:0"};
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_sender(&talk);
    uint64_t before_ns, at_ns, after_ns;
    do {
        before_ns = wall_ns();
        at_ns = time_of_one(frame, &talk, fd, &after_ns);
        cr_assert(at_ns >= before_ns);
        cr_assert(talk.kept_count < 1000, "the kernel had it before send() returned");
    } while (at_ns > after_ns);
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
}

/* The driven system has read nothing before it is driven. */
DRIVEN_TEST(socket_datagram, says_when_it_was_read_if_that_is_wanted)
{
    struct talk talk = {
        .retains = true, .target = "udp://127.0.0.1:0", .options = {.no_kernel_time = true}};
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_sender(&talk);
    for (int round = 0; round < 20; round++) {
        uint64_t after_ns;
        cr_expect(time_of_one(frame, &talk, fd, &after_ns) >= after_ns);
    }
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
}

/* What a talker sends, each chunk a datagram, to another. */
static void send_between(struct frame *frame, struct talk *to, struct talk *from)
{
    myc_reader_ref receiver = open_talker(frame, to);
    const char *scheme = to->address[0] == '/' ? "unix-datagram-to" : "udp-to";
    snprintf(from->target, sizeof from->target, "%s://%.100s", scheme, to->address);
    myc_reader_ref sender = spawn_talker_on(frame, from, 1);
    cr_assert_eq(0, from->error);
    uint64_t count = from->to_send / from->piece_bytes;
    AWAIT(frame, GET(to->chunks) + GET(to->counts[MYC_STREAM_DROPPED]) == count);
    cr_expect_eq(count, GET(to->chunks));
    stop_talker(frame, from, sender);
    stop_talker(frame, to, receiver);
    await_quiescence(frame);
    cr_expect_eq(0, from->dead);
    cr_expect_eq(0, to->wrong);
}

SOURCE_TEST(socket_datagram, sends_each_chunk_as_one)
{
    struct talk to = {.target = "udp://127.0.0.1:0", .checks_no_bytes = true};
    struct talk from = {.to_send = 50 * 700, .piece_bytes = 700, .pauses = true};
    send_between(frame, &to, &from);
    cr_expect_eq(50 * 700, to.received);
}

SOURCE_TEST(socket_datagram, waits_for_a_slow_receiver_on_this_machine)
{
    struct talk to = {.checks_no_bytes = true}, from = {.to_send = 2000 * 100,
                                                        .piece_bytes = 100,
                                                        .pauses = true,
                                                        .options = {.queue_bytes = 3000}};
    snprintf(to.target, sizeof to.target, "unix-datagram://%s/datagrams", frame->directory);
    send_between(frame, &to, &from);
    cr_expect_eq(2000 * 100, to.received, "%zu io %d faults %u driven %d", (size_t)to.received,
                 frame->system->fabric.io_backend, frame->faults.one_in,
                 frame->system->caller_driven);
    cr_expect_neq(0, access(to.address, F_OK), "its file is removed");
}

SOURCE_TEST(socket_datagram, says_which_process_has_sent)
{
    struct talk talk = {.checks_no_bytes = true};
    snprintf(talk.target, sizeof talk.target, "unix-datagram://%s/datagrams", frame->directory);
    myc_reader_ref ref = open_talker(frame, &talk);
    int fd = plain_sender(&talk);
    for (uint32_t number = 0; number < 5; number++) {
        cr_assert(send_numbered(fd, number, 10));
        AWAIT(frame, GET(talk.chunks) == number + 1);
    }
    cr_expect_eq(1, GET(talk.what[MYC_STREAM_SENDER]), "once, while it stays the same");
    cr_expect_eq(1, talk.last[MYC_STREAM_SENDER].has_peer);
    cr_expect_eq((uint32_t)getpid(), talk.last[MYC_STREAM_SENDER].process_id);
    cr_expect_eq(getuid(), talk.last[MYC_STREAM_SENDER].user_id);
    cr_expect_eq(getgid(), talk.last[MYC_STREAM_SENDER].group_id);
    close(fd);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
}

/* Nobody is there, which the kernel says with the next datagram. */
SOURCE_TEST(socket_datagram, counts_what_is_sent_to_nobody)
{
    struct talk gone = {.target = "udp://127.0.0.1:0"};
    myc_reader_ref ref = open_talker(frame, &gone);
    stop_talker(frame, &gone, ref);
    await_quiescence(frame);
    struct talk talk = {.to_send = 2000, .piece_bytes = 10, .pauses = true};
    snprintf(talk.target, sizeof talk.target, "udp-to://%.100s", gone.address);
    ref = spawn_talker(frame, &talk);
    AWAIT(frame, GET(talk.sent) == 2000 && GET(talk.counts[MYC_STREAM_DROPPED]) > 0);
    stop_talker(frame, &talk, ref);
    await_quiescence(frame);
    cr_expect_leq(GET(talk.counts[MYC_STREAM_DROPPED]), 200);
    cr_expect_eq(0, talk.ends);
}

SOURCE_TEST(socket_datagram, ends_when_its_receiver_on_this_machine_is_gone)
{
    struct talk to = {.checks_no_bytes = true};
    snprintf(to.target, sizeof to.target, "unix-datagram://%s/datagrams", frame->directory);
    myc_reader_ref receiver = open_talker(frame, &to);
    struct talk from = {
        .to_send = 1000000, .piece_bytes = 100, .pauses = true, .options = {.queue_bytes = 3000}};
    SET(to.is_held, 1);
    snprintf(from.target, sizeof from.target, "unix-datagram-to://%.90s", to.address);
    spawn_talker(frame, &from);
    AWAIT(frame, GET(from.full) > 0);
    stop_talker(frame, &to, receiver);
    await_quiescence(frame);
    cr_expect_eq(1, from.ends);
    cr_expect_eq(from.sent, from.end.written_bytes + from.end.unwritten_bytes);
    cr_expect_neq(0, from.end.error);
}

/* Joined, and sent to: there may be no route. */
static bool has_v4(int fd, int interface)
{
    struct ip_mreqn request = {.imr_ifindex = interface};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, GROUP_V4, &request.imr_multiaddr);
    to.sin_addr = request.imr_multiaddr;
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0 &&
           setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) == 0 &&
           connect(fd, (void *)&to, sizeof to) == 0;
}

static bool has_v6(int fd, int interface)
{
    struct ipv6_mreq request = {.ipv6mr_interface = (uint32_t)interface};
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    inet_pton(AF_INET6, GROUP_V6, &request.ipv6mr_multiaddr);
    to.sin6_addr = request.ipv6mr_multiaddr;
    to.sin6_scope_id = request.ipv6mr_interface;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0 &&
           setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface, sizeof interface) == 0 &&
           connect(fd, (void *)&to, sizeof to) == 0;
}

/* The first interface that carries the group, the loopback if it does. Static storage. */
static const char *interface_for(bool is_v6)
{
    static char name[IF_NAMESIZE];
    struct if_nameindex *all = if_nameindex();
    name[0] = '\0';
    for (uint32_t index = 0; all && all[index].if_index && !name[0]; index++) {
        int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && (is_v6 ? has_v6 : has_v4)(fd, (int)all[index].if_index))
            strcpy(name, all[index].if_name);
        close(fd);
    }
    if_freenameindex(all);
    return name;
}

/* Two receivers of one group each get all. */
static void try_group(struct frame *frame, const char *group, const char *interface)
{
    if (!interface[0])
        cr_skip_test("no interface of this machine carries the group %s", group);
    struct talk to[2] = {{.checks_no_bytes = true, .options = {.interface_name = interface}},
                         {.checks_no_bytes = true, .options = {.interface_name = interface}}};
    struct talk from = {.to_send = 20 * 100,
                        .piece_bytes = 100,
                        .pauses = true,
                        .options = {.interface_name = interface}};
    myc_reader_ref refs[3];
    snprintf(to[0].target, sizeof to[0].target, "udp://%s:0", group);
    refs[0] = open_talker(frame, &to[0]);
    snprintf(to[1].target, sizeof to[1].target, "udp://%.100s", to[0].address);
    refs[1] = open_talker(frame, &to[1]);
    snprintf(from.target, sizeof from.target, "udp-to://%.100s", to[0].address);
    refs[2] = spawn_talker(frame, &from);
    cr_assert_eq(0, from.error);
    AWAIT(frame, GET(to[0].chunks) == 20 && GET(to[1].chunks) == 20);
    stop_talker(frame, &to[0], refs[0]);
    stop_talker(frame, &to[1], refs[1]);
    stop_talker(frame, &from, refs[2]);
    await_quiescence(frame);
}

SOURCE_TEST(socket_datagram, joins_a_group)
{
    try_group(frame, GROUP_V4, interface_for(false));
}

SOURCE_TEST(socket_datagram, joins_a_group_of_version_6)
{
    try_group(frame, "[" GROUP_V6 "]", interface_for(true));
}

SOURCE_TEST(socket_datagram, says_that_an_interface_is_unknown)
{
    struct talk talk = {.target = "udp://239.255.77.1:0", .options = {.interface_name = "no-such"}};
    myc_reader_ref ref = spawn_talker(frame, &talk);
    cr_expect_eq(MYC_EINVAL, talk.error);
    cr_expect(lines_have(&frame->lines, "interface_name is no-such"));
    stop_talker(frame, &talk, ref);
}

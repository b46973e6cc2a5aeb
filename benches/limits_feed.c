/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits.udp_loop, limits.tcp_loop: what feed_udp and feed_tcp take without a runtime: one thread,
 * an epoll instance, recvmmsg() into 64 buffers that are used again and again, or recv() into one of
 * 64 KiB. Not measured, since not done: to find out which descriptor is meant (there is one), to
 * keep what was received, to hand it to anybody.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "feed.h"

enum { BUFFERS = 64, BUFFER_BYTES = 2048, STREAM_BYTES = 65536 };

typedef struct loop {
    bench_feed feed;
    int fd;
    int epoll;
    struct mmsghdr messages[BUFFERS];
    struct iovec pieces[BUFFERS];
    uint8_t bytes[BUFFERS * BUFFER_BYTES];
} loop;

static void check(int result, const char *what)
{
    if (result < 0) {
        bench_fail(what, MYC_EIO);
    }
}

/* Both ends, connected. */
static void open_sockets(loop *self)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int type = self->feed.is_datagrams ? SOCK_DGRAM : SOCK_STREAM;
    int bound = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    check(bind(bound, (struct sockaddr *)&address, sizeof address), "bind");
    check(getsockname(bound, (struct sockaddr *)&address, &size), "getsockname");
    if (!self->feed.is_datagrams) {
        check(listen(bound, 1), "listen");
    }
    self->feed.sender = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    check(connect(self->feed.sender, (struct sockaddr *)&address, sizeof address), "connect");
    self->fd = bound;
    if (!self->feed.is_datagrams) {
        self->fd = accept(bound, NULL, NULL);
        check(self->fd, "accept");
        close(bound);
    }
}

static void open_epoll(loop *self)
{
    struct epoll_event event = {.events = EPOLLIN};
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    check(epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->fd, &event), "epoll_ctl");
}

/* Returns true when a burst ended. */
static bool take_datagrams(loop *self)
{
    int count;
    do {
        count = recvmmsg(self->fd, self->messages, BUFFERS, MSG_DONTWAIT, NULL);
        for (int i = 0; i < count; i++) {
            if (bench_feed_take(&self->feed, self->pieces[i].iov_base, self->messages[i].msg_len)) {
                return true;
            }
        }
    } while (count == BUFFERS);
    return false;
}

static bool take_stream(loop *self)
{
    ssize_t size = recv(self->fd, self->bytes, STREAM_BYTES, MSG_DONTWAIT);
    return size > 0 && bench_feed_take(&self->feed, self->bytes, (uint32_t)size);
}

static void receive(loop *self)
{
    struct epoll_event events[BUFFERS];
    bool (*take)(loop *) = self->feed.is_datagrams ? take_datagrams : take_stream;
    while (bench_feed_next(&self->feed)) {
        do {
            (void)epoll_wait(self->epoll, events, BUFFERS, -1);
        } while (!take(self));
    }
}

static void run(const bench_options *options, bench_output *output, bool is_datagrams,
                uint64_t frames)
{
    static loop self;
    bench_feed_init(&self.feed, options, is_datagrams, frames);
    for (int i = 0; i < BUFFERS; i++) {
        self.pieces[i] = (struct iovec){self.bytes + i * BUFFER_BYTES, BUFFER_BYTES};
        self.messages[i].msg_hdr = (struct msghdr){.msg_iov = &self.pieces[i], .msg_iovlen = 1};
    }
    open_sockets(&self);
    open_epoll(&self);
    bench_pin(options, 0);
    bench_feed_start(&self.feed);
    receive(&self);
    bench_print(output, bench_feed_finish(&self.feed));
    close(self.epoll);
    close(self.fd);
}

static void run_udp(const bench_options *options, bench_output *output)
{
    run(options, output, true, 500000);
}

static void run_tcp(const bench_options *options, bench_output *output)
{
    run(options, output, false, 10000000);
}

const bench_workload bench_limits_udp_loop = {
    .name = "limits.udp_loop",
    .what = "the machine: datagrams of 64 bytes by epoll and recvmmsg in a bare loop",
    .processors = 2,
    .run = run_udp,
};

const bench_workload bench_limits_tcp_loop = {
    .name = "limits.tcp_loop",
    .what = "the machine: frames of 64 bytes of a connection by epoll and recv in a bare loop",
    .processors = 2,
    .run = run_tcp,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_udp.uring, feed_udp.epoll, feed_tcp.uring, feed_tcp.epoll: frames of 64 bytes from a socket
 * into the handler of the actor that has it open, one worker; ns of the worker's processor time for a
 * frame. Each datagram is a message; of a connection a message is what one read has brought, and its
 * handler goes through the frames.
 *
 * See feed.h for the sender and for what is measured. The worker stands still inside a handler while
 * a burst is written. What it does after the last frame of a burst (releases, buffers made anew)
 * counts to the next burst. Received times are the runtime's (no_kernel_time), as the bare loop has
 * none. Not measured: the sender, waking up.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mycelium/stream.h>

#include "feed.h"
#include "system.h"

typedef struct feed_run {
    bench_feed feed;
    char target[64];
    uint32_t port;       /* of the receiver; set before `is_open` */
    int error;           /* of the open; the same */
    atomic_bool is_open; /* or could not be opened */
    uint64_t handled;    /* messages */
} feed_run;

struct listener {
    feed_run *run;
    myc_stream stream;
};

static int listener_on_start(struct listener *self, myc_context *ctx)
{
    const myc_stream_options options = {.depth = 64, .no_kernel_time = true};
    int error = myc_stream_open(ctx, self->run->target, &options, &self->stream);
    if (error) {
        self->run->error = error;
        atomic_store_explicit(&self->run->is_open, true, memory_order_release);
    }
    return error;
}

static void listener_on_stop(struct listener *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static void next_burst(struct listener *self, myc_context *ctx)
{
    if (!bench_feed_next(&self->run->feed)) {
        myc_stream_close(ctx, self->stream);
    }
}

static myc_next listener_on_chunk(struct listener *self, myc_context *ctx, const myc_chunk *chunk)
{
    self->run->handled++;
    if (bench_feed_take(&self->run->feed, chunk->bytes, chunk->size_bytes)) {
        next_burst(self, ctx);
    }
    return MYC_CONTINUE;
}

static myc_next listener_on_event(struct listener *self, myc_context *ctx,
                                  const myc_stream_event *event)
{
    self->run->handled++;
    if (event->what != MYC_STREAM_OPENED) {
        return MYC_FAIL(MYC_EIO); /* datagrams were lost */
    }
    const char *colon = strrchr(event->name, ':');
    self->run->port = colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;
    atomic_store_explicit(&self->run->is_open, true, memory_order_release);
    next_burst(self, ctx);
    return MYC_CONTINUE;
}

static myc_next listener_on_end(struct listener *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx, (void)end;
    self->run->handled++;
    return MYC_CONTINUE;
}
MYC_ACTOR_WITH_LIFECYCLE(listener, myc_reader, MYC_READER_ROWS)

static void check(int result, const char *what)
{
    if (result < 0) {
        bench_fail(what, MYC_EIO);
    }
}

static struct sockaddr_in loopback(uint32_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* The other end of a connection listens, so that there is a port. Returns its socket. */
static int open_peer(feed_run *self)
{
    if (self->feed.is_datagrams) {
        snprintf(self->target, sizeof self->target, "udp://127.0.0.1:0");
        return -1;
    }
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(fd, 1), "listen");
    check(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
    snprintf(self->target, sizeof self->target, "tcp://127.0.0.1:%u", ntohs(address.sin_port));
    return fd;
}

static int connect_sender(const feed_run *self, int peer)
{
    int fd = peer >= 0 ? accept(peer, NULL, NULL) : socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(fd, "the sender's socket");
    if (peer >= 0) {
        close(peer);
    } else {
        struct sockaddr_in address = loopback(self->port);
        check(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
    }
    return fd;
}

static void await_open(const feed_run *self)
{
    while (!atomic_load_explicit(&self->is_open, memory_order_acquire)) {
    }
    if (self->error == MYC_ENOTSUP) {
        bench_cannot_run("the kernel refuses io_uring");
    }
    if (self->error) {
        bench_fail(self->target, self->error);
    }
}

static void measure(const bench_options *options, bench_output *output, myc_io_backend io,
                    bool is_datagrams, uint64_t frames)
{
    static feed_run self;
    memset(&self, 0, sizeof self);
    bench_feed_init(&self.feed, options, is_datagrams, frames);
    int peer = open_peer(&self);
    myc_context *ctx;
    myc_system *system = bench_system_create_with(options, &(myc_system_options){.io = io}, &ctx);
    myc_reader_ref listener;
    myc_spawn_options place = bench_on_worker(options, 0);
    int error = listener_spawn(ctx, &(struct listener){.run = &self}, &place, &listener);
    if (error) {
        bench_fail("the actor", error);
    }
    await_open(&self);
    self.feed.sender = connect_sender(&self, peer);
    bench_feed_start(&self.feed);
    double cpu_ns = bench_feed_finish(&self.feed);
    bench_await(system);
    bench_system_destroy(system, self.handled);
    bench_print(output, cpu_ns);
}

enum { DATAGRAMS = 500000, FRAMES = 10000000 };

static void run_udp_uring(const bench_options *options, bench_output *output)
{
    measure(options, output, MYC_IO_URING, true, DATAGRAMS);
}

static void run_udp_epoll(const bench_options *options, bench_output *output)
{
    measure(options, output, MYC_IO_EPOLL, true, DATAGRAMS);
}

static void run_tcp_uring(const bench_options *options, bench_output *output)
{
    measure(options, output, MYC_IO_URING, false, FRAMES);
}

static void run_tcp_epoll(const bench_options *options, bench_output *output)
{
    measure(options, output, MYC_IO_EPOLL, false, FRAMES);
}

const bench_workload bench_feed_udp_uring = {
    .name = "feed_udp.uring",
    .what = "datagrams of 64 bytes into a handler, by io_uring",
    .workers = 1,
    .processors = 2,
    .run = run_udp_uring,
};

const bench_workload bench_feed_udp_epoll = {
    .name = "feed_udp.epoll",
    .what = "the same by epoll",
    .workers = 1,
    .processors = 2,
    .run = run_udp_epoll,
};

const bench_workload bench_feed_tcp_uring = {
    .name = "feed_tcp.uring",
    .what = "frames of 64 bytes of a connection into a handler, by io_uring",
    .workers = 1,
    .processors = 2,
    .run = run_tcp_uring,
};

const bench_workload bench_feed_tcp_epoll = {
    .name = "feed_tcp.epoll",
    .what = "the same by epoll",
    .workers = 1,
    .processors = 2,
    .run = run_tcp_epoll,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/relay.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "relay/market_side.h"

uint64_t relay_wall_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *run_market_side(void *user)
{
    relay *self = user;
    market_side_run(&self->options, &self->writer, self->stop_fd);
    signal_writer_end(&self->writer);
    return NULL;
}

/* Its end is the end of all: the market side has ended the stream, or gets EPIPE from now on. */
static void *run_signal_side(void *user)
{
    relay *self = user;
    arbitrage_signal signal;
    while (signal_reader_next(&self->reader, &signal) == SIGNAL_READER_SIGNAL) {
        signal_judge_take(self->options.judge, &signal, relay_wall_ns());
    }
    (void)shutdown(self->reader.fd, SHUT_RD);
    signal_judge_flush(self->options.judge);
    (void)eventfd_write(self->done_fd, 1);
    return NULL;
}

static void close_all(relay *self)
{
    const int fds[] = {self->writer.fd, self->reader.fd, self->stop_fd, self->done_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
}

/* Returns 0 or an errno; what is open then is for close_all(). */
static int open_all(relay *self)
{
    int sockets[2];
    self->writer.fd = self->reader.fd = self->done_fd = -1;
    self->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (self->stop_fd < 0) {
        return errno;
    }
    self->done_fd = eventfd(0, EFD_CLOEXEC);
    if (self->done_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        return errno;
    }
    self->writer.fd = sockets[0];
    self->reader.fd = sockets[1];
    return 0;
}

/* Returns 0 or an errno, with no thread left. */
static int start_threads(relay *self)
{
    int error = pthread_create(&self->signal_thread, NULL, run_signal_side, self);
    if (error) {
        return error;
    }
    error = pthread_create(&self->market_thread, NULL, run_market_side, self);
    if (error) {
        signal_writer_end(&self->writer);
        (void)pthread_join(self->signal_thread, NULL);
        return error;
    }
    (void)pthread_setname_np(self->signal_thread, "relay-signals");
    (void)pthread_setname_np(self->market_thread, "relay-market");
    return 0;
}

int relay_start(relay *self, const relay_options *options)
{
    *self = (relay){.options = *options};
    int error = open_all(self);
    error = error ? error : start_threads(self);
    if (error) {
        close_all(self);
    }
    return error;
}

bool relay_await(relay *self, uint64_t timeout_ns)
{
    struct pollfd done = {.fd = self->done_fd, .events = POLLIN};
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000u),
                               .tv_nsec = (long)(timeout_ns % 1000000000u)};
    return ppoll(&done, 1, &timeout, NULL) == 1;
}

void relay_stop(relay *self)
{
    (void)eventfd_write(self->stop_fd, 1);
    (void)pthread_join(self->market_thread, NULL);
    (void)pthread_join(self->signal_thread, NULL);
    close_all(self);
}

const char *relay_error(const relay *self)
{
    return self->reader.error;
}

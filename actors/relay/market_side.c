/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/market_side.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

typedef struct market_side {
    const relay_options *options;
    signal_writer *writer;
    int stop_fd;
    eth_log_reader reader;
    char bytes[READ_SIZE];
} market_side;

/* What became of a piece of work. */
typedef enum progress { GOES_ON, FILE_DONE, STOPPED } progress;

static void send_signal(void *writer, const arbitrage_signal *signal)
{
    (void)signal_writer_send(writer, signal); /* the writer remembers why it could not */
}

void market_side_apply(market_state *state, const eth_log *log, market_on_signal on_signal,
                       void *user)
{
    switch (log->kind) {
    case ETH_LOG_SYNC_V2:
        (void)market_state_on_sync(state, &log->event.sync, on_signal, user);
        break;
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: market_state_on_liquidity(state, &log->event.liquidity); break;
    default: market_state_on_swap(state, &log->event.swap); break;
    }
}

static progress fail(market_side *self, const char *what, int os_error)
{
    char reason[ETH_LOG_ERROR_SIZE / 2];
    (void)snprintf(reason, sizeof reason, "%s%s", what, strerrordesc_np(os_error));
    eth_log_reader_fail(&self->reader, reason);
    return STOPPED;
}

/* Decodes and applies all that was fed. */
static progress drain(market_side *self)
{
    for (;;) {
        switch (eth_log_reader_step(&self->reader, relay_wall_ns(), self->options->report)) {
        case ETH_LOG_STEP_EVENT:
            market_side_apply(self->options->state, &self->reader.log, send_signal, self->writer);
            break;
        case ETH_LOG_STEP_ON: break;
        case ETH_LOG_STEP_DRY: return GOES_ON;
        case ETH_LOG_STEP_FAILED: return STOPPED;
        }
        if (self->writer->os_error) {
            return fail(self, "its signals have no way on: ", self->writer->os_error);
        }
    }
}

/* Whether the file is ready before a stop is asked for. Regular files are always ready. */
static bool await_input(const market_side *self, int fd)
{
    struct pollfd fds[] = {{.fd = self->stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR) {
    }
    return fds[0].revents == 0;
}

/* Reads and handles one piece of the file. */
static progress take_piece(market_side *self, int fd)
{
    if (!await_input(self, fd)) {
        return STOPPED;
    }
    ssize_t count = read(fd, self->bytes, sizeof self->bytes);
    if (count < 0) {
        bool is_passing = errno == EINTR || errno == EAGAIN;
        return is_passing ? GOES_ON : fail(self, "cannot be read on: ", errno);
    }
    if (count == 0) {
        eth_log_reader_end(&self->reader);
    } else {
        eth_log_reader_feed(&self->reader, self->bytes, (size_t)count);
    }
    progress result = drain(self);
    eth_log_reader_publish(&self->reader);
    return result == GOES_ON && count == 0 ? FILE_DONE : result;
}

static progress read_file(market_side *self, int fd)
{
    if (eth_log_reader_open(&self->reader)) {
        return fail(self, "", ENOMEM);
    }
    progress result;
    do {
        result = take_piece(self, fd);
    } while (result == GOES_ON);
    return result;
}

/* Opens the current file and reads it to its end. Standard input stays open. */
static progress take_file(market_side *self)
{
    const char *path = eth_log_reader_path(&self->reader);
    bool is_standard_input = strcmp(path, "-") == 0;
    int fd = is_standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(self, "cannot be opened: ", errno);
    }
    progress result = read_file(self, fd);
    if (!is_standard_input) {
        (void)close(fd);
    }
    return result;
}

void market_side_run(const relay_options *options, signal_writer *writer, int stop_fd)
{
    market_side self = {.options = options, .writer = writer, .stop_fd = stop_fd};
    if (eth_log_reader_init(&self.reader, &options->feed, options->feed_stats)) {
        (void)fail(&self, "", ENOMEM);
    } else {
        while (take_file(&self) == FILE_DONE && eth_log_reader_advance(&self.reader)) {
        }
    }
    options->feed_stats->unsent = writer->unsent;
    eth_log_reader_fini(&self.reader);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/signal_writer.h"

#include <errno.h>
#include <sys/socket.h>

#include <libtypes/sbe.h>

/* Returns 0 or an errno. A signal handler may cut a write short, so may a socket that fills up. */
static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = send(fd, bytes, size, MSG_NOSIGNAL);
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

static int encode_and_write(signal_writer *self, const arbitrage_signal *signal)
{
    uint8_t frame[LIBTYPES_MESSAGE_BYTES_MAX];
    myc_codec_error error;
    int64_t size = arbitrage_signal_type.encode(signal, frame, sizeof frame, &error);
    if (size < 0) {
        return EBADMSG;
    }
    self->os_error = write_all(self->fd, frame, (size_t)size);
    return self->os_error;
}

int signal_writer_send(signal_writer *self, const arbitrage_signal *signal)
{
    int os_error = self->os_error ? self->os_error : encode_and_write(self, signal);
    if (os_error) {
        self->unsent++;
    } else {
        self->frames++;
    }
    return os_error;
}

void signal_writer_end(signal_writer *self)
{
    (void)shutdown(self->fd, SHUT_WR);
}

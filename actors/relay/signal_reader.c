/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/signal_reader.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert(SIGNAL_READER_BYTES >= 2 * LIBTYPES_MESSAGE_BYTES_MAX, "a frame always fits");

static signal_reader_result fail(signal_reader *self, const char *what, const char *why)
{
    (void)snprintf(self->error, sizeof self->error, "frame %llu of the signal stream: %s%s",
                   (unsigned long long)self->frames + 1, what, why);
    return SIGNAL_READER_FAILED;
}

static signal_reader_result finish(signal_reader *self)
{
    if (self->end > self->begin) {
        return fail(self, "the writer is gone before its end", "");
    }
    return SIGNAL_READER_END;
}

/* Adds what the socket has, one byte at least, behind the begun frame. */
static signal_reader_result fill(signal_reader *self)
{
    ssize_t count;
    (void)memmove(self->bytes, self->bytes + self->begin, self->end - self->begin);
    self->end -= self->begin;
    self->begin = 0;
    assert(self->end < sizeof self->bytes);
    do {
        count = read(self->fd, self->bytes + self->end, sizeof self->bytes - self->end);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return fail(self, "cannot be read: ", strerrordesc_np(errno));
    }
    if (count == 0) {
        return finish(self);
    }
    self->end += (size_t)count;
    return SIGNAL_READER_SIGNAL;
}

/* Reads until a whole frame is there, which SIGNAL_READER_SIGNAL says. */
static signal_reader_result await_frame(signal_reader *self, libtypes_frame *frame)
{
    for (;;) {
        size_t there = self->end - self->begin;
        int code = libtypes_frame_peek(self->bytes + self->begin, there, frame);
        if (code == 0 && frame->size_bytes <= there) {
            return SIGNAL_READER_SIGNAL;
        }
        if (code != 0 && code != MYC_ESHORT) {
            return fail(self, "expected a message of this schema: ", myc_error_text(code));
        }
        signal_reader_result result = fill(self);
        if (result != SIGNAL_READER_SIGNAL) {
            return result;
        }
    }
}

static bool decode(signal_reader *self, const libtypes_frame *frame, arbitrage_signal *signal)
{
    myc_codec_error error;
    const uint8_t *bytes = self->bytes + self->begin;
    self->begin += frame->size_bytes;
    self->frames++;
    *signal = (arbitrage_signal){0};
    return frame->template_id == ARBITRAGE_SIGNAL_ID &&
           arbitrage_signal_type.decode(signal, bytes, frame->size_bytes, &error) == 0;
}

signal_reader_result signal_reader_next(signal_reader *self, arbitrage_signal *signal)
{
    libtypes_frame frame;
    for (;;) {
        signal_reader_result result = await_frame(self, &frame);
        if (result != SIGNAL_READER_SIGNAL || decode(self, &frame, signal)) {
            return result;
        }
        self->bad_frames++;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

static int fail(text_file *self, const char *what, const char *why)
{
    snprintf(self->error, sizeof self->error, "%s: %s%s", self->path, what, why);
    return -1;
}

/* strerror() is not thread-safe; this form is, and needs no buffer. */
static int fail_errno(text_file *self, const char *what, int number)
{
    const char *text = strerrordesc_np(number);
    return fail(self, what, text ? text : "unknown error");
}

int text_file_open(text_file *self, const char *path, size_t read_size)
{
    *self = (text_file){.path = path, .buffer_size = read_size ? read_size : READ_SIZE};
    lines_init(&self->lines, 0);
    self->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (self->fd < 0) {
        return fail_errno(self, "cannot open: ", errno);
    }
    self->buffer = malloc(self->buffer_size);
    self->inflater = inflater_create();
    if (!self->buffer || !self->inflater) {
        text_file_close(self);
        return fail(self, "out of memory", "");
    }
    return 0;
}

void text_file_close(text_file *self)
{
    close(self->fd);
    free(self->buffer);
    inflater_destroy(self->inflater);
    lines_fini(&self->lines);
    self->fd = -1;
    self->buffer = NULL;
    self->inflater = NULL;
}

const char *text_file_error(const text_file *self)
{
    return self->error;
}

static int read_some(text_file *self)
{
    ssize_t count;
    do {
        count = read(self->fd, self->buffer, self->buffer_size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return fail_errno(self, "cannot read: ", errno);
    }
    if (count == 0) {
        inflater_end(self->inflater);
    } else {
        inflater_feed(self->inflater, self->buffer, (size_t)count);
    }
    return 0;
}

/* Gives the splitter its next chunk or its end. Returns 0 or -1. */
static int refill(text_file *self)
{
    for (;;) {
        inflater_chunk chunk;
        switch (inflater_next(self->inflater, &chunk)) {
        case INFLATER_CHUNK: lines_feed(&self->lines, chunk.bytes, chunk.size); return 0;
        case INFLATER_END: lines_end(&self->lines); return 0;
        case INFLATER_ERROR: return fail(self, inflater_error(self->inflater), "");
        case INFLATER_HUNGRY:
            if (read_some(self)) {
                return -1;
            }
        }
    }
}

int text_file_next(text_file *self, line_view *line)
{
    while (!lines_next(&self->lines, line)) {
        if (self->lines.is_ended) {
            return 0;
        }
        if (refill(self)) {
            return -1;
        }
    }
    return 1;
}

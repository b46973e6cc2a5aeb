/* SPDX-License-Identifier: Apache-2.0 */
#include "text/inflate.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    OUTPUT_SIZE = 64 * 1024,
    MAGIC_FIRST = 0x1f,
    MAGIC_SECOND = 0x8b,
    WINDOW_BITS_GZIP_ONLY = 15 + 16 /* the largest window; + 16 refuses the zlib format */
};

static const char TRAILING_BYTES[] = "trailing bytes that are not another gzip member";

/*
 * state            input                              next state
 * PROBING          anything but 1f, or 1f and not 8b  PLAIN
 * PROBING          1f 8b                              MEMBER
 * MEMBER           end of the member                  BETWEEN
 * BETWEEN          1f                                 MEMBER
 * MEMBER, BETWEEN  anything else, or the input ends   FAILED (BETWEEN may end)
 */
typedef enum inflater_state { PROBING, PLAIN, MEMBER, BETWEEN, FAILED } inflater_state;

struct inflater {
    const char *input; /* what of the fed bytes is not used up */
    size_t input_size;
    uint64_t offset; /* of `input` in the whole input */
    inflater_state state;
    bool is_ended;
    bool has_held; /* a first byte 1f came alone and waits for the second */
    char held;
    bool is_later_member;
    z_stream stream;
    char error[160];
    char output[OUTPUT_SIZE];
};

inflater *inflater_create(void)
{
    inflater *self = calloc(1, sizeof *self);
    if (!self || inflateInit2(&self->stream, WINDOW_BITS_GZIP_ONLY) != Z_OK) {
        free(self);
        return NULL;
    }
    return self;
}

void inflater_destroy(inflater *self)
{
    if (self) {
        inflateEnd(&self->stream);
        free(self);
    }
}

void inflater_feed(inflater *self, const char *bytes, size_t size)
{
    assert(self->input_size == 0 || self->state == FAILED);
    assert(!self->is_ended);
    self->input = bytes;
    self->input_size = size;
}

void inflater_end(inflater *self)
{
    self->is_ended = true;
}

const char *inflater_error(const inflater *self)
{
    return self->error;
}

bool inflater_is_gzip(const inflater *self)
{
    return self->state > PLAIN;
}

static inflater_result fail(inflater *self, const char *reason)
{
    self->state = FAILED;
    snprintf(self->error, sizeof self->error, "gzip data: %s at byte %llu", reason,
             (unsigned long long)self->offset);
    return INFLATER_ERROR;
}

static inflater_result wait_or_end(const inflater *self)
{
    return self->is_ended ? INFLATER_END : INFLATER_HUNGRY;
}

static void skip_input(inflater *self, size_t size)
{
    self->input += size;
    self->input_size -= size;
    self->offset += size;
}

static inflater_result next_plain(inflater *self, inflater_chunk *chunk)
{
    if (self->has_held) {
        self->has_held = false;
        *chunk = (inflater_chunk){&self->held, 1};
        return INFLATER_CHUNK;
    }
    if (self->input_size == 0) {
        return wait_or_end(self);
    }
    *chunk = (inflater_chunk){self->input, self->input_size};
    skip_input(self, self->input_size);
    return INFLATER_CHUNK;
}

/* Decodes once. Returns the code of zlib; the count of new bytes is in `produced`. */
static int inflate_some(inflater *self, size_t *produced)
{
    z_stream *stream = &self->stream;
    uInt available = self->input_size > UINT_MAX ? UINT_MAX : (uInt)self->input_size;
    stream->next_in = (z_const Bytef *)self->input;
    stream->avail_in = available;
    stream->next_out = (Bytef *)self->output;
    stream->avail_out = OUTPUT_SIZE;
    int code = inflate(stream, Z_NO_FLUSH);
    skip_input(self, available - stream->avail_in);
    *produced = OUTPUT_SIZE - stream->avail_out;
    return code;
}

static const char *reason_of(const inflater *self, int code)
{
    if (code == Z_MEM_ERROR) {
        return "out of memory";
    }
    if (self->is_later_member && self->stream.total_in <= 2) {
        return TRAILING_BYTES;
    }
    return self->stream.msg ? self->stream.msg : "corrupt";
}

static void take_code(inflater *self, int code)
{
    if (code == Z_STREAM_END) {
        self->state = BETWEEN;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        (void)fail(self, reason_of(self, code));
    }
}

/* Bytes decoded before an error are handed out first. Each round uses up input, makes output or
 * leaves the state, since the output buffer is empty at its start. */
static inflater_result next_of_member(inflater *self, inflater_chunk *chunk)
{
    do {
        size_t produced;
        take_code(self, inflate_some(self, &produced));
        if (produced > 0) {
            *chunk = (inflater_chunk){self->output, produced};
            return INFLATER_CHUNK;
        }
    } while (self->state == MEMBER && self->input_size > 0);
    if (self->state == MEMBER && self->is_ended) {
        return fail(self, "cut short");
    }
    return self->state == FAILED ? INFLATER_ERROR : INFLATER_HUNGRY;
}

static void start_member(inflater *self)
{
    self->is_later_member = true;
    self->state = MEMBER;
    inflateReset(&self->stream);
}

static inflater_result next_gzip(inflater *self, inflater_chunk *chunk)
{
    for (;;) {
        if (self->state == BETWEEN) {
            if (self->input_size == 0) {
                return wait_or_end(self);
            }
            if ((unsigned char)*self->input != MAGIC_FIRST) {
                return fail(self, TRAILING_BYTES);
            }
            start_member(self);
        }
        inflater_result result = next_of_member(self, chunk);
        if (result != INFLATER_HUNGRY || self->state != BETWEEN) {
            return result;
        }
    }
}

/* zlib keeps the header byte in its state; it makes no output. */
static void start_gzip(inflater *self)
{
    self->state = MEMBER;
    if (self->has_held) {
        self->stream.next_in = (z_const Bytef *)&self->held;
        self->stream.avail_in = 1;
        self->stream.next_out = (Bytef *)self->output;
        self->stream.avail_out = OUTPUT_SIZE;
        (void)inflate(&self->stream, Z_NO_FLUSH);
        self->has_held = false;
    }
}

static unsigned char probed_byte(const inflater *self, size_t index)
{
    if (self->has_held) {
        return (unsigned char)(index == 0 ? self->held : self->input[index - 1]);
    }
    return (unsigned char)self->input[index];
}

static void hold_first(inflater *self)
{
    if (!self->has_held) {
        self->held = *self->input;
        self->has_held = true;
        skip_input(self, 1);
    }
}

/* Leaves PROBING as soon as the bytes tell. */
static void probe(inflater *self)
{
    size_t available = self->input_size + self->has_held;
    if (available == 0) {
        return;
    }
    if (probed_byte(self, 0) != MAGIC_FIRST) {
        self->state = PLAIN;
    } else if (available >= 2 && probed_byte(self, 1) == MAGIC_SECOND) {
        start_gzip(self);
    } else if (available >= 2 || self->is_ended) {
        self->state = PLAIN;
    } else {
        hold_first(self);
    }
}

inflater_result inflater_next(inflater *self, inflater_chunk *chunk)
{
    if (self->state == PROBING) {
        probe(self);
    }
    switch (self->state) {
    case PROBING: return wait_or_end(self);
    case PLAIN: return next_plain(self, chunk);
    case FAILED: return INFLATER_ERROR;
    default: return next_gzip(self, chunk);
    }
}

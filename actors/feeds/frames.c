/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libtypes/sbe.h>

enum { LINE_BYTES_MAX = 1024 * 1024, MESSAGE_BYTES_MAX = 16 * 1024 * 1024 };

static int peek_message(void *user, const uint8_t *bytes, size_t size_bytes, uint64_t *frame_bytes)
{
    libtypes_frame peeked;
    (void)user;
    int error = libtypes_frame_peek(bytes, size_bytes, &peeked);
    *frame_bytes = peeked.size_bytes;
    return error;
}

static int init_framer(frames *self)
{
    myc_framer_options options = {.framing = MYC_FRAMING_LINES, .frame_bytes_max = LINE_BYTES_MAX};
    if (self->form == FRAMES_OF_SBE) {
        options = (myc_framer_options){.framing = MYC_FRAMING_PEEK,
                                       .frame_bytes_max = LIBTYPES_MESSAGE_BYTES_MAX,
                                       .peek = peek_message};
    }
    return myc_framer_init(&self->framer, &options);
}

int frames_init(frames *self, frames_form form)
{
    *self = (frames){.form = form};
    int error = init_framer(self);
    self->inflater = inflater_create();
    return self->inflater ? error : MYC_ENOMEM;
}

void frames_fini(frames *self)
{
    inflater_destroy(self->inflater);
    self->inflater = NULL;
    myc_framer_fini(&self->framer);
    free(self->gathered);
    self->gathered = NULL;
}

int frames_restart(frames *self)
{
    uint64_t number = self->number;
    frames_fini(self);
    int error = frames_init(self, self->form);
    self->number = self->number_before = number;
    return error;
}

static bool make_room(frames *self, size_t size)
{
    size_t capacity = self->gathered_capacity ? self->gathered_capacity : 2 * size;
    while (capacity < self->gathered_size + size) {
        capacity *= 2;
    }
    if (self->gathered_size + size > MESSAGE_BYTES_MAX) {
        return false;
    }
    if (capacity > self->gathered_capacity) {
        char *gathered = realloc(self->gathered, capacity);
        if (!gathered) {
            return false;
        }
        self->gathered = gathered;
        self->gathered_capacity = capacity;
    }
    return true;
}

static void gather(frames *self, const feed_piece *piece)
{
    self->is_overfull = self->is_overfull || !make_room(self, piece->size + 1);
    if (!self->is_overfull) {
        memcpy(self->gathered + self->gathered_size, piece->bytes, piece->size);
        self->gathered_size += piece->size;
    }
}

/* The last piece of a message: alone it stays where it is. */
static void feed_whole(frames *self, const feed_piece *piece)
{
    self->whole = piece->bytes;
    self->whole_size = piece->size;
    if (self->gathered_size > 0 || self->is_overfull) {
        gather(self, piece);
        self->whole = self->gathered;
        self->whole_size = self->gathered_size;
        self->gathered_size = 0;
        self->flags |= self->is_overfull ? FEED_PIECE_TRUNCATED : 0;
        self->is_overfull = false;
    }
}

void frames_feed(frames *self, const feed_piece *piece)
{
    self->flags = piece->flags;
    self->received_ns = piece->received_ns;
    if (piece->flags & FEED_PIECE_MORE) {
        gather(self, piece);
    } else if (piece->flags & FEED_PIECE_WHOLE) {
        feed_whole(self, piece);
    } else {
        inflater_feed(self->inflater, piece->bytes, piece->size);
    }
}

void frames_end(frames *self)
{
    if (!self->is_ended) {
        self->is_ended = true;
        inflater_end(self->inflater);
    }
}

static frames_result fail(frames *self, const char *reason)
{
    (void)snprintf(self->error, sizeof self->error, "%s", reason);
    return FRAMES_FAILED;
}

static frames_result give(const frames *self, feed_frame *next, const char *bytes, size_t size)
{
    *next = (feed_frame){.bytes = bytes,
                         .size = size,
                         .received_ns = self->received_ns,
                         .number = self->number,
                         .is_message = (self->flags & FEED_PIECE_MESSAGE) != 0};
    return FRAMES_FRAME;
}

/* Lets the framer have what the inflater gives. FRAME = it has some, DRY = there is none now. */
static frames_result refill(frames *self)
{
    inflater_chunk chunk;
    if (self->is_last) {
        return FRAMES_END;
    }
    switch (inflater_next(self->inflater, &chunk)) {
    case INFLATER_CHUNK:
        myc_framer_feed(&self->framer, chunk.bytes, chunk.size);
        return FRAMES_FRAME;
    case INFLATER_END:
        myc_framer_end(&self->framer);
        self->is_last = true;
        return FRAMES_FRAME;
    case INFLATER_HUNGRY: return FRAMES_DRY;
    case INFLATER_ERROR: break;
    }
    return fail(self, inflater_error(self->inflater));
}

static frames_result next_of_stream(frames *self, feed_frame *next)
{
    myc_framed framed;
    for (;;) {
        int result = myc_framer_next(&self->framer, &framed);
        if (result < 0) {
            return fail(self, myc_framer_error(&self->framer));
        }
        if (result == 0) {
            frames_result filled = refill(self);
            if (filled != FRAMES_FRAME) {
                return filled;
            }
        } else if (framed.size_bytes > 0 || framed.error) {
            self->number = self->number_before + framed.number;
            (void)give(self, next, (const char *)framed.bytes, framed.size_bytes);
            next->error = framed.error ? myc_framer_error(&self->framer) : NULL;
            return FRAMES_FRAME;
        }
    }
}

/* A frame with an error, of all that is left of the piece. */
static frames_result refuse_whole(frames *self, feed_frame *next, const char *reason)
{
    (void)give(self, next, self->whole, self->whole_size);
    self->whole_size = 0;
    next->error = reason;
    return FRAMES_FRAME;
}

/* A datagram of messages: behind one that cannot be read the rest is left out. */
static frames_result next_of_datagram(frames *self, feed_frame *next)
{
    libtypes_frame peeked;
    const char *bytes = self->whole;
    int error = libtypes_frame_peek((const uint8_t *)bytes, self->whole_size, &peeked);
    if (error == MYC_ESHORT || (error == 0 && peeked.size_bytes > self->whole_size)) {
        return refuse_whole(self, next, "the datagram ends inside the message");
    }
    if (error) {
        return refuse_whole(self, next, myc_error_text(error));
    }
    self->whole += peeked.size_bytes;
    self->whole_size -= peeked.size_bytes;
    return give(self, next, bytes, peeked.size_bytes);
}

/* A text: the line ends that senders put behind it do not count. */
static frames_result next_text(frames *self, feed_frame *next)
{
    size_t size = self->whole_size;
    while (size > 0 && (self->whole[size - 1] == '\n' || self->whole[size - 1] == '\r')) {
        size--;
    }
    self->whole_size = 0;
    return give(self, next, self->whole, size);
}

static frames_result next_of_whole(frames *self, feed_frame *next)
{
    if (self->whole_size == 0) {
        return self->is_ended ? FRAMES_END : FRAMES_DRY;
    }
    self->number++;
    if (self->flags & FEED_PIECE_TRUNCATED) {
        return refuse_whole(self, next, "it is longer than there is room for");
    }
    return self->form == FRAMES_OF_SBE ? next_of_datagram(self, next) : next_text(self, next);
}

frames_result frames_next(frames *self, feed_frame *next)
{
    if (self->error[0] != '\0') {
        return FRAMES_FAILED;
    }
    return self->flags & (FEED_PIECE_WHOLE | FEED_PIECE_MORE) ? next_of_whole(self, next)
                                                              : next_of_stream(self, next);
}

const char *frames_error(const frames *self)
{
    return self->error;
}

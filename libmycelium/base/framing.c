/* SPDX-License-Identifier: Apache-2.0 */
#include "base/framing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
    CARRY_CAPACITY_MIN = 4096,
    AROUND_BYTES_MAX = 4, /* a length, or a carriage return */
};

static void *allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    (void)user, (void)alignment_bytes;
    return malloc(size_bytes);
}

static void deallocate(void *user, void *memory, size_t size_bytes)
{
    (void)user, (void)size_bytes;
    free(memory);
}

static bool are_valid(const myc_framer_options *options)
{
    bool has_peek = options->framing != MYC_FRAMING_PEEK || options->peek;
    bool has_allocator =
        !options->allocator || (options->allocator->allocate && options->allocator->free);
    return (unsigned)options->framing <= MYC_FRAMING_PEEK &&
           options->frame_bytes_max <= MYC_FRAME_BYTES_MAX && has_peek && has_allocator;
}

int myc_framer_init(myc_framer *framer, const myc_framer_options *options)
{
    *framer = (myc_framer){.number = 1, .allocator = {allocate, deallocate, NULL}};
    if (options) {
        framer->options = *options;
    }
    if (!are_valid(&framer->options)) {
        return MYC_EINVAL;
    }
    if (framer->options.allocator) {
        framer->allocator = *framer->options.allocator;
    }
    if (framer->options.frame_bytes_max == 0) {
        framer->options.frame_bytes_max = MYC_FRAME_BYTES_DEFAULT;
    }
    return 0;
}

void myc_framer_fini(myc_framer *framer)
{
    if (framer->carry) {
        framer->allocator.free(framer->allocator.user, framer->carry, framer->carry_capacity);
        framer->carry = NULL;
    }
    framer->carry_capacity = framer->carry_bytes = 0;
}

void myc_framer_restart(myc_framer *framer)
{
    framer->piece = NULL;
    framer->piece_bytes = 0;
    framer->carry_bytes = 0;
    framer->offset = 0;
    framer->number = 1;
    framer->error = 0;
    framer->carry_is_used = framer->has_piece = framer->is_skipping = framer->is_ended = false;
}

void myc_framer_feed(myc_framer *framer, const void *bytes, size_t size_bytes)
{
    MYC__CHECK(framer->piece_bytes == 0 && !framer->has_piece);
    MYC__CHECK(!framer->is_ended);
    if (!framer->error) {
        framer->piece = bytes;
        framer->piece_bytes = size_bytes;
        framer->has_piece = framer->options.framing == MYC_FRAMING_WHOLE;
    }
}

void myc_framer_end(myc_framer *framer)
{
    framer->is_ended = true;
}

static size_t larger_capacity(const myc_framer *framer, size_t wanted_bytes)
{
    size_t most = (size_t)framer->options.frame_bytes_max + AROUND_BYTES_MAX;
    size_t capacity = framer->carry_capacity ? framer->carry_capacity : CARRY_CAPACITY_MIN;
    MYC__CHECK(wanted_bytes <= most);
    while (capacity < wanted_bytes) {
        capacity *= 2;
    }
    return capacity < most ? capacity : most;
}

static bool grow(myc_framer *framer, size_t wanted_bytes)
{
    const myc_allocator *allocator = &framer->allocator;
    size_t capacity = larger_capacity(framer, wanted_bytes);
    uint8_t *carry = allocator->allocate(allocator->user, capacity, sizeof(void *));
    if (!carry) {
        return false;
    }
    if (framer->carry) {
        memcpy(carry, framer->carry, framer->carry_bytes);
        allocator->free(allocator->user, framer->carry, framer->carry_capacity);
    }
    framer->carry = carry;
    framer->carry_capacity = (uint32_t)capacity;
    return true;
}

int myc__framer_gather(myc_framer *framer, size_t size_bytes)
{
    size_t wanted_bytes = framer->carry_bytes + size_bytes;
    if (wanted_bytes > framer->carry_capacity && !grow(framer, wanted_bytes)) {
        return MYC_ENOMEM;
    }
    if (size_bytes) { /* the last piece may be NULL */
        memcpy(framer->carry + framer->carry_bytes, framer->piece, size_bytes);
    }
    framer->carry_bytes = (uint32_t)wanted_bytes;
    myc__framer_consume(framer, size_bytes);
    return 0;
}

int myc__framer_give_gathered(myc_framer *framer, uint32_t head_bytes, uint32_t size_bytes,
                              myc_framed *frame)
{
    framer->carry_is_used = true;
    framer->counts.frames++;
    framer->counts.gathered_frames++;
    *frame = (myc_framed){.bytes = framer->carry + head_bytes,
                          .size_bytes = size_bytes,
                          .offset = myc__frame_offset(framer),
                          .number = framer->number++};
    return 1;
}

int myc__framer_fail(myc_framer *framer, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(framer->text, sizeof framer->text, format, arguments);
    va_end(arguments);
    framer->error = code;
    return code;
}

static int skip_piece(myc_framer *framer, myc_framed *frame)
{
    framer->counts.skipped_frames++;
    framer->counts.skipped_bytes += framer->piece_bytes;
    snprintf(framer->text, sizeof framer->text, "expected at most %u bytes, not %zu",
             framer->options.frame_bytes_max, framer->piece_bytes);
    *frame =
        (myc_framed){.error = MYC_EFIELD, .offset = framer->offset, .number = framer->number++};
    return 1;
}

static int next_whole(myc_framer *framer, myc_framed *frame)
{
    if (!framer->has_piece) {
        return 0;
    }
    if (framer->piece_bytes > framer->options.frame_bytes_max) {
        skip_piece(framer, frame);
    } else {
        framer->counts.frames++;
        *frame = (myc_framed){.bytes = framer->piece,
                              .size_bytes = (uint32_t)framer->piece_bytes,
                              .offset = framer->offset,
                              .number = framer->number++};
    }
    framer->has_piece = false;
    myc__framer_consume(framer, framer->piece_bytes);
    return 1;
}

static int next_of_kind(myc_framer *framer, myc_framed *frame)
{
    switch (framer->options.framing) {
    case MYC_FRAMING_WHOLE: return next_whole(framer, frame);
    case MYC_FRAMING_LINES: return myc__framer_next_line(framer, frame);
    default: return myc__framer_next_measured(framer, frame);
    }
}

/* The bytes before the bad frame have been given, and nothing behind it can be found. */
static int report_error(myc_framer *framer, myc_framed *frame)
{
    framer->piece_bytes = 0;
    framer->has_piece = false;
    *frame = (myc_framed){
        .error = framer->error, .offset = myc__frame_offset(framer), .number = framer->number};
    return framer->error;
}

int myc_framer_next(myc_framer *framer, myc_framed *frame)
{
    if (framer->carry_is_used) {
        framer->carry_is_used = false;
        framer->carry_bytes = 0;
    }
    int result = framer->error ? framer->error : next_of_kind(framer, frame);
    return result < 0 ? report_error(framer, frame) : result;
}

uint32_t myc_framer_pending_bytes(const myc_framer *framer)
{
    return framer->carry_is_used ? 0 : framer->carry_bytes;
}

const char *myc_framer_error(const myc_framer *framer)
{
    return framer->text;
}

const myc_framer_counts *myc_framer_counted(const myc_framer *framer)
{
    return &framer->counts;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_NAIVE_FRAMER_H
#define TESTS_SUPPORT_NAIVE_FRAMER_H

/*
 * A framer that has the whole stream before it, and the comparison of the real one with it: however
 * the stream is cut into pieces, the frames are the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/framing.h>

#include "base/check.h"

/** Bytes of the stream, where the next frame begins, and what has come of it. */
typedef struct naive_framer {
    const myc_framer_options *options;
    const uint8_t *bytes;
    uint64_t size_bytes, at, number;
    uint64_t frame_bytes_max;
    int error;
    uint64_t skipped_bytes;
} naive_framer;

MYC_UNUSED static naive_framer naive_open(const myc_framer_options *options, const uint8_t *bytes,
                                          size_t size_bytes)
{
    uint32_t longest = options->frame_bytes_max;
    return (naive_framer){.options = options,
                          .bytes = bytes,
                          .size_bytes = size_bytes,
                          .number = 1,
                          .frame_bytes_max = longest ? longest : MYC_FRAME_BYTES_DEFAULT};
}

MYC_UNUSED static int naive_fail(naive_framer *self, int error, myc_framed *frame)
{
    self->error = error;
    *frame = (myc_framed){.error = error, .offset = self->at, .number = self->number};
    return error;
}

MYC_UNUSED static int naive_give(naive_framer *self, uint64_t head_bytes, uint64_t size_bytes,
                                 myc_framed *frame)
{
    *frame = (myc_framed){.bytes = self->bytes + self->at + head_bytes,
                          .size_bytes = (uint32_t)size_bytes,
                          .offset = self->at,
                          .number = self->number++};
    self->at += head_bytes + size_bytes;
    return 1;
}

MYC_UNUSED static int naive_line(naive_framer *self, myc_framed *frame)
{
    uint64_t end = self->at, begin = self->at;
    while (end < self->size_bytes && self->bytes[end] != '\n')
        end++;
    uint64_t size = end - begin;
    if (size && self->bytes[end - 1] == '\r')
        size--;
    if (size > self->frame_bytes_max && self->options->ends_at_long_line)
        return naive_fail(self, MYC_EFIELD, frame);
    naive_give(self, 0, size, frame);
    self->at = end + 1;
    if (size > self->frame_bytes_max) {
        frame->error = MYC_EFIELD;
        frame->bytes = NULL;
        frame->size_bytes = 0;
        self->skipped_bytes += end - begin;
    }
    return 1;
}

MYC_UNUSED static int naive_length(naive_framer *self, myc_framed *frame)
{
    static const unsigned places[][4] = {{0, 1}, {1, 0}, {0, 1, 2, 3}, {3, 2, 1, 0}};
    unsigned kind = self->options->framing - MYC_FRAMING_U16_LE;
    uint64_t head = kind < 2 ? 2 : 4, length = 0, left = self->size_bytes - self->at;
    if (left < head)
        return naive_fail(self, MYC_ESHORT, frame);
    for (unsigned place = 0; place < head; place++)
        length |= (uint64_t)self->bytes[self->at + places[kind][place]] << (8 * place);
    int64_t size = (int64_t)length - (self->options->length_counts_itself ? (int64_t)head : 0);
    if (size < 0 || size > (int64_t)self->frame_bytes_max)
        return naive_fail(self, MYC_EFIELD, frame);
    if (left < head + (uint64_t)size)
        return naive_fail(self, MYC_ESHORT, frame);
    return naive_give(self, head, (uint64_t)size, frame);
}

/** Asks with ever more bytes, until `peek` knows. */
MYC_UNUSED static int naive_peek(naive_framer *self, myc_framed *frame)
{
    uint64_t left = self->size_bytes - self->at, size = 0;
    for (uint64_t have = 1; have <= left; have++) {
        int code = self->options->peek(self->options->user, self->bytes + self->at, have, &size);
        if (code != 0 && code != MYC_ESHORT)
            return naive_fail(self, code, frame);
        if (size == 0 || size > self->frame_bytes_max)
            return naive_fail(self, MYC_EFIELD, frame);
        if (code == 0)
            break;
        size = left + 1;
    }
    return size > left ? naive_fail(self, MYC_ESHORT, frame) : naive_give(self, 0, size, frame);
}

/** As myc_framer_next() when the whole stream has come. */
MYC_UNUSED static int naive_next(naive_framer *self, myc_framed *frame)
{
    if (self->error)
        return naive_fail(self, self->error, frame);
    if (self->at >= self->size_bytes)
        return 0;
    switch (self->options->framing) {
    case MYC_FRAMING_LINES: return naive_line(self, frame);
    case MYC_FRAMING_PEEK: return naive_peek(self, frame);
    default: return naive_length(self, frame);
    }
}

/** What a comparison has found. */
typedef struct naive_verdict {
    uint64_t frames; /* that were compared */
    char text[200];  /* empty, or the difference */
} naive_verdict;

#define NAIVE_DIFFERS(verdict, ...)                                                                \
    ((verdict)->text[0] ? 0 : snprintf((verdict)->text, sizeof(verdict)->text, __VA_ARGS__))

MYC_UNUSED static void naive_compare_frame(naive_verdict *verdict, int found_result,
                                           const myc_framed *found, int expected_result,
                                           const myc_framed *expected)
{
    unsigned long long number = found->number;
    if (found_result != expected_result)
        NAIVE_DIFFERS(verdict, "frame %llu: result %d, not %d", number, found_result,
                      expected_result);
    else if (found->number != expected->number || found->offset != expected->offset)
        NAIVE_DIFFERS(verdict, "frame %llu at %llu, not %llu at %llu", number,
                      (unsigned long long)found->offset, (unsigned long long)expected->number,
                      (unsigned long long)expected->offset);
    else if (found->error != expected->error)
        NAIVE_DIFFERS(verdict, "frame %llu: error %d, not %d", number, found->error,
                      expected->error);
    else if (found->size_bytes != expected->size_bytes)
        NAIVE_DIFFERS(verdict, "frame %llu: %u bytes, not %u", number, found->size_bytes,
                      expected->size_bytes);
    else if (found->size_bytes && memcmp(found->bytes, expected->bytes, found->size_bytes) != 0)
        NAIVE_DIFFERS(verdict, "frame %llu: other bytes", number);
}

/** Takes all frames there are. Returns false at the first difference, or when the stream failed. */
MYC_UNUSED static int naive_take(naive_framer *model, myc_framer *framer, naive_verdict *verdict)
{
    myc_framed found, expected;
    for (;;) {
        int result = myc_framer_next(framer, &found);
        if (result == 0)
            return 1;
        naive_compare_frame(verdict, result, &found, naive_next(model, &expected), &expected);
        if (verdict->text[0] || result < 0)
            return 0;
        verdict->frames++;
    }
}

/** What is left to be looked at when all has been fed. */
MYC_UNUSED static void naive_finish(naive_framer *model, myc_framer *framer, naive_verdict *verdict)
{
    myc_framed frame;
    myc_framer_end(framer);
    if (naive_take(model, framer, verdict) && naive_next(model, &frame) != 0)
        NAIVE_DIFFERS(verdict, "frame %llu is missing", (unsigned long long)frame.number);
    const myc_framer_counts *counts = myc_framer_counted(framer);
    if (!model->error && counts->skipped_bytes != model->skipped_bytes)
        NAIVE_DIFFERS(verdict, "%llu bytes skipped, not %llu",
                      (unsigned long long)counts->skipped_bytes,
                      (unsigned long long)model->skipped_bytes);
    if (myc_framer_next(framer, &frame) != (model->error ? model->error : 0))
        NAIVE_DIFFERS(verdict, "the end is not the end");
}

/**
 * Feeds `bytes` in pieces of 1 to `piece_bytes_max`, whose sizes come from `seed`, each in memory of
 * its own, and compares all frames.
 */
MYC_UNUSED static naive_verdict naive_compare(const myc_framer_options *options,
                                              const uint8_t *bytes, size_t size_bytes,
                                              size_t piece_bytes_max, uint64_t seed)
{
    naive_verdict verdict = {.frames = 0};
    naive_framer model = naive_open(options, bytes, size_bytes);
    myc_framer framer;
    MYC__CHECK(myc_framer_init(&framer, options) == 0);
    bool goes_on = true;
    for (size_t at = 0, piece; at < size_bytes && goes_on; at += piece) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        piece = 1 + (size_t)(seed >> 33) % piece_bytes_max;
        piece = piece < size_bytes - at ? piece : size_bytes - at;
        uint8_t *copy = malloc(piece);
        memcpy(copy, bytes + at, piece);
        myc_framer_feed(&framer, copy, piece);
        goes_on = naive_take(&model, &framer, &verdict);
        free(copy);
    }
    if (goes_on)
        naive_finish(&model, &framer, &verdict);
    myc_framer_fini(&framer);
    return verdict;
}

#endif

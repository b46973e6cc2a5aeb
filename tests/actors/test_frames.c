/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <criterion/criterion.h>
#include <libtypes/market.h>
#include <libtypes/sbe.h>

#include "actors/market_random.h"
#include "feeds/frames.h"
#include "support/leaks.h"

enum { STREAM_SIZE_MAX = 64 * 1024, FRAMES_MAX = 512, MESSAGES = 100 };

/* What was given, one frame behind the other, each with its number and a bar. */
typedef struct given {
    char text[STREAM_SIZE_MAX * 2];
    size_t size;
    frames_result last;
} given;

static void drain(frames *self, given *to)
{
    feed_frame frame;
    while ((to->last = frames_next(self, &frame)) == FRAMES_FRAME) {
        int size = snprintf(to->text + to->size, sizeof to->text - to->size,
                            "%llu:%s:", (unsigned long long)frame.number, frame.error ? "bad" : "");
        to->size += (size_t)size;
        if (!frame.error) {
            memcpy(to->text + to->size, frame.bytes, frame.size);
            to->size += frame.size;
        }
        to->text[to->size++] = '|';
    }
}

/* Feeds `size` bytes in pieces that are copies of their own, cut by `random` (NULL: in one). */
static void feed_cut(frames *self, const char *bytes, size_t size, test_random *random, given *to)
{
    for (size_t at = 0; at < size;) {
        size_t part = random ? 1 + random_below(random, 90) : size;
        part = part < size - at ? part : size - at;
        char *copy = malloc(part);
        cr_assert_not_null(copy);
        memcpy(copy, bytes + at, part);
        frames_feed(self, &(feed_piece){.bytes = copy, .size = part, .received_ns = at + 1});
        drain(self, to);
        cr_assert_eq(FRAMES_DRY, to->last);
        free(copy);
        at += part;
    }
    frames_end(self);
    drain(self, to);
}

static given *give_all(frames_form form, const char *bytes, size_t size, test_random *random)
{
    frames cutter;
    given *to = calloc(1, sizeof *to);
    cr_assert_eq(0, frames_init(&cutter, form));
    feed_cut(&cutter, bytes, size, random, to);
    frames_fini(&cutter);
    return to;
}

/* However it is cut, plain or packed, the frames are the same. */
static void expect_same_frames(frames_form form, const char *bytes, size_t size)
{
    test_random random = random_start(7);
    given *whole = give_all(form, bytes, size, NULL);
    cr_assert_eq(FRAMES_END, whole->last);
    for (int round = 0; round < 50; round++) {
        given *cut = give_all(form, bytes, size, &random);
        cr_expect_eq(whole->size, cut->size);
        cr_expect_eq(0, memcmp(whole->text, cut->text, whole->size));
        cr_expect_eq(FRAMES_END, cut->last);
        free(cut);
    }
    free(whole);
}

static size_t write_messages(char *bytes, size_t capacity)
{
    size_t size = 0;
    for (int i = 0; i < MESSAGES; i++) {
        quote_update quote = {.timestamp_ns = (uint64_t)i, .instrument = {"ABC"}, .venue = 1};
        int64_t written = quote_update_type.encode(&quote, (uint8_t *)bytes + size, capacity - size,
                                                   &(myc_codec_error){0});
        cr_assert_gt(written, 0);
        size += (size_t)written;
    }
    return size;
}

static const char LINES[] = "first\nsecond\r\n\n\nfifth {\"a\":1}\nthe last one has no end";

Test(frames, of_lines_do_not_depend_on_the_pieces)
{
    expect_same_frames(FRAMES_OF_LINES, LINES, sizeof LINES - 1);
    given *lines = give_all(FRAMES_OF_LINES, LINES, sizeof LINES - 1, NULL);
    cr_expect_str_eq("1::first|2::second|5::fifth {\"a\":1}|6::the last one has no end|",
                     lines->text);
    free(lines);
    NO_LEAKS();
}

Test(frames, of_sbe_do_not_depend_on_the_pieces)
{
    static char bytes[STREAM_SIZE_MAX];
    expect_same_frames(FRAMES_OF_SBE, bytes, write_messages(bytes, sizeof bytes));
    NO_LEAKS();
}

Test(frames, are_unpacked)
{
    static char packed[STREAM_SIZE_MAX];
    z_stream stream = {.next_in = (Bytef *)LINES,
                       .avail_in = sizeof LINES - 1,
                       .next_out = (Bytef *)packed,
                       .avail_out = sizeof packed};
    cr_assert_eq(Z_OK, deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY));
    cr_assert_eq(Z_STREAM_END, deflate(&stream, Z_FINISH));
    expect_same_frames(FRAMES_OF_LINES, packed, stream.total_out);
    given *torn = give_all(FRAMES_OF_LINES, packed, stream.total_out - 5, NULL);
    cr_expect_eq(FRAMES_FAILED, torn->last);
    free(torn);
    (void)deflateEnd(&stream);
    NO_LEAKS();
}

Test(frames, of_sbe_fail_where_the_next_one_cannot_be_found)
{
    static char bytes[STREAM_SIZE_MAX];
    frames cutter;
    given *to = calloc(1, sizeof *to);
    size_t size = write_messages(bytes, sizeof bytes) / MESSAGES;
    bytes[size + 2] = 99; /* the template of the second */
    cr_assert_eq(0, frames_init(&cutter, FRAMES_OF_SBE));
    frames_feed(&cutter, &(feed_piece){.bytes = bytes, .size = 3 * size});
    drain(&cutter, to);
    cr_expect_eq(FRAMES_FAILED, to->last);
    cr_expect_eq('1', to->text[0]);
    cr_expect_eq(size + sizeof "1::|" - 1, to->size);
    cr_expect_gt(strlen(frames_error(&cutter)), 0);
    drain(&cutter, to);
    cr_expect_eq(FRAMES_FAILED, to->last);
    frames_fini(&cutter);
    free(to);
    NO_LEAKS();
}

Test(frames, that_come_whole_lose_the_line_end)
{
    frames cutter;
    given *to = calloc(1, sizeof *to);
    cr_assert_eq(0, frames_init(&cutter, FRAMES_OF_LINES));
    const char *const texts[] = {"one\n", "two\r\n", "three", "a\nb"};
    for (size_t i = 0; i < 4; i++) {
        frames_feed(
            &cutter,
            &(feed_piece){.bytes = texts[i], .size = strlen(texts[i]), .flags = FEED_PIECE_WHOLE});
        drain(&cutter, to);
        cr_expect_eq(FRAMES_DRY, to->last);
    }
    frames_end(&cutter);
    drain(&cutter, to);
    cr_expect_eq(FRAMES_END, to->last);
    cr_expect_str_eq("1::one|2::two|3::three|4::a\nb|", to->text);
    frames_fini(&cutter);
    free(to);
    NO_LEAKS();
}

Test(frames, of_a_datagram_cost_no_more_than_the_datagram)
{
    static char bytes[STREAM_SIZE_MAX];
    size_t size = write_messages(bytes, sizeof bytes) / MESSAGES;
    frames cutter;
    feed_frame frame;
    cr_assert_eq(0, frames_init(&cutter, FRAMES_OF_SBE));
    frames_feed(
        &cutter,
        &(feed_piece){.bytes = bytes, .size = 2 * size + size / 2, .flags = FEED_PIECE_WHOLE});
    for (uint64_t number = 1; number <= 3; number++) {
        cr_assert_eq(FRAMES_FRAME, frames_next(&cutter, &frame));
        cr_expect_eq(number, frame.number);
        cr_expect_eq(number == 3, frame.error != NULL);
    }
    cr_assert_eq(FRAMES_DRY, frames_next(&cutter, &frame));
    frames_feed(&cutter, &(feed_piece){.bytes = bytes, .size = size, .flags = FEED_PIECE_WHOLE});
    cr_assert_eq(FRAMES_FRAME, frames_next(&cutter, &frame));
    cr_expect_null(frame.error);
    frames_fini(&cutter);
    NO_LEAKS();
}

static void feed_message(frames *self, size_t size, uint32_t flags)
{
    static char part[1024 * 1024];
    memset(part, 'x', sizeof part);
    frames_feed(self, &(feed_piece){.bytes = part,
                                    .size = size,
                                    .received_ns = size,
                                    .flags = flags | FEED_PIECE_MESSAGE});
}

Test(frames, of_long_messages_are_put_together)
{
    frames cutter;
    feed_frame frame;
    cr_assert_eq(0, frames_init(&cutter, FRAMES_OF_LINES));
    for (size_t parts = 0; parts < 40; parts += 7) {
        for (size_t i = 0; i < parts; i++) {
            feed_message(&cutter, 65472, FEED_PIECE_MORE);
            cr_assert_eq(FRAMES_DRY, frames_next(&cutter, &frame));
        }
        feed_message(&cutter, 17, FEED_PIECE_WHOLE);
        cr_assert_eq(FRAMES_FRAME, frames_next(&cutter, &frame));
        cr_expect_eq(parts * 65472 + 17, frame.size);
        cr_expect_eq(17, frame.received_ns);
        cr_expect(frame.is_message);
        cr_expect_null(frame.error);
        cr_assert_eq(FRAMES_DRY, frames_next(&cutter, &frame));
    }
    frames_fini(&cutter);
    NO_LEAKS();
}

Test(frames, that_are_too_long_are_bad_and_the_next_is_good)
{
    frames cutter;
    feed_frame frame;
    cr_assert_eq(0, frames_init(&cutter, FRAMES_OF_LINES));
    for (int i = 0; i < 17; i++) {
        feed_message(&cutter, 1024 * 1024, FEED_PIECE_MORE);
        cr_assert_eq(FRAMES_DRY, frames_next(&cutter, &frame));
    }
    feed_message(&cutter, 1, FEED_PIECE_WHOLE);
    cr_assert_eq(FRAMES_FRAME, frames_next(&cutter, &frame));
    cr_expect_not_null(frame.error);
    feed_message(&cutter, 5, FEED_PIECE_WHOLE);
    cr_assert_eq(FRAMES_FRAME, frames_next(&cutter, &frame));
    cr_expect_null(frame.error);
    cr_expect_eq(5, frame.size);
    frames_feed(
        &cutter,
        &(feed_piece){.bytes = "cut", .size = 3, .flags = FEED_PIECE_WHOLE | FEED_PIECE_TRUNCATED});
    cr_assert_eq(FRAMES_FRAME, frames_next(&cutter, &frame));
    cr_expect_not_null(frame.error);
    frames_fini(&cutter);
    NO_LEAKS();
}

/* A connection that breaks inside a line: what was begun is dropped, numbers go on. */
Test(frames, begin_anew_behind_a_gap)
{
    frames cutter;
    given *to = calloc(1, sizeof *to);
    cr_assert_eq(0, frames_init(&cutter, FRAMES_OF_LINES));
    frames_feed(&cutter, &(feed_piece){.bytes = "one\ntwo\nhalf a li", .size = 17});
    drain(&cutter, to);
    cr_assert_eq(0, frames_restart(&cutter));
    frames_feed(&cutter, &(feed_piece){.bytes = "three\n", .size = 6});
    drain(&cutter, to);
    cr_expect_str_eq("1::one|2::two|3::three|", to->text);
    frames_fini(&cutter);
    free(to);
    NO_LEAKS();
}

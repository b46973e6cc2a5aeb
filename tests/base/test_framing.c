/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "probe_allocator.h"
#include "support/leaks.h"
#include "support/naive_framer.h"

static myc_framer open_framer(myc_framer_options options)
{
    myc_framer framer;
    cr_assert_eq(0, myc_framer_init(&framer, &options));
    return framer;
}

static void expect_frame(myc_framer *framer, const char *text, uint64_t offset, uint64_t number)
{
    myc_framed frame;
    cr_assert_eq(1, myc_framer_next(framer, &frame), "%s", myc_framer_error(framer));
    cr_expect_eq(0, frame.error);
    cr_expect_eq(strlen(text), frame.size_bytes);
    cr_expect_eq(0, memcmp(text, frame.bytes, strlen(text)), "%.*s", (int)frame.size_bytes,
                 (const char *)frame.bytes);
    cr_expect_eq(offset, frame.offset);
    cr_expect_eq(number, frame.number);
}

static void expect_hungry(myc_framer *framer)
{
    myc_framed frame;
    cr_expect_eq(0, myc_framer_next(framer, &frame));
}

/* It has ended, and says so again and again, whatever comes. */
static void expect_broken(myc_framer *framer, int error, uint64_t offset, const char *text)
{
    for (int time = 0; time < 3; time++) {
        myc_framed frame;
        cr_expect_eq(error, myc_framer_next(framer, &frame));
        cr_expect_eq(error, frame.error);
        cr_expect_eq(offset, frame.offset);
        cr_expect_null(frame.bytes);
        cr_expect_str_eq(text, myc_framer_error(framer));
        if (time == 1)
            myc_framer_feed(framer, "\0\1\0\1x\n", 6);
    }
}

static void feed(myc_framer *framer, const char *text)
{
    myc_framer_feed(framer, text, strlen(text));
}

Test(framing, gives_each_piece_when_they_are_whole)
{
    myc_framer framer = open_framer((myc_framer_options){.frame_bytes_max = 3});
    feed(&framer, "one");
    expect_frame(&framer, "one", 0, 1);
    expect_hungry(&framer);
    feed(&framer, "");
    expect_frame(&framer, "", 3, 2);
    expect_hungry(&framer);
    feed(&framer, "long");
    myc_framed frame;
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_expect_eq(MYC_EFIELD, frame.error);
    cr_expect_str_eq("expected at most 3 bytes, not 4", myc_framer_error(&framer));
    feed(&framer, "two");
    expect_frame(&framer, "two", 7, 4);
    cr_expect_eq(3, myc_framer_counted(&framer)->frames);
    cr_expect_eq(1, myc_framer_counted(&framer)->skipped_frames);
    cr_expect_eq(4, myc_framer_counted(&framer)->skipped_bytes);
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, lines_end_in_either_way_and_the_last_one_with_the_stream)
{
    myc_framer framer = open_framer((myc_framer_options){.framing = MYC_FRAMING_LINES});
    feed(&framer, "a\nb\r\n\r\n\nc");
    expect_frame(&framer, "a", 0, 1);
    expect_frame(&framer, "b", 2, 2);
    expect_frame(&framer, "", 5, 3);
    expect_frame(&framer, "", 7, 4);
    expect_hungry(&framer);
    cr_expect_eq(1, myc_framer_pending_bytes(&framer));
    myc_framer_end(&framer);
    expect_frame(&framer, "c", 8, 5);
    expect_hungry(&framer);
    expect_hungry(&framer);
    cr_expect_eq(0, myc_framer_pending_bytes(&framer));
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, an_empty_stream_has_no_last_line)
{
    myc_framer framer = open_framer((myc_framer_options){.framing = MYC_FRAMING_LINES});
    myc_framer_feed(&framer, NULL, 0);
    expect_hungry(&framer);
    myc_framer_end(&framer);
    expect_hungry(&framer);
    myc_framer_fini(&framer);
}

Test(framing, a_line_in_a_piece_lies_there_and_only_what_crosses_is_copied)
{
    static const char text[] = "first\nsecond\nth";
    myc_framer framer = open_framer((myc_framer_options){.framing = MYC_FRAMING_LINES});
    myc_framed frame;
    feed(&framer, text);
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_expect_eq((const void *)text, (const void *)frame.bytes);
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_expect_eq((const void *)(text + 6), (const void *)frame.bytes);
    cr_expect_null(framer.carry, "nothing has crossed yet");
    expect_hungry(&framer);
    feed(&framer, "ird\nfourth\n");
    expect_frame(&framer, "third", 13, 3);
    expect_frame(&framer, "fourth", 19, 4);
    cr_expect_eq(4, myc_framer_counted(&framer)->frames);
    cr_expect_eq(1, myc_framer_counted(&framer)->gathered_frames);
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, a_long_line_is_told_once_as_soon_as_it_is_known_and_skipped)
{
    myc_framer framer =
        open_framer((myc_framer_options){.framing = MYC_FRAMING_LINES, .frame_bytes_max = 5});
    myc_framed frame;
    feed(&framer, "ok\n1234567");
    expect_frame(&framer, "ok", 0, 1);
    cr_assert_eq(1, myc_framer_next(&framer, &frame), "before its end has come");
    cr_expect_eq(MYC_EFIELD, frame.error);
    cr_expect_eq(3, frame.offset);
    cr_expect_eq(2, frame.number);
    cr_expect_str_eq("expected a line of at most 5 bytes", myc_framer_error(&framer));
    expect_hungry(&framer);
    feed(&framer, "890\nnext\n");
    expect_frame(&framer, "next", 14, 3);
    cr_expect_eq(1, myc_framer_counted(&framer)->skipped_frames);
    cr_expect_eq(10, myc_framer_counted(&framer)->skipped_bytes);
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, a_long_line_ends_the_stream_when_that_is_asked_for)
{
    myc_framer framer = open_framer((myc_framer_options){
        .framing = MYC_FRAMING_LINES, .frame_bytes_max = 5, .ends_at_long_line = true});
    feed(&framer, "12345\n123");
    expect_frame(&framer, "12345", 0, 1);
    expect_hungry(&framer);
    feed(&framer, "456\nx\n");
    expect_broken(&framer, MYC_EFIELD, 6, "expected a line of at most 5 bytes");
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, frames_lie_behind_lengths_of_either_size_and_order)
{
    static const struct {
        myc_framing framing;
        uint8_t bytes[16];
        size_t size_bytes;
    } forms[] = {
        {MYC_FRAMING_U16_LE, {3, 0, 'a', 'b', 'c', 0, 0, 1, 0, 'd'}, 10},
        {MYC_FRAMING_U16_BE, {0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'}, 10},
        {MYC_FRAMING_U32_LE, {3, 0, 0, 0, 'a', 'b', 'c', 0, 0, 0, 0, 1, 0, 0, 0, 'd'}, 16},
        {MYC_FRAMING_U32_BE, {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 0, 0, 0, 0, 1, 'd'}, 16},
    };
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        uint64_t head = form < 2 ? 2 : 4;
        myc_framer framer = open_framer((myc_framer_options){.framing = forms[form].framing});
        myc_framer_feed(&framer, forms[form].bytes, forms[form].size_bytes);
        expect_frame(&framer, "abc", 0, 1);
        expect_frame(&framer, "", head + 3, 2);
        expect_frame(&framer, "d", 2 * head + 3, 3);
        expect_hungry(&framer);
        myc_framer_end(&framer);
        expect_hungry(&framer);
        cr_expect_null(framer.carry);
        myc_framer_fini(&framer);
    }
}

Test(framing, a_length_may_count_itself)
{
    myc_framer framer = open_framer((myc_framer_options){
        .framing = MYC_FRAMING_U16_BE, .frame_bytes_max = 3, .length_counts_itself = true});
    myc_framer_feed(&framer, "\0\5abc\0\2\0\1", 9);
    expect_frame(&framer, "abc", 0, 1);
    expect_frame(&framer, "", 5, 2);
    expect_broken(&framer, MYC_EFIELD, 7, "expected a length of 2 to 5 bytes with itself, not 1");
    myc_framer_fini(&framer);
}

Test(framing, a_frame_that_is_too_long_ends_the_stream_and_says_where)
{
    myc_framer framer =
        open_framer((myc_framer_options){.framing = MYC_FRAMING_U32_LE, .frame_bytes_max = 100});
    myc_framer_feed(&framer, "\1\0\0\0x\xff\xff", 7);
    expect_frame(&framer, "x", 0, 1);
    expect_hungry(&framer);
    myc_framer_feed(&framer, "\xff\xff", 2);
    expect_broken(&framer, MYC_EFIELD, 5, "expected a length of 0 to 100 bytes, not 4294967295");
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, a_stream_that_ends_inside_a_frame_is_an_error)
{
    myc_framer framer = open_framer((myc_framer_options){.framing = MYC_FRAMING_U16_LE});
    myc_framer_feed(&framer, "\1\0x\4\0ab", 7);
    expect_frame(&framer, "x", 0, 1);
    expect_hungry(&framer);
    cr_expect_eq(4, myc_framer_pending_bytes(&framer));
    myc_framer_end(&framer);
    myc_framed frame;
    cr_expect_eq(MYC_ESHORT, myc_framer_next(&framer, &frame));
    cr_expect_eq(3, frame.offset);
    cr_expect_eq(2, frame.number);
    cr_expect_str_eq("expected 6 bytes of a frame, and the stream ended after 4",
                     myc_framer_error(&framer));
    myc_framer_fini(&framer);
    NO_LEAKS();
}

/* The first byte is the size. A 0 is no frame; 255 wants to see ever more; 254 asks for less. */
static int peek(void *user, const uint8_t *bytes, size_t size_bytes, uint64_t *frame_bytes)
{
    *(uint32_t *)user += 1;
    *frame_bytes = bytes[0] == 255 ? size_bytes + 1 : bytes[0] == 254 ? size_bytes : bytes[0];
    return bytes[0] == 0 ? MYC_ETYPE : bytes[0] >= 254 ? MYC_ESHORT : 0;
}

static void expect_peek_broken(const char *bytes, int error, const char *text)
{
    uint32_t calls = 0;
    myc_framer framer = open_framer((myc_framer_options){
        .framing = MYC_FRAMING_PEEK, .peek = peek, .user = &calls, .frame_bytes_max = 3});
    myc_framer_feed(&framer, bytes, 4);
    expect_broken(&framer, error, 0, text);
    cr_expect_eq(1, calls);
    myc_framer_fini(&framer);
}

Test(framing, a_peek_tells_how_long_frames_are)
{
    uint32_t calls = 0;
    myc_framer framer = open_framer(
        (myc_framer_options){.framing = MYC_FRAMING_PEEK, .peek = peek, .user = &calls});
    feed(&framer, "\3ab\1\4c");
    expect_frame(&framer, "\3ab", 0, 1);
    expect_frame(&framer, "\1", 3, 2);
    expect_hungry(&framer);
    feed(&framer, "de\2");
    expect_frame(&framer, "\4cde", 4, 3);
    expect_hungry(&framer);
    feed(&framer, "f");
    expect_frame(&framer, "\2f", 8, 4);
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, a_peek_that_knows_no_frame_ends_the_stream)
{
    expect_peek_broken("\0abc", MYC_ETYPE,
                       "expected a frame, and it is none: wrong or unknown type id");
    expect_peek_broken("\4abc", MYC_EFIELD, "expected a frame of 1 to 3 bytes, not 4");
    expect_peek_broken("\377abc", MYC_EFIELD, "expected a frame of 1 to 3 bytes, not 5");
    expect_peek_broken("\376abc", MYC_EFIELD, "expected a frame of 1 to 3 bytes, not 4");
}

Test(framing, a_restart_begins_a_new_stream)
{
    myc_framer framer = open_framer((myc_framer_options){.framing = MYC_FRAMING_U16_LE});
    myc_framer_feed(&framer, "\1\0x\4\0ab", 7);
    expect_frame(&framer, "x", 0, 1);
    expect_hungry(&framer);
    myc_framer_restart(&framer);
    cr_expect_eq(0, myc_framer_pending_bytes(&framer));
    myc_framer_feed(&framer, "\1\0y", 3);
    expect_frame(&framer, "y", 0, 1);
    myc_framer_end(&framer);
    expect_hungry(&framer);
    cr_expect_eq(2, myc_framer_counted(&framer)->frames);
    myc_framer_fini(&framer);
    NO_LEAKS();
}

Test(framing, refuses_options_it_cannot_keep)
{
    myc_framer framer;
    cr_expect_eq(0, myc_framer_init(&framer, NULL));
    cr_expect_eq(MYC_EINVAL,
                 myc_framer_init(&framer, &(myc_framer_options){.framing = MYC_FRAMING_PEEK}));
    cr_expect_eq(
        MYC_EINVAL,
        myc_framer_init(&framer, &(myc_framer_options){.framing = (myc_framing)7, .peek = peek}));
    cr_expect_eq(MYC_EINVAL,
                 myc_framer_init(
                     &framer, &(myc_framer_options){.frame_bytes_max = MYC_FRAME_BYTES_MAX + 1}));
    cr_expect_eq(MYC_EINVAL,
                 myc_framer_init(&framer, &(myc_framer_options){.allocator = &(myc_allocator){0}}));
    myc_framer_fini(&(myc_framer){.error = 0});
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "probe_allocator.h"
#include "support/leaks.h"
#include "support/naive_framer.h"

static myc_framer open_framer(probe_allocator *probe, myc_framing framing, uint32_t frame_bytes_max)
{
    myc_framer framer;
    myc_allocator allocator = probe_interface(probe);
    const myc_framer_options options = {
        .framing = framing, .frame_bytes_max = frame_bytes_max, .allocator = &allocator};
    cr_assert_eq(0, myc_framer_init(&framer, &options));
    return framer;
}

/* Feeds `count` bytes one by one, or as many as give no frame. Returns the last result. */
static int feed_singly(myc_framer *framer, char byte, uint32_t count, myc_framed *frame)
{
    int result = 0;
    for (uint32_t fed = 0; fed < count && result == 0; fed++) {
        myc_framer_feed(framer, &byte, 1);
        result = myc_framer_next(framer, frame);
    }
    return result;
}

Test(framing_memory, a_line_takes_no_more_than_its_bound)
{
    enum { LONGEST = 100000 };
    probe_allocator probe = {0};
    myc_framed frame;
    myc_framer framer = open_framer(&probe, MYC_FRAMING_LINES, LONGEST);
    cr_assert_eq(0, feed_singly(&framer, 'x', LONGEST, &frame));
    cr_expect_leq(probe.bytes, LONGEST + 4);
    cr_assert_eq(1, feed_singly(&framer, '\n', 1, &frame));
    cr_expect_eq(LONGEST, frame.size_bytes);
    myc_framer_fini(&framer);
    probe_expect_balanced(&probe);
    NO_LEAKS();
}

Test(framing_memory, a_length_takes_memory_for_what_has_come_only)
{
    probe_allocator probe = {0};
    myc_framed frame;
    myc_framer framer = open_framer(&probe, MYC_FRAMING_U32_BE, 1 << 30);
    myc_framer_feed(&framer, "\x3f\xff\xff\xff...", 7);
    cr_assert_eq(0, myc_framer_next(&framer, &frame));
    cr_expect_leq(probe.bytes, 4096);
    myc_framer_fini(&framer);
    probe_expect_balanced(&probe);
}

Test(framing_memory, nothing_is_allocated_once_a_frame_has_had_its_size)
{
    probe_allocator probe = {0};
    myc_framed frame;
    myc_framer framer = open_framer(&probe, MYC_FRAMING_LINES, 0);
    uint64_t calls = 0;
    for (int line = 0; line < 100; line++) {
        cr_assert_eq(0, feed_singly(&framer, 'x', 10000, &frame));
        cr_assert_eq(1, feed_singly(&framer, '\n', 1, &frame));
        cr_assert_eq(0, myc_framer_next(&framer, &frame));
        calls = calls ? calls : probe.calls;
    }
    cr_expect_eq(calls, probe.calls);
    myc_framer_restart(&framer);
    cr_expect_eq(calls - 1, probe.frees, "a restart keeps it");
    myc_framer_fini(&framer);
    probe_expect_balanced(&probe);
}

Test(framing_memory, without_memory_a_line_is_skipped_and_the_stream_goes_on)
{
    probe_allocator probe = {.exhausted = true};
    myc_framed frame;
    myc_framer framer = open_framer(&probe, MYC_FRAMING_LINES, 10);
    myc_framer_feed(&framer, "a\nb", 3);
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_expect_eq(MYC_ENOMEM, frame.error);
    cr_expect_eq(2, frame.number);
    cr_expect_str_eq("out of memory for a line of up to 10 bytes", myc_framer_error(&framer));
    cr_assert_eq(0, myc_framer_next(&framer, &frame));
    myc_framer_feed(&framer, "b\nc\n", 4);
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_expect_eq('c', frame.bytes[0]);
    cr_expect_eq(2, myc_framer_counted(&framer)->skipped_bytes);
    myc_framer_fini(&framer);
    probe_expect_balanced(&probe);
}

Test(framing_memory, without_memory_a_stream_of_lengths_ends)
{
    probe_allocator probe = {.exhausted = true};
    myc_framed frame;
    myc_framer framer = open_framer(&probe, MYC_FRAMING_U16_LE, 10);
    myc_framer_feed(&framer, "\1\0a\1", 4);
    cr_assert_eq(1, myc_framer_next(&framer, &frame));
    cr_assert_eq(MYC_ENOMEM, myc_framer_next(&framer, &frame));
    cr_expect_eq(3, frame.offset);
    cr_expect_str_eq("out of memory for a frame of up to 10 bytes", myc_framer_error(&framer));
    myc_framer_fini(&framer);
    probe_expect_balanced(&probe);
}

/* Growing fails, with a frame begun: that is kept until it is known what becomes of it. */
Test(framing_memory, memory_may_go_out_inside_a_frame)
{
    probe_allocator probe = {0};
    myc_framed frame;
    myc_framer framer = open_framer(&probe, MYC_FRAMING_LINES, 1 << 20);
    cr_assert_eq(0, feed_singly(&framer, 'x', 4096, &frame));
    probe.exhausted = true;
    cr_assert_eq(1, feed_singly(&framer, 'x', 1, &frame));
    cr_expect_eq(MYC_ENOMEM, frame.error);
    cr_assert_eq(0, feed_singly(&framer, '\n', 1, &frame));
    cr_assert_eq(0, feed_singly(&framer, 'y', 4096, &frame), "it has that much");
    cr_assert_eq(0, feed_singly(&framer, '\n', 0, &frame));
    cr_expect_eq(4097, myc_framer_counted(&framer)->skipped_bytes);
    myc_framer_fini(&framer);
    probe_expect_balanced(&probe);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

static const uint32_t depths[] = {0, 1, 2, 64};

enum { DEPTH_COUNT = sizeof depths / sizeof depths[0] };

static void expect_reads(struct frame *frame, size_t size_bytes)
{
    for (int index = 0; index < DEPTH_COUNT; index++) {
        struct script script = {.path = file_of(frame, size_bytes),
                                .options = {.depth = depths[index]}};
        read_all(frame, &script);
        expect_read_to_end(&script, size_bytes);
        cr_expect_eq((size_bytes + MYC_CHUNK_BYTES - 1) / MYC_CHUNK_BYTES, script.chunks);
    }
}

SOURCE_TEST(file_source, reads_an_empty_file)
{
    expect_reads(frame, 0);
}

SOURCE_TEST(file_source, reads_one_byte)
{
    expect_reads(frame, 1);
}

SOURCE_TEST(file_source, reads_around_the_borders_of_chunks)
{
    for (size_t chunks = 1; chunks <= 5; chunks += 2) {
        expect_reads(frame, chunks * MYC_CHUNK_BYTES - 1);
        expect_reads(frame, chunks * MYC_CHUNK_BYTES);
        expect_reads(frame, chunks * MYC_CHUNK_BYTES + 1);
    }
}

SOURCE_TEST(file_source, reads_megabytes)
{
    expect_reads(frame, (5 << 20) + 12345);
}

SOURCE_TEST(file_source, reads_a_file_whose_size_is_not_known)
{
    struct script script = {.path = "/proc/self/maps"};
    read_all(frame, &script);
    cr_expect_eq(0, script.error);
    cr_expect_eq(1, script.ends);
    cr_expect_eq(0, script.end.error);
    cr_expect_gt(script.received_bytes, 1000);
    cr_expect_eq(script.received_bytes, script.end.size_bytes);
    cr_expect_eq(0, script.wrong_offsets);
}

SOURCE_TEST(file_source, reads_nothing_from_the_null_device)
{
    struct script script = {.path = "/dev/null"};
    read_all(frame, &script);
    expect_read_to_end(&script, 0);
}

SOURCE_TEST(file_source, tells_why_it_ended_early)
{
    /* Its first page is never mapped, so reading it gives EIO. */
    struct script script = {.path = "/proc/self/mem"};
    read_all(frame, &script);
    cr_expect_eq(0, script.error);
    cr_expect_eq(1, script.ends);
    cr_expect_eq(MYC_EIO, script.end.error);
    cr_expect_eq(EIO, script.end.os_error);
    cr_expect_eq(0, script.end.size_bytes);
    cr_expect_eq(0, script.chunks);
}

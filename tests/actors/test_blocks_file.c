/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zlib.h>

#include <criterion/criterion.h>

#include "actors/csv_reports.h"
#include "actors/feed_support.h"
#include "feeds/blocks_file.h"
#include "support/leaks.h"

static int read_text(blocks_file *blocks, const char *text, size_t size, reports *told)
{
    temporary_file file = temporary_write(text, size);
    *told = reports_for(file.path);
    int result = blocks_file_read(blocks, file.path, reports_listener(told));
    temporary_remove(&file);
    return result;
}

static void expect_time(const blocks_file *blocks, uint64_t number, uint64_t expected)
{
    uint64_t seconds = 0;
    cr_assert(blocks_file_find(blocks, number, &seconds));
    cr_assert_eq(expected, seconds);
}

Test(blocks_file, finds_the_time_of_each_block)
{
    static const char text[] = "timestamp,hash,number\n30,x,3\n10,x,1\n\n18446744073,x,"
                               "18446744073709551615\n20,x,2\n";
    blocks_file blocks;
    reports told;
    uint64_t seconds;
    cr_assert_eq(0, read_text(&blocks, text, strlen(text), &told));
    cr_assert_eq(4, blocks.count);
    expect_time(&blocks, 1, 10);
    expect_time(&blocks, 2, 20);
    expect_time(&blocks, 3, 30);
    expect_time(&blocks, UINT64_MAX, 18446744073);
    cr_assert_not(blocks_file_find(&blocks, 0, &seconds));
    cr_assert_not(blocks_file_find(&blocks, 4, &seconds));
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

Test(blocks_file, finds_nothing_in_an_empty_file)
{
    blocks_file blocks;
    reports told;
    uint64_t seconds;
    cr_assert_eq(0, read_text(&blocks, "number,timestamp\n", 17, &told));
    cr_assert_not(blocks_file_find(&blocks, 0, &seconds));
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

Test(blocks_file, keeps_the_last_of_many_equal_blocks)
{
    char text[1 << 16] = "number,timestamp\n";
    size_t size = strlen(text);
    for (unsigned i = 0; i < 3000; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%u,%u\n", i % 7, i);
    blocks_file blocks;
    reports told;
    cr_assert_eq(0, read_text(&blocks, text, size, &told));
    cr_assert_eq(7, blocks.count);
    cr_assert_eq(3000 - 7, blocks.duplicates);
    for (uint64_t last = 3000 - 7; last < 3000; last++)
        expect_time(&blocks, last % 7, last);
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

Test(blocks_file, reports_bad_rows_and_keeps_the_rest)
{
    static const char text[] = "number,timestamp\n1,10\nx,1\n2,0x10\n3,18446744074\n"
                               "18446744073709551616,1\n4\n5,50\n";
    static const char seconds[] = "Unix seconds (decimal, at most 18446744073)";
    static const char number[] = "a block number (decimal, 64 bits)";
    char expected[1000];
    blocks_file blocks;
    reports told;
    cr_assert_eq(0, read_text(&blocks, text, strlen(text), &told));
    snprintf(expected, sizeof expected,
             "PATH:3: column number: expected %s, found \"x\"\n"
             "PATH:4: column timestamp: expected %s, found \"0x10\"\n"
             "PATH:5: column timestamp: expected %s, found \"18446744074\"\n"
             "PATH:6: column number: expected %s, found \"18446744073709551616\"\n"
             "PATH:7: expected 2 fields as in the header, found 1\n",
             number, seconds, seconds, number);
    cr_assert_str_eq(expected, told.text);
    cr_assert_eq(5, blocks.bad_rows);
    cr_assert_eq(2, blocks.count);
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

/* Gzip of "number,timestamp\n7,70\n"; returns its size. */
static size_t zip_blocks(char *to, size_t room)
{
    static const char text[] = "number,timestamp\n7,70\n";
    z_stream stream = {.next_in = (z_const Bytef *)text, .avail_in = sizeof text - 1};
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)room;
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    cr_assert_eq(Z_STREAM_END, deflate(&stream, Z_FINISH));
    deflateEnd(&stream);
    return stream.total_out;
}

Test(blocks_file, reads_gzip_and_fails_when_it_is_corrupt)
{
    char zipped[200];
    blocks_file blocks;
    reports told;
    size_t size = zip_blocks(zipped, sizeof zipped);
    cr_assert_eq(0, read_text(&blocks, zipped, size, &told), "%s", blocks.error);
    expect_time(&blocks, 7, 70);
    blocks_file_fini(&blocks);
    cr_assert_eq(-1, read_text(&blocks, zipped, size - 4, &told));
    cr_assert_not_null(strstr(blocks.error, "gzip data: cut short at byte "), "%s", blocks.error);
    cr_assert_eq(0, blocks.count);
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

Test(blocks_file, fails_without_a_column)
{
    blocks_file blocks;
    reports told;
    cr_assert_eq(-1, read_text(&blocks, "\nnumber,time\n1,2\n", 16, &told));
    cr_assert_not_null(
        strstr(blocks.error, ":2: expected a header line with the column timestamp"));
    blocks_file_fini(&blocks);
    NO_LEAKS();
}

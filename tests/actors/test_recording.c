/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "actors/market_random.h"
#include "feeds/recording.h"
#include "feeds/recording_feeds.h"
#include "support/leaks.h"

enum { SIZE_MAX_BYTES = 256 * 1024 };

static uint8_t recording[SIZE_MAX_BYTES];

static size_t append(size_t at, recording_record record)
{
    recording_write_head(&record, recording + at);
    if (record.size > 0) {
        memcpy(recording + at + RECORDING_HEAD_BYTES, record.payload, record.size);
    }
    return at + RECORDING_HEAD_BYTES + record.size;
}

static recording_record record_of(uint32_t index, const char *payload)
{
    return (recording_record){.kind = (recording_kind)(RECORDING_OPENED + index % 5),
                              .feed = (uint16_t)(1 + index % 3),
                              .flags = (uint8_t)index,
                              .stream = index * 65537,
                              .time_ns = 1723161253937085768u + index,
                              .payload = payload,
                              .size = index * 37 % 300};
}

/* Records of many sizes, with their end. Returns the size. */
static size_t write_records(uint32_t count)
{
    static char payload[300];
    size_t size = RECORDING_MAGIC_BYTES;
    memset(payload, 'p', sizeof payload);
    recording_write_magic(recording);
    for (uint32_t i = 0; i < count; i++) {
        size = append(size, record_of(i, payload));
    }
    return append(size, (recording_record){.kind = RECORDING_CLOSED});
}

static void expect_record(uint32_t index, const recording_record *actual)
{
    recording_record expected = record_of(index, NULL);
    cr_expect_eq(expected.kind, actual->kind);
    cr_expect_eq(expected.feed, actual->feed);
    cr_expect_eq(expected.flags, actual->flags);
    cr_expect_eq(expected.stream, actual->stream);
    cr_expect_eq(expected.time_ns, actual->time_ns);
    cr_expect_eq(expected.size, actual->size);
    for (uint32_t i = 0; i < actual->size; i++) {
        cr_assert_eq('p', actual->payload[i]);
    }
}

/* Reads it in pieces of `piece` bytes, each a copy of its own. Returns how it ended. */
static recording_result read_all(size_t size, size_t piece, uint32_t *records, bool checks)
{
    recording_parser parser;
    recording_record record;
    recording_result result = RECORDING_DRY;
    *records = 0;
    cr_assert_eq(0, recording_parser_init(&parser));
    for (size_t at = 0; at < size && result == RECORDING_DRY; at += piece) {
        size_t part = piece < size - at ? piece : size - at;
        char *copy = exact_copy((const char *)recording + at, part);
        recording_parser_feed(&parser, copy, part);
        while ((result = recording_parser_next(&parser, &record)) == RECORDING_RECORD) {
            if (checks && record.kind != RECORDING_CLOSED) {
                expect_record(*records, &record);
            }
            (*records)++;
        }
        free(copy);
    }
    result = result == RECORDING_BAD ? result : recording_parser_end(&parser);
    cr_expect_eq(result == RECORDING_BAD, parser.error[0] != '\0');
    recording_parser_fini(&parser);
    return result;
}

Test(recording, is_read_as_it_was_written_however_it_is_cut)
{
    enum { RECORDS = 200 };
    size_t size = write_records(RECORDS);
    for (size_t piece = 1; piece < 700; piece += 13) {
        uint32_t records;
        cr_expect_eq(RECORDING_END, read_all(size, piece, &records, true));
        cr_expect_eq(RECORDS + 1, records);
    }
    NO_LEAKS();
}

Test(recording, is_never_whole_when_it_was_cut_short)
{
    enum { RECORDS = 9 };
    size_t size = write_records(RECORDS);
    for (size_t cut = 0; cut < size; cut++) {
        uint32_t records;
        cr_expect_eq(RECORDING_BAD, read_all(cut, 64, &records, true), "cut at %zu", cut);
        cr_expect_lt(records, RECORDS + 1);
    }
    NO_LEAKS();
}

Test(recording, tells_each_flipped_bit)
{
    size_t size = write_records(5);
    for (size_t bit = 0; bit < size * 8; bit++) {
        uint32_t records;
        recording[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_expect_eq(RECORDING_BAD, read_all(size, 100, &records, false), "bit %zu", bit);
        recording[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    NO_LEAKS();
}

Test(recording, of_random_bytes_is_refused)
{
    test_random random = random_start(3);
    for (int round = 0; round < 2000; round++) {
        uint32_t records;
        size_t size = write_records(3);
        for (int i = 0; i < 20; i++) {
            recording[RECORDING_MAGIC_BYTES + random_below(&random, size)] =
                (uint8_t)random_next(&random);
        }
        (void)read_all(size, 1 + random_below(&random, 200), &records, false);
    }
    NO_LEAKS();
}

static int read_feeds(recording_feeds *feeds, size_t size)
{
    temporary_file file = temporary_write(recording, size);
    int result = recording_feeds_read(feeds, file.path);
    temporary_remove(&file);
    return result;
}

static recording_record feed_record(uint16_t number, const char *payload, uint32_t size)
{
    return (recording_record){.kind = RECORDING_FEED,
                              .feed = number,
                              .flags = RECORDING_MERGED,
                              .payload = payload,
                              .size = size};
}

Test(recording, names_its_feeds)
{
    recording_feeds feeds = {0};
    static const char first[] = "binance:a=b.gz\0BTCUSDT";
    size_t size = RECORDING_MAGIC_BYTES;
    recording_write_magic(recording);
    size = append(size, feed_record(1, first, sizeof first - 1));
    size = append(size, feed_record(2, "eth-logs:-", sizeof "eth-logs:-"));
    size = append(size, (recording_record){.kind = RECORDING_CLOSED});
    cr_assert_eq(0, read_feeds(&feeds, size), "%s", feeds.error);
    cr_expect_eq(2, feeds.count);
    cr_expect(feeds.is_merged);
    cr_expect_str_eq("binance:a=b.gz", feeds.feeds[0].text);
    cr_expect_str_eq("BTCUSDT", feeds.feeds[0].instrument);
    cr_expect_eq(FEED_BINANCE, feeds.feeds[0].format);
    cr_expect_eq(FEED_STDIN, feeds.feeds[1].transport);
    cr_expect_null(feeds.feeds[1].instrument);
    recording_feeds_fini(&feeds);
    NO_LEAKS();
}

static void expect_bad_feeds(size_t size, const char *reason)
{
    recording_feeds feeds = {0};
    cr_expect_eq(-1, read_feeds(&feeds, size));
    cr_expect_not_null(strstr(feeds.error, reason), "%s", feeds.error);
    recording_feeds_fini(&feeds);
}

Test(recording, with_a_bad_list_of_feeds_is_refused)
{
    recording_write_magic(recording);
    size_t none = append(RECORDING_MAGIC_BYTES, (recording_record){.kind = RECORDING_CLOSED});
    expect_bad_feeds(none, "it has no feeds");
    expect_bad_feeds(append(RECORDING_MAGIC_BYTES, feed_record(2, "kraken:x", 9)), "damaged");
    expect_bad_feeds(append(RECORDING_MAGIC_BYTES, feed_record(1, "kraken:x", 8)), "damaged");
    expect_bad_feeds(append(RECORDING_MAGIC_BYTES, feed_record(1, "other:x", 8)), "not known here");
    expect_bad_feeds(append(RECORDING_MAGIC_BYTES, feed_record(1, "record:x", 9)),
                     "not known here");
    NO_LEAKS();
}

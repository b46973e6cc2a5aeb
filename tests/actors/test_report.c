/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "bundle/human.h"
#include "bundle/output_file.h"
#include "bundle/report.h"
#include "signal_sink.h"
#include "support/leaks.h"
#include "text/hex.h"

static const bundle_report REPORT = {
    .logs = {.lines = 1234567,
             .kinds = {[ETH_LOG_BAD] = 1,
                       [ETH_LOG_FILTERED] = 1000,
                       [ETH_LOG_REMOVED] = 2,
                       [ETH_LOG_ANSWER] = 21,
                       [ETH_LOG_SWAP_V2] = 3,
                       [ETH_LOG_SWAP_V3] = 4,
                       [ETH_LOG_SYNC_V2] = 5,
                       [ETH_LOG_MINT_V2] = 6,
                       [ETH_LOG_BURN_V2] = 7},
             .untimed = 8},
    .verdicts = {[SIGNAL_ACCEPTED] = 9,
                 [SIGNAL_UNPRICED] = 10,
                 [SIGNAL_BELOW_MINIMUM] = 11,
                 [SIGNAL_STALE] = 12,
                 [SIGNAL_DUPLICATE] = 13},
    .pools = 14,
    .unknown_pools = 15,
    .unsent = 16,
    .messages =
        {.accepted = 100, .handled = 90, .dead = 6, .dropped = 3, .queued = 1, .refused = 17},
    .latency = {.count = 50,
                .p50_ns = 850,
                .p99_ns = 12340,
                .p999_ns = 4560000,
                .max_ns = 18446744073709551615u},
    .duration_ns = 2000000000,
    .bad_frames = 18,
    .io = "auto",
    .hot_path = "relay",
    .is_interrupted = true};

/* Gives what `write` writes; free() it. */
static char *text_of(output_writer write, const void *content)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_eq(0, write(content, out));
    cr_assert_eq(0, fclose(out));
    return text;
}

static json_t *json_of(output_writer write, const void *content)
{
    json_error_t error;
    char *text = text_of(write, content);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(json, "%s in: %s", error.text, text);
    free(text);
    return json;
}

/* The number at a path such as "events/swap_v2"; -1 when it is not there. */
static long long number_at(const json_t *json, const char *path)
{
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok(copy, "/"); key; key = strtok(NULL, "/")) {
        json = json_object_get(json, key);
    }
    return json_is_integer(json) ? json_integer_value(json) : -1;
}

Test(report, stats_hold_every_count_under_its_name)
{
    static const struct {
        const char *path;
        long long value;
    } EXPECTED[] = {{"lines", 1234567},
                    {"bad_lines", 1},
                    {"filtered", 1000},
                    {"removed", 2},
                    {"answers", 21},
                    {"untimed", 8},
                    {"events/swap_v2", 3},
                    {"events/swap_v3", 4},
                    {"events/sync_v2", 5},
                    {"events/mint_v2", 6},
                    {"events/burn_v2", 7},
                    {"signals/two_pool", 9},
                    {"signals/refused/unpriced", 10},
                    {"signals/refused/below_minimum", 11},
                    {"signals/refused/stale", 12},
                    {"signals/refused/duplicate", 13},
                    {"pools", 14},
                    {"unknown_pools", 15},
                    {"unsent", 16},
                    {"messages/accepted", 100},
                    {"messages/handled", 90},
                    {"messages/dead", 6},
                    {"messages/dropped", 3},
                    {"messages/queued", 1},
                    {"messages/refused", 17},
                    {"bad_frames", 18},
                    {"latency_ns/count", 50},
                    {"latency_ns/p50", 850},
                    {"latency_ns/p99", 12340},
                    {"latency_ns/p999", 4560000},
                    {"duration_ns", 2000000000}};
    bundle_report report = REPORT;
    report.latency.max_ns = 5000000;
    json_t *json = json_of(report_write_stats, &report);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        cr_expect(number_at(json, EXPECTED[i].path) == EXPECTED[i].value, "%s is %lld",
                  EXPECTED[i].path, number_at(json, EXPECTED[i].path));
    }
    cr_expect_eq(5, json_object_size(json_object_get(json, "events")));
    cr_expect_str_eq("auto", json_string_value(json_object_get(json, "io")));
    cr_expect(json_is_true(json_object_get(json, "interrupted")));
    json_decref(json);
    NO_LEAKS();
}

static eth_address address_of(const char *text)
{
    eth_address address;
    cr_assert(hex_parse_address(text, strlen(text), &address));
    return address;
}

static void add_pool(pool_table *pools, const char *address, uint128 reserve0, uint128 reserve1)
{
    eth_address key = address_of(address);
    pool_record *pool = pool_table_find_or_add(pools, &key);
    cr_assert_not_null(pool);
    pool_table_set_reserves(pools, pool, reserve0, reserve1, 1);
}

Test(report, state_lists_seen_pools_by_address)
{
    static const char HIGH[] = "0xff00000000000000000000000000000000000001";
    static const char LOW[] = "0x00000000000000000000000000000000000000aa";
    static const char UNSEEN[] = "0x00000000000000000000000000000000000000bb";
    pool_table *pools = pool_table_create();
    eth_address unseen = address_of(UNSEEN);
    add_pool(pools, HIGH, (uint128){1, 0}, (uint128){0, 1});
    add_pool(pools, LOW, (uint128){0, 0}, (uint128){UINT64_MAX, UINT64_MAX});
    cr_assert_not_null(pool_table_find_or_add(pools, &unseen));
    char *text = text_of(report_write_state, pools);
    cr_expect_str_eq("{\"final_reserves\":{\n"
                     "\"0x00000000000000000000000000000000000000aa\":"
                     "[\"0\",\"340282366920938463463374607431768211455\"],\n"
                     "\"0xff00000000000000000000000000000000000001\":"
                     "[\"1\",\"18446744073709551616\"]}}\n",
                     text);
    free(text);
    pool_table_destroy(pools);
    NO_LEAKS();
}

Test(report, state_of_no_pools_is_valid)
{
    pool_table *pools = pool_table_create();
    json_t *json = json_of(report_write_state, pools);
    cr_expect_eq(0, json_object_size(json_object_get(json, "final_reserves")));
    json_decref(json);
    pool_table_destroy(pools);
    NO_LEAKS();
}

static int write_table(const void *report, FILE *out)
{
    report_write_table(report, out);
    return 0;
}

Test(report, table_says_everything_for_people)
{
    static const char *const WANTED[] = {"swap_v2", "filtered", "1,234,567", "refused: duplicate",
                                         "unsent",  "850 ns",   "12.3 us",   "4.56 ms",
                                         "p99.9",   "2.00 s",   "617,283",   "unknown",
                                         "dead",    "two_pool"};
    char *text = text_of(write_table, &REPORT);
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        cr_expect(strstr(text, WANTED[i]) != NULL, "%s is missing in:\n%s", WANTED[i], text);
    }
    free(text);
    NO_LEAKS();
}

/* Rows end in the same column, so that figures stand under each other. */
Test(report, table_is_aligned)
{
    char *text = text_of(write_table, &REPORT);
    size_t width = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (line[0] == ' ' && strlen(line) < 50) {
            width = width ? width : strlen(line);
            cr_expect_eq(width, strlen(line), "%s", line);
        }
    }
    cr_expect_gt(width, 0);
    free(text);
    NO_LEAKS();
}

Test(report, table_without_signals_has_no_latency)
{
    bundle_report report = REPORT;
    report.latency = (latency_report){0};
    char *text = text_of(write_table, &report);
    cr_expect(strstr(text, "no signal") != NULL);
    cr_expect(strstr(text, "p99") == NULL);
    free(text);
    NO_LEAKS();
}

Test(human, counts_have_a_comma_every_three_digits)
{
    cr_expect_str_eq("0", human_count(0).text);
    cr_expect_str_eq("999", human_count(999).text);
    cr_expect_str_eq("1,000", human_count(1000).text);
    cr_expect_str_eq("1,234,567", human_count(1234567).text);
    cr_expect_str_eq("18,446,744,073,709,551,615", human_count(UINT64_MAX).text);
    NO_LEAKS();
}

Test(human, durations_have_three_digits_and_a_unit)
{
    cr_expect_str_eq("0 ns", human_duration(0).text);
    cr_expect_str_eq("999 ns", human_duration(999).text);
    cr_expect_str_eq("1.00 us", human_duration(1000).text);
    cr_expect_str_eq("10.0 us", human_duration(9996).text);
    cr_expect_str_eq("100 us", human_duration(99960).text);
    cr_expect_str_eq("1.00 ms", human_duration(999600).text);
    cr_expect_str_eq("3600 s", human_duration(3600000000000).text);
    NO_LEAKS();
}

/* A directory of its own for each test that writes files. */
static char directory[64];

static void make_directory(void)
{
    (void)snprintf(directory, sizeof directory, "/tmp/test_report.XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static void remove_directory(void)
{
    cr_expect_eq(0, rmdir(directory), "%s is not empty", directory);
}

static char *path_in_directory(const char *name)
{
    char *path = NULL;
    cr_assert(asprintf(&path, "%s/%s", directory, name) > 0);
    return path;
}

static int write_text(const void *text, FILE *out)
{
    return fputs(text, out) < 0 ? EIO : 0;
}

static int refuse_to_write(const void *text, FILE *out)
{
    (void)fputs(text, out);
    return ENOMEM;
}

static void expect_content(const char *path, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    (void)fclose(file);
    cr_expect_str_eq(expected, text);
}

Test(output_file, replaces_as_a_whole_and_keeps_the_mode, .init = make_directory,
     .fini = remove_directory)
{
    char *path = path_in_directory("out");
    struct stat status;
    cr_expect_eq(0, output_file_write(path, write_text, "first"));
    cr_assert_eq(0, chmod(path, 0640));
    cr_expect_eq(0, output_file_write(path, write_text, "second"));
    expect_content(path, "second");
    cr_assert_eq(0, stat(path, &status));
    cr_expect_eq(0640, status.st_mode & 0777);
    (void)unlink(path);
    free(path);
    NO_LEAKS();
}

Test(output_file, failure_leaves_the_old_file_and_nothing_else, .init = make_directory,
     .fini = remove_directory)
{
    char *path = path_in_directory("out");
    cr_expect_eq(0, output_file_write(path, write_text, "old"));
    cr_expect_eq(ENOMEM, output_file_write(path, refuse_to_write, "new"));
    expect_content(path, "old");
    (void)unlink(path);
    free(path);
    NO_LEAKS();
}

Test(output_file, reports_a_full_disk)
{
    cr_expect_eq(ENOSPC, output_file_write("/dev/full", write_text, "text"));
    NO_LEAKS();
}

Test(output_file, check_tells_why_before_anything_is_written, .init = make_directory,
     .fini = remove_directory)
{
    char *missing = path_in_directory("no/such/file");
    char *fresh = path_in_directory("fresh");
    cr_expect_eq(ENOENT, output_file_check(missing));
    cr_expect_eq(EISDIR, output_file_check(directory));
    cr_expect_eq(0, output_file_check(fresh));
    cr_expect_eq(-1, access(fresh, F_OK));
    cr_expect_eq(0, output_file_check("/dev/null"));
    cr_expect_eq(0, output_file_check("-"));
    free(missing);
    free(fresh);
    NO_LEAKS();
}

Test(signal_sink, writes_lines_at_the_flush, .init = make_directory, .fini = remove_directory)
{
    char *path = path_in_directory("signals");
    signal_sink sink;
    cr_assert_eq(0, signal_sink_open(&sink, path));
    signal_sink_write(&sink, "one\n", 4);
    expect_content(path, "");
    signal_sink_flush(&sink);
    expect_content(path, "one\n");
    signal_sink_write(&sink, "two\n", 4);
    cr_expect_eq(0, signal_sink_close(&sink));
    expect_content(path, "one\ntwo\n");
    (void)unlink(path);
    free(path);
    NO_LEAKS();
}

Test(signal_sink, keeps_the_first_error_and_writes_no_more)
{
    signal_sink sink;
    cr_assert_eq(0, signal_sink_open(&sink, "/dev/full"));
    signal_sink_write(&sink, "one\n", 4);
    cr_expect_eq(0, signal_sink_error(&sink), "a buffered line cannot fail yet");
    signal_sink_flush(&sink);
    cr_expect_eq(ENOSPC, signal_sink_error(&sink));
    signal_sink_write(&sink, "two\n", 4);
    cr_expect_eq(1, sink.lines);
    cr_expect_eq(ENOSPC, signal_sink_close(&sink));
    NO_LEAKS();
}

Test(signal_sink, names_what_cannot_be_opened)
{
    signal_sink sink;
    cr_expect_eq(ENOENT, signal_sink_open(&sink, "/no/such/directory/file"));
    cr_expect_eq(EISDIR, signal_sink_open(&sink, "/tmp"));
    NO_LEAKS();
}

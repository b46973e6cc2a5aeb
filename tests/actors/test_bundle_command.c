/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/stat.h>

#include "actors/bundle_process.h"
#include "support/leaks.h"

TestSuite(bundle, .init = bundle_set_up, .fini = bundle_tear_down, .timeout = 120);

/* A small made-up market in @/logs, with its pools. */
static void simulate(void)
{
    cr_assert_eq(0, bundle_run("simulate --seed 7 --events 4000 --pools 40 --out @/logs"));
}

#define RUN_MARKET                                                                                 \
    "run --feed eth-logs:@/logs --pools @/logs.pools.csv --blocks @/logs.blocks.csv --workers 2 "  \
    "--quiet "

static void expect_refusal(const char *words, int code, const char *reason)
{
    cr_expect_eq(code, bundle_run(words), "%s", words);
    char *text = bundle_read("@/stderr");
    cr_expect(strstr(text, reason) != NULL, "%s: %s", words, text);
    cr_expect(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
    free(text);
}

static long long count_lines(const char *name)
{
    long long count = 0;
    char *text = bundle_read(name);
    for (const char *c = text; *c; c++) {
        count += *c == '\n';
    }
    free(text);
    return count;
}

/* Every message is accounted for, and none was lost. */
static void expect_conservation(const json_t *stats)
{
    long long accepted = bundle_number(stats, "messages/accepted");
    cr_expect_gt(accepted, 0);
    cr_expect_eq(accepted, bundle_number(stats, "messages/handled"));
    cr_expect_eq(0, bundle_number(stats, "messages/dead"));
    cr_expect_eq(0, bundle_number(stats, "messages/dropped"));
    cr_expect_eq(0, bundle_number(stats, "messages/queued"));
    cr_expect_eq(0, bundle_number(stats, "unsent"));
}

Test(bundle, wrong_words_exit_2_in_one_line)
{
    expect_refusal("", 2, "expected a command");
    expect_refusal("walk", 2, "walk: expected run, simulate");
    expect_refusal("run --workers many", 2, "--workers many: expected a whole number");
    expect_refusal("run --nonsense", 2, "--nonsense: expected");
    expect_refusal("simulate", 2, "--out: expected");
    expect_refusal("simulate --out x --pools 1", 2, "--pools 1: expected");
    NO_LEAKS();
}

Test(bundle, help_and_version_exit_0)
{
    cr_expect_eq(0, bundle_run("--help"));
    cr_expect(bundle_said("@/stdout", "simulate"));
    cr_expect_eq(0, bundle_run("run --help"));
    cr_expect(bundle_said("@/stdout", "--min-profit-usd"));
    cr_expect_eq(0, bundle_run("simulate --help"));
    cr_expect(bundle_said("@/stdout", "--seed"));
    cr_expect_eq(0, bundle_run("--version"));
    cr_expect(bundle_said("@/stdout", "market-bundle "));
    NO_LEAKS();
}

Test(bundle, unreadable_inputs_exit_1_before_anything_is_started)
{
    bundle_write("@/empty", "");
    expect_refusal("run --feed eth-logs:@/none --signals @/s", 1,
                   "/none: cannot be read: No such file or directory");
    expect_refusal("run --feed eth-logs:@/empty --feed eth-logs:@/none --signals @/s", 1, "/none");
    expect_refusal("run --feed eth-logs:@ --signals @/s", 1, "cannot be read: Is a directory");
    expect_refusal("run --feed eth-logs:@/empty --pools @/none --signals @/s", 1, "/none");
    expect_refusal("run --feed eth-logs:@/empty --blocks @/none --signals @/s", 1, "/none");
    cr_expect_not(bundle_exists("@/s"), "the signals file was made nevertheless");
    NO_LEAKS();
}

Test(bundle, outputs_that_cannot_be_written_exit_1_at_once)
{
    bundle_write("@/logs", "");
    expect_refusal("run --feed eth-logs:@/logs --state @/no/such", 1,
                   "/no/such: cannot be written: No such file or directory");
    expect_refusal("run --feed eth-logs:@/logs --stats @", 1, "Is a directory");
    expect_refusal("run --feed eth-logs:@/logs --signals @/logs", 1, "one of the files to read");
    NO_LEAKS();
}

Test(bundle, no_events_give_an_empty_state)
{
    bundle_write("@/logs", "");
    cr_expect_eq(0, bundle_run("run --feed eth-logs:@/logs --state @/state --stats @/stats"));
    json_t *stats = bundle_json("@/stats");
    json_t *state = bundle_json("@/state");
    cr_expect_eq(0, bundle_number(stats, "lines"));
    cr_expect_eq(0, json_object_size(json_object_get(state, "final_reserves")));
    json_decref(stats);
    json_decref(state);
    NO_LEAKS();
}

Test(bundle, a_simulated_market_gives_signals)
{
    simulate();
    cr_assert_eq(0, bundle_run(RUN_MARKET "--signals @/signals --stats @/stats"));
    json_t *stats = bundle_json("@/stats");
    cr_expect_eq(4000, bundle_number(stats, "lines"));
    cr_expect_eq(0, bundle_number(stats, "bad_lines"));
    cr_expect_gt(bundle_number(stats, "signals/two_pool"), 0);
    cr_expect_eq(bundle_number(stats, "signals/two_pool"), count_lines("@/signals"));
    cr_expect_gt(bundle_number(stats, "latency_ns/p50"), 0);
    expect_conservation(stats);
    json_decref(stats);
    NO_LEAKS();
}

/* With room for one message every send waits: the result must not change. */
Test(bundle, small_mailboxes_change_nothing)
{
    simulate();
    cr_assert_eq(0, bundle_run(RUN_MARKET "--signals @/wide --state @/state1"));
    cr_assert_eq(0, bundle_run(RUN_MARKET "--signals @/one --state @/state2 --stats @/stats "
                                          "--mailbox 1"));
    cr_assert_eq(0, bundle_run(RUN_MARKET "--signals @/local --place together --mailbox 1"));
    char *wide = bundle_read("@/wide");
    char *one = bundle_read("@/one");
    char *local = bundle_read("@/local");
    char *state1 = bundle_read("@/state1");
    char *state2 = bundle_read("@/state2");
    cr_expect_str_eq(wide, one);
    cr_expect_str_eq(wide, local);
    cr_expect_str_eq(state1, state2);
    json_t *stats = bundle_json("@/stats");
    expect_conservation(stats);
    json_decref(stats);
    free(wide);
    free(one);
    free(local);
    free(state1);
    free(state2);
    NO_LEAKS();
}

static void expect_equal_files(const char *left, const char *right)
{
    char *a = bundle_read(left);
    char *b = bundle_read(right);
    cr_expect_gt(strlen(a), 0);
    cr_expect_str_eq(a, b, "%s and %s differ", left, right);
    free(a);
    free(b);
}

/* The way back: what was run on actors runs on the relay, byte for byte. */
Test(bundle, the_relay_gives_the_same_signals_and_reserves)
{
    static const char RELAY[] = "run --hot-path relay --feed eth-logs:@/logs --pools "
                                "@/logs.pools.csv --blocks @/logs.blocks.csv --quiet ";
    char words[BUNDLE_LINE_SIZE];
    simulate();
    cr_assert_eq(0, bundle_run(RUN_MARKET "--signals @/a1 --state @/a2 --stats @/a3 --loop 2"));
    (void)snprintf(words, sizeof words, "%s--signals @/r1 --state @/r2 --stats @/r3 --loop 2",
                   RELAY);
    cr_assert_eq(0, bundle_run(words));
    expect_equal_files("@/a1", "@/r1");
    expect_equal_files("@/a2", "@/r2");
    json_t *actors = bundle_json("@/a3");
    json_t *relay = bundle_json("@/r3");
    cr_expect_str_eq("actors", json_string_value(json_object_get(actors, "hot_path")));
    cr_expect_str_eq("relay", json_string_value(json_object_get(relay, "hot_path")));
    cr_expect(json_equal(json_object_get(actors, "events"), json_object_get(relay, "events")));
    cr_expect(json_equal(json_object_get(actors, "signals"), json_object_get(relay, "signals")));
    expect_conservation(relay);
    cr_expect_eq(0, bundle_number(relay, "bad_frames"));
    json_decref(actors);
    json_decref(relay);
    NO_LEAKS();
}

Test(bundle, the_relay_reports_what_it_cannot_read)
{
    char command[BUNDLE_LINE_SIZE];
    simulate();
    bundle_expand("gzip -c @/logs | head -c 20000 > @/cut.gz", command);
    cr_assert_eq(0, system(command));
    cr_expect_eq(1, bundle_run("run --hot-path relay --feed eth-logs:@/cut.gz --pools "
                               "@/logs.pools.csv --quiet --stats @/stats"));
    cr_expect(bundle_said("@/stderr", "/cut.gz: "));
    json_t *stats = bundle_json("@/stats");
    cr_expect_gt(bundle_number(stats, "lines"), 0, "what came before the damage counts");
    json_decref(stats);
    bundle_write("@/bad", "{\n\nnonsense");
    cr_expect_eq(0, bundle_run("run --hot-path relay --feed eth-logs:@/bad --quiet"));
    cr_expect(bundle_said("@/stderr", "/bad:3: bad line: "));
    NO_LEAKS();
}

Test(bundle, loop_reads_the_feeds_again)
{
    simulate();
    cr_assert_eq(0, bundle_run(RUN_MARKET "--loop 3 --stats @/stats"));
    json_t *stats = bundle_json("@/stats");
    cr_expect_eq(12000, bundle_number(stats, "lines"));
    cr_expect_eq(0, bundle_number(stats, "bad_lines"));
    expect_conservation(stats);
    json_decref(stats);
    NO_LEAKS();
}

Test(bundle, standard_input_and_gzip_are_read_like_files)
{
    char command[BUNDLE_LINE_SIZE];
    simulate();
    bundle_expand("gzip -c @/logs > @/logs.gz", command);
    cr_assert_eq(0, system(command));
    cr_assert_eq(0, bundle_run(RUN_MARKET "--state @/plain"));
    cr_assert_eq(0, bundle_run("run --feed eth-logs:@/logs.gz --pools @/logs.pools.csv --quiet "
                               "--state @/gzip"));
    pid_t pid = bundle_start("run --pools @/logs.pools.csv --quiet --state @/stdin",
                             (bundle_streams){bundle_open("@/logs.gz", O_RDONLY), -1});
    cr_assert_eq(0, bundle_wait(pid));
    char *plain = bundle_read("@/plain");
    char *gzip = bundle_read("@/gzip");
    char *piped = bundle_read("@/stdin");
    cr_expect_str_eq(plain, gzip);
    cr_expect_str_eq(plain, piped);
    free(plain);
    free(gzip);
    free(piped);
    NO_LEAKS();
}

Test(bundle, corrupt_gzip_exits_1_and_names_the_feed)
{
    char command[BUNDLE_LINE_SIZE];
    simulate();
    bundle_expand("gzip -c @/logs | head -c 20000 > @/cut.gz", command);
    cr_assert_eq(0, system(command));
    cr_expect_eq(1, bundle_run("run --feed eth-logs:@/cut.gz --pools @/logs.pools.csv --quiet "
                               "--stats @/stats"));
    cr_expect(bundle_said("@/stderr", "/cut.gz: "));
    json_t *stats = bundle_json("@/stats");
    cr_expect_gt(bundle_number(stats, "lines"), 0, "what came before the damage counts");
    json_decref(stats);
    NO_LEAKS();
}

Test(bundle, bad_lines_are_named_ten_times_and_all_counted)
{
    simulate();
    bundle_write("@/bad", "{\n\nnonsense\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12");
    cr_assert_eq(0, bundle_run("run --feed eth-logs:@/bad --feed eth-logs:@/logs --quiet --pools "
                               "@/logs.pools.csv --stats @/stats"));
    json_t *stats = bundle_json("@/stats");
    cr_expect_eq(14, bundle_number(stats, "bad_lines"));
    cr_expect_eq(4014, bundle_number(stats, "lines"));
    json_decref(stats);
    cr_expect(bundle_said("@/stderr", "/bad:1: bad line: "));
    cr_expect(bundle_said("@/stderr", "/bad:3: bad line: "));
    cr_expect_eq(11, count_lines("@/stderr"), "ten reports and the word that no more come");
    NO_LEAKS();
}

Test(bundle, a_full_disk_exits_1_and_is_named)
{
    simulate();
    cr_expect_eq(1, bundle_run(RUN_MARKET "--signals /dev/full --stats @/stats"));
    cr_expect(bundle_said("@/stderr", "/dev/full: cannot be written: No space left on device"));
    cr_expect_eq(1, count_lines("@/stderr"), "told once");
    json_t *stats = bundle_json("@/stats");
    cr_expect_eq(4000, bundle_number(stats, "lines"), "the run itself goes on");
    json_decref(stats);
    cr_expect_eq(1, bundle_run(RUN_MARKET "--state /dev/full"));
    cr_expect(bundle_said("@/stderr", "--state /dev/full"));
    NO_LEAKS();
}

Test(bundle, signals_on_standard_output_push_the_table_away)
{
    simulate();
    cr_expect_eq(0, bundle_run("run --feed eth-logs:@/logs --pools @/logs.pools.csv --signals -"));
    cr_expect(bundle_said("@/stdout", "{\"kind\":\"two_pool\""));
    cr_expect(bundle_said("@/stderr", "event to signal"));
    char *signals = bundle_read("@/stdout");
    cr_expect_null(strstr(signals, "event to signal"));
    free(signals);
    NO_LEAKS();
}

/* Writes the simulated market to a pipe that stays open, so that only a signal ends the run. */
static int feed_through_pipe(int *standard_input)
{
    int ends[2];
    cr_assert_eq(0, pipe2(ends, O_CLOEXEC));
    *standard_input = ends[0];
    return ends[1];
}

static void write_all(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t written = write(fd, text, left);
        cr_assert_gt(written, 0);
        text += written;
        left -= (size_t)written;
    }
}

/* The program flushes its signals while it waits for input. */
static void await_first_signal(void)
{
    struct stat status = {0};
    char path[BUNDLE_LINE_SIZE];
    bundle_expand("@/signals", path);
    while (stat(path, &status) != 0 || status.st_size == 0) {
        (void)usleep(1000); /* between two looks; the suite's timeout ends it */
    }
}

static void expect_drain(int signal_number, const char *options)
{
    int input;
    int feed = feed_through_pipe(&input);
    simulate();
    char *logs = bundle_read("@/logs");
    char words[BUNDLE_LINE_SIZE];
    (void)snprintf(words, sizeof words,
                   "run --pools @/logs.pools.csv --signals @/signals --state @/state "
                   "--stats @/stats --quiet %s",
                   options);
    pid_t pid = bundle_start(words, (bundle_streams){input, -1});
    write_all(feed, logs);
    await_first_signal();
    cr_assert_eq(0, kill(pid, signal_number));
    cr_expect_eq(0, bundle_wait(pid));
    json_t *stats = bundle_json("@/stats");
    cr_expect(json_is_true(json_object_get(stats, "interrupted")));
    cr_expect_gt(bundle_number(stats, "lines"), 0);
    cr_expect_gt(bundle_number(stats, "signals/two_pool"), 0);
    cr_expect_eq(bundle_number(stats, "signals/two_pool"), count_lines("@/signals"));
    expect_conservation(stats);
    json_decref(stats);
    json_decref(bundle_json("@/state"));
    (void)close(feed);
    free(logs);
}

Test(bundle, ctrl_c_drains_and_writes_everything)
{
    expect_drain(SIGINT, "");
    NO_LEAKS();
}

Test(bundle, sigterm_drains_and_writes_everything)
{
    expect_drain(SIGTERM, "");
    NO_LEAKS();
}

Test(bundle, ctrl_c_drains_the_relay_too)
{
    expect_drain(SIGINT, "--hot-path relay");
    NO_LEAKS();
}

Test(bundle, a_reader_that_goes_away_is_a_write_error)
{
    int output[2];
    simulate();
    cr_assert_eq(0, pipe2(output, O_CLOEXEC));
    (void)close(output[0]);
    pid_t pid = bundle_start(RUN_MARKET "--signals -", (bundle_streams){-1, output[1]});
    cr_expect_eq(1, bundle_wait(pid));
    cr_expect(bundle_said("@/stderr", "--signals -: cannot be written: Broken pipe"));
    NO_LEAKS();
}

Test(bundle, equal_seeds_give_equal_bytes)
{
    cr_assert_eq(0, bundle_run("simulate --seed 5 --events 500 --out @/a"));
    cr_assert_eq(0, bundle_run("simulate --seed 5 --events 500 --out @/b"));
    cr_assert_eq(0, bundle_run("simulate --seed 6 --events 500 --out @/c"));
    char *a = bundle_read("@/a");
    char *b = bundle_read("@/b");
    char *c = bundle_read("@/c");
    cr_expect_str_eq(a, b);
    cr_expect_str_neq(a, c);
    free(a);
    free(b);
    free(c);
    cr_expect_eq(1, bundle_run("simulate --out @/no/such"));
    cr_expect(bundle_said("@/stderr", "/no/such"));
    NO_LEAKS();
}

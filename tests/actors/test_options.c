/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "bundle/run_options.h"
#include "support/leaks.h"

enum { ARGUMENTS_MAX = 40 };

static char error[OPTION_ERROR_SIZE];
static run_options options;

/* Parses the words of `line`, which are separated by one blank each. */
static option_outcome parse(char *line)
{
    char *argv[ARGUMENTS_MAX + 1] = {"run"};
    int argc = 1;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        cr_assert(argc < ARGUMENTS_MAX);
        argv[argc++] = word;
    }
    return run_options_parse(&options, argc, argv, error);
}

#define ACCEPT(line)                                                                               \
    static char copy[] = line;                                                                     \
    cr_assert_eq(OPTIONS_PARSED, parse(copy), "%s", error)

/* Asserts that `line` is refused with exactly `message`. */
static void refuse(const char *line, const char *message)
{
    char copy[512];
    (void)snprintf(copy, sizeof copy, "%s", line);
    cr_expect_eq(OPTIONS_BAD, parse(copy), "%s", line);
    cr_expect_str_eq(message, error);
}

Test(options, without_arguments_are_the_defaults)
{
    ACCEPT("");
    cr_expect_eq(1, options.feed_count);
    cr_expect_str_eq("-", options.feeds[0].source);
    cr_expect_eq(1, options.rounds);
    cr_expect_eq(0, options.workers);
    cr_expect_eq(1000, options.mailbox_bound);
    cr_expect_eq(RUN_ACTORS, options.hot_path);
    cr_expect_eq(RUN_SPREAD, options.place);
    cr_expect_eq(MYC_IDLE_SPIN_PARK, options.idle);
    cr_expect_eq(MYC_IO_AUTO, options.io);
    cr_expect_eq(0.0, options.profit_usd_min);
    cr_expect_eq(3, options.usd.stable_count);
    cr_expect_not(options.is_quiet);
    cr_expect_null(options.signals_path);
    NO_LEAKS();
}

Test(options, take_every_option)
{
    ACCEPT("--feed eth-logs:a.gz --feed eth-logs:b --pools p --blocks q --signals - --state s "
           "--stats t --min-profit-usd 1.5e1 --max-age 20 --forget-pools-per-block --pool-fees "
           "--loop 3 --workers 4 --place together --idle park --io epoll --mailbox 1 --quiet");
    cr_expect_eq(2, options.feed_count);
    cr_expect_str_eq("b", options.feeds[1].source);
    cr_expect_str_eq("p", options.pools_path);
    cr_expect_str_eq("q", options.blocks_path);
    cr_expect_str_eq("-", options.signals_path);
    cr_expect_str_eq("s", options.state_path);
    cr_expect_str_eq("t", options.stats_path);
    cr_expect_eq(15.0, options.profit_usd_min);
    cr_expect_eq(20000000000u, options.age_max_ns);
    cr_expect(options.forget_pools_per_block);
    cr_expect(options.use_pool_fees);
    cr_expect_eq(3, options.rounds);
    cr_expect_eq(4, options.workers);
    cr_expect_eq(RUN_TOGETHER, options.place);
    cr_expect_eq(MYC_IDLE_PARK, options.idle);
    cr_expect_eq(MYC_IO_EPOLL, options.io);
    cr_expect_eq(1, options.mailbox_bound);
    cr_expect(options.is_quiet);
    cr_expect(run_options_use_stdout(&options));
    cr_expect_str_eq("epoll", run_options_io_name(options.io));
    NO_LEAKS();
}

Test(options, name_option_value_and_what_was_expected)
{
    refuse("--workers abc",
           "market-bundle run: --workers abc: expected a whole number from 1 to 64");
    refuse("--workers 0", "market-bundle run: --workers 0: expected a whole number from 1 to 64");
    refuse("--workers 65", "market-bundle run: --workers 65: expected a whole number from 1 to 64");
    refuse("--workers -1", "market-bundle run: --workers -1: expected a whole number from 1 to 64");
    refuse("--place apart", "market-bundle run: --place apart: expected together or spread");
    refuse("--idle nap", "market-bundle run: --idle nap: expected spin, spin-park or park");
    refuse("--io read", "market-bundle run: --io read: expected auto, uring or epoll");
    refuse("--feed x.json", "market-bundle run: --feed x.json: expected FORMAT:SOURCE, with FORMAT "
                            "eth-logs, binance, kraken, coinbase, sbe or record");
    refuse("--feed eth-logs:",
           "market-bundle run: --feed eth-logs:: expected a path, -, or tcp://, "
           "tcp-listen://, udp://, unix://, unix-listen://, unix-datagram://, "
           "ws:// or wss:// with an address");
    refuse("--mailbox 16777217",
           "market-bundle run: --mailbox 16777217: expected a whole number from 1 to 16777216");
    refuse("--usd-pool 0x12", "market-bundle run: --usd-pool 0x12: expected 0x and 40 hex digits");
    NO_LEAKS();
}

Test(options, refuse_unknown_words)
{
    refuse("--frobnicate", "market-bundle run: --frobnicate: expected one of the options that "
                           "--help lists, spelled out");
    refuse("--st x", "market-bundle run: --st: expected one of the options that --help lists, "
                     "spelled out");
    refuse("logs.json", "market-bundle run: logs.json: expected an option (they begin with --)");
    refuse("--quiet=yes", "market-bundle run: --quiet=yes: expected one of the options that "
                          "--help lists, spelled out");
    refuse("--pools", "market-bundle run: --pools: expected CSV after it");
    NO_LEAKS();
}

Test(options, refuse_amounts_that_are_no_plain_number)
{
    static const char *const BAD[] = {"nan", "inf", "-1", "+1", "0x10", "1e999", "1,5", "1e", "e1"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        double amount = 7;
        cr_expect_eq(-1, option_parse_amount(BAD[i], &amount), "%s", BAD[i]);
        cr_expect_eq(7.0, amount);
    }
    NO_LEAKS();
}

Test(options, first_stable_token_replaces_the_defaults)
{
    ACCEPT("--stable 0x00000000000000000000000000000000000000aa=7 "
           "--stable 0x00000000000000000000000000000000000000bb=36");
    cr_expect_eq(2, options.usd.stable_count);
    cr_expect_eq(0xaa, options.usd.stables[0].token.bytes[19]);
    cr_expect_eq(7, options.usd.stables[0].decimals);
    cr_expect_eq(36, options.usd.stables[1].decimals);
    NO_LEAKS();
}

Test(options, refuse_a_stable_token_without_decimals)
{
    static const char *const BAD[] = {"0x00000000000000000000000000000000000000aa",
                                      "0x00000000000000000000000000000000000000aa=",
                                      "0x00000000000000000000000000000000000000aa=37", "aa=6"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        char line[128];
        (void)snprintf(line, sizeof line, "--stable %s", BAD[i]);
        cr_expect_eq(OPTIONS_BAD, parse(line));
        cr_expect(strstr(error, BAD[i]) != NULL, "the value is missing in: %s", error);
    }
    NO_LEAKS();
}

Test(options, refuse_standard_input_where_it_would_be_read_twice)
{
    refuse("--feed - --feed eth-logs:-",
           "market-bundle run: --feed eth-logs:-: expected standard input once at most: it can be "
           "read once only");
    refuse("--loop 2", "market-bundle run: --loop: expected feeds that are files: standard input "
                       "can be read once only");
    NO_LEAKS();
}

Test(options, refuse_what_the_relay_does_not_have)
{
    static const char *const OPTIONS[] = {"--workers 2", "--place spread", "--idle park",
                                          "--mailbox 5", "--io epoll"};
    ACCEPT("--hot-path relay --loop 1 --quiet");
    cr_expect_eq(RUN_RELAY, options.hot_path);
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        char line[128];
        char wanted[OPTION_ERROR_SIZE];
        (void)snprintf(line, sizeof line, "%s --hot-path relay", OPTIONS[i]);
        (void)snprintf(wanted, sizeof wanted,
                       "market-bundle run: %.*s: expected --hot-path actors: the relay has no such "
                       "choice",
                       (int)strcspn(OPTIONS[i], " "), OPTIONS[i]);
        refuse(line, wanted);
    }
    refuse("--hot-path both", "market-bundle run: --hot-path both: expected actors or relay");
    NO_LEAKS();
}

Test(options, refuse_one_file_for_two_outputs)
{
    refuse("--state x --stats x", "market-bundle run: --signals, --state, --stats, --books, "
                                  "--record: expected different files");
    NO_LEAKS();
}

Test(options, may_be_parsed_again)
{
    ACCEPT("--workers 3 --quiet");
    static char none[] = "";
    cr_assert_eq(OPTIONS_PARSED, parse(none));
    cr_expect_eq(0, options.workers);
    cr_expect_not(options.is_quiet);
    NO_LEAKS();
}

/* What follows --help does not matter. */
Test(options, help_comes_first)
{
    static char line[] = "--help --nonsense";
    cr_expect_eq(OPTIONS_HELP, parse(line));
    NO_LEAKS();
}

Test(options, help_names_every_option_with_its_default)
{
    static const char *const WANTED[] = {"--feed FORMAT:SOURCE",
                                         "--pools CSV",
                                         "--blocks CSV",
                                         "--signals PATH|-",
                                         "--state PATH|-",
                                         "--stats PATH",
                                         "--workers N",
                                         "--place together|spread",
                                         "--idle spin|spin-park",
                                         "--loop N",
                                         "--quiet",
                                         "--forget-pools-per-block",
                                         "--min-profit-usd X",
                                         "--usd-pool",
                                         "--stable",
                                         "--mailbox N",
                                         "--hot-path actors|relay",
                                         "--io auto|uring|epoll",
                                         "--help",
                                         "default: 1000",
                                         "default: spin-park"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    run_options_print_help(out);
    cr_assert_eq(0, fclose(out));
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        cr_expect(strstr(text, WANTED[i]) != NULL, "%s is missing", WANTED[i]);
    }
    free(text);
    NO_LEAKS();
}

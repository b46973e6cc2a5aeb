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
static option_outcome parse(const char *line)
{
    static char copy[1024];
    char *argv[ARGUMENTS_MAX + 1] = {"run"};
    int argc = 1;
    (void)snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        cr_assert(argc < ARGUMENTS_MAX);
        argv[argc++] = word;
    }
    return run_options_parse(&options, argc, argv, error);
}

static void accept(const char *line)
{
    cr_assert_eq(OPTIONS_PARSED, parse(line), "%s", error);
}

/* Asserts that `line` is refused with exactly `message` behind the name of the command. */
static void refuse(const char *line, const char *message)
{
    cr_expect_eq(OPTIONS_BAD, parse(line), "%s", line);
    cr_expect_str_eq(error + strlen("market-bundle run: "), message, "%s: %s", line, error);
}

Test(feed_options, take_every_option)
{
    accept("--feed binance:a.gz --feed kraken:- --instrument 1=BTCUSDT --merge time --speed 5000/s "
           "--for 1.5 --record r --books b --book-interval 0.25 --cross-ppm 500 --cross-ppm 600 "
           "--momentum-ppm 200 --momentum-tau 0.5,20 --publish udp://127.0.0.1:9 "
           "--publish tcp-listen://127.0.0.1:0 --subscribers 3");
    cr_expect_eq(2, options.feed_count);
    cr_expect_str_eq("BTCUSDT", options.feeds[0].instrument);
    cr_expect_null(options.feeds[1].instrument);
    cr_expect(options.is_merged);
    cr_expect_eq(PACE_RATE, options.pace.kind);
    cr_expect_eq(5000, options.pace.frames_per_second);
    cr_expect_eq(1500000000u, options.run_ns);
    cr_expect_str_eq("r", options.record_path);
    cr_expect_str_eq("b", options.books_path);
    cr_expect_eq(250000000u, options.book_interval_ns);
    cr_expect_eq(2, options.quotes.cross_ppm_count);
    cr_expect_eq(600, options.quotes.cross_ppm[1]);
    cr_expect_eq(200, options.quotes.momentum.threshold_ppm);
    cr_expect_eq(500000000u, options.quotes.momentum.fast_tau_ns);
    cr_expect_eq(20000000000u, options.quotes.momentum.slow_tau_ns);
    cr_expect_str_eq("udp-to://127.0.0.1:9", options.publish[0].target);
    cr_expect_str_eq("tcp-listen://127.0.0.1:0", options.publish[1].target);
    cr_expect_eq(3, options.subscribers);
    NO_LEAKS();
}

Test(feed_options, of_connections)
{
    accept("--feed binance:tcp-listen://127.0.0.1:0 --connections 2 --feed sbe:unix:///s "
           "--reconnect --feed coinbase:wss://h/?a=b --subscribe coinbase:wss://h/?a=b={x=y} "
           "--subscribe 3=z --ca c.pem");
    cr_expect_eq(2, options.connections);
    cr_expect(options.reconnects);
    cr_expect_eq(2, options.subscription_count);
    cr_expect_eq(3, options.subscriptions[0].feed);
    cr_expect_str_eq("{x=y}", options.subscriptions[0].text);
    cr_expect_str_eq("z", options.subscriptions[1].text);
    cr_expect_str_eq("c.pem", options.ca_path);
    NO_LEAKS();
}

Test(feed_options, name_an_instrument_by_number_or_text)
{
    accept("--feed binance:x=y --instrument binance:x=y=ABC");
    cr_expect_str_eq("ABC", options.feeds[0].instrument);
    refuse("--feed binance:x --instrument 2=ABC",
           "--instrument: expected the number or the text of a feed before the =");
    refuse("--feed binance:x --instrument kraken:x=ABC",
           "--instrument: expected the number or the text of a feed before the =");
    refuse("--feed eth-logs:x --instrument 1=ABC",
           "--instrument: expected a feed of binance, kraken or coinbase");
    refuse(
        "--feed binance:x --instrument 1",
        "--instrument 1: expected FEED=NAME: the number of a feed from 1 or its text, =, 1 to 16 "
        "characters");
    refuse(
        "--feed binance:x --instrument 1=12345678901234567",
        "--instrument 1=12345678901234567: expected FEED=NAME: the number of a feed from 1 or its "
        "text, =, 1 to 16 characters");
    NO_LEAKS();
}

Test(feed_options, refuse_addresses_that_are_none)
{
    cr_expect_eq(OPTIONS_BAD, parse("--feed binance:tcp://nowhere"));
    cr_expect_not_null(strstr(error, "--feed binance:tcp://nowhere: expected "), "%s", error);
    cr_expect_eq(OPTIONS_BAD, parse("--feed binance:udp://127.0.0.1:99999"));
    cr_expect_eq(OPTIONS_BAD, parse("--publish tcp-listen://127.0.0.1"));
    refuse("--publish tcp://127.0.0.1:1", "--publish tcp://127.0.0.1:1: expected tcp-listen://, "
                                          "unix-listen://, udp:// or unix-datagram-to:// with an "
                                          "address");
    NO_LEAKS();
}

Test(feed_options, refuse_an_order_that_cannot_be)
{
    refuse("--merge name", "--merge name: expected time");
    refuse("--speed fast",
           "--speed fast: expected max, recorded or N/s, with N from 1 to 1000000000");
    refuse("--speed 0/s",
           "--speed 0/s: expected max, recorded or N/s, with N from 1 to 1000000000");
    refuse("--feed binance:udp://127.0.0.1:1 --merge time",
           "--merge time: expected feeds that are files");
    refuse("--feed binance:udp://127.0.0.1:1 --speed recorded",
           "--speed: expected feeds that are files");
    refuse("--feed binance:a --feed kraken:b --speed 5/s",
           "--speed: expected --merge time with it when there are several feeds");
    refuse("--feed binance:a --feed eth-logs:b --merge time",
           "--merge time: expected captures: eth-logs have no time of receipt");
    refuse("--feed eth-logs:b --speed recorded",
           "--speed recorded: expected captures: eth-logs have no time of receipt");
    accept("--feed eth-logs:a --feed eth-logs:b --speed 5/s");
    NO_LEAKS();
}

Test(feed_options, refuse_what_a_recording_has_itself)
{
    refuse("--feed record:a --feed binance:b",
           "--feed record: expected no other feed: a recording has its own");
    refuse("--feed record:a --merge time",
           "--merge, --instrument: expected feeds other than a recording, which has its own");
    refuse("--feed record:a --instrument 1=b",
           "--merge, --instrument: expected feeds other than a recording, which has its own");
    accept("--feed record:a --record b --speed recorded");
    cr_expect(run_options_replay(&options));
    NO_LEAKS();
}

Test(feed_options, refuse_ends_that_do_not_fit)
{
    refuse("--feed binance:a --loop 2", "--loop: expected feeds that are files of eth-logs");
    refuse("--feed binance:a --connections 1",
           "--connections: expected a feed of tcp-listen:// or unix-listen://");
    refuse("--feed binance:a --reconnect",
           "--reconnect: expected a feed of tcp://, unix://, ws:// or wss://");
    refuse("--feed binance:a --subscribe 1=x", "--subscribe: expected a feed of ws:// or wss://");
    refuse("--feed binance:ws://h/ --ca x", "--ca: expected a feed of wss://");
    refuse("--subscribers 2 --publish udp://127.0.0.1:1",
           "--subscribers: expected --publish to tcp-listen:// or unix-listen://");
    refuse("--for 0", "--for 0: expected a number of seconds above 0, at most 1000000000");
    refuse("--record -", "--record -: expected the path of a file");
    refuse("--books x --record x",
           "--signals, --state, --stats, --books, --record: expected different files");
    refuse("--cross-ppm 0", "--cross-ppm 0: expected a whole number from 1 to 1000000000");
    refuse("--momentum-tau 2,1", "--momentum-tau 2,1: expected FAST,SLOW: two numbers of seconds "
                                 "above 0, the second one greater");
    NO_LEAKS();
}

Test(feed_options, of_actors_are_refused_with_the_relay)
{
    refuse("--hot-path relay --feed binance:a",
           "--feed other than files of eth-logs: expected --hot-path actors: the relay has no such "
           "choice");
    refuse("--hot-path relay --cross-ppm 5",
           "--cross-ppm, --momentum-ppm, --speed, --for: expected "
           "--hot-path actors: the relay has no such choice");
    refuse("--hot-path relay --record x",
           "--record: expected --hot-path actors: the relay has no such choice");
    refuse("--hot-path relay --publish udp://127.0.0.1:1",
           "--publish: expected --hot-path actors: the relay has no such choice");
    NO_LEAKS();
}

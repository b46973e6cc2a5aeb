/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "feeds/feed_spec.h"

static feed_spec accept(const char *text)
{
    feed_spec spec;
    const char *expected = feed_spec_parse(text, &spec);
    cr_assert_null(expected, "%s: expected %s", text, expected);
    return spec;
}

Test(feed_spec, tells_format_and_transport)
{
    static const struct {
        const char *text;
        feed_format format;
        feed_transport transport;
        const char *source;
    } CASES[] = {
        {"-", FEED_ETH_LOGS, FEED_STDIN, "-"},
        {"eth-logs:-", FEED_ETH_LOGS, FEED_STDIN, "-"},
        {"binance:a:b", FEED_BINANCE, FEED_FILE, "a:b"},
        {"kraken:tcp://127.0.0.1:1", FEED_KRAKEN, FEED_CONNECT, "tcp://127.0.0.1:1"},
        {"coinbase:unix:///s", FEED_COINBASE, FEED_CONNECT, "unix:///s"},
        {"sbe:tcp-listen://[::1]:0", FEED_SBE, FEED_LISTEN, "tcp-listen://[::1]:0"},
        {"sbe:unix-listen:///s", FEED_SBE, FEED_LISTEN, "unix-listen:///s"},
        {"sbe:udp://239.1.1.1:5", FEED_SBE, FEED_DATAGRAM, "udp://239.1.1.1:5"},
        {"sbe:unix-datagram:///s", FEED_SBE, FEED_DATAGRAM, "unix-datagram:///s"},
        {"eth-logs:ws://h/p", FEED_ETH_LOGS, FEED_WEBSOCKET, "ws://h/p"},
        {"binance:wss://h:9/p?a=b", FEED_BINANCE, FEED_WEBSOCKET, "wss://h:9/p?a=b"},
        {"record:x", FEED_RECORD, FEED_FILE, "x"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        feed_spec spec = accept(CASES[i].text);
        cr_expect_eq(CASES[i].format, spec.format, "%s", CASES[i].text);
        cr_expect_eq(CASES[i].transport, spec.transport, "%s", CASES[i].text);
        cr_expect_str_eq(CASES[i].source, spec.source);
        cr_expect_null(spec.instrument);
    }
}

Test(feed_spec, refuses_what_it_does_not_know)
{
    static const char *const CASES[] = {"",
                                        "binance",
                                        "binance:",
                                        "Binance:x",
                                        "binanc:x",
                                        "binancee:x",
                                        "/path",
                                        "tcp://127.0.0.1:1",
                                        "kraken:tcp://",
                                        "kraken:http://x",
                                        "kraken:://x",
                                        "kraken:udp-to://127.0.0.1:1",
                                        "record:-",
                                        "record:tcp://127.0.0.1:1"};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        feed_spec spec;
        cr_expect_not_null(feed_spec_parse(CASES[i], &spec), "%s", CASES[i]);
    }
}

Test(feed_spec, knows_what_ends_and_what_has_books)
{
    cr_expect(feed_transport_is_file(FEED_STDIN) && feed_transport_is_file(FEED_FILE));
    cr_expect_not(feed_transport_is_file(FEED_CONNECT) || feed_transport_is_file(FEED_LISTEN));
    cr_expect(feed_format_is_exchange(FEED_COINBASE));
    cr_expect_not(feed_format_is_exchange(FEED_SBE) || feed_format_is_exchange(FEED_ETH_LOGS));
    for (int format = 0; format < FEED_FORMATS; format++) {
        cr_expect_not_null(feed_format_name((feed_format)format));
    }
}

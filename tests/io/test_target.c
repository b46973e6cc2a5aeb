/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include <criterion/criterion.h>
#include <mycelium/stream.h>

#include "io/target.h"

static myc__target parsed(const char *text)
{
    myc__target target;
    const char *expected = NULL;
    cr_assert_eq(0, myc__target_parse(text, &target, &expected), "%s: %s", text, expected);
    return target;
}

static void expect_address(const char *text, myc__target_kind kind, const char *address)
{
    myc__target target = parsed(text);
    char back[128];
    cr_expect_eq(kind, target.kind, "%s", text);
    myc__address_text((struct sockaddr *)&target.address, target.address_bytes, back, sizeof back);
    cr_expect_str_eq(address, back);
}

Test(target, names_what_it_is)
{
    expect_address("tcp://127.0.0.1:9000", MYC__TARGET_TCP, "127.0.0.1:9000");
    expect_address("tcp://localhost:1", MYC__TARGET_TCP, "127.0.0.1:1");
    expect_address("tcp://[::1]:65535", MYC__TARGET_TCP, "[::1]:65535");
    expect_address("tcp-listen://0.0.0.0:0", MYC__TARGET_TCP_LISTEN, "0.0.0.0:0");
    expect_address("udp://239.1.2.3:5000", MYC__TARGET_UDP, "239.1.2.3:5000");
    expect_address("udp://[ff15::1]:5000", MYC__TARGET_UDP, "[ff15::1]:5000");
    expect_address("udp-to://10.0.0.1:80", MYC__TARGET_UDP_TO, "10.0.0.1:80");
    expect_address("unix:///run/feed", MYC__TARGET_UNIX, "/run/feed");
    expect_address("unix-listen://relative", MYC__TARGET_UNIX_LISTEN, "relative");
    expect_address("unix-datagram://@abstract", MYC__TARGET_UNIX_DATAGRAM, "@abstract");
    expect_address("unix-datagram-to://a:b", MYC__TARGET_UNIX_DATAGRAM_TO, "a:b");
}

Test(target, takes_everything_else_for_a_path)
{
    static const char *const paths[] = {"-",          "today.ndjson", "./tcp://x",
                                        "/tmp/a://b", "tcp:/",        "a b://c",
                                        "",           "://x",         "TCP://127.0.0.1:1"};
    for (size_t index = 0; index < sizeof paths / sizeof paths[0]; index++)
        cr_expect_eq(MYC__TARGET_FILE, parsed(paths[index]).kind, "%s", paths[index]);
}

static void expect_refusal(const char *text, const char *says)
{
    const char *expected = "";
    cr_expect_eq(MYC_EINVAL, myc_stream_check(text, &expected), "%s", text);
    cr_expect_not_null(strstr(expected, says), "%s: expected %s", text, expected);
    cr_expect_eq(MYC_EINVAL, myc_stream_check(text, NULL));
}

Test(target, says_what_was_expected)
{
    expect_refusal(NULL, "a path");
    expect_refusal("", "a path");
    expect_refusal("ws://127.0.0.1:80", "tcp://, tcp-listen://");
    expect_refusal("tcp-to://127.0.0.1:80", "tcp://, tcp-listen://");
    expect_refusal("tcp://", "HOST:PORT");
    expect_refusal("tcp://127.0.0.1", "HOST:PORT");
    expect_refusal("tcp://[::1]", "HOST:PORT");
    expect_refusal("tcp://[::1:80", "HOST:PORT");
    expect_refusal("tcp://[::1]80", "HOST:PORT");
    expect_refusal("tcp://127.0.0.1:", "a port");
    expect_refusal("tcp://127.0.0.1:65536", "a port");
    expect_refusal("tcp://127.0.0.1:-1", "a port");
    expect_refusal("tcp://127.0.0.1: 80", "a port");
    expect_refusal("tcp://127.0.0.1:8x", "a port");
    expect_refusal("tcp://127.0.0.1:0", "1 to 65535");
    expect_refusal("udp-to://127.0.0.1:0", "1 to 65535");
    expect_refusal("tcp://example.org:80", "numeric");
    expect_refusal("tcp://127.0.1:80", "numeric");
    expect_refusal("tcp://::1:80", "a port");
    expect_refusal("tcp://[127.0.0.1]:80", "IPv6");
    expect_refusal("tcp://[fe80::1%no-such-if]:80", "network interface");
    expect_refusal("unix://", "a path of 1 to 107");
    expect_refusal("unix://@", "a path of 1 to 107");
}

Test(target, knows_the_longest_path)
{
    char text[200] = "unix://";
    memset(text + 7, 'x', 107);
    cr_expect_eq(0, myc_stream_check(text, NULL));
    text[7 + 107] = 'x';
    expect_refusal(text, "1 to 107");
}

Test(target, reads_an_interface)
{
    myc__target target = parsed("udp://[ff15::1%lo]:5000");
    cr_expect_eq(1, ((struct sockaddr_in6 *)&target.address)->sin6_scope_id);
    target = parsed("udp://[ff15::1%7]:5000");
    cr_expect_eq(7, ((struct sockaddr_in6 *)&target.address)->sin6_scope_id);
}

Test(target, gives_abstract_names_without_a_trailing_zero)
{
    myc__target target = parsed("unix://@name");
    cr_expect_eq(offsetof(struct sockaddr_un, sun_path) + 5, target.address_bytes);
    target = parsed("unix://path");
    cr_expect_eq(offsetof(struct sockaddr_un, sun_path) + 5, target.address_bytes);
}

Test(target, tells_groups_from_hosts)
{
    static const struct {
        const char *text;
        bool is_group;
    } cases[] = {{"udp://224.0.0.1:1", true},        {"udp://239.255.255.255:1", true},
                 {"udp://223.255.255.255:1", false}, {"udp://240.0.0.0:1", false},
                 {"udp://[ff02::1]:1", true},        {"udp://[fe80::1]:1", false}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        myc__target target = parsed(cases[index].text);
        cr_expect_eq(cases[index].is_group,
                     myc__address_is_multicast((struct sockaddr *)&target.address), "%s",
                     cases[index].text);
    }
}

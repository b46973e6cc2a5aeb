/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/url.h"

struct example {
    const char *text;
    bool secure;
    bool numeric;
    uint16_t port;
    const char *host;
    const char *authority;
    const char *path;
};

Test(url, is_taken_apart)
{
    static const struct example all[] = {
        {"ws://a.test", false, false, 80, "a.test", "a.test", "/"},
        {"wss://a.test", true, false, 443, "a.test", "a.test", "/"},
        {"WSS://A.test:443/", true, false, 443, "A.test", "A.test", "/"},
        {"ws://a.test:443/x/y?z=1/2", false, false, 443, "a.test", "a.test:443", "/x/y?z=1/2"},
        {"wss://a-b.c_d.test:9443?q", true, false, 9443, "a-b.c_d.test", "a-b.c_d.test:9443",
         "/?q"},
        {"ws://127.0.0.1:8080/f", false, true, 8080, "127.0.0.1", "127.0.0.1:8080", "/f"},
        {"ws://[::1]", false, true, 80, "::1", "[::1]", "/"},
        {"wss://[2001:db8::1]:1/f", true, true, 1, "2001:db8::1", "[2001:db8::1]:1", "/f"},
        {"ws://localhost:65535", false, true, 65535, "localhost", "localhost:65535", "/"}};
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) {
        const struct example *expected = &all[index];
        struct myc__url url;
        myc_net_error why = {""};
        cr_assert_eq(0, myc__url_parse(expected->text, &url, &why), "%s", why.text);
        cr_expect_eq(expected->secure, url.secure, "%s", expected->text);
        cr_expect_eq(expected->numeric, url.numeric, "%s", expected->text);
        cr_expect_eq(expected->port, url.port, "%s", expected->text);
        cr_expect_str_eq(expected->host, url.host);
        cr_expect_str_eq(expected->authority, url.authority);
        cr_expect_str_eq(expected->path, url.path);
    }
}

static void expect_refused(const char *text, const char *expected)
{
    struct myc__url url;
    myc_net_error why = {""};
    cr_expect_eq(MYC_EINVAL, myc__url_parse(text, &url, &why), "%s", text ? text : "NULL");
    cr_expect(strstr(why.text, expected), "%s: expected '%s', got '%s'", text ? text : "NULL",
              expected, why.text);
}

Test(url, is_refused_with_what_was_expected)
{
    expect_refused(NULL, "expected a URL");
    expect_refused("", "expected ws:// or wss://");
    expect_refused("http://a.test", "'http://a.test': expected ws:// or wss://");
    expect_refused("ws:/a.test", "expected ws:// or wss://");
    expect_refused("ws://", "expected a host");
    expect_refused("ws:///path", "expected a host");
    expect_refused("ws://:80", "expected a host");
    expect_refused("ws://[::1", "expected a host");
    expect_refused("ws://[a.test]", "expected a host");
    expect_refused("ws://[]", "expected a host");
    expect_refused("ws://a$b", "expected a host");
    expect_refused("ws://a.test:", "expected a port");
    expect_refused("ws://a.test:0", "expected a port");
    expect_refused("ws://a.test:65536", "expected a port");
    expect_refused("ws://a.test:000080", "expected a port");
    expect_refused("ws://a.test:8x", "expected a port");
    expect_refused("ws://[::1]80", "expected a port");
    expect_refused("ws://user:secret@a.test", "expected no user or password");
    expect_refused("ws://a.test/#part", "expected no fragment");
    expect_refused("ws://a.test/a b", "expected a URL");
    expect_refused("ws://a.test/\r\nHost: b", "expected a URL");
}

Test(url, is_bounded)
{
    char *text = malloc(3000);
    struct myc__url url;
    int used = snprintf(text, 3000, "wss://%0253d:65535", 1);
    cr_expect_eq(0, myc__url_parse(text, &url, NULL));
    cr_expect_eq(253 + 6, strlen(url.authority));
    snprintf(text, 3000, "wss://%0254d", 1);
    expect_refused(text, "expected a host");
    used = snprintf(text, 3000, "ws://a?");
    memset(text + used, 'x', 3000 - (size_t)used);
    text[2048] = '\0';
    cr_expect_eq(0, myc__url_parse(text, &url, NULL));
    cr_expect_eq(2048 - 6 + 1, strlen(url.path));
    text[2048] = 'x';
    text[2049] = '\0';
    expect_refused(text, "expected a URL of up to 2048");
    free(text);
}

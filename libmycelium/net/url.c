/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/text.h"

static int refuse(const char *text, const char *expected, myc_net_error *why)
{
    myc__net_explain(why, "'%.100s': expected %s", text, expected);
    return MYC_EINVAL;
}

static bool is_printable(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

/* `rest` is moved behind the scheme. */
static bool parse_scheme(const char **rest, struct myc__url *url)
{
    url->secure = strncasecmp(*rest, "wss://", 6) == 0;
    if (!url->secure && strncasecmp(*rest, "ws://", 5) != 0) {
        return false;
    }
    *rest += url->secure ? 6 : 5;
    return true;
}

static bool is_name(const char *host)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    return host[0] && strspn(host, letters) == strlen(host);
}

static bool classify_host(struct myc__url *url)
{
    struct in6_addr parsed;
    if (url->version_6) {
        url->numeric = inet_pton(AF_INET6, url->host, &parsed) == 1;
        return url->numeric;
    }
    url->numeric =
        inet_pton(AF_INET, url->host, &parsed) == 1 || strcasecmp(url->host, "localhost") == 0;
    return is_name(url->host);
}

/* `end` is set behind it: at the colon of the port, or at the end of the authority. */
static bool parse_host(const char *from, const char *limit, struct myc__url *url, const char **end)
{
    url->version_6 = *from == '[';
    from += url->version_6;
    const char *stop = memchr(from, url->version_6 ? ']' : ':', (size_t)(limit - from));
    if (url->version_6 && !stop) {
        return false;
    }
    stop = stop ? stop : limit;
    size_t length = (size_t)(stop - from);
    if (length == 0 || length > MYC__HOST_BYTES_MAX) {
        return false;
    }
    memcpy(url->host, from, length);
    url->host[length] = '\0';
    *end = stop + url->version_6;
    return classify_host(url);
}

static bool parse_port(const char *from, const char *limit, struct myc__url *url)
{
    url->port = url->secure ? 443 : 80;
    if (from == limit) {
        return true;
    }
    if (*from++ != ':' || from == limit || limit - from > 5) {
        return false;
    }
    uint32_t port = 0;
    for (; from < limit; from++) {
        if (*from < '0' || *from > '9') {
            return false;
        }
        port = port * 10 + (uint32_t)(*from - '0');
    }
    url->port = (uint16_t)port;
    return port > 0 && port <= 65535;
}

static void write_authority(struct myc__url *url)
{
    bool usual = url->port == (url->secure ? 443 : 80);
    snprintf(url->authority, sizeof url->authority, "%s%s%s", url->version_6 ? "[" : "", url->host,
             url->version_6 ? "]" : "");
    if (!usual) {
        myc__text_add(url->authority, sizeof url->authority, ":%u", url->port);
    }
}

int myc__url_parse(const char *text, struct myc__url *url, myc_net_error *why)
{
    *url = (struct myc__url){0};
    if (!text || !is_printable(text) || strlen(text) > MYC__URL_BYTES_MAX) {
        return refuse(text ? text : "", "a URL of up to 2048 printable characters", why);
    }
    const char *rest = text, *port = NULL;
    if (!parse_scheme(&rest, url)) {
        return refuse(text, "ws:// or wss://", why);
    }
    const char *limit = rest + strcspn(rest, "/?#");
    if (memchr(rest, '@', (size_t)(limit - rest))) {
        return refuse(text, "no user or password: give a header field instead", why);
    }
    if (!parse_host(rest, limit, url, &port)) {
        return refuse(text, "a host: a name, 192.0.2.1 or [2001:db8::1]", why);
    }
    if (!parse_port(port, limit, url)) {
        return refuse(text, "a port of 1 to 65535 behind the host, or none", why);
    }
    if (strchr(limit, '#')) {
        return refuse(text, "no fragment (#)", why);
    }
    write_authority(url);
    snprintf(url->path, sizeof url->path, "%s%s", *limit == '/' ? "" : "/", limit);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/target.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <mycelium/error.h>
#include <mycelium/stream.h>

static const struct {
    const char *scheme;
    myc__target_kind kind;
} schemes[] = {
    {"tcp://", MYC__TARGET_TCP},
    {"tcp-listen://", MYC__TARGET_TCP_LISTEN},
    {"udp://", MYC__TARGET_UDP},
    {"udp-to://", MYC__TARGET_UDP_TO},
    {"unix://", MYC__TARGET_UNIX},
    {"unix-listen://", MYC__TARGET_UNIX_LISTEN},
    {"unix-datagram://", MYC__TARGET_UNIX_DATAGRAM},
    {"unix-datagram-to://", MYC__TARGET_UNIX_DATAGRAM_TO},
};

enum { SCHEMES = sizeof schemes / sizeof schemes[0], HOST_BYTES = 128 };

static bool is_scheme_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || letter == '-' || letter == '+';
}

/* A path with a scheme's look is written ./a://b. */
static bool has_scheme(const char *text)
{
    size_t length = 0;
    while (is_scheme_letter(text[length])) {
        length++;
    }
    return length > 0 && strncmp(text + length, "://", 3) == 0;
}

static const char *find_scheme(const char *text, myc__target_kind *kind)
{
    for (uint32_t i = 0; i < SCHEMES; i++) {
        size_t length = strlen(schemes[i].scheme);
        if (strncmp(text, schemes[i].scheme, length) == 0) {
            *kind = schemes[i].kind;
            return text + length;
        }
    }
    return NULL;
}

static int refuse(const char **expected, const char *what)
{
    *expected = what;
    return MYC_EINVAL;
}

static void set_address(myc__target *target, const void *address, size_t address_bytes)
{
    memcpy(&target->address, address, address_bytes);
    target->address_bytes = (socklen_t)address_bytes;
}

/* ---- HOST:PORT ---- */

/* Digits only: strtoul() would take signs and spaces. */
static bool read_port(const char *text, uint16_t *port)
{
    uint32_t value = 0;
    size_t length = strlen(text);
    if (length == 0 || length > 5 || strspn(text, "0123456789") != length) {
        return false;
    }
    value = (uint32_t)strtoul(text, NULL, 10);
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

/* Takes the host out of HOST:PORT or [HOST]:PORT. Returns the port's text, or NULL. */
static const char *split(const char *text, char host[HOST_BYTES], bool *is_bracketed)
{
    *is_bracketed = text[0] == '[';
    const char *begin = text + *is_bracketed;
    const char *end = strchr(begin, *is_bracketed ? ']' : ':');
    if (!end || (size_t)(end - begin) >= HOST_BYTES || (*is_bracketed && end[1] != ':')) {
        return NULL;
    }
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    return end + 1 + *is_bracketed;
}

/* A link-local address is of an interface, by name or number. */
static bool read_scope(const char *name, uint32_t *scope)
{
    *scope = if_nametoindex(name);
    if (*scope == 0 && strlen(name) > 0 && strspn(name, "0123456789") == strlen(name)) {
        *scope = (uint32_t)strtoul(name, NULL, 10);
    }
    return *scope != 0;
}

static int read_v6(char *host, uint16_t port, myc__target *target, const char **expected)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char *scope = strchr(host, '%');
    if (scope) {
        *scope++ = '\0';
        if (!read_scope(scope, &address.sin6_scope_id)) {
            return refuse(expected, "a network interface of this machine behind the %");
        }
    }
    if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1) {
        return refuse(expected, "an IPv6 address between [ and ]");
    }
    set_address(target, &address, sizeof address);
    return 0;
}

static int read_v4(const char *host, uint16_t port, myc__target *target, const char **expected)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    const char *number = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (inet_pton(AF_INET, number, &address.sin_addr) != 1) {
        return refuse(expected, "a numeric address (127.0.0.1, [::1]) or localhost: names are not "
                                "looked up");
    }
    set_address(target, &address, sizeof address);
    return 0;
}

static int read_internet(const char *text, myc__target *target, const char **expected)
{
    char host[HOST_BYTES];
    bool is_bracketed;
    uint16_t port;
    const char *port_text = split(text, host, &is_bracketed);
    if (!port_text) {
        return refuse(expected, "HOST:PORT, with an IPv6 address as [HOST]:PORT");
    }
    if (!read_port(port_text, &port)) {
        return refuse(expected, "a port from 0 to 65535 behind the host");
    }
    if (port == 0 && !myc__target_is_bound(target)) {
        return refuse(expected, "a port from 1 to 65535: only what is bound may leave the choice "
                                "to the system by port 0");
    }
    return is_bracketed ? read_v6(host, port, target, expected)
                        : read_v4(host, port, target, expected);
}

/* ---- a path, or @ and an abstract name ---- */

static int read_unix(const char *text, myc__target *target, const char **expected)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(text);
    if (length == 0 || length >= sizeof address.sun_path || strcmp(text, "@") == 0) {
        return refuse(expected, "a path of 1 to 107 bytes, or @ and a name");
    }
    memcpy(address.sun_path, text, length);
    bool is_abstract = text[0] == '@';
    address.sun_path[0] = is_abstract ? '\0' : text[0];
    set_address(target, &address, offsetof(struct sockaddr_un, sun_path) + length + !is_abstract);
    return 0;
}

int myc__target_parse(const char *text, myc__target *target, const char **expected)
{
    *target = (myc__target){.kind = MYC__TARGET_FILE};
    if (!has_scheme(text)) {
        return 0;
    }
    const char *rest = find_scheme(text, &target->kind);
    if (!rest) {
        return refuse(expected, "tcp://, tcp-listen://, udp://, udp-to://, unix://, "
                                "unix-listen://, unix-datagram:// or unix-datagram-to://; a path "
                                "that looks like this begins with ./");
    }
    return myc__target_is_unix(target) ? read_unix(rest, target, expected)
                                       : read_internet(rest, target, expected);
}

int myc_stream_check(const char *target, const char **expected)
{
    myc__target parsed;
    const char *unwanted;
    if (!target || target[0] == '\0') {
        return refuse(expected ? expected : &unwanted,
                      "a path, - or one of tcp, tcp-listen, udp, udp-to, unix, unix-listen, "
                      "unix-datagram, unix-datagram-to with ://");
    }
    return myc__target_parse(target, &parsed, expected ? expected : &unwanted);
}

/* ---- the other way ---- */

static void unix_text(const struct sockaddr_un *address, socklen_t address_bytes, char *text,
                      size_t text_bytes)
{
    size_t length = address_bytes - offsetof(struct sockaddr_un, sun_path);
    if (address_bytes <= offsetof(struct sockaddr_un, sun_path)) {
        text[0] = '\0';
    } else if (address->sun_path[0] == '\0') {
        snprintf(text, text_bytes, "@%.*s", (int)(length - 1), address->sun_path + 1);
    } else {
        snprintf(text, text_bytes, "%.*s", (int)length, address->sun_path);
    }
}

void myc__address_text(const struct sockaddr *address, socklen_t address_bytes, char *text,
                       size_t text_bytes)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(text, text_bytes, "%s:%u", host, ntohs(v4->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(text, text_bytes, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else {
        unix_text((const void *)address, address_bytes, text, text_bytes);
    }
}

bool myc__address_is_multicast(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        return IN_MULTICAST(
            ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    }
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_MULTICAST(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

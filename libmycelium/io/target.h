/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_TARGET_H
#define MYC_IO_TARGET_H

/*
 * What a target text names: a kind of stream, and where it is.
 *
 *     "tcp://127.0.0.1:9000"      MYC__TARGET_TCP and an IPv4 address
 *     "udp://[ff15::1%eth0]:5000" MYC__TARGET_UDP and an IPv6 address with its interface
 *     "unix://@name"              MYC__TARGET_UNIX and an abstract name, which is no file
 *     "captures/today.ndjson"     MYC__TARGET_FILE: whatever has no scheme is a path
 *
 * Threads: any.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <mycelium/export.h>

typedef enum myc__target_kind {
    MYC__TARGET_FILE = 0,
    MYC__TARGET_TCP,
    MYC__TARGET_TCP_LISTEN,
    MYC__TARGET_UDP,
    MYC__TARGET_UDP_TO,
    MYC__TARGET_UNIX,
    MYC__TARGET_UNIX_LISTEN,
    MYC__TARGET_UNIX_DATAGRAM,
    MYC__TARGET_UNIX_DATAGRAM_TO,
} myc__target_kind;

typedef struct myc__target {
    myc__target_kind kind;
    socklen_t address_bytes;
    struct sockaddr_storage address; /* of sockets */
} myc__target;

/** Gives `*target`. Returns 0, or MYC_EINVAL with what was expected in `*expected` (static). */
MYC_MUST_CHECK int myc__target_parse(const char *text, myc__target *target, const char **expected);

static inline bool myc__target_is_unix(const myc__target *target)
{
    return target->kind >= MYC__TARGET_UNIX;
}

/** True for what others come to: it is bound to its address. */
static inline bool myc__target_is_bound(const myc__target *target)
{
    return target->kind == MYC__TARGET_TCP_LISTEN || target->kind == MYC__TARGET_UDP ||
           target->kind == MYC__TARGET_UNIX_LISTEN || target->kind == MYC__TARGET_UNIX_DATAGRAM;
}

static inline bool myc__target_is_datagram(const myc__target *target)
{
    return target->kind == MYC__TARGET_UDP || target->kind == MYC__TARGET_UDP_TO ||
           target->kind == MYC__TARGET_UNIX_DATAGRAM ||
           target->kind == MYC__TARGET_UNIX_DATAGRAM_TO;
}

/** Writes an address as a target has it, such as "127.0.0.1:9000", "[::1]:9000" or "/run/feed";
 * empty for a Unix socket without a name. */
void myc__address_text(const struct sockaddr *address, socklen_t address_bytes, char *text,
                       size_t text_bytes);

/** True when datagrams sent there reach all who have joined it. */
bool myc__address_is_multicast(const struct sockaddr *address);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_URL_H
#define MYC_NET_URL_H

/*
 * ws://HOST[:PORT][/PATH][?QUERY] and wss://, taken apart.
 */
#include <mycelium/tls.h>

#include "net/limits.h"

struct myc__url {
    bool secure;                        /* wss:// */
    bool numeric;                       /* the host is an address, or `localhost` */
    bool version_6;                     /* an address with colons */
    uint16_t port;                      /* 80 and 443 by default */
    char host[MYC__HOST_BYTES_MAX + 1]; /* without the brackets of an address */
    char authority[MYC__HOST_BYTES_MAX +
                   9];                 /* for the Host field: the port only if not the default */
    char path[MYC__URL_BYTES_MAX + 2]; /* with the query; begins with a slash */
};

/** Returns 0, or MYC_EINVAL with what was expected in `why` (may be NULL). Borrows `text`. */
int myc__url_parse(const char *text, struct myc__url *url, myc_net_error *why);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_RESOLVE_H
#define MYC_NET_RESOLVE_H

/*
 * The addresses of a name, looked up where it may block: on a thread of a pool (offload.h).
 */
#include <arpa/inet.h>

#include <mycelium/message.h>

#include "net/limits.h"

typedef struct myc__websocket_query {
    uint32_t attempt; /* comes back with the answer */
    char host[MYC__HOST_BYTES_MAX + 1];
} myc__websocket_query;
MYC_MESSAGE(myc__websocket_query)

typedef struct myc__websocket_addresses {
    uint32_t attempt;
    uint32_t count;                                   /* 0: see `error` */
    const char *error;                                /* static */
    char texts[MYC__ADDRESSES_MAX][INET6_ADDRSTRLEN]; /* in the order they are to be tried */
} myc__websocket_addresses;
MYC_MESSAGE(myc__websocket_addresses)

/** The work: `argument` is a query. NULL when memory is out. */
const myc__websocket_addresses *myc__websocket_resolve(myc_context *ctx, const void *argument);

#endif

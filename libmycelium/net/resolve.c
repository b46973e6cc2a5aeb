/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolve.h"

#include <netdb.h>
#include <stdbool.h>

MYC_MESSAGE_TYPE(myc__websocket_query)
MYC_MESSAGE_TYPE(myc__websocket_addresses)

static const void *bytes_of(const struct addrinfo *found)
{
    return found->ai_family == AF_INET
               ? (const void *)&((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_addr
               : (const void *)&((const struct sockaddr_in6 *)(const void *)found->ai_addr)
                     ->sin6_addr;
}

static void keep(myc__websocket_addresses *addresses, const struct addrinfo *found)
{
    for (; found && addresses->count < MYC__ADDRESSES_MAX; found = found->ai_next) {
        bool known = found->ai_family == AF_INET || found->ai_family == AF_INET6;
        char *text = addresses->texts[addresses->count];
        if (known && inet_ntop(found->ai_family, bytes_of(found), text, INET6_ADDRSTRLEN)) {
            addresses->count++;
        }
    }
}

const myc__websocket_addresses *myc__websocket_resolve(myc_context *ctx, const void *argument)
{
    const myc__websocket_query *query = argument;
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    myc__websocket_addresses *made = myc__websocket_addresses_new(ctx);
    if (!made) {
        return NULL;
    }
    made->attempt = query->attempt;
    int error = getaddrinfo(query->host, NULL, &wanted, &found);
    made->error = error ? gai_strerror(error) : "no address";
    if (!error) {
        keep(made, found);
        freeaddrinfo(found);
    }
    return made;
}

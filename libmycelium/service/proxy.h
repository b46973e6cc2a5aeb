/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_PROXY_H
#define MYC_SERVICE_PROXY_H

/*
 * A proxy is one block: the router with its members behind it, then a breaker for each. It is a
 * payload, so that asks under way can hold it; no other thread reads it.
 */
#include <mycelium/proxy.h>

struct myc_proxy {
    const myc_protocol *protocol;
    uint32_t members_max;
    bool without_breakers;
    uint64_t try_timeout_ns;
    myc_retry retry;
    myc_breaker pattern; /* what the breaker of a new member is */
    myc_breaker *breakers;
    myc_router router; /* last: its members lie behind it */
};

/** The breaker of a member; NULL when it has none. */
myc_breaker *myc__proxy_breaker(const myc_proxy *proxy, myc_address member);

#endif

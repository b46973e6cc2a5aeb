/* SPDX-License-Identifier: Apache-2.0 */
#include "service/proxy.h"

#include <string.h>

#include "message/memory.h"
#include "service/config.h"
#include "shard/context.h"

enum { MEMBERS_DEFAULT = 32 };

static const myc_type proxy_type = {
    .name = "proxy", .size_bytes = sizeof(myc_proxy), .alignment_bytes = 16};

static int configure(myc_context *ctx, myc_proxy *proxy, const myc_proxy_options *options)
{
    int error = myc_router_init(ctx, &proxy->router, proxy->members_max, &options->router);
    error = error ? error : myc_breaker_init(ctx, &proxy->pattern, &options->breaker);
    return error ? error : myc_retry_init(ctx, &proxy->retry, &options->retry);
}

static myc_proxy *allocate(myc_context *ctx, uint32_t members_max)
{
    size_t own_bytes = offsetof(myc_proxy, router) + myc_router_bytes(members_max);
    size_t breakers_bytes = members_max * sizeof(myc_breaker);
    myc_proxy *proxy =
        myc__memory_new(&ctx->memory, &proxy_type, (uint32_t)(own_bytes + breakers_bytes), 16);
    if (proxy) {
        memset(proxy, 0, own_bytes + breakers_bytes);
        proxy->members_max = members_max;
        proxy->breakers = (myc_breaker *)(void *)((uint8_t *)proxy + own_bytes);
    }
    return proxy;
}

int myc_proxy_create(myc_context *ctx, const myc_protocol *protocol, const myc_proxy_options *given,
                     myc_proxy **created)
{
    myc_proxy_options options = given ? *given : (myc_proxy_options){0};
    options.members_max = options.members_max ? options.members_max : MEMBERS_DEFAULT;
    if (options.members_max > MYC__PROXY_MEMBERS_MAX) {
        return myc__config_refuse(ctx, "proxy", "members_max", options.members_max, "1 to 256");
    }
    myc_proxy *proxy = allocate(ctx, options.members_max);
    if (!proxy) {
        return MYC_ENOMEM;
    }
    proxy->protocol = protocol;
    proxy->without_breakers = options.without_breakers;
    proxy->try_timeout_ns = options.try_timeout_ns ? options.try_timeout_ns : UINT64_MAX;
    int error = configure(ctx, proxy, &options);
    if (error) {
        myc_release(ctx, proxy);
        return error;
    }
    *created = proxy;
    return 0;
}

void myc_proxy_destroy(myc_context *ctx, myc_proxy *proxy)
{
    myc_release(ctx, proxy);
}

static bool is_member(const myc_proxy *proxy, myc_address address)
{
    for (uint32_t i = 0; i < myc_router_count(&proxy->router); i++) {
        if (myc_address_equal(myc_router_at(&proxy->router, i)->address, address)) {
            return true;
        }
    }
    return false;
}

myc_breaker *myc__proxy_breaker(const myc_proxy *proxy, myc_address member)
{
    for (uint32_t i = 0; i < proxy->members_max; i++) {
        myc_breaker *breaker = &proxy->breakers[i];
        if (breaker->round && myc_address_equal(breaker->subject, member)) {
            return breaker;
        }
    }
    return NULL;
}

/* There are as many breakers as members: one that is of no member is free. Its rounds go on, so that
 * a call of the member before does not count. */
static void give_breaker(myc_proxy *proxy, myc_address member)
{
    uint32_t i = 0;
    while (proxy->breakers[i].round && is_member(proxy, proxy->breakers[i].subject)) {
        i++;
    }
    uint32_t round = proxy->breakers[i].round;
    proxy->breakers[i] = proxy->pattern;
    proxy->breakers[i].round = round + 1 ? round + 1 : 1;
    myc_breaker_set_subject(&proxy->breakers[i], member);
}

int myc_proxy_add(myc_context *ctx, myc_proxy *proxy, myc_address member,
                  const myc_member_options *options)
{
    bool is_new = !is_member(proxy, member);
    int error = myc_router_add(ctx, &proxy->router, member, options);
    if (!error && is_new) {
        myc_breaker *old = myc__proxy_breaker(proxy, member);
        if (old) {
            old->subject = (myc_address){0}; /* of its time as a member before */
        }
        give_breaker(proxy, member);
    }
    return error;
}

bool myc_proxy_remove(myc_proxy *proxy, myc_address member)
{
    return myc_router_remove(&proxy->router, member);
}

myc_router *myc_proxy_router(myc_proxy *proxy)
{
    return &proxy->router;
}

const myc_breaker *myc_proxy_breaker(const myc_proxy *proxy, myc_address member)
{
    return is_member(proxy, member) ? myc__proxy_breaker(proxy, member) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_PROXY_H
#define MYCELIUM_PROXY_H

/*
 * A proxy: asks one of several actors, whichever can answer, and another one if it does not.
 *
 *     ask -> route: which member? (router.h) -> breaker: is it let alone? (breaker.h)
 *         -> the member is asked -> no reply: retry, after a while, by the route again (retry.h)
 *
 *     MYC_PROXY(market, MARKET_ROWS)           // once, in a header: market_proxy
 *
 *     error = market_proxy_create(ctx, &(myc_proxy_options){...}, &self->desks);   in on_start
 *     error = market_proxy_add(ctx, self->desks, desk, NULL);
 *     error = market_proxy_ask_price(ctx, self->desks, 0, request, timeout_ns, on_price);
 *     market_proxy_destroy(ctx, self->desks);                                       in on_stop
 *
 * The handler of the answer is one of an ask (ask.h), and runs exactly once, unless the actor stops
 * before. It has the reply, or the outcome of the last try, or MYC_BREAKER_REFUSED or MYC_NO_MEMBER,
 * for which nothing was sent. The deadline is that of all tries together: none begins after it.
 *
 * Each member has a breaker of its own. It counts every try that ends without a reply.
 *
 * Threads: a proxy belongs to the actor that made it.
 */
#include <mycelium/breaker.h>
#include <mycelium/protocol.h>
#include <mycelium/retry.h>
#include <mycelium/router.h>

MYC_EXTERN_C_BEGIN

typedef struct myc_proxy myc_proxy;

/** Options of a proxy; all zero means the defaults. */
typedef struct myc_proxy_options {
    uint32_t members_max; /* 1 to 256; default 32 */
    myc_router_options router;
    bool without_breakers;
    myc_breaker_options breaker; /* of each member */
    myc_retry_options retry;     /* only for rows marked MYC_IDEMPOTENT; default: one try */
    uint64_t try_timeout_ns;     /* of one try; default: what is left of the ask's */
} myc_proxy_options;

/**
 * Makes a proxy without members. Prefer the typed P_proxy_create(). `options` may be NULL.
 * Gives `*proxy`: destroy it. Returns 0, MYC_EINVAL (an option; the log line says which) or
 * MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_proxy_create(myc_context *ctx, const myc_protocol *protocol,
                                            const myc_proxy_options *options, myc_proxy **proxy);

/** Takes `proxy`; NULL is ignored. Asks under way go on to their ends. */
MYC_API void myc_proxy_destroy(myc_context *ctx, myc_proxy *proxy);

/** Adds a member, with a closed breaker. Returns as myc_router_add(). */
MYC_API MYC_MUST_CHECK int myc_proxy_add(myc_context *ctx, myc_proxy *proxy, myc_address member,
                                         const myc_member_options *options);

/** Removes a member. Returns false when it was none. A try that it was given goes on. */
MYC_API bool myc_proxy_remove(myc_proxy *proxy, myc_address member);

/** The router, to mark members as unhealthy or to look at them. Borrowed. */
MYC_API myc_router *myc_proxy_router(myc_proxy *proxy);

/** The breaker of a member, to look at; NULL when it is no member. Borrowed. */
MYC_API const myc_breaker *myc_proxy_breaker(const myc_proxy *proxy, myc_address member);

/**
 * Asks a member, by the route, the breakers and the policy. Prefer the typed P_proxy_ask_row().
 * `key` is for MYC_ROUTE_BY_KEY, else it does not matter. The rest is as in myc_ask().
 * Returns 0, or, without a call of the handler, MYC_ENOMEM, MYC_ETHREAD, or MYC_EINVAL: the proxy
 * asks again, and the row is not marked MYC_IDEMPOTENT (the log line names it).
 */
MYC_API MYC_MUST_CHECK int myc_proxy_ask(myc_context *ctx, myc_proxy *proxy, uint64_t key,
                                         uint32_t tag, const void *request, uint64_t timeout_ns,
                                         myc_answer_handler handler, myc_answer_call call);

MYC_EXTERN_C_END

#define MYC__PROXY_SHELL(...)                                                                      \
    MYC__PICK_ROW(__VA_ARGS__, MYC__PROXY_5, MYC__PROXY_4, MYC__PROXY_3, unused, unused)           \
    (__VA_ARGS__)
#define MYC__PROXY_3(P, name, T)
#define MYC__PROXY_5(P, name, T, R, marks) MYC__PROXY_4(P, name, T, R)
#define MYC__PROXY_4(P, name, T, R)                                                                \
    /** Asks a member; `handler` of the calling actor gets the answer. See myc_proxy_ask(). */     \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_proxy_ask_##name(                              \
        myc_context *ctx, P##_proxy proxy, uint64_t key, const T *request, uint64_t timeout_ns,    \
        P##_##name##_answered handler)                                                             \
    {                                                                                              \
        return myc_proxy_ask(ctx, proxy.proxy, key, P##_tag_##name, request, timeout_ns,           \
                             (myc_answer_handler)handler, P##__answer_##name);                     \
    }

/** In a header, after MYC_PROTOCOL(P, ROWS): P_proxy, and a function for each row that is asked. */
#define MYC_PROXY(P, ROWS)                                                                         \
    typedef struct P##_proxy {                                                                     \
        myc_proxy *proxy;                                                                          \
    } P##_proxy;                                                                                   \
    /** Makes a proxy. Gives `*proxy`: destroy it. See myc_proxy_create(). */                      \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_proxy_create(                                  \
        myc_context *ctx, const myc_proxy_options *options, P##_proxy *proxy)                      \
    {                                                                                              \
        return myc_proxy_create(ctx, &P##_protocol, options, &proxy->proxy);                       \
    }                                                                                              \
    MYC_UNUSED static inline void P##_proxy_destroy(myc_context *ctx, P##_proxy proxy)             \
    {                                                                                              \
        myc_proxy_destroy(ctx, proxy.proxy);                                                       \
    }                                                                                              \
    /** Adds a member. See myc_proxy_add(). */                                                     \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_proxy_add(                                     \
        myc_context *ctx, P##_proxy proxy, P##_ref member, const myc_member_options *options)      \
    {                                                                                              \
        return myc_proxy_add(ctx, proxy.proxy, member.address, options);                           \
    }                                                                                              \
    MYC_UNUSED static inline bool P##_proxy_remove(P##_proxy proxy, P##_ref member)                \
    {                                                                                              \
        return myc_proxy_remove(proxy.proxy, member.address);                                      \
    }                                                                                              \
    ROWS(MYC__PROXY_SHELL, P)

#endif

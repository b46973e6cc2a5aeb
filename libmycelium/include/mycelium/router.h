/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_ROUTER_H
#define MYCELIUM_ROUTER_H

/*
 * Routers: which one of several actors gets the next message.
 *
 *     MYC_ROUTER(market)                      // once, in a header: market_router
 *
 *     struct desk { market_router feeds; };
 *     error = market_router_init(ctx, &self->feeds,
 *                                &(myc_router_options){.strategy = MYC_ROUTE_LEAST_LOADED});
 *     error = market_router_add(ctx, &self->feeds, feed, NULL);
 *
 *     market_ref to;
 *     error = market_router_choose(ctx, &self->feeds, &to);
 *     if (!error) { sent = market_send_quote(ctx, to, quote); }
 *
 * A router is a plain value without pointers: it lies in an actor's state (or anywhere), is copied
 * with it, and needs no end. All zero is an empty router that takes its members in turn. It belongs
 * to one actor or thread, like any other state; several that send to the same actors have a router
 * each.
 *
 * A router that watches the registry has those as members whose names fit, and follows them:
 *
 *     in on_start:  error = myc_registry_watch(ctx, "feed/b*", desk_tag_feed, true);
 *     in the row:   error = market_router_follow(ctx, &self->feeds, feed);
 *
 * A member is left out while it is marked unhealthy, and for ever when it is dead. When nobody is
 * left the answer is MYC_EUNHEALTHY. To choose takes no lock and no memory: in turn and at random
 * about 6 ns; the others look at each member, which takes 3 to 6 ns for each.
 */
#include <mycelium/registry.h>

MYC_EXTERN_C_BEGIN

/** How a router chooses. */
typedef enum myc_route {
    MYC_ROUTE_ROUND_ROBIN = 0, /* each in turn (default) */
    MYC_ROUTE_RANDOM = 1,      /* any, equally likely; from the seed */
    /** In proportion to the weights: in as many choices as they add up to each member is chosen as
     * often as its weight says, spread as evenly as can be. The count begins anew when members or
     * their health change. */
    MYC_ROUTE_WEIGHTED = 2,
    /**
     * Who has the fewest messages waiting; those with equally many in turn. On the router's own
     * worker that is the depth of the mailbox. A member elsewhere publishes its depth when it
     * begins a message and when it has done the last one; what this router has chosen it for since
     * it last published is added. So what others send to it is seen when it begins its next
     * message, and what is on its way not at all. To be a member costs about 8 ns a message.
     */
    MYC_ROUTE_LEAST_LOADED = 3,
    /**
     * The same member for the same key. Each member has a score for each key, and the highest wins
     * ("rendezvous hashing"): when a member goes only its own keys move, spread over all others;
     * when one comes it takes its share from all, and nothing else moves. Scores depend on key and
     * identity alone, not on the order or the number of members, so all routers agree.
     */
    MYC_ROUTE_BY_KEY = 4
} myc_route;

/** Options of a router; all zero means the defaults. */
typedef struct myc_router_options {
    myc_route strategy;
    uint64_t seed; /* of MYC_ROUTE_RANDOM: the same seed, the same choices */
} myc_router_options;

/** Options of a member; all zero means the defaults. */
typedef struct myc_member_options {
    uint32_t weight; /* 1 to 65536; default 1; of MYC_ROUTE_WEIGHTED */
    /** What keys are hashed with; default: made of the address. Give one, as
     * myc_route_key("feed-3", 6), where a key is to find the same member in the next run too, or
     * where a successor is to take over the keys of its predecessor. */
    uint64_t identity;
} myc_member_options;

/** A member as the router has it. Read it through myc_router_at(). */
typedef struct myc_router_member {
    myc_address address;
    uint64_t identity;
    uint32_t weight;
    uint8_t marked;        /* unhealthy, by myc_router_mark() */
    uint8_t gone;          /* found dead */
    int32_t balance;       /* weighted: what it is owed */
    uint32_t load_version; /* least loaded: the publication seen last */
    uint32_t sent_since;   /* and how often it was chosen since then */
} myc_router_member;

/** A router; its members lie right behind it. */
typedef struct myc_router {
    uint32_t strategy;
    uint32_t capacity;
    uint32_t count;
    uint32_t next; /* whose turn it is */
    uint64_t random;
} myc_router;

/** Decides whether a member may be chosen now, beyond what the router knows: for circuit breakers.
 * It may be asked for members that are not chosen, so it must not count. */
typedef bool (*myc_route_filter)(void *user, myc_address member);

/**
 * Makes an empty router with room for `capacity` (1 to 4096) members behind it, in memory of
 * myc_router_bytes(capacity). Prefer the typed P_router_init().
 * `options` may be NULL. Returns 0 or MYC_EINVAL (the log line says why).
 */
MYC_API MYC_MUST_CHECK int myc_router_init(myc_context *ctx, myc_router *router, uint32_t capacity,
                                           const myc_router_options *options);

/** The size of a router with room for `capacity` members. Align it to 8. */
static inline size_t myc_router_bytes(uint32_t capacity)
{
    return sizeof(myc_router) + capacity * sizeof(myc_router_member);
}

/**
 * Adds an actor; one that is a member gets the new options and keeps its mark. `options` may be
 * NULL. Returns 0, MYC_ELIMIT (no room: dead members have made way already), MYC_EINVAL (an
 * option: the log line says which) or MYC_ENOMEM (it cannot be asked to publish its load).
 */
MYC_API MYC_MUST_CHECK int myc_router_add(myc_context *ctx, myc_router *router, myc_address member,
                                          const myc_member_options *options);

/** Removes an actor. Returns false when it was no member. */
MYC_API bool myc_router_remove(myc_router *router, myc_address member);

/** Says whether a member may be chosen from now on. Returns false when it is no member. */
MYC_API bool myc_router_mark(myc_router *router, myc_address member, bool healthy);

/**
 * Chooses. Returns 0 and sets `*to`; MYC_EUNHEALTHY when no member is left to choose from; or
 * MYC_EINVAL from a router by key.
 */
MYC_API MYC_MUST_CHECK int myc_router_choose(myc_context *ctx, myc_router *router, myc_address *to);

/** The same with a key, which all strategies but MYC_ROUTE_BY_KEY ignore: never MYC_EINVAL. */
MYC_API MYC_MUST_CHECK int myc_router_choose_by(myc_context *ctx, myc_router *router, uint64_t key,
                                                myc_address *to);

/** The same among members that `filter` (NULL = all) lets through. */
MYC_API MYC_MUST_CHECK int myc_router_choose_if(myc_context *ctx, myc_router *router, uint64_t key,
                                                myc_route_filter filter, void *user,
                                                myc_address *to);

/**
 * Does what a change of the registry says: who comes is added, with the name as its identity and
 * the metadata "weight" as its weight; who goes is removed. An actor should have one such name.
 * Returns 0, MYC_ETYPE (it does not speak `protocol`, and is left out), MYC_EINVAL (a bad weight,
 * it is left out or as it was; the log line says which), MYC_ELIMIT or MYC_ENOMEM.
 */
MYC_API int myc_router_follow(myc_context *ctx, myc_router *router,
                              const myc_registry_change *change, const myc_protocol *protocol);

/** The count of members, healthy or not. */
static inline uint32_t myc_router_count(const myc_router *router)
{
    return router->count;
}

/** Member `index`, from 0 to the count - 1, in the order added; valid until members change. */
MYC_API const myc_router_member *myc_router_at(const myc_router *router, uint32_t index);

/** True when a member could be chosen now: alive and not marked. */
MYC_API bool myc_router_is_healthy(const myc_context *ctx, const myc_router_member *member);

/**
 * A key of bytes, as the characters of a symbol: their FNV-1a hash of 64 bits, so that other
 * programs can make the same. A number can be a key as it is: the router mixes it.
 */
MYC_API uint64_t myc_route_key(const void *bytes, size_t size_bytes);

MYC_EXTERN_C_END

/** In a header, after MYC_PROTOCOL(P): P_router, with room for 32 members, and its functions. */
#define MYC_ROUTER(P) MYC_ROUTER_OF(P, 32)

/** The same with room for `N` members, 1 to 4096; one takes 40 bytes. */
#define MYC_ROUTER_OF(P, N)                                                                        \
    typedef struct P##_router {                                                                    \
        myc_router router;                                                                         \
        myc_router_member members[N];                                                              \
    } P##_router;                                                                                  \
    MYC__STATIC_ASSERT((N) >= 1 && (N) <= 4096, "a router has room for 1 to 4096 members");        \
    MYC__STATIC_ASSERT(sizeof(P##_router) == sizeof(myc_router) + (N) * sizeof(myc_router_member), \
                       "the members lie right behind the router");                                 \
    /** Makes it empty. See myc_router_init(). */                                                  \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_router_init(                                   \
        myc_context *ctx, P##_router *router, const myc_router_options *options)                   \
    {                                                                                              \
        return myc_router_init(ctx, &router->router, (N), options);                                \
    }                                                                                              \
    /** See myc_router_add(). */                                                                   \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_router_add(                                    \
        myc_context *ctx, P##_router *router, P##_ref member, const myc_member_options *options)   \
    {                                                                                              \
        router->router.capacity = (N); /* also of one that is all zero */                          \
        return myc_router_add(ctx, &router->router, member.address, options);                      \
    }                                                                                              \
    MYC_UNUSED static inline bool P##_router_remove(P##_router *router, P##_ref member)            \
    {                                                                                              \
        return myc_router_remove(&router->router, member.address);                                 \
    }                                                                                              \
    MYC_UNUSED static inline bool P##_router_mark(P##_router *router, P##_ref member,              \
                                                  bool healthy)                                    \
    {                                                                                              \
        return myc_router_mark(&router->router, member.address, healthy);                          \
    }                                                                                              \
    /** Does what a change of the registry says. See myc_router_follow(). */                       \
    MYC_UNUSED static inline int P##_router_follow(myc_context *ctx, P##_router *router,           \
                                                   const myc_registry_change *change)              \
    {                                                                                              \
        router->router.capacity = (N);                                                             \
        return myc_router_follow(ctx, &router->router, change, &P##_protocol);                     \
    }                                                                                              \
    /** Chooses. See myc_router_choose(). */                                                       \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_router_choose(myc_context *ctx,                \
                                                                  P##_router *router, P##_ref *to) \
    {                                                                                              \
        return myc_router_choose(ctx, &router->router, &to->address);                              \
    }                                                                                              \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_router_choose_by(                              \
        myc_context *ctx, P##_router *router, uint64_t key, P##_ref *to)                           \
    {                                                                                              \
        return myc_router_choose_by(ctx, &router->router, key, &to->address);                      \
    }                                                                                              \
    MYC_UNUSED static inline uint32_t P##_router_count(const P##_router *router)                   \
    {                                                                                              \
        return router->router.count;                                                               \
    }

#endif

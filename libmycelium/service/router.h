/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_ROUTER_H
#define MYC_SERVICE_ROUTER_H

/*
 * How each strategy chooses; what is common to all of them is in router.c. The answer is an index,
 * or NOBODY.
 */
#include <mycelium/router.h>

#include "actor/load.h"

enum { MYC__NOBODY = -1 };

/** One choice: among whom. */
typedef struct myc__routing {
    const myc_context *ctx;
    myc_router *router;
    myc_router_member *members;
    myc_route_filter filter; /* may be NULL */
    void *user;
    uint64_t key;
} myc__routing;

/** True when the member may be chosen; notes when it is gone. */
static inline bool myc__routing_allows(const myc__routing *routing, myc_router_member *member)
{
    if (member->marked | member->gone) {
        return false;
    }
    if (!myc__is_alive(routing->ctx, member->address)) {
        member->gone = true;
        return false;
    }
    return !routing->filter || routing->filter(routing->user, member->address);
}

/** Nobody is owed anything any more: the shares of before do not add up after a change. */
void myc__router_begin_anew(myc_router *router);

int64_t myc__route_in_turn(const myc__routing *routing);
int64_t myc__route_at_random(const myc__routing *routing);
int64_t myc__route_by_weight(const myc__routing *routing);
int64_t myc__route_by_load(const myc__routing *routing);
int64_t myc__route_by_key(const myc__routing *routing);

/** A permutation of 64-bit numbers after which each bit depends on all. */
static inline uint64_t myc__route_mix(uint64_t value)
{
    /* The constants and shifts of SplitMix64's output (Steele, Lea, Flood: "Fast splittable
     * pseudorandom number generators", 2014). They are part of what a key's member depends on. */
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

#endif

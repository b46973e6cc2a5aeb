/* SPDX-License-Identifier: Apache-2.0 */
#include "service/router.h"

#include <string.h>

#include "service/config.h"

static_assert(MYC__ROUTER_MEMBERS_MAX == 4096, "router.h says so");
static_assert(MYC__ROUTER_WEIGHT_MAX == 65536, "router.h says so");
static_assert(sizeof(myc_router_member) == 40, "router.h says so");

static myc_router_member *members_of(const myc_router *router)
{
    return (myc_router_member *)(uintptr_t)(router + 1);
}

int myc_router_init(myc_context *ctx, myc_router *router, uint32_t capacity,
                    const myc_router_options *given)
{
    myc_router_options options = given ? *given : (myc_router_options){0};
    if (capacity < 1 || capacity > MYC__ROUTER_MEMBERS_MAX) {
        return myc__config_refuse(ctx, "router", "capacity", capacity, "1 to 4096");
    }
    if ((unsigned)options.strategy > MYC_ROUTE_BY_KEY) {
        return myc__config_refuse(ctx, "router", "strategy", (uint64_t)options.strategy,
                                  "a myc_route");
    }
    *router = (myc_router){
        .strategy = (uint32_t)options.strategy, .capacity = capacity, .random = options.seed};
    return 0;
}

static myc_router_member *find(const myc_router *router, myc_address address)
{
    myc_router_member *members = members_of(router);
    for (uint32_t index = 0; index < router->count; index++) {
        if (myc_address_equal(members[index].address, address)) {
            return &members[index];
        }
    }
    return NULL;
}

void myc__router_begin_anew(myc_router *router)
{
    for (uint32_t index = 0; index < router->count; index++) {
        members_of(router)[index].balance = 0;
    }
}

static void close_gap(myc_router *router, uint32_t gap)
{
    myc_router_member *members = members_of(router);
    router->count--;
    memmove(&members[gap], &members[gap + 1], (router->count - gap) * sizeof *members);
    router->next -= router->next > gap;
    if (router->next == router->count) {
        router->next = 0;
    }
    myc__router_begin_anew(router);
}

static void make_way(const myc_context *ctx, myc_router *router)
{
    for (uint32_t index = router->count; index-- > 0;) {
        if (!myc__is_alive(ctx, members_of(router)[index].address)) {
            close_gap(router, index);
        }
    }
}

static uint64_t identity_of(myc_address address)
{
    return myc__route_mix((uint64_t)address.life << 32 | address.slot);
}

static void set(myc_router *router, myc_router_member *member, const myc_member_options *options)
{
    member->identity = options->identity ? options->identity : identity_of(member->address);
    member->weight = options->weight ? options->weight : 1;
    myc__router_begin_anew(router);
}

/* One that is new is all zero. */
static int place_for(myc_context *ctx, myc_router *router, myc_address address,
                     myc_router_member **place)
{
    *place = find(router, address);
    if (*place) {
        return 0;
    }
    if (router->count >= router->capacity) {
        make_way(ctx, router);
    }
    if (router->count >= router->capacity) {
        return MYC_ELIMIT;
    }
    *place = &members_of(router)[router->count++];
    **place = (myc_router_member){.address = address};
    return 0;
}

int myc_router_add(myc_context *ctx, myc_router *router, myc_address address,
                   const myc_member_options *given)
{
    myc_member_options options = given ? *given : (myc_member_options){0};
    if (options.weight > MYC__ROUTER_WEIGHT_MAX) {
        return myc__config_refuse(ctx, "router", "weight", options.weight,
                                  "1 to 65536, or 0 for 1");
    }
    if (router->strategy == MYC_ROUTE_LEAST_LOADED && !myc__load_publish(ctx, address)) {
        return MYC_ENOMEM;
    }
    myc_router_member *place;
    int error = place_for(ctx, router, address, &place);
    if (!error) {
        set(router, place, &options);
    }
    return error;
}

bool myc_router_remove(myc_router *router, myc_address address)
{
    const myc_router_member *member = find(router, address);
    if (member) {
        close_gap(router, (uint32_t)(member - members_of(router)));
    }
    return member != NULL;
}

bool myc_router_mark(myc_router *router, myc_address address, bool healthy)
{
    myc_router_member *member = find(router, address);
    if (member && member->marked == healthy) {
        member->marked = !healthy;
        myc__router_begin_anew(router);
    }
    return member != NULL;
}

static int64_t choose(const myc__routing *routing)
{
    switch (routing->router->strategy) {
    case MYC_ROUTE_RANDOM: return myc__route_at_random(routing);
    case MYC_ROUTE_WEIGHTED: return myc__route_by_weight(routing);
    case MYC_ROUTE_LEAST_LOADED: return myc__route_by_load(routing);
    case MYC_ROUTE_BY_KEY: return myc__route_by_key(routing);
    default: return myc__route_in_turn(routing);
    }
}

int myc_router_choose_if(myc_context *ctx, myc_router *router, uint64_t key,
                         myc_route_filter filter, void *user, myc_address *to)
{
    myc__routing routing = {ctx, router, members_of(router), filter, user, key};
    int64_t index = choose(&routing);
    if (index < 0) {
        return MYC_EUNHEALTHY;
    }
    *to = routing.members[index].address;
    return 0;
}

int myc_router_choose_by(myc_context *ctx, myc_router *router, uint64_t key, myc_address *to)
{
    return myc_router_choose_if(ctx, router, key, NULL, NULL, to);
}

int myc_router_choose(myc_context *ctx, myc_router *router, myc_address *to)
{
    return router->strategy == MYC_ROUTE_BY_KEY ? MYC_EINVAL
                                                : myc_router_choose_by(ctx, router, 0, to);
}

const myc_router_member *myc_router_at(const myc_router *router, uint32_t index)
{
    MYC__CHECK(index < router->count);
    return &members_of(router)[index];
}

bool myc_router_is_healthy(const myc_context *ctx, const myc_router_member *member)
{
    return !member->marked && !member->gone && myc__is_alive(ctx, member->address);
}

uint64_t myc_route_key(const void *bytes, size_t size_bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size_bytes; i++) {
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "service/router.h"

/* The index `ahead` places behind the one whose turn it is. */
static uint32_t index_at(const myc_router *router, uint32_t ahead)
{
    uint32_t index = router->next + ahead;
    return index < router->count ? index : index - router->count;
}

static int64_t take_turn(myc_router *router, uint32_t index)
{
    router->next = index + 1 < router->count ? index + 1 : 0;
    return index;
}

int64_t myc__route_in_turn(const myc__routing *routing)
{
    for (uint32_t ahead = 0; ahead < routing->router->count; ahead++) {
        uint32_t index = index_at(routing->router, ahead);
        if (myc__routing_allows(routing, &routing->members[index])) {
            return take_turn(routing->router, index);
        }
    }
    return MYC__NOBODY;
}

/* SplitMix64 (see myc__route_mix()), scaled to 0 .. bound - 1: the error of the scaling is below
 * bound / 2^32. */
static uint32_t draw(myc_router *router, uint32_t bound)
{
    router->random += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)((myc__route_mix(router->random) >> 32) * bound >> 32);
}

static uint32_t count_allowed(const myc__routing *routing)
{
    uint32_t allowed = 0;
    for (uint32_t index = 0; index < routing->router->count; index++) {
        allowed += myc__routing_allows(routing, &routing->members[index]);
    }
    return allowed;
}

/* The first so many draws that find an unhealthy member are thrown away, which leaves the healthy
 * ones equally likely; most often one draw does, without a look at the others. */
enum { DRAWS = 4 };

static int64_t draw_among_allowed(const myc__routing *routing)
{
    uint32_t allowed = count_allowed(routing);
    if (allowed == 0) {
        return MYC__NOBODY;
    }
    uint32_t skip = draw(routing->router, allowed);
    uint32_t index = 0;
    while (!myc__routing_allows(routing, &routing->members[index]) || skip--) {
        index++;
    }
    return index;
}

int64_t myc__route_at_random(const myc__routing *routing)
{
    for (uint32_t i = 0; i < DRAWS && routing->router->count; i++) {
        uint32_t index = draw(routing->router, routing->router->count);
        if (myc__routing_allows(routing, &routing->members[index])) {
            return index;
        }
    }
    return draw_among_allowed(routing);
}

/* Smooth weighted round robin, the idea of nginx's upstream balancer (M. Dounin, 2012): each choice
 * everybody is owed its weight more, and who is owed most is chosen and pays the sum of all. The
 * debts add up to 0 always, and are all 0 again after as many choices as the sum. */
int64_t myc__route_by_weight(const myc__routing *routing)
{
    int64_t best = MYC__NOBODY;
    int32_t sum = 0;
    for (uint32_t index = 0; index < routing->router->count; index++) {
        myc_router_member *member = &routing->members[index];
        bool was_gone = member->gone;
        if (!myc__routing_allows(routing, member)) {
            if (member->gone != was_gone) {
                myc__router_begin_anew(routing->router);
                return myc__route_by_weight(routing); /* once for each member at most */
            }
            continue;
        }
        member->balance += (int32_t)member->weight;
        sum += (int32_t)member->weight;
        if (best < 0 || member->balance > routing->members[best].balance) {
            best = index;
        }
    }
    if (best >= 0) {
        routing->members[best].balance -= sum;
    }
    return best;
}

/* What is published does not count what this router has sent since. */
static uint64_t load_of(const myc__routing *routing, myc_router_member *member)
{
    myc__load load = myc__load_of(routing->ctx, member->address);
    if (load.version == MYC__LOAD_EXACT || load.version != member->load_version) {
        member->load_version = load.version;
        member->sent_since = 0;
    }
    return (uint64_t)load.depth + member->sent_since;
}

int64_t myc__route_by_load(const myc__routing *routing)
{
    int64_t best = MYC__NOBODY;
    uint64_t least = UINT64_MAX;
    for (uint32_t ahead = 0; ahead < routing->router->count; ahead++) {
        uint32_t index = index_at(routing->router, ahead);
        myc_router_member *member = &routing->members[index];
        if (!myc__routing_allows(routing, member)) {
            continue;
        }
        uint64_t load = load_of(routing, member);
        if (load < least) {
            least = load;
            best = index;
        }
    }
    if (best >= 0) {
        routing->members[best].sent_since++;
        take_turn(routing->router, (uint32_t)best);
    }
    return best;
}

/* Rendezvous hashing (Thaler, Ravishankar: "Using name-based mappings to increase hit rates",
 * 1998). Not a ring: that needs a hundred points for each member, so memory that has an owner and
 * an end, and its shares differ by a tenth. Not jump hashing: there only the last member may go.
 * The price is a look at each member, about 3 ns. */
int64_t myc__route_by_key(const myc__routing *routing)
{
    int64_t best = MYC__NOBODY;
    uint64_t highest = 0;
    uint64_t key = myc__route_mix(routing->key + UINT64_C(0x9e3779b97f4a7c15));
    for (uint32_t index = 0; index < routing->router->count; index++) {
        myc_router_member *member = &routing->members[index];
        uint64_t score = myc__route_mix(key ^ member->identity);
        if ((best < 0 || score > highest) && myc__routing_allows(routing, member)) {
            highest = score;
            best = index;
        }
    }
    return best;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Routers by key: each key finds the same member; when members come and go, few keys move. The
 * members are addresses of another node, which are taken to live.
 */
#include "../actor/actor_support.h"

enum { KEYS = 20000, MEMBERS_MAX = 64 };

MYC_ROUTER_OF(desk, MEMBERS_MAX)

static desk_ref remote(uint32_t number)
{
    return (desk_ref){{number, 1u << 22 | 1}};
}

static desk_router router_by_key(myc_context *ctx, uint32_t members)
{
    desk_router made;
    cr_assert_eq(0, desk_router_init(ctx, &made, &(myc_router_options){MYC_ROUTE_BY_KEY, 0}));
    for (uint32_t number = 0; number < members; number++)
        cr_assert_eq(0, desk_router_add(ctx, &made, remote(number), NULL));
    return made;
}

static uint32_t owner(myc_context *ctx, desk_router *router, uint64_t key)
{
    desk_ref to = {0};
    cr_assert_eq(0, desk_router_choose_by(ctx, router, key, &to));
    return to.address.slot;
}

Test(router_key, a_key_finds_the_same_member_again)
{
    struct world *here = world_open(1);
    desk_router router = router_by_key(here->ctx, 10);
    desk_router backwards;
    cr_assert_eq(
        0, desk_router_init(here->ctx, &backwards, &(myc_router_options){MYC_ROUTE_BY_KEY, 99}));
    for (uint32_t number = 10; number-- > 0;)
        cr_assert_eq(0, desk_router_add(here->ctx, &backwards, remote(number), NULL));
    for (uint64_t key = 0; key < 1000; key++) {
        uint32_t first = owner(here->ctx, &router, key);
        cr_assert_eq(first, owner(here->ctx, &router, key));
        cr_assert_eq(first, owner(here->ctx, &backwards, key), "the order does not matter");
    }
    world_close(here);
}

/* Each member's share of consecutive keys, against n draws of one in m: 5 standard deviations. */
Test(router_key, shares_are_even)
{
    struct world *here = world_open(1);
    for (uint32_t members = 2; members <= MEMBERS_MAX; members *= 2) {
        desk_router router = router_by_key(here->ctx, members);
        uint32_t counts[MEMBERS_MAX] = {0};
        for (uint64_t key = 0; key < KEYS; key++)
            counts[owner(here->ctx, &router, key)]++;
        double expected = (double)KEYS / members;
        for (uint32_t number = 0; number < members; number++) {
            double off = counts[number] - expected;
            cr_expect_lt(off * off, 25 * expected, "member %u of %u: %u keys", number, members,
                         counts[number]);
        }
    }
    world_close(here);
}

Test(router_key, when_a_member_goes_only_its_keys_move_and_to_everybody)
{
    struct world *here = world_open(1);
    enum { MEMBERS = 10, LOST = 4 };
    desk_router before = router_by_key(here->ctx, MEMBERS);
    desk_router after = before;
    cr_assert(desk_router_remove(&after, remote(LOST)));
    desk_router marked = before;
    cr_assert(desk_router_mark(&marked, remote(LOST), false));
    uint32_t heirs[MEMBERS] = {0};
    for (uint64_t key = 0; key < KEYS; key++) {
        uint32_t was = owner(here->ctx, &before, key);
        uint32_t is = owner(here->ctx, &after, key);
        cr_assert(was == LOST || is == was, "key %llu moved", (unsigned long long)key);
        cr_assert_eq(is, owner(here->ctx, &marked, key), "marked is as good as gone");
        heirs[is] += was == LOST;
    }
    for (uint32_t number = 0; number < MEMBERS; number++)
        cr_expect_eq(number != LOST, heirs[number] > KEYS / MEMBERS / (MEMBERS - 1) / 2,
                     "member %u inherits %u keys", number, heirs[number]);
    world_close(here);
}

Test(router_key, when_a_member_comes_it_takes_its_share_and_nothing_else_moves)
{
    struct world *here = world_open(1);
    desk_router before = router_by_key(here->ctx, 10);
    desk_router after = before;
    cr_assert_eq(0, desk_router_add(here->ctx, &after, remote(10), NULL));
    uint32_t moved = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        uint32_t was = owner(here->ctx, &before, key);
        uint32_t is = owner(here->ctx, &after, key);
        cr_assert(is == was || is == 10, "a key moved between old members");
        moved += is != was;
    }
    double expected = KEYS / 11.0;
    cr_expect_lt((moved - expected) * (moved - expected), 25 * expected, "%u keys moved", moved);
    world_close(here);
}

Test(router_key, a_successor_with_the_same_identity_takes_over_the_keys)
{
    struct world *here = world_open(1);
    desk_router before = router_by_key(here->ctx, 0);
    for (uint32_t number = 0; number < 5; number++)
        cr_assert_eq(0, desk_router_add(here->ctx, &before, remote(number),
                                        &(myc_member_options){.identity = 100 + number}));
    desk_router after = before;
    cr_assert(desk_router_remove(&after, remote(2)));
    cr_assert_eq(
        0, desk_router_add(here->ctx, &after, remote(50), &(myc_member_options){.identity = 102}));
    for (uint64_t key = 0; key < 1000; key++) {
        uint32_t was = owner(here->ctx, &before, key);
        cr_assert_eq(was == 2 ? 50 : was, owner(here->ctx, &after, key));
    }
    world_close(here);
}

/* Others may compute the same keys and scores: these must not change unnoticed. */
Test(router_key, hashes_are_those_that_are_documented)
{
    cr_expect_eq(UINT64_C(0xcbf29ce484222325), myc_route_key("", 0));
    cr_expect_eq(UINT64_C(0xaf63dc4c8601ec8c), myc_route_key("a", 1));
    cr_expect_eq(UINT64_C(0x85944171f73967e8), myc_route_key("foobar", 6));
}

Test(router_key, a_router_by_key_wants_a_key)
{
    struct world *here = world_open(1);
    desk_router router = router_by_key(here->ctx, 2);
    desk_ref to;
    cr_expect_eq(MYC_EINVAL, desk_router_choose(here->ctx, &router, &to));
    cr_expect_eq(0, desk_router_choose_by(here->ctx, &router, 1, &to));
    world_close(here);
}

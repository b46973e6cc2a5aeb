/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Routers by load: real mailboxes on two workers. A gated desk keeps what it got, so its mailbox is
 * as deep as the test wants it.
 */
#include "../actor/actor_support.h"

#include "actor/load.h"

enum { DESKS = 3 };

MYC_ROUTER(desk)

struct crew {
    struct world *here;
    desk_ref desks[DESKS];
    struct journal journals[DESKS];
    desk_router router;
};

/* Desks on `worker`, which do nothing; the router is used from a foreign thread or worker 0. */
static struct crew *crew_open(uint32_t worker, const myc_spawn_options *options)
{
    struct crew *made = calloc(1, sizeof *made);
    cr_assert_not_null(made);
    made->here = world_open(2);
    cr_assert_eq(0, desk_router_init(made->here->ctx, &made->router,
                                     &(myc_router_options){MYC_ROUTE_LEAST_LOADED, 0}));
    for (uint32_t index = 0; index < DESKS; index++) {
        made->journals[index].gated = true;
        made->desks[index] = world_desk(made->here, worker, &made->journals[index], options);
        cr_assert_eq(0, desk_router_add(made->here->ctx, &made->router, made->desks[index], NULL));
    }
    world_await(made->here);
    return made;
}

static void crew_close(struct crew *crew)
{
    world_close(crew->here);
    for (uint32_t index = 0; index < DESKS; index++)
        journal_fini(&crew->journals[index]);
    free(crew);
}

static void give(struct crew *crew, uint32_t index, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(MYC_SENT, send_ticket(crew->here->ctx, crew->desks[index], 0, i));
    world_pass(crew->here); /* it has come in, and the first of them is in hand */
    world_pass(crew->here);
}

static void let_through(struct crew *crew, uint32_t index, uint32_t count)
{
    crew->journals[index].permits = count;
    for (uint32_t passes = 0; crew->journals[index].permits; passes++) {
        cr_assert_lt(passes, (uint32_t)PASSES_MAX);
        world_pass(crew->here);
    }
}

static uint32_t chosen(struct crew *crew, myc_context *ctx)
{
    desk_ref to = {0};
    cr_assert_eq(0, desk_router_choose(ctx, &crew->router, &to));
    for (uint32_t index = 0; index < DESKS; index++) {
        if (myc_address_equal(to.address, crew->desks[index].address))
            return index;
    }
    cr_assert(false, "it is nobody's address");
    return 0;
}

static void expect_depth(struct crew *crew, uint32_t index, uint32_t depth)
{
    myc__load load = myc__load_of(crew->here->ctx, crew->desks[index].address);
    cr_expect_eq(depth, load.depth, "desk %u: expected %u, published %u", index, depth, load.depth);
}

Test(router_load, a_member_publishes_its_depth)
{
    struct crew *crew = crew_open(1, NULL);
    expect_depth(crew, 0, 0);
    give(crew, 0, 10);
    expect_depth(crew, 0, 10);
    let_through(crew, 0, 4);
    world_pass(crew->here);
    expect_depth(crew, 0, 6);
    let_through(crew, 0, 6);
    expect_depth(crew, 0, 0);
    crew_close(crew);
    NO_LEAKS();
}

Test(router_load, nobody_else_publishes)
{
    struct crew *crew = crew_open(1, NULL);
    struct journal journal = {.gated = true};
    desk_ref other = world_desk(crew->here, 1, &journal, NULL);
    cr_assert_eq(MYC_SENT, send_ticket(crew->here->ctx, other, 0, 1));
    world_pass(crew->here);
    world_pass(crew->here);
    myc__load load = myc__load_of(crew->here->ctx, other.address);
    cr_expect_eq(0, load.depth);
    cr_expect_eq(0, load.version);
    journal.gated = false;
    crew_close(crew);
    journal_fini(&journal);
}

Test(router_load, the_shortest_mailbox_of_another_worker_is_chosen)
{
    struct crew *crew = crew_open(1, NULL);
    give(crew, 0, 6);
    give(crew, 1, 2);
    give(crew, 2, 4);
    cr_expect_eq(1, chosen(crew, crew->here->ctx));
    let_through(crew, 0, 6);
    cr_expect_eq(0, chosen(crew, crew->here->ctx));
    crew_close(crew);
}

Test(router_load, what_was_sent_since_the_last_publication_is_counted)
{
    struct crew *crew = crew_open(1, NULL);
    give(crew, 0, 2);
    give(crew, 1, 1);
    give(crew, 2, 4);
    uint32_t counts[DESKS] = {0};
    for (uint32_t i = 0; i < 5; i++) /* loads of 2, 1, 4 become 4, 4, 4 */
        counts[chosen(crew, crew->here->ctx)]++;
    cr_expect_eq(2, counts[0]);
    cr_expect_eq(3, counts[1]);
    cr_expect_eq(0, counts[2]);
    crew_close(crew);
}

Test(router_load, a_publication_makes_up_for_what_was_counted)
{
    struct crew *crew = crew_open(1, NULL);
    give(crew, 1, 3);
    give(crew, 2, 3);
    for (uint32_t i = 0; i < 3; i++)
        cr_expect_eq(0, chosen(crew, crew->here->ctx));
    give(crew, 0, 1);
    let_through(crew, 0, 1); /* it has published 1 and 0 */
    expect_depth(crew, 0, 0);
    cr_expect_eq(0, chosen(crew, crew->here->ctx), "it has nothing to do");
    crew_close(crew);
}

static void choose_here(myc_context *ctx, void *argument)
{
    struct crew *crew = argument;
    uint32_t depths[DESKS] = {3, 1, 2};
    for (uint32_t index = 0; index < DESKS; index++) {
        for (uint32_t i = 0; i < depths[index]; i++)
            cr_assert_eq(MYC_SENT, send_ticket(ctx, crew->desks[index], 0, i));
    }
    const uint32_t expected[] = {1, 2, 1, 2, 0, 1}; /* ties in turn: after 1 comes 2 */
    for (uint32_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        uint32_t index = chosen(crew, ctx);
        cr_expect_eq(expected[i], index, "choice %u: expected %u, got %u", i, expected[i], index);
        cr_assert_eq(MYC_SENT, send_ticket(ctx, crew->desks[index], 0, i));
    }
}

Test(router_load, the_depth_on_the_own_worker_is_exact)
{
    struct crew *crew = crew_open(0, NULL);
    world_call(crew->here, 0, choose_here, crew);
    crew_close(crew);
}

Test(router_load, a_full_mailbox_is_the_last_to_be_chosen)
{
    struct crew *crew = crew_open(1, &(myc_spawn_options){.mailbox_bound = 2});
    struct journal big = {.gated = true};
    desk_ref large = world_desk(crew->here, 1, &big, NULL);
    cr_assert_eq(0, desk_router_add(crew->here->ctx, &crew->router, large, NULL));
    for (uint32_t i = 0; i < 50; i++)
        cr_assert_eq(MYC_SENT, send_ticket(crew->here->ctx, large, 0, i));
    for (uint32_t index = 0; index < DESKS; index++)
        give(crew, index, 3); /* one in hand, two queued: it is full */
    for (uint32_t i = 0; i < 10; i++) {
        desk_ref to = {0};
        cr_assert_eq(0, desk_router_choose(crew->here->ctx, &crew->router, &to));
        cr_expect(myc_address_equal(large.address, to.address), "choice %u", i);
    }
    big.gated = false;
    crew_close(crew);
    journal_fini(&big);
}

Test(router_load, senders_elsewhere_are_refused_by_the_bound_alone)
{
    struct crew *crew = crew_open(1, &(myc_spawn_options){.mailbox_bound = 2});
    give(crew, 0, 2); /* one in hand, one queued: it publishes, and has room */
    expect_depth(crew, 0, 2);
    cr_expect_eq(MYC_SENT, send_ticket(crew->here->ctx, crew->desks[0], 0, 9));
    world_pass(crew->here);
    cr_expect_eq(MYC_FULL, send_ticket(crew->here->ctx, crew->desks[0], 0, 10));
    cr_expect_eq(0, myc_room(crew->here->ctx, crew->desks[0].address));
    let_through(crew, 0, 1);
    expect_depth(crew, 0, 2); /* the end of the pressure leaves the load as it was published */
    let_through(crew, 0, 2);
    cr_expect_eq(MYC_SENT, send_ticket(crew->here->ctx, crew->desks[0], 0, 11));
    crew_close(crew);
}

/* An actor of one worker feeds members on the other that work at different speeds: the slow one has
 * a permit a round, the others three. Nobody's mailbox runs far ahead. */
Test(router_load, a_slow_member_gets_less)
{
    struct crew *crew = crew_open(1, NULL);
    uint32_t counts[DESKS] = {0};
    for (uint32_t round = 0; round < 200; round++) {
        for (uint32_t i = 0; i < 7; i++) {
            uint32_t index = chosen(crew, crew->here->ctx);
            counts[index]++;
            cr_assert_eq(MYC_SENT, send_ticket(crew->here->ctx, crew->desks[index], 0, i));
        }
        for (uint32_t index = 0; index < DESKS; index++)
            crew->journals[index].permits += index == 0 ? 1 : 3;
        world_run(crew->here);
    }
    cr_expect_leq(counts[0], 1400u / 4, "the slow one got %u", counts[0]);
    cr_expect_geq(counts[1], 1400u / 3, "a fast one got %u", counts[1]);
    cr_expect_geq(counts[2], 1400u / 3, "a fast one got %u", counts[2]);
    crew_close(crew);
}

Test(router_load, asking_twice_or_for_the_dead_changes_nothing)
{
    struct crew *crew = crew_open(1, NULL);
    cr_expect(myc__load_publish(crew->here->ctx, crew->desks[0].address));
    cr_expect(myc__load_publish(crew->here->ctx, (myc_address){0}));
    myc_stop(crew->here->ctx, crew->desks[1].address);
    world_await(crew->here);
    cr_expect(myc__load_publish(crew->here->ctx, crew->desks[1].address));
    world_await(crew->here);
    give(crew, 0, 5);
    expect_depth(crew, 0, 5);
    expect_depth(crew, 1, 0);
    crew_close(crew);
    NO_LEAKS();
}

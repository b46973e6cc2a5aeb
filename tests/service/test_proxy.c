/* SPDX-License-Identifier: Apache-2.0 */
/* Asking through a proxy: route, breaker and retry, with one answer whatever happens. */
#include "proxy_town.h"

Test(proxy, asks_each_member_in_its_turn)
{
    town_open(3, (myc_proxy_options){.members_max = 3});
    for (uint32_t i = 0; i < 6; i++) {
        town_ask();
        expect_end(MYC_REPLIED);
        cr_expect_eq(i % 3, town.teller);
    }
    town_close();
}

Test(proxy, asks_another_member_when_one_does_not_reply)
{
    town_open(3, (myc_proxy_options){.retry.backoff = MYC_RETRY_IMMEDIATE});
    town.ledgers[0].silent_for = 1;
    town.ledgers[1].silent_for = 1;
    town_ask();
    expect_end(MYC_REPLIED);
    cr_expect_eq(2, town.teller);
    cr_expect_eq(3, asked());
    town_close();
}

Test(proxy, gives_the_outcome_of_the_last_try_when_all_have_failed)
{
    town_open(2, (myc_proxy_options){.retry = {.backoff = MYC_RETRY_IMMEDIATE, .tries_max = 4}});
    town.ledgers[0].silent_for = town.ledgers[1].silent_for = 100;
    town_ask();
    expect_end(MYC_NO_REPLY);
    cr_expect_eq(4, asked());
    town_close();
}

Test(proxy, waits_between_tries_as_the_policy_says)
{
    town_open(1, (myc_proxy_options){.retry = {.backoff = MYC_RETRY_EXPONENTIAL,
                                               .tries_max = 4,
                                               .delay_ns = 3 * MS_NS,
                                               .exact = true}});
    town.ledgers[0].silent_for = 3;
    uint64_t began_ns = town.now_ns;
    town_ask();
    pass_ms(30);
    expect_end(MYC_REPLIED);
    static const uint64_t at_ms[] = {0, 3, 9, 21};
    cr_assert_eq(4, town.ledgers[0].asked);
    for (uint32_t i = 0; i < 4; i++)
        cr_expect_eq(began_ns + at_ms[i] * MS_NS, town.ledgers[0].asked_at_ns[i]);
    town_close();
}

Test(proxy, begins_no_try_after_the_deadline)
{
    town_open(1,
              (myc_proxy_options){
                  .retry = {.backoff = MYC_RETRY_LINEAR, .tries_max = 100, .delay_ns = 10 * MS_NS},
                  .without_breakers = true});
    town.ledgers[0].silent_for = 100;
    town.timeout_ns = 60 * MS_NS; /* tries at 0, 10, 30; the next would be at 60 */
    town_ask();
    pass_ms(29);
    cr_expect_eq(0, town.calls);
    pass_ms(1);
    expect_end(MYC_NO_REPLY);
    pass_ms(100);
    cr_expect_eq(3, asked());
    expect_end(MYC_NO_REPLY);
    town_close();
}

Test(proxy, gives_up_a_try_after_its_own_timeout)
{
    town_open(
        2, (myc_proxy_options){.retry.backoff = MYC_RETRY_IMMEDIATE, .try_timeout_ns = 5 * MS_NS});
    town.ledgers[0].deaf_for = 1;
    town_ask();
    cr_expect_eq(0, town.calls);
    pass_ms(5);
    expect_end(MYC_REPLIED);
    cr_expect_eq(1, town.teller);
    cr_expect_eq(MYC_DEAD, myc_reply(town.world->ctx, town.ledgers[0].tokens[0],
                                     ticket_make(town.world->ctx, 0, 1)));
    world_run(town.world);
    expect_end(MYC_REPLIED);
    town_close();
}

Test(proxy, times_out_at_the_deadline_of_the_ask)
{
    town_open(1, (myc_proxy_options){.retry.backoff = MYC_RETRY_IMMEDIATE});
    town.ledgers[0].deaf_for = 9;
    town.timeout_ns = 8 * MS_NS;
    town_ask();
    pass_ms(7);
    cr_expect_eq(0, town.calls);
    pass_ms(1);
    expect_end(MYC_TIMED_OUT);
    cr_expect_eq(1, asked());
    town_close();
}

Test(proxy, lets_a_member_alone_whose_breaker_is_open)
{
    town_open(2, (myc_proxy_options){.breaker.failure_threshold = 2,
                                     .retry.backoff = MYC_RETRY_IMMEDIATE});
    town.ledgers[0].silent_for = 2;
    for (uint32_t i = 0; i < 10; i++) {
        town_ask();
        expect_end(MYC_REPLIED);
        cr_expect_eq(1, town.teller);
    }
    cr_expect_eq(2, town.ledgers[0].asked);
    const myc_breaker *breaker = myc_proxy_breaker(town.proxy.proxy, town.branches[0].address);
    cr_assert_not_null(breaker);
    cr_expect_eq(MYC_BREAKER_OPEN, myc_breaker_state_of(breaker));
    pass_ms(0);
    town.now_ns += 30000 * MS_NS;
    for (uint32_t i = 0; i < 4; i++)
        town_ask();
    cr_expect_eq(MYC_BREAKER_CLOSED, myc_breaker_state_of(breaker));
    cr_expect_eq(4, town.ledgers[0].asked);
    town_close();
}

Test(proxy, sends_nothing_when_all_breakers_are_open)
{
    town_open(2, (myc_proxy_options){.breaker.failure_threshold = 1});
    town.ledgers[0].silent_for = town.ledgers[1].silent_for = 1;
    town_ask();
    town_ask();
    world_mark(town.world);
    town_ask();
    expect_end(MYC_BREAKER_REFUSED);
    cr_expect_eq(2, asked());
    cr_expect_eq(1, world_since(town.world).accepted, "more than the job was sent");
    town_close();
}

Test(proxy, says_when_there_is_no_healthy_member)
{
    town_open(2, (myc_proxy_options){.retry.backoff = MYC_RETRY_IMMEDIATE});
    cr_expect(myc_router_mark(myc_proxy_router(town.proxy.proxy), town.branches[0].address, false));
    myc_stop(town.world->ctx, town.branches[1].address);
    world_run(town.world);
    town_ask();
    expect_end(MYC_NO_MEMBER);
    cr_expect_eq(0, asked());
    cr_expect(bank_proxy_remove(town.proxy, town.branches[0]));
    cr_expect_not(bank_proxy_remove(town.proxy, town.branches[0]));
    cr_expect_null(myc_proxy_breaker(town.proxy.proxy, town.branches[0].address));
    town_ask();
    expect_end(MYC_NO_MEMBER);
    town_close();
}

Test(proxy, gives_the_answer_again_as_long_as_it_is_wanted)
{
    town_open(1, (myc_proxy_options){.breaker.failure_threshold = 1});
    town.agains = 3;
    town_ask();
    cr_expect_eq(4, town.calls);
    cr_expect_eq(MYC_REPLIED, town.outcome);
    town.ledgers[0].silent_for = 1;
    town.agains = 2;
    town_ask();
    cr_expect_eq(3, town.calls);
    cr_expect_eq(MYC_NO_REPLY, town.outcome);
    town.agains = 2;
    town_ask();
    cr_expect_eq(3, town.calls);
    cr_expect_eq(MYC_BREAKER_REFUSED, town.outcome);
    cr_expect_eq(2, asked());
    town_close();
}

Test(proxy, counts_a_try_once_however_often_its_answer_is_given)
{
    town_open(1, (myc_proxy_options){.breaker.failure_threshold = 2});
    town.ledgers[0].silent_for = 1;
    town.agains = 1;
    town_ask();
    cr_expect_eq(2, town.calls);
    const myc_breaker *breaker = myc_proxy_breaker(town.proxy.proxy, town.branches[0].address);
    cr_assert_not_null(breaker);
    cr_expect_eq(MYC_BREAKER_CLOSED, myc_breaker_state_of(breaker));
    town_close();
}

Test(proxy, asks_again_only_by_rows_that_are_marked)
{
    town_open(1, (myc_proxy_options){.retry.backoff = MYC_RETRY_IMMEDIATE});
    world_call(town.world, 0, ask_transfer, NULL);
    cr_expect_eq(MYC_EINVAL, town.error);
    cr_expect(world_logged(town.world, "row transfer of bank is asked again"));
    world_run(town.world);
    cr_expect_eq(0, town.calls);
    cr_expect_eq(0, asked());
    town_close();
    town_open(1, (myc_proxy_options){0});
    world_call(town.world, 0, ask_transfer, NULL);
    world_run(town.world);
    expect_end(MYC_REPLIED);
    town_close();
}

Test(proxy, that_is_destroyed_lets_what_is_under_way_end)
{
    town_open(2, (myc_proxy_options){.retry = {.backoff = MYC_RETRY_LINEAR}});
    town.ledgers[0].silent_for = 1;
    town_ask();
    cr_expect_eq(0, town.calls);
    world_call(town.world, 0, destroy_proxy, NULL);
    pass_ms(10);
    expect_end(MYC_REPLIED);
    town_close();
}

static void ask_as_another(myc_context *ctx, void *count)
{
    create_proxy(ctx, count);
    ask_balance(ctx, NULL);
}

static void stop_case(uint32_t silent_for, uint32_t deaf_for)
{
    uint32_t branches = 2;
    town_open(branches, (myc_proxy_options){.retry = {.backoff = MYC_RETRY_LINEAR}});
    bank_proxy first = town.proxy;
    struct journal journal = {0};
    desk_ref desk = world_desk(town.world, 0, &journal, NULL);
    town.ledgers[0].silent_for = silent_for;
    town.ledgers[0].deaf_for = deaf_for;
    job_data *job = job_data_new(town.world->ctx);
    cr_assert_not_null(job);
    *job = (job_data){ask_as_another, &branches};
    cr_assert_eq(MYC_SENT, desk_send_job(town.world->ctx, desk, job));
    world_run(town.world);
    cr_expect_eq(1, town.ledgers[0].asked);
    myc_stop(town.world->ctx, desk.address);
    pass_ms(1200);
    cr_expect_eq(0, town.calls);
    cr_expect_eq(1, asked());
    bank_proxy_destroy(town.world->ctx, town.proxy);
    town.proxy = first;
    journal_fini(&journal);
    town_close();
}

Test(proxy, is_silent_when_its_actor_has_stopped)
{
    stop_case(1, 0); /* in a pause */
    stop_case(0, 1); /* in a try */
}

Test(proxy, gives_a_member_that_comes_back_a_new_breaker)
{
    town_open(1, (myc_proxy_options){.members_max = 1, .breaker.failure_threshold = 1});
    town.ledgers[0].silent_for = 1;
    town_ask();
    expect_end(MYC_NO_REPLY);
    town_ask();
    expect_end(MYC_BREAKER_REFUSED);
    cr_expect(bank_proxy_remove(town.proxy, town.branches[0]));
    cr_expect_eq(0, bank_proxy_add(town.world->ctx, town.proxy, town.branches[0], NULL));
    town_ask();
    expect_end(MYC_REPLIED);
    town_close();
}

Test(proxy, says_what_is_wrong_with_its_options)
{
    town_open(1, (myc_proxy_options){0});
    bank_proxy proxy;
    static const struct {
        myc_proxy_options options;
        const char *says;
    } cases[] = {
        {{.members_max = 257}, "proxy: members_max is 257: expected 1 to 256"},
        {{.router.strategy = (myc_route)9}, "router: strategy is 9"},
        {{.breaker.timeout_ns = 1}, "breaker: timeout_ns is 1"},
        {{.retry.tries_max = 1001}, "retry: tries_max is 1001"},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(MYC_EINVAL, bank_proxy_create(town.world->ctx, &cases[i].options, &proxy));
        cr_expect(world_logged(town.world, cases[i].says), "not logged: %s", cases[i].says);
    }
    town_close();
}

Test(proxy, takes_no_memory_of_the_system_when_it_is_warm)
{
    town_open(2, (myc_proxy_options){.retry.backoff = MYC_RETRY_IMMEDIATE});
    town.ledgers[0].silent_for = 1;
    for (uint32_t i = 0; i < 100; i++)
        town_ask();
    myc_system_seal_memory(town.world->system);
    for (uint32_t i = 0; i < 1000; i++) {
        town.ledgers[i % 2].silent_for = i % 3 == 0;
        town_ask();
        expect_end(MYC_REPLIED);
    }
    cr_expect_eq(0, myc_system_unseal_memory(town.world->system));
    town_close();
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Everything together, under the test's own loop and a clock that the test turns: timers, asks,
 * watches, supervision, topics, the registry and a router that follows it. See day.h.
 */
#include <string.h>

#include <criterion/criterion.h>

#include "support/leaks.h"

#include "day.h"

#define MS UINT64_C(1000000)

enum { STEPS = 400, KILL_AT = 200, PASSES = 6 };

typedef struct day {
    myc_system *system;
    myc_context *ctx;
    uint64_t clock_ns;
    ticks_topic ticks;
    myc_supervisor_ref supervisor;
    pulse_ref feeds[DAY_FEEDS];
    dealing_ref desks[DAY_DESKS];
    broking_ref broker;
    day_ledger ledger;
} day;

static uint64_t day_clock(void *user)
{
    return ((const day *)user)->clock_ns;
}

static void pass(day *today)
{
    for (uint32_t i = 0; i < PASSES; i++)
        cr_assert_geq(myc_system_run_once(today->system), 0);
}

static void spawn_desk(day *today, uint32_t number)
{
    struct desk state = {.ledger = &today->ledger,
                         .ticks = today->ticks,
                         .number = number,
                         .mood = (day_mood)(number % 3)};
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = number % 2};
    cr_assert_eq(0, desk_spawn(today->ctx, &state, &options, &today->desks[number]));
}

static void spawn_feeds(day *today)
{
    struct feed first = {&today->ledger, today->ticks, 3 * MS, 0, 20};
    struct feed second = {&today->ledger, today->ticks, 5 * MS, 1, 0};
    myc_child children[] = {
        MYC_CHILD(feed, &first, &today->feeds[0]),
        MYC_CHILD(feed, &second, &today->feeds[1],
                  .spawn = {.place = MYC_PLACE_ON_WORKER, .worker = 1}),
    };
    myc_supervisor_options options = {.restarts_max = UINT32_MAX};
    cr_assert_eq(0, myc_supervisor_spawn(today->ctx, &options, children, 2, &today->supervisor));
}

static day *day_open(myc_route strategy)
{
    day *today = calloc(1, sizeof *today);
    cr_assert_not_null(today);
    today->clock_ns = 1000 * MS;
    myc_system_options options = {.workers = 2,
                                  .caller_driven = true,
                                  .io = MYC_IO_EPOLL,
                                  .now_ns = day_clock,
                                  .clock_user = today};
    cr_assert_eq(0, myc_system_create(&options, &today->system));
    today->ctx = myc_context_of(today->system);
    cr_assert_eq(0, ticks_create(today->ctx, NULL, &today->ticks));
    struct broker broker = {.ledger = &today->ledger, .strategy = strategy, .timeout_ns = 4 * MS};
    cr_assert_eq(0, broker_spawn(today->ctx, &broker, NULL, &today->broker));
    for (uint32_t number = 0; number < DAY_DESKS; number++)
        spawn_desk(today, number);
    pass(today);
    spawn_feeds(today);
    pass(today);
    return today;
}

static void step(day *today, uint32_t number)
{
    today->clock_ns += MS;
    day_number *order = day_number_new(today->ctx);
    cr_assert_not_null(order);
    order->value = number;
    cr_assert_eq(MYC_SENT, broking_send_order(today->ctx, today->broker, order));
    pass(today);
}

static void play(day *today)
{
    for (uint32_t number = 0; number < STEPS; number++) {
        if (number == KILL_AT) {
            myc_stop(today->ctx, today->desks[1].address);
            pass(today);
        }
        step(today, number);
    }
}

/* The feeds stop, and every ask has ended. */
static void settle(day *today)
{
    myc_stop(today->ctx, today->supervisor.address);
    for (uint32_t i = 0; i < 10; i++) {
        today->clock_ns += MS;
        pass(today);
    }
    cr_assert_eq(0, myc_system_await_quiescence(today->system, UINT64_C(60000000000)));
}

static void day_close(day *today)
{
    cr_expect_eq(0, myc_system_stop(today->system, NULL, NULL));
    myc_counts counts;
    myc_system_counts(today->system, &counts);
    cr_expect_eq(counts.accepted, counts.handled + counts.dead + counts.dropped);
    ticks_destroy(today->ctx, today->ticks);
    cr_expect_eq(0, myc_system_destroy(today->system), "payloads are still held");
    free(today);
}

static unsigned read_entry(const atomic_uint *entry)
{
    return atomic_load((atomic_uint *)(uintptr_t)entry);
}

/* Each start sets its timer anew, so a feed that fails at its 20th beat beats on until it stops. */
static void expect_feeds(const day_ledger *ledger)
{
    unsigned beats = read_entry(&ledger->beats[0]) + read_entry(&ledger->beats[1]);
    cr_expect_eq(STEPS / 5, read_entry(&ledger->beats[1]));
    cr_expect_eq(1, read_entry(&ledger->starts[1]));
    cr_expect_eq(STEPS / 3, read_entry(&ledger->beats[0]));
    cr_expect_eq(STEPS / 3 / 20, read_entry(&ledger->failures));
    cr_expect_eq(STEPS / 3 / 20 + 1, read_entry(&ledger->starts[0]));
    cr_expect_eq(beats - read_entry(&ledger->failures), read_entry(&ledger->published));
    cr_expect_eq(0, read_entry(&ledger->lost));
}

static void expect_desks(const day_ledger *ledger)
{
    unsigned published = read_entry(&ledger->published);
    for (uint32_t number = 0; number < DAY_DESKS; number++) {
        unsigned ticks = read_entry(&ledger->ticks[number]);
        if (number == 1)
            cr_expect(ticks > published / 3 && ticks < published * 2 / 3, "it left at half time");
        else
            cr_expect_eq(published, ticks, "desk %u: %u of %u ticks", number, ticks, published);
    }
}

static void expect_asks(day_ledger *ledger)
{
    cr_expect_eq(STEPS, atomic_load(&ledger->orders));
    cr_expect_eq(STEPS, atomic_load(&ledger->asked));
    cr_expect_eq(STEPS, day_answered(ledger), "each ask ends once");
    cr_expect_gt(atomic_load(&ledger->outcomes[MYC_REPLIED]), STEPS / 2u);
    cr_expect_gt(atomic_load(&ledger->outcomes[MYC_NO_REPLY]), 0u, "the mute one");
    cr_expect_eq(0, atomic_load(&ledger->unhealthy));
    cr_expect_eq(0, atomic_load(&ledger->errors));
}

static void expect_notices(day_ledger *ledger)
{
    cr_expect_eq(DAY_DESKS + 1, atomic_load(&ledger->changes), "four came and one went");
    cr_expect_eq(1, atomic_load(&ledger->downs));
    cr_expect_eq(DAY_DESKS - 1, atomic_load(&ledger->members));
}

static void expect_names(day *today)
{
    pulse_ref feed;
    dealing_ref desk;
    cr_expect_eq(0, pulse_lookup(today->ctx, "feed/0", &feed));
    cr_expect(myc_address_equal(today->feeds[0].address, feed.address), "it kept its name and ref");
    cr_expect_eq(MYC_EUNKNOWN, dealing_lookup(today->ctx, "desk/1", &desk));
    cr_expect_eq(MYC_ETYPE, dealing_lookup(today->ctx, "feed/0", &desk));
}

Test(features_together, a_day_at_the_market)
{
    for (uint32_t strategy = 0; strategy <= MYC_ROUTE_BY_KEY; strategy++) {
        day *today = day_open((myc_route)strategy);
        play(today);
        expect_names(today);
        settle(today);
        expect_feeds(&today->ledger);
        expect_desks(&today->ledger);
        expect_asks(&today->ledger);
        expect_notices(&today->ledger);
        cr_expect_eq(DAY_DESKS - 1, myc_registry_list(today->ctx, NULL, NULL, 0));
        day_close(today);
    }
    NO_LEAKS();
}

Test(features_together, the_same_day_twice)
{
    for (uint32_t strategy = 0; strategy <= MYC_ROUTE_BY_KEY; strategy++) {
        day *first = day_open((myc_route)strategy);
        day *again = day_open((myc_route)strategy);
        play(first);
        play(again);
        settle(first);
        settle(again);
        cr_expect_arr_eq(&first->ledger, &again->ledger, sizeof first->ledger);
        day_close(again);
        day_close(first);
    }
}

Test(features_together, weights_of_the_registry_share_the_asks)
{
    day *today = day_open(MYC_ROUTE_WEIGHTED);
    for (uint32_t number = 0; number < 100; number++) /* ten cycles of 1 + 2 + 3 + 4 */
        step(today, number);
    settle(today);
    for (uint32_t number = 0; number < DAY_DESKS; number++)
        cr_expect_eq(10 * (number + 1), atomic_load(&today->ledger.requests[number]));
    day_close(today);
}

Test(features_together, a_day_that_ends_in_the_middle)
{
    day *today = day_open(MYC_ROUTE_LEAST_LOADED);
    for (uint32_t number = 0; number < 50; number++)
        step(today, number);
    cr_expect_eq(0, myc_system_stop(today->system, &(myc_stop_options){.discard = true}, NULL));
    ticks_destroy(today->ctx, today->ticks);
    cr_expect_eq(0, myc_system_destroy(today->system));
    free(today);
    NO_LEAKS();
}

/* What it watched before is dropped with its old life, or it would be told twice. */
Test(features_together, a_broker_that_starts_anew_watches_once)
{
    day *today = day_open(MYC_ROUTE_ROUND_ROBIN);
    day_ledger ledger = {0};
    broking_ref second;
    struct broker state = {.ledger = &ledger, .timeout_ns = MS};
    myc_child child = MYC_CHILD(broker, &state, &second);
    cr_assert_eq(0, myc_supervisor_spawn(today->ctx, NULL, &child, 1, NULL));
    pass(today);
    cr_expect_eq(DAY_DESKS, atomic_load(&ledger.changes));
    myc_kill(today->ctx, second.address, 1);
    pass(today);
    cr_expect_eq(2 * DAY_DESKS, atomic_load(&ledger.changes), "its new life is told what is there");
    myc_stop(today->ctx, today->desks[0].address);
    pass(today);
    cr_expect_eq(2 * DAY_DESKS + 1, atomic_load(&ledger.changes));
    cr_expect_eq(DAY_DESKS - 1, atomic_load(&ledger.members));
    cr_expect_eq(1, atomic_load(&ledger.downs));
    cr_expect_eq(0, atomic_load(&ledger.errors));
    settle(today);
    day_close(today);
    NO_LEAKS();
}

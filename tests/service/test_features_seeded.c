/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A day at the market and its office (day.h), under many seeds of the test kit: orders come in while
 * actors are moved, killed, replaced and looked at, and workers fall behind. What must hold at the
 * end holds for each seed; the same seed is the same day.
 */
#include <string.h>

#include "support/kit.h"

#include "day.h"

#define MS MILLISECOND_NS

enum { WORKERS = 3, STEPS = 150 };

typedef struct day {
    myc_testkit *kit;
    myc_context *ctx;
    ticks_topic ticks;
    myc_supervisor_ref supervisor;
    pulse_ref feeds[DAY_FEEDS];
    dealing_ref desks[DAY_DESKS];
    broking_ref brokers[DAY_BROKERS];
    day_office office;
    day_ledger ledger;
    unsigned orders;
    unsigned auditor_deaths;
    uint64_t listed;
} day;

static uint32_t any(day *today, uint32_t bound)
{
    return myc_testkit_random(today->kit, bound);
}

static myc_spawn_options any_place(day *today)
{
    return (myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = any(today, WORKERS)};
}

static void open_desk(day *today, uint32_t number)
{
    myc_spawn_options options = any_place(today);
    struct desk state = {.ledger = &today->ledger,
                         .ticks = today->ticks,
                         .number = number,
                         .mood = (day_mood)any(today, 3)};
    cr_assert_eq(0, desk_spawn(today->ctx, &state, &options, &today->desks[number]));
}

static void open_feeds(day *today)
{
    struct feed first = {&today->ledger, today->ticks, 2 * MS, 0, 7};
    struct feed second = {&today->ledger, today->ticks, 3 * MS, 1, 0};
    myc_child children[] = {
        MYC_CHILD(feed, &first, &today->feeds[0], .spawn = any_place(today)),
        MYC_CHILD(feed, &second, &today->feeds[1], .spawn = any_place(today)),
    };
    myc_supervisor_options options = {.restarts_max = UINT32_MAX};
    cr_assert_eq(0, myc_supervisor_spawn(today->ctx, &options, children, 2, &today->supervisor));
}

static void open_broker(day *today, uint32_t number)
{
    myc_spawn_options options = any_place(today);
    struct broker state = {.ledger = &today->ledger,
                           .strategy = (myc_route)any(today, 5),
                           .timeout_ns = 4 * MS,
                           .auditor = today->office.auditor,
                           .number = number};
    cr_assert_eq(0, broker_spawn(today->ctx, &state, &options, &today->brokers[number]));
}

static day *day_open(uint64_t seed)
{
    day *today = calloc(1, sizeof *today);
    cr_assert_not_null(today);
    const myc_system_options options = {
        .dedicated = 1, .flight_recorder = seed % 2 == 0, .profile = seed % 3 == 0};
    today->kit = kit_open_with(seed, WORKERS, &options);
    today->ctx = myc_testkit_context(today->kit);
    cr_assert_eq(0, ticks_create(today->ctx, NULL, &today->ticks));
    cr_assert_eq(0,
                 day_open_office(today->ctx, &today->ledger, today->ticks, true, &today->office));
    for (uint32_t number = 0; number < DAY_DESKS; number++)
        open_desk(today, number);
    open_feeds(today);
    for (uint32_t number = 0; number < DAY_BROKERS; number++)
        open_broker(today, number);
    kit_run(today->kit);
    return today;
}

/* ---- what happens to it ---- */

static myc_address any_actor(day *today)
{
    switch (any(today, 6)) {
    case 0: return today->feeds[any(today, DAY_FEEDS)].address;
    case 1: return today->desks[any(today, DAY_DESKS)].address;
    case 2: return today->brokers[any(today, DAY_BROKERS)].address;
    case 3: return today->office.screens[any(today, DAY_SCREENS)].address;
    case 4: return today->office.printer.address;
    default: return today->office.auditor.address;
    }
}

static void move_one(day *today)
{
    cr_assert_eq(0, myc_move_actor(today->ctx, any_actor(today), any(today, WORKERS)));
}

static void replace_desk(day *today)
{
    uint32_t number = any(today, DAY_DESKS);
    dealing_ref old = today->desks[number];
    if (any(today, 2))
        myc_stop(today->ctx, old.address);
    open_desk(today, number);
    if (any(today, 2))
        myc_kill(today->ctx, old.address, MYC_EIO);
    else
        myc_stop(today->ctx, old.address);
}

static void kill_auditor(day *today)
{
    myc_kill(today->ctx, today->office.auditor.address, MYC_EIO);
    today->auditor_deaths++;
}

static void count_listed(void *user, const myc_actor_info *info)
{
    day *today = user;
    cr_assert_lt(info->state, MYC_ACTOR_STATES);
    cr_assert_neq(info->state, MYC_ACTOR_UNKNOWN);
    today->listed++;
}

static void look_in(day *today)
{
    static myc_event events[MYC_EVENTS_KEPT];
    myc_system *system = myc_testkit_system(today->kit);
    myc_address actor = any_actor(today);
    myc_stuck stuck[4];
    myc_histogram *queueing = NULL, *handling = NULL;
    cr_assert_gt(myc_system_each_actor(system, 0, count_listed, today), 0);
    (void)myc_system_profile(system, actor, any(today, 2), 0);
    cr_assert_neq(MYC_ENOMEM,
                  myc_system_profile_read(system, actor, MYC_ALL_ROWS, queueing, handling, 0));
    cr_assert_eq(0, myc_system_stuck(system, 1, stuck, 4));
    (void)myc_system_events(system, any(today, WORKERS), events, MYC_EVENTS_KEPT);
}

/* While a broker moves on from a second worker it may refuse. */
static void order(day *today)
{
    day_number *made = day_number_new(today->ctx);
    cr_assert_not_null(made);
    made->value = any(today, 1000);
    broking_ref broker = today->brokers[any(today, DAY_BROKERS)];
    myc_sent sent = broking_send_order(today->ctx, broker, made);
    cr_assert_neq(MYC_DEAD, sent, "%s", myc_testkit_text(today->kit));
    today->orders += sent == MYC_SENT;
}

static void step(day *today)
{
    for (uint32_t count = any(today, 8); count > 0; count--)
        order(today);
    switch (any(today, 12)) {
    case 0:
    case 1:
    case 2: move_one(today); break;
    case 3: replace_desk(today); break;
    case 4: kill_auditor(today); break;
    case 5:
    case 6: look_in(today); break;
    case 7:
        myc_testkit_stall(today->kit, any(today, WORKERS + 1), any(today, 3 * (uint32_t)MS));
        break;
    case 8: myc_kill(today->ctx, today->feeds[1].address, MYC_EIO); break;
    default: break;
    }
    if (any(today, 3) == 0)
        (void)myc_system_run_once(myc_testkit_system(today->kit));
    else
        kit_advance(today->kit, any(today, 2 * (uint32_t)MS));
}

static void play(day *today)
{
    for (uint32_t number = 0; number < STEPS; number++)
        step(today);
    myc_kill(today->ctx, today->office.screens[any(today, DAY_SCREENS)].address, MYC_EIO);
    kit_advance(today->kit, 10 * MS);
    myc_stop(today->ctx, today->supervisor.address);
    kit_advance(today->kit, 20 * MS);
    cr_assert_eq(0, myc_system_await_quiescence(myc_testkit_system(today->kit), SECOND_NS), "%s",
                 myc_testkit_text(today->kit));
}

/* ---- what must hold at its end ---- */

static void expect_orders(day *today)
{
    day_ledger *ledger = &today->ledger;
    const char *text = myc_testkit_text(today->kit);
    cr_expect_eq(today->orders, atomic_load(&ledger->orders), "%s", text);
    cr_expect_eq(today->orders, atomic_load(&ledger->asked) + atomic_load(&ledger->unhealthy), "%s",
                 text);
    cr_expect_eq(atomic_load(&ledger->asked), day_answered(ledger), "%s", text);
    cr_expect_eq(0, atomic_load(&ledger->ask_errors), "%s", text);
    cr_expect_eq(0, atomic_load(&ledger->errors), "%s", text);
    cr_expect_eq(atomic_load(&ledger->outcomes[MYC_REPLIED]), atomic_load(&ledger->trades), "%s",
                 text);
}

/* Each death loses at most the trade that was being audited. */
static void expect_trades(day *today)
{
    day_ledger *ledger = &today->ledger;
    unsigned audited = atomic_load(&ledger->audited) + atomic_load(&ledger->unaudited);
    unsigned trades = atomic_load(&ledger->trades);
    const char *text = myc_testkit_text(today->kit);
    cr_expect_eq(atomic_load(&ledger->audited), atomic_load(&ledger->printed), "%s", text);
    cr_expect_leq(audited, trades, "%s", text);
    cr_expect_leq(trades, audited + today->auditor_deaths, "%u trades, %u audited: %s", trades,
                  audited, text);
}

static void expect_ticks(day *today)
{
    day_ledger *ledger = &today->ledger;
    const char *text = myc_testkit_text(today->kit);
    unsigned beats = atomic_load(&ledger->beats[0]) + atomic_load(&ledger->beats[1]);
    cr_expect_eq(beats, atomic_load(&ledger->published) + atomic_load(&ledger->failures), "%s",
                 text);
    cr_expect_eq(0, atomic_load(&ledger->lost), "%s", text);
    cr_expect_gt(atomic_load(&ledger->shown), 0, "%s", text);
    cr_expect_leq(atomic_load(&ledger->shown), DAY_SCREENS * atomic_load(&ledger->published), "%s",
                  text);
    cr_expect_eq(DAY_SCREENS, atomic_load(&ledger->killed), "a link: %s", text);
}

static void day_close(day *today)
{
    cr_expect_eq(0, myc_system_stop(myc_testkit_system(today->kit), NULL, NULL), "%s",
                 myc_testkit_text(today->kit));
    ticks_destroy(today->ctx, today->ticks);
    kit_close(today->kit);
    free(today);
}

Test(features_seeded, a_day_of_everything)
{
    KIT_SEEDS(seed, 60)
    {
        day *today = day_open(seed);
        play(today);
        expect_orders(today);
        expect_trades(today);
        expect_ticks(today);
        day_close(today);
    }
    NO_LEAKS();
}

Test(features_seeded, the_same_seed_is_the_same_day)
{
    KIT_SEEDS(seed, 10)
    {
        day *first = day_open(seed);
        play(first);
        day *again = day_open(seed);
        play(again);
        cr_expect_eq(myc_testkit_trace_hash(first->kit), myc_testkit_trace_hash(again->kit), "%s",
                     myc_testkit_text(first->kit));
        cr_expect_arr_eq(&first->ledger, &again->ledger, sizeof first->ledger);
        day_close(first);
        day_close(again);
    }
}

Test(features_seeded, a_day_that_ends_anywhere)
{
    KIT_SEEDS(seed, 60)
    {
        day *today = day_open(seed);
        for (uint32_t steps = any(today, 40); steps > 0; steps--)
            step(today);
        myc_stop_options options = {.discard = any(today, 2)};
        cr_expect_eq(0, myc_system_stop(myc_testkit_system(today->kit), &options, NULL), "%s",
                     myc_testkit_text(today->kit));
        ticks_destroy(today->ctx, today->ticks);
        kit_close(today->kit);
        free(today);
    }
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Everything together on real threads (see service/day.h): feeds that fail and start anew publish
 * to desks that come and go by their names, and brokers whose routers follow them ask for each order
 * of several threads; trades go without a loss to an office that offloads, stashes and prints on a
 * worker of its own. Meanwhile a thread moves actors about and another one looks in. Each order ends
 * once, each publication and each trade is accounted for, nothing is left.
 */
#include "stress.h"

#include "../service/day.h"

enum { WORKERS = 3, BROKERS = DAY_BROKERS, CLIENTS = 2 };

#define MS UINT64_C(1000000)

typedef struct day {
    myc_system *system;
    ticks_topic ticks;
    day_office office;
    broking_ref brokers[BROKERS];
    pulse_ref feeds[DAY_FEEDS];
    atomic_bool over; /* for those who move and look in */
    atomic_uint auditor_deaths;
    day_ledger ledgers[BROKERS]; /* of the brokers; the first one is of all others too */
    atomic_uint sent;
} day;

static myc_spawn_options any_place(uint64_t *random)
{
    return (myc_spawn_options){.place = MYC_PLACE_ON_WORKER,
                               .worker = random_below(random, WORKERS),
                               .batch_max = 1 + random_below(random, 64)};
}

static dealing_ref spawn_desk(day *today, myc_context *ctx, uint32_t number, uint64_t *random)
{
    dealing_ref ref;
    myc_spawn_options options = any_place(random);
    struct desk state = {.ledger = &today->ledgers[0],
                         .ticks = today->ticks,
                         .number = number,
                         .mood = (day_mood)random_below(random, 3)};
    require(desk_spawn(ctx, &state, &options, &ref) == 0, "spawn");
    return ref;
}

static void spawn_brokers(day *today, myc_context *ctx, uint64_t *random)
{
    for (uint32_t i = 0; i < BROKERS; i++) {
        myc_spawn_options options = any_place(random);
        struct broker state = {.ledger = &today->ledgers[i],
                               .strategy = (myc_route)random_below(random, 5),
                               .timeout_ns = 1 + random_below(random, 2 * (uint32_t)MS),
                               .auditor = today->office.auditor,
                               .number = i};
        require(broker_spawn(ctx, &state, &options, &today->brokers[i]) == 0, "spawn");
    }
}

static myc_supervisor_ref spawn_feeds(day *today, myc_context *ctx, uint64_t *random)
{
    struct feed first = {&today->ledgers[0], today->ticks, MS / 20, 0, 10};
    struct feed second = {&today->ledgers[0], today->ticks, MS / 10, 1, 0};
    myc_child children[] = {
        MYC_CHILD(feed, &first, &today->feeds[0], .spawn = any_place(random)),
        MYC_CHILD(feed, &second, &today->feeds[1], .spawn = any_place(random)),
    };
    myc_supervisor_options options = {.restarts_max = UINT32_MAX};
    myc_supervisor_ref ref;
    require(myc_supervisor_spawn(ctx, &options, children, 2, &ref) == 0, "supervisor");
    return ref;
}

/* ---- the threads outside ---- */

typedef struct client {
    day *today;
    uint64_t random;
    uint32_t orders;
    bool hires; /* it also ends desks and starts others under their names */
} client;

static void hire(client *self, myc_context *ctx)
{
    char name[16];
    uint32_t number = random_below(&self->random, DAY_DESKS);
    dealing_ref old;
    snprintf(name, sizeof name, "desk/%u", number);
    if (dealing_lookup(ctx, name, &old) == 0) {
        if (one_in(&self->random, 2)) {
            myc_stop(ctx, old.address);
        }
        (void)spawn_desk(self->today, ctx, number, &self->random); /* it takes the name */
        if (one_in(&self->random, 2)) {
            myc_kill(ctx, old.address, MYC_EIO);
        }
    }
}

static void *client_main(void *argument)
{
    client *self = argument;
    myc_context *ctx = myc_context_of(self->today->system);
    for (uint32_t i = 0; i < self->orders; i++) {
        day_number *order = day_number_new(ctx);
        require(order != NULL, "out of memory");
        order->value = random_next(&self->random);
        broking_ref broker = self->today->brokers[random_below(&self->random, BROKERS)];
        require(broking_send_wait_order(ctx, broker, order, 120 * SECOND_NS) == MYC_SENT,
                "a broker is gone");
        atomic_fetch_add(&self->today->sent, 1);
        if (self->hires && one_in(&self->random, 64)) {
            hire(self, ctx);
        }
    }
    return NULL;
}

/* ---- those who meddle, and those who look in ---- */

typedef struct meddler {
    day *today;
    uint64_t random;
} meddler;

static void look_around(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL); /* so that the others get on */
}

static myc_address any_actor(day *today, uint64_t *random)
{
    switch (random_below(random, 4)) {
    case 0: return today->brokers[random_below(random, BROKERS)].address;
    case 1: return today->feeds[random_below(random, DAY_FEEDS)].address;
    case 2: return today->office.screens[random_below(random, DAY_SCREENS)].address;
    default: return today->office.auditor.address;
    }
}

static void *mover_main(void *argument)
{
    meddler *self = argument;
    myc_context *ctx = myc_context_of(self->today->system);
    while (!atomic_load(&self->today->over)) {
        myc_address actor = any_actor(self->today, &self->random);
        require(myc_move_actor(ctx, actor, random_below(&self->random, WORKERS)) == 0, "move");
        if (one_in(&self->random, 16)) {
            myc_kill(ctx, self->today->office.auditor.address, MYC_EIO);
            atomic_fetch_add(&self->today->auditor_deaths, 1);
        }
        look_around();
    }
    return NULL;
}

static void count_listed(void *user, const myc_actor_info *info)
{
    require(info->state < MYC_ACTOR_STATES, "an actor in no state");
    *(uint32_t *)user += 1;
}

static void *looker_main(void *argument)
{
    static myc_event events[MYC_EVENTS_KEPT];
    meddler *self = argument;
    myc_system *system = self->today->system;
    while (!atomic_load(&self->today->over)) {
        uint32_t listed = 0;
        myc_stuck stuck[4];
        myc_address actor = any_actor(self->today, &self->random);
        require(myc_system_each_actor(system, 0, count_listed, &listed) > 0 && listed, "nobody");
        require(myc_system_profile(system, actor, one_in(&self->random, 2), 0) != MYC_ENOMEM,
                "memory");
        require(myc_system_profile_read(system, actor, MYC_ALL_ROWS, NULL, NULL, 0) != MYC_ENOMEM,
                "memory");
        (void)myc_system_stuck(system, SECOND_NS, stuck, 4);
        (void)myc_system_events(system, random_below(&self->random, WORKERS + 1), events,
                                MYC_EVENTS_KEPT);
        look_around();
    }
    return NULL;
}

/* ---- the end of the day ---- */

static bool all_answered(day *today)
{
    for (uint32_t i = 0; i < BROKERS; i++) {
        day_ledger *ledger = &today->ledgers[i];
        if (day_answered(ledger) != atomic_load(&ledger->asked)) {
            return false;
        }
    }
    return true;
}

static void check_brokers(day *today)
{
    unsigned orders = 0;
    for (uint32_t i = 0; i < BROKERS; i++) {
        day_ledger *ledger = &today->ledgers[i];
        orders += atomic_load(&ledger->orders);
        require(all_answered(today), "an ask has no end, or two");
        require(atomic_load(&ledger->orders) ==
                    atomic_load(&ledger->asked) + atomic_load(&ledger->unhealthy),
                "an order was not dealt with");
        require(atomic_load(&ledger->ask_errors) == 0, "an ask failed");
        require(atomic_load(&ledger->errors) == 0, "a broker could not follow");
        require(atomic_load(&ledger->members) <= DAY_DESKS, "a router has members that are gone");
    }
    require(orders == atomic_load(&today->sent), "%u orders of %u", orders,
            atomic_load(&today->sent));
}

static void check_feeds(day *today)
{
    day_ledger *ledger = &today->ledgers[0];
    unsigned beats = atomic_load(&ledger->beats[0]) + atomic_load(&ledger->beats[1]);
    require(beats == atomic_load(&ledger->published) + atomic_load(&ledger->failures),
            "a beat was lost");
    unsigned starts = atomic_load(&ledger->starts[0]);
    require(starts <= atomic_load(&ledger->failures) + 1, "a feed has started without cause");
    require(atomic_load(&ledger->starts[1]) <= 1, "the second feed has started twice");
}

/* Each death loses at most the trade that was being audited. */
static void check_trades(day *today)
{
    unsigned trades = 0;
    unsigned replied = 0;
    for (uint32_t i = 0; i < BROKERS; i++) {
        trades += atomic_load(&today->ledgers[i].trades);
        replied += atomic_load(&today->ledgers[i].outcomes[MYC_REPLIED]);
    }
    const day_ledger *ledger = &today->ledgers[0];
    unsigned audited = ledger->audited + ledger->unaudited;
    require(trades == replied, "%u trades of %u replies", trades, replied);
    require(ledger->audited == ledger->printed, "%u lines of %u", ledger->printed, ledger->audited);
    require(audited <= trades && trades <= audited + today->auditor_deaths,
            "%u trades, %u audited, %u deaths", trades, audited, today->auditor_deaths);
}

static void await_answers(day *today)
{
    for (uint32_t looks = 0; !all_answered(today); looks++) {
        require(looks < 120000, "asks without an end");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* a poll, not a delay */
    }
}

static void close_day(day *today, myc_context *ctx, bool orderly)
{
    if (orderly) {
        require(myc_system_stop(today->system, &(myc_stop_options){.timeout_ns = 120 * SECOND_NS},
                                NULL) == 0,
                "stop");
    } else {
        require(myc_system_stop(today->system,
                                &(myc_stop_options){.discard = true, .timeout_ns = 120 * SECOND_NS},
                                NULL) == 0,
                "stop");
    }
    ticks_destroy(ctx, today->ticks);
    require(myc_system_destroy(today->system) == 0, "payloads left");
}

/* Meddlers end before the day does: who has looked in at a stopped system learns nothing. */
static void run_day(day *today, client *clients, uint64_t *random)
{
    meddler meddlers[2] = {{today, random_next(random)}, {today, random_next(random)}};
    pthread_t threads[2];
    void *(*bodies[])(void *) = {mover_main, looker_main};
    for (uint32_t i = 0; i < 2; i++) {
        require(pthread_create(&threads[i], NULL, bodies[i], &meddlers[i]) == 0, "a thread");
    }
    run_threads(CLIENTS, client_main, clients, sizeof clients[0]);
    atomic_store(&today->over, true);
    for (uint32_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
}

static unsigned round_of(uint64_t *random, uint32_t orders)
{
    static day today;
    memset(&today, 0, sizeof today);
    myc_system_options options = {.workers = WORKERS,
                                  .dedicated = 1,
                                  .flight_recorder = one_in(random, 2),
                                  .profile = one_in(random, 3),
                                  .watchdog_ns = one_in(random, 2) ? 60 * SECOND_NS : 0,
                                  .idle = MYC_IDLE_PARK * random_below(random, 2)};
    require(myc_system_create(&options, &today.system) == 0, "create");
    myc_context *ctx = myc_context_of(today.system);
    require(ticks_create(ctx, NULL, &today.ticks) == 0, "topic");
    require(day_open_office(ctx, &today.ledgers[0], today.ticks, true, &today.office) == 0,
            "office");
    for (uint32_t number = 0; number < DAY_DESKS; number++) {
        (void)spawn_desk(&today, ctx, number, random);
    }
    spawn_brokers(&today, ctx, random);
    myc_supervisor_ref supervisor = spawn_feeds(&today, ctx, random);
    client clients[CLIENTS];
    for (uint32_t i = 0; i < CLIENTS; i++) {
        clients[i] = (client){&today, random_next(random), orders, i == 0};
    }
    run_day(&today, clients, random);
    if (one_in(random, 4)) { /* a day that ends in the middle */
        close_day(&today, ctx, one_in(random, 2));
        return atomic_load(&today.sent);
    }
    myc_stop(ctx, supervisor.address);
    require(myc_system_await_quiescence(today.system, 120 * SECOND_NS) == 0, "no rest");
    await_answers(&today);
    check_brokers(&today);
    check_feeds(&today);
    check_trades(&today);
    close_day(&today, ctx, true);
    return atomic_load(&today.sent);
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 8 : 40;
    uint32_t orders = run.quick ? 1000 : 20000;
    unsigned sent = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        sent += round_of(&run.seed, orders);
    }
    printf("%u orders dealt with\n", sent);
    return 0;
}

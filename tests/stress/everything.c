/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Everything together on real threads (see service/day.h): feeds that fail and start anew publish
 * to desks that come and go by their names, and brokers whose routers follow them ask for each order
 * of several threads. Each order ends once, each publication is accounted for, nothing is left.
 */
#include "stress.h"

#include "../service/day.h"

enum { WORKERS = 3, BROKERS = 3, CLIENTS = 2 };

#define MS UINT64_C(1000000)

typedef struct day {
    myc_system *system;
    ticks_topic ticks;
    broking_ref brokers[BROKERS];
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
                               .timeout_ns = 1 + random_below(random, 2 * (uint32_t)MS)};
        require(broker_spawn(ctx, &state, &options, &today->brokers[i]) == 0, "spawn");
    }
}

static myc_supervisor_ref spawn_feeds(day *today, myc_context *ctx, uint64_t *random)
{
    struct feed first = {&today->ledgers[0], today->ticks, MS / 20, 0, 10};
    struct feed second = {&today->ledgers[0], today->ticks, MS / 10, 1, 0};
    myc_child children[] = {
        MYC_CHILD(feed, &first, NULL, .spawn = any_place(random)),
        MYC_CHILD(feed, &second, NULL, .spawn = any_place(random)),
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
        require(myc_system_stop(today->system, NULL, NULL) == 0, "stop");
    } else {
        require(myc_system_stop(today->system, &(myc_stop_options){.discard = true}, NULL) == 0,
                "stop");
    }
    ticks_destroy(ctx, today->ticks);
    require(myc_system_destroy(today->system) == 0, "payloads left");
}

static unsigned round_of(uint64_t *random, uint32_t orders)
{
    static day today;
    memset(&today, 0, sizeof today);
    myc_system_options options = {.workers = WORKERS,
                                  .idle = MYC_IDLE_PARK * random_below(random, 2)};
    require(myc_system_create(&options, &today.system) == 0, "create");
    myc_context *ctx = myc_context_of(today.system);
    require(ticks_create(ctx, NULL, &today.ticks) == 0, "topic");
    for (uint32_t number = 0; number < DAY_DESKS; number++) {
        (void)spawn_desk(&today, ctx, number, random);
    }
    spawn_brokers(&today, ctx, random);
    myc_supervisor_ref supervisor = spawn_feeds(&today, ctx, random);
    client clients[CLIENTS];
    for (uint32_t i = 0; i < CLIENTS; i++) {
        clients[i] = (client){&today, random_next(random), orders, i == 0};
    }
    run_threads(CLIENTS, client_main, clients, sizeof clients[0]);
    if (one_in(random, 4)) { /* a day that ends in the middle */
        close_day(&today, ctx, one_in(random, 2));
        return atomic_load(&today.sent);
    }
    myc_stop(ctx, supervisor.address);
    require(myc_system_await_quiescence(today.system, 120 * SECOND_NS) == 0, "no rest");
    await_answers(&today);
    check_brokers(&today);
    check_feeds(&today);
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

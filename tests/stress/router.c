/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Routers of several senders over the same members, on all workers: members work at different
 * speeds, die and are replaced through the registry. Every order is answered for: handled, refused
 * or a dead letter; nobody is chosen that was known to be dead.
 */
#include "stress.h"

enum { WORKERS = 3, SENDERS = 4, MEMBERS = 6 };

typedef struct order_data {
    uint64_t key;
} order_data;

MYC_MESSAGE(order_data)
MYC_MESSAGE_TYPE(order_data)

#define TRADE_ROWS(ROW, P) ROW(P, order, order_data)
MYC_PROTOCOL(trade, TRADE_ROWS)
MYC_REGISTRY(trade)
MYC_ROUTER(trade)

static atomic_uint handled;

struct trader {
    uint64_t random;
    uint32_t laziness;
    uint32_t dies_after; /* orders; 0: never */
};

static void be_busy(uint32_t rounds)
{
    for (volatile uint32_t i = 0; i < rounds; i++) {
    }
}

static myc_next trader_on_order(struct trader *self, myc_context *ctx, const order_data *got)
{
    (void)ctx;
    (void)got;
    be_busy(random_below(&self->random, self->laziness));
    if (one_in(&self->random, 8)) {
        return MYC_AGAIN;
    }
    atomic_fetch_add(&handled, 1);
    return self->dies_after && --self->dies_after == 0 ? MYC_STOP : MYC_CONTINUE;
}

MYC_ACTOR(trader, trade, TRADE_ROWS)

/* ---- senders: actors that follow the registry ---- */

typedef struct go_data {
    uint32_t count;
} go_data;

MYC_MESSAGE(go_data)
MYC_MESSAGE_TYPE(go_data)

#define SENDER_ROWS(ROW, P)                                                                        \
    ROW(P, go, go_data)                                                                            \
    ROW(P, member, myc_registry_change)
MYC_PROTOCOL(sender, SENDER_ROWS)

struct sender {
    myc_route strategy;
    trade_router traders;
    uint64_t random;
    uint32_t done;
};

static atomic_uint accepted; /* also those that became dead letters at once */

static int sender_on_start(struct sender *self, myc_context *ctx)
{
    myc_router_options options = {self->strategy, self->random};
    int error = trade_router_init(ctx, &self->traders, &options);
    return error ? error : myc_registry_watch(ctx, "trader/*", sender_tag_member, true);
}

static void sender_on_stop(struct sender *self, myc_context *ctx, myc_exit why)
{
    (void)self;
    (void)ctx;
    (void)why;
}

static myc_next sender_on_member(struct sender *self, myc_context *ctx,
                                 const myc_registry_change *member)
{
    int error = trade_router_follow(ctx, &self->traders, member);
    require(error == 0, "follow: %s", myc_error_text(error));
    require(trade_router_count(&self->traders) <= MEMBERS + 1, "too many members");
    return MYC_CONTINUE;
}

static void send_one(struct sender *self, myc_context *ctx)
{
    trade_ref to;
    order_data *made = order_data_new(ctx);
    require(made != NULL, "out of memory");
    made->key = random_next(&self->random);
    int error = trade_router_choose_by(ctx, &self->traders, made->key, &to);
    require(error == 0 || error == MYC_EUNHEALTHY, "choose: %s", myc_error_text(error));
    if (error) {
        order_data_release(ctx, made);
        return;
    }
    if (trade_send_order(ctx, to, made) != MYC_FULL) {
        atomic_fetch_add(&accepted, 1);
    }
}

static myc_next sender_on_go(struct sender *self, myc_context *ctx, const go_data *got)
{
    for (uint32_t i = 0; i < 32 && self->done < got->count; i++) {
        send_one(self, ctx);
        self->done++;
    }
    return self->done < got->count ? MYC_AGAIN : MYC_CONTINUE;
}

MYC_ACTOR_WITH_LIFECYCLE(sender, sender, SENDER_ROWS)

/* ---- a round ---- */

static void spawn_member(myc_context *ctx, uint32_t number, uint32_t dies_after, uint64_t *random)
{
    char name[16];
    char weight[8];
    struct trader state = {random_next(random), 1 + random_below(random, 200), dies_after};
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER,
                                 .worker = random_below(random, WORKERS),
                                 .mailbox_bound = 1 + random_below(random, 100)};
    trade_ref ref;
    require(trader_spawn(ctx, &state, &options, &ref) == 0, "spawn");
    snprintf(name, sizeof name, "trader/%u", number);
    snprintf(weight, sizeof weight, "%u", 1 + random_below(random, 9));
    myc_registry_pair pair = {"weight", weight};
    require(trade_register(ctx, name, ref, &(myc_registry_options){true, &pair, 1}) == 0,
            "register");
}

static void spawn_sender(myc_context *ctx, uint32_t number, uint32_t orders, uint64_t *random)
{
    struct sender state = {.strategy = number == 0 ? MYC_ROUTE_LEAST_LOADED
                                                   : (myc_route)random_below(random, 5),
                           .random = random_next(random)};
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER,
                                 .worker = random_below(random, WORKERS)};
    sender_ref ref;
    go_data *order = go_data_new(ctx);
    require(order != NULL, "out of memory");
    order->count = orders;
    require(sender_spawn(ctx, &state, &options, &ref) == 0, "spawn");
    require(sender_send_go(ctx, ref, order) == MYC_SENT, "not sent");
}

static void round_of(uint64_t *random, uint32_t orders)
{
    atomic_store(&handled, 0);
    atomic_store(&accepted, 0);
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .idle = MYC_IDLE_PARK * random_below(random, 2), .log = stress_log};
    require(myc_system_create(&options, &system) == 0, "create");
    myc_context *ctx = myc_context_of(system);
    for (uint32_t i = 0; i < MEMBERS; i++) {
        spawn_member(ctx, i, i == 0 ? 0 : 1 + random_below(random, orders), random);
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        spawn_sender(ctx, i, orders, random);
    }
    for (uint32_t i = 0; i < 50; i++) {
        spawn_member(ctx, 1 + random_below(random, MEMBERS - 1),
                     1 + random_below(random, orders / 4), random);
    }
    require(myc_system_await_quiescence(system, 120 * SECOND_NS) == 0, "it does not come to rest");
    myc_counts counts;
    myc_system_counts(system, &counts);
    require(atomic_load(&handled) + counts.dead == atomic_load(&accepted),
            "%u orders handled, %llu dead, but %u accepted", atomic_load(&handled),
            (unsigned long long)counts.dead, atomic_load(&accepted));
    require(atomic_load(&handled) > 0, "nobody did anything");
    require(myc_system_destroy(system) == 0, "payloads left");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 10 : 60;
    uint32_t orders = run.quick ? 3000 : 30000;
    for (uint32_t i = 0; i < rounds; i++) {
        round_of(&run.seed, orders);
    }
    printf("%u orders accounted for\n", rounds * orders * SENDERS);
    return 0;
}

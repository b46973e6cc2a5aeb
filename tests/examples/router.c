/* SPDX-License-Identifier: Apache-2.0 */
/* Orders go to three desks; all of one client to the same desk. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef struct order {
    uint64_t client;
} order;
MYC_MESSAGE(order)
MYC_MESSAGE_TYPE(order)
#define TRADE_ROWS(ROW, P) ROW(P, buy, order)
MYC_PROTOCOL(trade, TRADE_ROWS)
MYC_ROUTER(trade)
struct desk {
    int number;
};
static myc_next desk_on_buy(struct desk *self, myc_context *ctx, const order *buy)
{
    printf("desk %d (%u): client %d\n", self->number, myc_worker(ctx), (int)buy->client);
    return MYC_CONTINUE;
}
MYC_ACTOR(desk, trade, TRADE_ROWS)

int main(void)
{
    myc_system *system;
    trade_router desks;
    trade_ref to;
    int error = myc_system_create(NULL, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    error = error || trade_router_init(ctx, &desks, &(myc_router_options){MYC_ROUTE_BY_KEY, 0});
    for (int number = 0; number < 3 && !error; number++)
        error = desk_spawn(ctx, &(struct desk){number}, NULL, &to) ||
                trade_router_add(ctx, &desks, to, NULL);
    for (int i = 0; i < 9 && !error; i++) {
        order *buy = order_new(ctx);
        error = trade_router_choose_by(ctx, &desks, buy->client = i % 3, &to) ||
                trade_send_buy(ctx, to, buy) != MYC_SENT;
    }
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}

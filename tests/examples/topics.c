/* SPDX-License-Identifier: Apache-2.0 */
/* One publishes a price, three screens on two workers get it: one payload, no copy. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef double price;
MYC_MESSAGE(price)
MYC_MESSAGE_TYPE(price)
#define SCREEN_ROWS(ROW, P) ROW(P, show, price)
MYC_PROTOCOL(screen, SCREEN_ROWS)
MYC_TOPIC(prices, price)               /* prices_create(), prices_publish() ... */
MYC_SUBSCRIPTION(prices, screen, show) /* prices_subscribe_screen_show() */
struct screen {
    int number;
};
static myc_next screen_on_show(struct screen *self, myc_context *ctx, const price *show)
{
    printf("screen %d on worker %u: %.2f\n", self->number, myc_worker(ctx), *show);
    return MYC_CONTINUE;
}
MYC_ACTOR(screen, screen, SCREEN_ROWS)
int main(void)
{
    myc_system *system;
    prices_topic prices;
    screen_ref screen;
    if (myc_system_create(&(myc_system_options){.workers = 2}, &system))
        return 1;
    myc_context *ctx = myc_context_of(system);
    int error = prices_create(ctx, NULL, &prices);
    myc_subscribe_options slow = {MYC_SLOW_KEEP_LATEST, 0}; /* who falls behind gets the freshest */
    for (int i = 0; i < 3 && !error; i++)
        error = screen_spawn(ctx, &(struct screen){i}, NULL, &screen) ||
                prices_subscribe_screen_show(ctx, prices, screen, &slow);
    price *now = price_new(ctx);
    *now = 99.5;
    error = error || prices_publish(ctx, prices, now).workers != 2;
    error = myc_system_stop(system, NULL, NULL) || error; /* handles what is queued, then stops */
    prices_destroy(ctx, prices);
    return myc_system_destroy(system) != 0 || error;
}

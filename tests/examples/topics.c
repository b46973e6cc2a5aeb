/* SPDX-License-Identifier: Apache-2.0 */
/* One publishes a quote, three screens on two workers get it: one payload, no copy. */
#include <mycelium/mycelium.h>
#include <stdio.h>

typedef struct quote {
    double bid, ask;
} quote;
MYC_MESSAGE(quote)
MYC_MESSAGE_TYPE(quote, .id = 0)
#define MARKET_ROWS(ROW, P) ROW(P, quote, quote)
MYC_PROTOCOL(market, MARKET_ROWS)
MYC_TOPIC(quotes, quote)                /* quotes_create(), quotes_publish() ... */
MYC_SUBSCRIPTION(quotes, market, quote) /* quotes_subscribe_market_quote() */

struct screen {
    int number;
};
static myc_next screen_on_quote(struct screen *self, myc_context *ctx, const quote *update)
{
    printf("screen %d, worker %u: %.2f\n", self->number, myc_worker(ctx), update->bid);
    return MYC_CONTINUE;
}
MYC_ACTOR(screen, market, MARKET_ROWS)

int main(void)
{
    myc_system *system;
    quotes_topic quotes;
    int error = myc_system_create(&(myc_system_options){.workers = 2}, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    error = error ? error : quotes_create(ctx, NULL, &quotes);
    for (int i = 0; i < 3 && !error; i++) {
        market_ref screen;
        myc_subscribe_options freshest = {.slow = MYC_SLOW_KEEP_LATEST}; /* when it falls behind */
        error = screen_spawn(ctx, &(struct screen){i}, NULL, &screen);
        error = error ? error : quotes_subscribe_market_quote(ctx, quotes, screen, &freshest);
    }
    if (error) {
        return 1;
    }
    quote *update = quote_new(ctx);
    *update = (quote){.bid = 99.5, .ask = 100.25};
    myc_published published = quotes_publish(ctx, quotes, update);
    error = myc_system_stop(system, NULL, NULL); /* handles what is queued, then stops */
    quotes_destroy(ctx, quotes);
    return myc_system_destroy(system) != 0 || error || published.refused;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A feed takes a name, and whoever knows the name finds it. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef struct quote {
    double price;
} quote;
MYC_MESSAGE(quote)
MYC_MESSAGE_TYPE(quote)
#define MARKET_ROWS(ROW, P) ROW(P, ask, quote)
MYC_PROTOCOL(market, MARKET_ROWS)
MYC_REGISTRY(market)
struct feed {
    const char *venue;
};
static myc_next feed_on_ask(struct feed *self, myc_context *ctx, const quote *ask)
{
    printf("%s on worker %u asks %.2f\n", self->venue, myc_worker(ctx), ask->price);
    return MYC_STOP; /* and the name goes with it */
}
MYC_ACTOR(feed, market, MARKET_ROWS)

int main(void)
{
    myc_system *system;
    int error = myc_system_create(NULL, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    market_ref feed;
    error = error || feed_spawn(ctx, &(struct feed){"binance"}, NULL, &feed) ||
            market_register(ctx, "feed/binance", feed, NULL) ||
            market_lookup(ctx, "feed/binance", &feed);
    quote *ask = error ? NULL : quote_new(ctx);
    if (!ask)
        return 1;
    ask->price = 42.5;
    error = market_send_ask(ctx, feed, ask) != MYC_SENT ||
            myc_system_await_quiescence(system, 1000000000) ||
            market_lookup(ctx, "feed/binance", &feed) != MYC_EUNKNOWN;
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Which actors there are, what they do, and how long the messages of one of them take. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef double quote;
MYC_MESSAGE(quote)
MYC_MESSAGE_TYPE(quote)
#define MARKET_ROWS(ROW, P) ROW(P, quote, quote)
MYC_PROTOCOL(market, MARKET_ROWS)
struct average {
    double price;
};
static myc_next average_on_quote(struct average *self, myc_context *ctx, const quote *last)
{
    self->price += (*last - self->price) / 16;
    return ctx ? MYC_CONTINUE : MYC_STOP;
}
MYC_ACTOR(average, market, MARKET_ROWS)
static void show(void *user, const myc_actor_info *info)
{
    printf("%s on worker %u is %s: %u messages wait, %d ns busy\n", info->name, info->worker,
           myc_actor_state_name(info->state), info->mailbox_depth, (int)info->busy_ns);
    *(bool *)user = info->handled == 500;
}
int main(void)
{
    market_ref ref;
    myc_system *system; /* one whose actors are profiled from their start */
    bool ok = myc_system_create(&(myc_system_options){.profile = true}, &system) == 0 &&
              average_spawn(myc_context_of(system), NULL, NULL, &ref) == 0;
    for (int i = 0; i < 500 && ok; i++)
        ok = market_send_quote(myc_context_of(system), ref, quote_new(myc_context_of(system))) == 0;
    myc_histogram *took = myc_histogram_create();
    ok = ok && myc_system_await_quiescence(system, 5000000000) == 0 &&
         myc_system_each_actor(system, 0, show, &ok) == 1 && ok &&
         myc_system_profile_read(system, ref.address, market_tag_quote, NULL, took, 0) == 0;
    printf("a quote takes %d ns at the median\n", (int)myc_histogram_quantile(took, 0.5));
    myc_histogram_destroy(took);
    return myc_system_destroy(system) != 0 || !ok;
}

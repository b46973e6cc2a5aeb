/* SPDX-License-Identifier: Apache-2.0 */
/* A hundred quotes wait for a screen that has not started: it gets the last of each instrument. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef struct quote {
    uint32_t instrument, price;
} quote;
MYC_MESSAGE(quote)
MYC_MESSAGE_TYPE(quote)
#define MARKET_ROWS(ROW, P) ROW(P, quote, quote)
MYC_PROTOCOL(market, MARKET_ROWS)
struct screen {
    int shown;
};
static myc_next screen_on_quote(struct screen *self, myc_context *ctx, const quote *got)
{
    printf("%d: instrument %u is at %u\n", ++self->shown, got->instrument, got->price);
    return ctx ? MYC_CONTINUE : MYC_STOP;
}
MYC_ACTOR(screen, market, MARKET_ROWS)
static bool by_instrument(uint32_t tag, const void *payload, uint64_t *key)
{
    *key = ((const quote *)payload)->instrument;
    return tag == market_tag_quote;
}
int main(void)
{
    myc_system *system;
    market_ref screen;
    const myc_spawn_options options = {.policy = &(myc_mailbox_policy){.key = by_instrument}};
    if (myc_system_create(&(myc_system_options){.caller_driven = true}, &system) ||
        screen_spawn(myc_context_of(system), NULL, &options, &screen))
        return 1;
    for (uint32_t price = 1; price <= 100; price++) {
        quote *fresh = quote_new(myc_context_of(system));
        *fresh = (quote){.instrument = price % 3, .price = price};
        myc_ignore(market_send_quote(myc_context_of(system), screen, fresh));
    }
    return myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}

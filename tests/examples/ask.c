/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a shop for a price gives the reply, or why there is none. (In an actor: shop_ask_price().) */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef int number;
MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number)
#define SHOP_ROWS(ROW, P) ROW(P, price, number, number) /* its name, what is asked, the reply */
MYC_PROTOCOL(shop, SHOP_ROWS)
struct shop {
    int cents;
};
static myc_next shop_on_price(struct shop *self, myc_context *ctx, const number *pieces,
                              shop_price_token token)
{
    number *sum = number_new(ctx);
    *sum = *pieces * self->cents;
    return shop_reply_price(ctx, token, sum) == MYC_SENT ? MYC_STOP : MYC_FAIL(MYC_ETIMEDOUT);
}
MYC_ACTOR(shop, shop, SHOP_ROWS)
static myc_outcome ask(myc_context *ctx, shop_ref shop)
{
    number *pieces = number_new(ctx);
    const number *sum;
    *pieces = 3;
    myc_outcome outcome = shop_ask_wait_price(ctx, shop, pieces, 1000000000, &sum);
    printf(outcome == MYC_REPLIED ? "%d cents\n" : "closed\n", sum ? *sum : 0);
    number_release(ctx, sum);
    return outcome;
}
int main(void)
{
    myc_system *system;
    shop_ref shop;
    myc_context *ctx = myc_system_create(NULL, &system) ? NULL : myc_context_of(system);
    return !ctx || shop_spawn(ctx, &(struct shop){.cents = 120}, NULL, &shop) ||
           ask(ctx, shop) != MYC_REPLIED ||        /* 360 cents; that was all it had, so it stops */
           ask(ctx, shop) != MYC_TARGET_STOPPED || /* closed */
           myc_system_destroy(system) != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody asks a shop what three cost, and has the reply or is told why there is none. */
#include <mycelium/mycelium.h>
#include <stdio.h>

typedef struct number {
    int value;
} number;
MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number, .id = 0)

#define SHOP_ROWS(ROW, P) ROW(P, price, number, number) /* its name, what is asked, the reply */
MYC_PROTOCOL(shop, SHOP_ROWS)

struct shop {
    int cents;
};
static myc_next shop_on_price(struct shop *self, myc_context *ctx, const number *price,
                              shop_price_token token)
{
    number *cents = number_new(ctx);
    if (cents)
        cents->value = price->value * self->cents;
    myc_ignore(shop_reply_price(ctx, token, cents));
    return MYC_CONTINUE;
}
MYC_ACTOR(shop, shop, SHOP_ROWS)

struct buyer {
    shop_ref shop;
};
static myc_next told(void *self, myc_context *ctx, const myc_answer *answer, const number *cents)
{
    (void)self, (void)ctx;
    if (cents)
        printf("%d cost %d cents\n", ((const number *)answer->request)->value, cents->value);
    else
        printf("no answer: %d\n", answer->outcome);
    return MYC_STOP;
}
static int buyer_on_start(struct buyer *self, myc_context *ctx)
{
    number *three = number_new(ctx);
    if (three)
        three->value = 3;
    return shop_ask_price(ctx, self->shop, three, 1000000000, told);
}
static void buyer_on_stop(struct buyer *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}
static myc_next buyer_on_noise(struct buyer *self, myc_context *ctx, const number *n)
{
    (void)self, (void)ctx, (void)n;
    return MYC_CONTINUE;
}
#define BUYER_ROWS(ROW, P) ROW(P, noise, number)
MYC_PROTOCOL(buyer, BUYER_ROWS)
MYC_ACTOR_WITH_LIFECYCLE(buyer, buyer, BUYER_ROWS)

int main(void)
{
    myc_system *system;
    shop_ref shop;
    buyer_ref b;
    if (myc_system_create(NULL, &system))
        return 1;
    myc_context *ctx = myc_context_of(system);
    int error = shop_spawn(ctx, &(struct shop){.cents = 120}, NULL, &shop);
    error = buyer_spawn(ctx, &(struct buyer){shop}, NULL, &b);
    const number *reply;
    number *n = number_new(ctx);
    n->value = 5;
    myc_outcome o = shop_ask_wait_price(ctx, shop, n, 1000000000, &reply);
    printf("%d %d\n", o, reply ? reply->value : -1);
    number_release(ctx, reply);
    return error | myc_system_stop(system, NULL, NULL) | (int)myc_system_destroy(system);
}

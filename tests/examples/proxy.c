/* SPDX-License-Identifier: Apache-2.0 */
/* A desk does not reply the first time. The proxy asks again: one ask, one answer. */
#include <mycelium/mycelium.h>
#include <stdio.h>
MYC_MESSAGE(int)
MYC_MESSAGE_TYPE(int)
#define FX_ROWS(ROW, P) ROW(P, quote, int, int, MYC_IDEMPOTENT) ROW(P, begin, int)
MYC_PROTOCOL(fx, FX_ROWS)
MYC_PROXY(fx, FX_ROWS) /* fx_proxy_create(), fx_proxy_ask_quote() ... */
struct fx {
    int asked;
};
static myc_next fx_on_quote(struct fx *self, myc_context *ctx, const int *quote, fx_quote_token who)
{
    bool silent = self->asked++ == 0;
    return silent || !fx_reply_quote(ctx, who, int_move(ctx, quote)) ? MYC_CONTINUE : MYC_STOP;
}
static myc_next told(void *self, myc_context *ctx, const myc_answer *answer, const int *price)
{
    return puts(price ? "a price" : "none") && self && ctx && answer ? MYC_STOP : MYC_CONTINUE;
}
static myc_next fx_on_begin(struct fx *self, myc_context *ctx, const int *begin)
{
    static const myc_proxy_options again = {.retry.backoff = MYC_RETRY_IMMEDIATE};
    fx_proxy all = {0}; /* a route, breakers, tries */
    int error = fx_proxy_create(ctx, &again, &all) ||
                fx_proxy_add(ctx, all, (fx_ref){myc_self(ctx)}, NULL) || /* and others */
                fx_proxy_ask_quote(ctx, all, 0, int_move(ctx, begin), 1000000000, told);
    fx_proxy_destroy(ctx, all); /* what it has begun goes on */
    return error || self->asked ? MYC_STOP : MYC_CONTINUE;
}
MYC_ACTOR(fx, fx, FX_ROWS)
int main(void)
{
    myc_system *system;
    fx_ref desk;
    myc_context *ctx = myc_system_create(NULL, &system) ? NULL : myc_context_of(system);
    return !ctx || fx_spawn(ctx, NULL, NULL, &desk) || fx_send_begin(ctx, desk, int_new(ctx)) ||
           myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}

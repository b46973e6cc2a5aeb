/* SPDX-License-Identifier: Apache-2.0 */
/* An ask whose error nobody looks at. */
/* expect-c: ignoring return value of .*swap_ask_trade|ignoring return value of function declared with */
/* expect-c++: ignoring return value of .*swap_ask_trade|ignoring return value of function declared with */
/* flags: -Werror=unused-result */
#include "common.h"

static myc_next on_answer(void *self, myc_context *ctx, const myc_answer *answer, const pear *reply)
{
    (void)self, (void)ctx, (void)answer, (void)reply;
    return MYC_CONTINUE;
}

int ask(myc_context *ctx, swap_ref to);
int ask(myc_context *ctx, swap_ref to)
{
#ifdef WRONG
    swap_ask_trade(ctx, to, apple_new(ctx), 1, on_answer);
    return 0;
#else
    return swap_ask_trade(ctx, to, apple_new(ctx), 1, on_answer);
#endif
}

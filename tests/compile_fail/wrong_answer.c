/* SPDX-License-Identifier: Apache-2.0 */
/* An ask whose answer goes to a handler of another reply. */
/* expect-c: argument 5 of .swap_ask_trade. from incompatible pointer */
/* expect-c: incompatible (function )?pointer types passing */
/* expect-c++: invalid conversion from|no known conversion from */
#include "common.h"

#ifdef WRONG
typedef apple what_comes;
#else
typedef pear what_comes;
#endif

static myc_next on_answer(void *self, myc_context *ctx, const myc_answer *answer,
                          const what_comes *reply)
{
    (void)self, (void)ctx, (void)answer, (void)reply;
    return MYC_CONTINUE;
}

int ask(myc_context *ctx, swap_ref to);
int ask(myc_context *ctx, swap_ref to)
{
    return swap_ask_trade(ctx, to, apple_new(ctx), 1, on_answer);
}

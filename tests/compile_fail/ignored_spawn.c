/* SPDX-License-Identifier: Apache-2.0 */
/* The result of a spawn must be looked at: without it the ref is not set. */
/* flags: -Werror=unused-result */
/* expect-c: ignoring return value of (function|.press_spawn) */
/* expect-c++: ignoring return value of (function|.*press_spawn) */
#include "common.h"

struct press {
    int pressed;
};

static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
    (void)ctx;
    self->pressed += payload->seeds;
    return MYC_CONTINUE;
}
MYC_ACTOR(press, juice, JUICE_ROWS)

int start(myc_context *ctx, juice_ref *ref);
int start(myc_context *ctx, juice_ref *ref)
{
#ifdef WRONG
    press_spawn(ctx, NULL, NULL, ref);
    return 0;
#else
    return press_spawn(ctx, NULL, NULL, ref);
#endif
}

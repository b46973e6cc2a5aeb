/* SPDX-License-Identifier: Apache-2.0 */
/* A mode of another actor. */
/* expect-c: argument 1 of .press_become_idle. from incompatible pointer */
/* expect-c: incompatible pointer types passing .struct mill */
/* expect-c++: cannot convert .mill|no known conversion from .(struct )?mill */
#include "common.h"

struct press {
    int seeds;
};
struct mill {
    int seeds;
};

MYC_MODE(press, idle, juice, JUICE_ROWS)
MYC_MODE(mill, idle, juice, JUICE_ROWS)

#ifdef WRONG
#define BECOME press_become_idle
#else
#define BECOME mill_become_idle
#endif

static myc_next press_idle_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
    (void)ctx, (void)self, (void)payload;
    return MYC_CONTINUE;
}

static myc_next mill_idle_on_apple(struct mill *self, myc_context *ctx, const apple *payload)
{
    (void)ctx, (void)self, (void)payload;
    return MYC_CONTINUE;
}

static myc_next mill_on_apple(struct mill *self, myc_context *ctx, const apple *payload)
{
    (void)payload;
    return BECOME(self, ctx) ? MYC_FAIL(MYC_EINVAL) : MYC_CONTINUE;
}
MYC_ACTOR(mill, juice, JUICE_ROWS)

int start(myc_context *ctx, const struct mill *state, juice_ref *ref);
int start(myc_context *ctx, const struct mill *state, juice_ref *ref)
{
    return mill_spawn(ctx, state, NULL, ref);
}

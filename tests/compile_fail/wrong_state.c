/* SPDX-License-Identifier: Apache-2.0 */
/* A spawn with the state of another actor. */
/* expect-c: argument 2 of .press_spawn. from incompatible pointer */
/* expect-c: incompatible pointer types passing .const struct mill */
/* expect-c++: cannot convert .const mill|no known conversion from .const (struct )?mill */
#include "common.h"

struct press {
    int seeds;
};
struct mill {
    int seeds;
};

static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
    (void)ctx;
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}
MYC_ACTOR(press, juice, JUICE_ROWS)

#ifdef WRONG
#define STATE struct mill
#else
#define STATE struct press
#endif

int start(myc_context *ctx, const STATE *state, juice_ref *ref);
int start(myc_context *ctx, const STATE *state, juice_ref *ref)
{
    return press_spawn(ctx, state, NULL, ref);
}

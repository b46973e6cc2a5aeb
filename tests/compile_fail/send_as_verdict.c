/* SPDX-License-Identifier: Apache-2.0 */
/* A full mailbox downstream must not stop an actor by accident. */
/* expect-c: incompatible types when returning type .myc_sent */
/* expect-c: returning .myc_sent.* from a function with incompatible result type .myc_next */
/* expect-c++: could not convert .* from .myc_sent */
/* expect-c++: no viable conversion from returned value of type .myc_sent */
#include "common.h"

struct press {
    juice_ref next;
};

static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
#ifdef WRONG
    return juice_send_apple(ctx, self->next, apple_retain(ctx, payload));
#else
    if (juice_send_apple(ctx, self->next, apple_retain(ctx, payload)) != MYC_SENT)
        return MYC_STOP;
    return MYC_CONTINUE;
#endif
}
MYC_ACTOR(press, juice, JUICE_ROWS)

/* SPDX-License-Identifier: Apache-2.0 */
/* An actor whose list gives a row another payload type than its protocol does. */
/* expect-c: argument 3 of .press_on_apple. from incompatible pointer */
/* expect-c: incompatible pointer types passing .const juice_payload_apple */
/* expect-c++: cannot convert .const juice_payload_apple */
/* expect-c++: no known conversion from .const juice_payload_apple */
#include "common.h"

struct press {
    int seeds;
};

#ifdef WRONG
#define PRESS_ROWS(ROW, P) ROW(P, apple, pear)
static myc_next press_on_apple(struct press *self, myc_context *ctx, const pear *payload)
#else
#define PRESS_ROWS JUICE_ROWS
static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
#endif
{
    (void)ctx;
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}
MYC_ACTOR(press, juice, PRESS_ROWS)

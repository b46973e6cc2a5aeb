/* SPDX-License-Identifier: Apache-2.0 */
/* A payload is immutable once it is sent: a handler cannot write to it. */
/* expect-c: assignment of member .seeds. in read-only object */
/* expect-c: cannot assign to variable .payload. with const-qualified type */
/* expect-c++: assignment of member .*seeds. in read-only object */
/* expect-c++: cannot assign to variable .payload. with const-qualified type */
#include "common.h"

struct press {
    int seeds;
};

static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
    (void)ctx;
#ifdef WRONG
    payload->seeds = 0;
#endif
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}
MYC_ACTOR(press, juice, JUICE_ROWS)

/* SPDX-License-Identifier: Apache-2.0 */
/* An actor whose list lacks a row of its protocol. */
/* expect-c: the rows of actor press are not those of protocol fruit */
/* expect-c++: the rows of actor press are not those of protocol fruit */
#include "common.h"

struct press {
    int seeds;
};

static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
    (void)ctx;
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}

#ifdef WRONG
#define PRESS_ROWS(ROW, P) ROW(P, apple, apple)
#else
#define PRESS_ROWS FRUIT_ROWS
static myc_next press_on_pear(struct press *self, myc_context *ctx, const pear *payload)
{
    (void)ctx;
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}
#endif
MYC_ACTOR(press, fruit, PRESS_ROWS)

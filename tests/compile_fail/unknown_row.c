/* SPDX-License-Identifier: Apache-2.0 */
/* An actor whose list has a row that its protocol does not have. */
/* expect-c: .juice_tag_pear. undeclared|undeclared identifier .juice_tag_pear */
/* expect-c++: .juice_tag_pear. was not declared|undeclared identifier .juice_tag_pear */
#include "common.h"

struct press {
    int seeds;
};

#ifdef WRONG
#define PRESS_ROWS(ROW, P) ROW(P, pear, pear)
static myc_next press_on_pear(struct press *self, myc_context *ctx, const pear *payload)
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

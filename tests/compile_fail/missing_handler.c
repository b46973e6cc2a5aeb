/* SPDX-License-Identifier: Apache-2.0 */
/* An actor without a handler for one of its rows. */
/* link */
/* expect-c: undefined reference to .press_on_pear */
/* expect-c++: undefined reference to .press_on_pear */
#include "common.h"

struct press {
    int seeds;
};

const myc_type apple_type = {"apple", 0, sizeof(apple), 4, NULL, NULL, NULL};
const myc_type pear_type = {"pear", 0, sizeof(pear), 4, NULL, NULL, NULL};

static myc_next press_on_apple(struct press *self, myc_context *ctx, const apple *payload)
{
    (void)ctx;
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}

#ifndef WRONG
static myc_next press_on_pear(struct press *self, myc_context *ctx, const pear *payload)
{
    (void)ctx;
    self->seeds += payload->seeds;
    return MYC_CONTINUE;
}
#endif
MYC_ACTOR(press, fruit, FRUIT_ROWS)

int main(void)
{
    return press__behaviour.dispatch == NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A reply of another type than the row's. */
/* expect-c: argument 3 of .swap_reply_trade. from incompatible pointer */
/* expect-c: incompatible pointer types passing .apple */
/* expect-c++: cannot convert .apple\*|no known conversion from .apple */
#include "common.h"

myc_sent reply(myc_context *ctx, swap_trade_token token);
myc_sent reply(myc_context *ctx, swap_trade_token token)
{
#ifdef WRONG
    apple *payload = apple_new(ctx);
#else
    pear *payload = pear_new(ctx);
#endif
    return swap_reply_trade(ctx, token, payload);
}

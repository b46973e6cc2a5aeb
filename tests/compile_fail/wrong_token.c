/* SPDX-License-Identifier: Apache-2.0 */
/* A reply to the token of another row. */
/* expect-c: incompatible type for argument 2 of .swap_reply_trade. */
/* expect-c: to parameter of incompatible type 'swap_trade_token' */
/* expect-c++: could not convert .token.|no viable conversion|no matching function */
#include "common.h"

#ifdef WRONG
typedef swap_gift_token what_was_asked;
#else
typedef swap_trade_token what_was_asked;
#endif

myc_sent reply(myc_context *ctx, what_was_asked token);
myc_sent reply(myc_context *ctx, what_was_asked token)
{
    return swap_reply_trade(ctx, token, pear_new(ctx));
}

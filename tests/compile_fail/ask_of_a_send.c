/* SPDX-License-Identifier: Apache-2.0 */
/* An ask by a row that has no reply. */
/* expect-c: swap_future_rest */
/* expect-c++: swap_future_rest */
/* flags: -Werror=implicit-function-declaration */
#include "common.h"

bool ask(myc_context *ctx, swap_ref to);
bool ask(myc_context *ctx, swap_ref to)
{
#ifdef WRONG
    return swap_future_rest(ctx, to, apple_new(ctx), 1).future;
#else
    return swap_future_trade(ctx, to, apple_new(ctx), 1).future;
#endif
}

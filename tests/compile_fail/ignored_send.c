/* SPDX-License-Identifier: Apache-2.0 */
/* The result of a typed send must be looked at. */
/* flags: -Werror=unused-result */
/* expect-c: ignoring return value of (function|.fruit_send_apple) */
/* expect-c++: ignoring return value of (function|.*fruit_send_apple) */
#include "common.h"

void send(myc_context *ctx, fruit_ref to);
void send(myc_context *ctx, fruit_ref to)
{
#ifdef WRONG
    fruit_send_apple(ctx, to, apple_new(ctx));
#else
    if (fruit_send_apple(ctx, to, apple_new(ctx)) != MYC_SENT)
        myc_stop(ctx, to.address);
#endif
}

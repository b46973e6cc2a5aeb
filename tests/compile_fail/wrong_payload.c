/* SPDX-License-Identifier: Apache-2.0 */
/* A send with the payload of another row. */
/* expect-c: argument 3 of .fruit_send_apple. from incompatible pointer */
/* expect-c: incompatible pointer types passing .pear */
/* expect-c++: cannot convert .pear\*|no known conversion from .pear */
#include "common.h"

myc_sent send(myc_context *ctx, fruit_ref to);
myc_sent send(myc_context *ctx, fruit_ref to)
{
#ifdef WRONG
    pear *payload = pear_new(ctx);
#else
    apple *payload = apple_new(ctx);
#endif
    return fruit_send_apple(ctx, to, payload);
}

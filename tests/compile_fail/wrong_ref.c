/* SPDX-License-Identifier: Apache-2.0 */
/* A send to a ref of another protocol that has the same row. */
/* expect-c: incompatible type for argument 2 of .fruit_send_apple */
/* expect-c: passing .juice_ref.* incompatible type */
/* expect-c++: could not convert .to. from .juice_ref|no known conversion from .juice_ref */
#include "common.h"

#ifdef WRONG
#define REF juice_ref
#else
#define REF fruit_ref
#endif

myc_sent send(myc_context *ctx, REF to);
myc_sent send(myc_context *ctx, REF to)
{
    return fruit_send_apple(ctx, to, apple_new(ctx));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Work whose result is not what the row carries. */
/* expect-c: argument 3 of .fruit_offload_apple. from incompatible pointer */
/* expect-c: incompatible function pointer types passing|incompatible pointer types passing .const pear */
/* expect-c++: invalid conversion from .const pear|no known conversion from .const pear */
#include "common.h"

#ifdef WRONG
#define RESULT pear
#else
#define RESULT apple
#endif

const RESULT *pick(myc_context *ctx, const void *argument);
myc_sent offload(myc_context *ctx, myc_pool *pool);
myc_sent offload(myc_context *ctx, myc_pool *pool)
{
    return fruit_offload_apple(ctx, pool, pick, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A watch told in a row that carries no myc_down. */
/* expect-c: argument 4 of .myc__watch_typed. from incompatible pointer */
/* expect-c: incompatible pointer types passing .const fruit_payload_pear */
/* expect-c++: cannot convert .const fruit_payload_pear */
/* expect-c++: invalid conversion from .const fruit_payload_pear */
/* expect-c++: no matching function for call to .myc__watch_typed */
#include "common.h"

#define GUARD_ROWS(ROW, P) ROW(P, down, myc_down)
MYC_PROTOCOL(guard, GUARD_ROWS)

int watch(myc_context *ctx, fruit_ref target);
int watch(myc_context *ctx, fruit_ref target)
{
#ifdef WRONG
    return MYC_WATCH(fruit, pear, ctx, target);
#else
    return MYC_WATCH(guard, down, ctx, target);
#endif
}

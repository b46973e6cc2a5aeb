/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/ask.h>

myc_next myc_dispatch_request(myc_next (*dispatch)(void *, myc_context *, uint32_t, const void *),
                              void *self, myc_context *ctx, uint32_t tag, const void *payload)
{
    (void)dispatch, (void)self, (void)ctx, (void)tag, (void)payload;
    return MYC_FAIL(MYC_EINVAL);
}

myc_token myc_token_of(const myc_context *ctx)
{
    (void)ctx;
    return (myc_token){0};
}

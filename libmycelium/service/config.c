/* SPDX-License-Identifier: Apache-2.0 */
#include "service/config.h"

int myc__config_refuse(myc_context *ctx, const char *thing, const char *what, uint64_t value,
                       const char *expected)
{
    myc_log(ctx, MYC_LOG_ERROR, "%s: %s is %llu: expected %s", thing, what,
            (unsigned long long)value, expected);
    return MYC_EINVAL;
}

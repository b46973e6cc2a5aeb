/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_CONFIG_H
#define MYC_SERVICE_CONFIG_H

/* A value of a configuration that cannot be. */
#include <mycelium/actor.h>
#include <stdint.h>

/** Logs that `what` of a `thing` is `value`, and what was expected. Returns MYC_EINVAL. */
int myc__config_refuse(myc_context *ctx, const char *thing, const char *what, uint64_t value,
                       const char *expected);

#endif

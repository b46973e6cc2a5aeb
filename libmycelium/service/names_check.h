/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_NAMES_CHECK_H
#define MYC_SERVICE_NAMES_CHECK_H

#include <mycelium/registry.h>

/*
 * Whether what a user gives the registry is fit for it: 0, or MYC_EINVAL and a log line that says
 * what was expected.
 */
int myc__check_name(myc_context *ctx, const char *name);
int myc__check_pattern(myc_context *ctx, const char *pattern);
int myc__check_pair(myc_context *ctx, const char *name, const char *key, const char *value);
int myc__check_metadata(myc_context *ctx, const char *name, const myc_registry_options *options);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SYSTEM_OPTIONS_H
#define MYC_SYSTEM_OPTIONS_H

#include <mycelium/system.h>

#include "base/log.h"

/** Checks `options` and fills in the defaults. Returns 0 or MYC_EINVAL, with a log line. */
int myc__options_complete(myc_system_options *options, const myc__log *log);

/** Whether they ask for more workers than there are processors for them. `options` is complete. */
bool myc__options_crowd(const myc_system_options *options);

#endif

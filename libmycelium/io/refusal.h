/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_REFUSAL_H
#define MYC_IO_REFUSAL_H

/*
 * What to tell the operator of a machine whose kernel refuses io_uring.
 */
#include "base/log.h"

#include <mycelium/system.h>

/** Logs why io_uring is refused, what to change, and what happens now. `error` is an errno. */
void myc__refusal_log(const myc__log *log, myc_io_backend backend, int error);

/** Logs that the ring is smaller than asked for, and what to change. */
void myc__refusal_log_smaller(const myc__log *log, uint32_t wanted, uint32_t given);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SYSTEM_ASK_WORKER_H
#define MYC_SYSTEM_ASK_WORKER_H

#include "actor/call.h"
#include "system/system.h"

/**
 * Has a worker do something, and waits for it until `deadline_ns` of the kernel's clock. When the
 * system is caller-driven it is done here and now. Not from a handler.
 * Takes `call`, of the memory of the calling thread's context, unless it returns 0: then it is
 * done, and to be left with myc__call_leave(). Returns 0, MYC_ETIMEDOUT, MYC_ESTOPPING (the worker
 * has ended, and has no actors left) or MYC_ENOMEM.
 */
int myc__ask_worker(myc_system *system, myc__shard *shard, myc__call *call, uint64_t deadline_ns);

/** `timeout_ns` from now; 0 = the default of 1 s. */
uint64_t myc__ask_worker_deadline(uint64_t timeout_ns);

#endif

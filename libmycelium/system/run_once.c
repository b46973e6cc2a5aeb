/* SPDX-License-Identifier: Apache-2.0 */
#include "system/system.h"

int64_t myc_system_run_once(myc_system *system)
{
    if (!system->caller_driven) {
        return MYC_EINVAL;
    }
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    int64_t all = 0;
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        uint32_t handled;
        (void)myc__worker_pass(system->fabric.shards[i], &handled);
        all += handled;
    }
    return all;
}

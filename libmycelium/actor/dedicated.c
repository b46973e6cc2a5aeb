/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/dedicated.h"

bool myc__dedicated_claim(myc__fabric *fabric, uint32_t *worker)
{
    for (uint32_t i = fabric->worker_count; i < fabric->shard_count; i++) {
        uint32_t *taken = &fabric->dedicated_taken[i];
        if (!myc__load_relaxed_u32(taken) && !myc__exchange_acq_rel_u32(taken, 1)) {
            *worker = i;
            return true;
        }
    }
    return false;
}

void myc__dedicated_leave(myc__fabric *fabric, uint32_t worker)
{
    if (myc__is_dedicated(fabric, worker)) {
        myc__store_release_u32(&fabric->dedicated_taken[worker], 0);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "service/helpers.h"
#include "system/system.h"

static uint32_t run_worker(myc__shard *shard)
{
    uint32_t handled;
    if (myc__worker_pass_here(shard, NULL, &handled)) {
        shard->tidying.worked = true;
    } else {
        (void)myc__tidy(shard, myc__clock_now_ns(&shard->context.fabric->clock));
    }
    return handled;
}

int64_t myc_system_run_once(myc_system *system)
{
    if (!system->caller_driven) {
        return MYC_EINVAL;
    }
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    (void)myc__pools_run(&system->fabric);
    if (system->drive) {
        return system->drive(system->drive_user, 0);
    }
    int64_t all = 0;
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        all += run_worker(system->fabric.shards[i]);
    }
    return all;
}

void myc__drive_on(myc_system *system, uint64_t until_ns)
{
    if (system->drive && !myc__in_a_handler(system)) {
        (void)system->drive(system->drive_user, until_ns);
    } else {
        (void)myc_system_run_once(system);
    }
}

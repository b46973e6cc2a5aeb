/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/flight.h"
#include "system/system.h"

uint32_t myc_system_events(const myc_system *system, uint32_t worker, myc_event *events,
                           uint32_t capacity)
{
    const myc__shard *shard =
        worker < system->fabric.shard_count ? system->fabric.shards[worker] : NULL;
    return shard && shard->flight ? myc__flight_read(shard->flight, events, capacity) : 0;
}

uint32_t myc_system_dump_events(const myc_system *system)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        all += myc__flight_dump(system->fabric.shards[i], MYC_LOG_INFO);
    }
    return all;
}

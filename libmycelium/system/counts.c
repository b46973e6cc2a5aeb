/* SPDX-License-Identifier: Apache-2.0 */
#include "system/system.h"

static const myc_context *endpoint_at(const myc_system *system, uint32_t index)
{
    return myc__load_acquire_ptr((void *const *)&system->fabric.endpoints[index]);
}

static uint64_t sum(const myc_system *system, uint64_t (*of)(const myc__counters *))
{
    uint64_t all = 0;
    uint32_t high = myc__load_acquire_u32(&system->fabric.endpoint_high);
    for (uint32_t i = 0; i < high; i++) {
        const myc_context *ctx = endpoint_at(system, i);
        all += ctx ? of(&ctx->counters) : 0;
    }
    return all;
}

static uint64_t dead_of(const myc__counters *counters)
{
    uint64_t dead = 0;
    for (uint32_t reason = 0; reason < MYC_DEAD_REASONS; reason++) {
        dead += myc__load_acquire_u64(&counters->dead_by[reason]);
    }
    return dead;
}

static uint64_t dropped_of(const myc__counters *counters)
{
    uint64_t dropped = 0;
    for (uint32_t reason = 0; reason < MYC_DROP_REASONS; reason++) {
        dropped += myc__load_acquire_u64(&counters->dropped_by[reason]);
    }
    return dropped;
}

static uint64_t ends_of(const myc__counters *counters)
{
    return myc__load_acquire_u64(&counters->handled) + dropped_of(counters) + dead_of(counters) +
           myc__load_acquire_u64(&counters->done);
}

static uint64_t beginnings_of(const myc__counters *counters)
{
    return myc__load_acquire_u64(&counters->accepted) + myc__load_acquire_u64(&counters->begun);
}

uint64_t myc__sum_ends(const myc_system *system)
{
    return sum(system, ends_of);
}

uint64_t myc__sum_beginnings(const myc_system *system)
{
    return sum(system, beginnings_of);
}

static void add_dropped(myc_counts *to, const myc__counters *from)
{
    uint64_t *const fields[MYC_DROP_REASONS] = {
        [MYC_DROP_NEWEST] = &to->dropped_newest,       [MYC_DROP_OLDEST] = &to->dropped_oldest,
        [MYC_DROP_CONFLATED] = &to->dropped_conflated, [MYC_DROP_EXPIRED] = &to->dropped_expired,
        [MYC_DROP_LIMITED] = &to->dropped_limited,
    };
    for (uint32_t reason = 0; reason < MYC_DROP_REASONS; reason++) {
        uint64_t dropped = myc__load_acquire_u64(&from->dropped_by[reason]);
        *fields[reason] += dropped;
        to->dropped += dropped;
    }
}

static void add(myc_counts *to, const myc__counters *from)
{
    to->handled += myc__load_acquire_u64(&from->handled);
    add_dropped(to, from);
    for (uint32_t reason = 0; reason < MYC_DEAD_REASONS; reason++) {
        to->dead_by[reason] += myc__load_acquire_u64(&from->dead_by[reason]);
    }
    to->refused += myc__load_acquire_u64(&from->refused);
    to->circled += myc__load_acquire_u64(&from->circled);
}

static uint64_t accepted_of(const myc__counters *counters)
{
    return myc__load_acquire_u64(&counters->accepted);
}

/* The ends first: whose end is seen is seen born. */
static uint64_t alive_on(const myc__shard *shard)
{
    uint64_t ended = myc__load_acquire_u64(&shard->ended);
    uint64_t born = myc__load_acquire_u64(&shard->born);
    return born + myc__load_acquire_u64(&shard->born_from_elsewhere) - ended;
}

void myc_system_counts(const myc_system *system, myc_counts *counts)
{
    *counts = (myc_counts){0};
    uint32_t high = myc__load_acquire_u32(&system->fabric.endpoint_high);
    for (uint32_t i = 0; i < high; i++) {
        const myc_context *ctx = endpoint_at(system, i);
        if (ctx) {
            add(counts, &ctx->counters);
        }
    }
    for (uint32_t reason = 0; reason < MYC_DEAD_REASONS; reason++) {
        counts->dead += counts->dead_by[reason];
    }
    counts->accepted = sum(system, accepted_of); /* after the ends: queued is not negative */
    counts->queued = counts->accepted - counts->handled - counts->dead - counts->dropped;
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        counts->actors += alive_on(system->fabric.shards[i]);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_FABRIC_H
#define MYC_SHARD_FABRIC_H

/*
 * What all endpoints of a system share. Fixed when the system runs, but for the words marked
 * atomic.
 */
#include <mycelium/transport.h>

#include "base/clock.h"
#include "message/registry.h"
#include "shard/shard.h"

typedef struct myc__fabric {
    myc__shard *shards[MYC__WORKERS_MAX];
    uint32_t shard_count;
    uint32_t worker_count; /* the first of them; the rest are dedicated (actor/dedicated.h) */
    uint32_t dedicated_taken[MYC__WORKERS_MAX]; /* atomic, by shard: 1 = it has its actor */

    myc_context *endpoints[MYC__ENDPOINTS_MAX]; /* atomic: workers first, then foreign threads */
    uint32_t endpoint_high;                     /* atomic: one more than the highest */

    myc__log log;
    myc__allocator allocator;
    myc__heap heap;
    myc__clock clock;
    myc__registry registry;
    struct myc__names *names;  /* constant: the registry of actors (service/names.h) */
    myc_io_backend io_backend; /* as asked for */
    uint32_t io_in_use; /* atomic: myc_io_backend of the first driver; 0 = there is none yet */
    const struct myc__driver_faults *io_faults; /* tests: of drivers yet to be made; NULL = none */
    bool caller_driven;
    uint32_t io_refused_said; /* atomic: 1 = the log has why io_uring is not used */
    uint32_t io_smaller_said; /* atomic: 1 = the log has why a ring is smaller */

    uint32_t next_spread; /* atomic: counts spawns that are spread */
    uint32_t stopping;    /* atomic: 1 = foreign sends and all spawns are refused */

    void (*dead_letter)(void *user, const myc_dead_letter *letter);
    void *dead_letter_user;

    struct myc_pool *pools; /* guarded by pools_lock: helper pools that are open */
    pthread_mutex_t pools_lock;

    const char *name; /* of the system: of its threads */
    void (*thread_start)(void *user, uint32_t worker);
    void *thread_start_user;

    const myc_transport *transports[MYC__NODES_MAX]; /* atomic; [0] stays NULL: lanes */
    myc_system *system;
} myc__fabric;

/** True when the address is of this node, and of a worker there is. Any thread. */
static inline bool myc__is_placed(const myc__fabric *fabric, myc_address address)
{
    return myc__address_node(address) == 0 && myc__address_worker(address) < fabric->shard_count;
}

/** True when an actor may live or have lived there, so that orders can be sent. Any thread. */
static inline bool myc__is_reachable(const myc__fabric *fabric, myc_address address)
{
    return myc__is_placed(fabric, address) && (address.life & 1);
}

/** The time at the worker's last look at the clock in this pass; looks if it has not yet. */
static inline uint64_t myc__shard_now_ns(myc__shard *shard)
{
    if (!shard->looked_ns) {
        shard->looked_ns = myc__clock_now_ns(&shard->context.fabric->clock);
    }
    return shard->looked_ns;
}

#endif

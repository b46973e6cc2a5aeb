/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SYSTEM_TESTKIT_H
#define MYC_SYSTEM_TESTKIT_H

/*
 * The test kit: a caller-driven system whose workers take turns by the draw.
 *
 *   testkit.c         the kit's life and its text
 *   testkit_run.c     which worker goes next, until none can; virtual time
 *   testkit_fault.c   failures, full mailboxes, memory that is out, stalled workers
 *   testkit_probe.c   actors that keep what they get
 */
#include <mycelium/testkit.h>

#include "actor/stand_in.h"
#include "system/system.h"

enum { MYC__TESTKIT_TEXT_BYTES = 256 };

struct myc__kit_fault;
struct myc__kit_full;

struct myc_testkit {
    myc_system *system;
    myc_context *ctx;
    myc__pace pace;
    uint64_t seed;
    uint64_t random; /* the state of the draw */
    uint64_t now_ns;
    uint64_t hash;
    uint64_t passes;
    uint64_t passes_max;
    uint64_t stalled_until_ns[MYC__WORKERS_MAX];

    myc_allocator memory; /* what the system's allocator stands before */
    uint64_t allocations_left;

    struct myc__kit_fault *faults;
    struct myc__kit_full *full;
    myc_probe *probes;
    char text[MYC__TESTKIT_TEXT_BYTES];
};

/* testkit_run.c */
void myc__kit_schedule(myc_testkit *kit);
/** Runs until nothing can move, or `stop` says so. Returns like myc_testkit_run(). */
int64_t myc__kit_run_until(myc_testkit *kit, bool (*stop)(const void *), const void *what);
/** Lets the clock jump to the next deadline, not beyond `limit_ns`. False when it is there. */
bool myc__kit_jump(myc_testkit *kit, uint64_t limit_ns);
/** `ns` from now, or the end of time. */
uint64_t myc__kit_after(const myc_testkit *kit, uint64_t ns);

/* testkit_fault.c */
myc_allocator myc__kit_allocator(myc_testkit *kit);
void myc__kit_faults_end(myc_testkit *kit);

/* testkit_probe.c */
void myc__kit_probes_release(myc_testkit *kit);
void myc__kit_probes_free(myc_testkit *kit);

/** The live actor of `address`, and its worker; NULL when there is none. */
static inline myc__actor *myc__kit_find(myc_testkit *kit, myc_address address, myc__shard **shard)
{
    const myc__fabric *fabric = &kit->system->fabric;
    bool here = myc__is_placed(fabric, address);
    *shard = here ? fabric->shards[myc__address_worker(address)] : NULL;
    myc__actor *actor = here ? myc__actor_find(*shard, address) : NULL;
    if (actor && myc__moved_to(actor).life) {
        return myc__kit_find(kit, myc__moved_to(actor), shard);
    }
    return actor && !myc__is_stand_in(actor) ? actor : NULL;
}

#endif

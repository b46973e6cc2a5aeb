/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/listing.h"

#include <stdio.h>

#include "actor/policy.h"
#include "actor/profile.h"

/* The pointers in a behaviour are stored with relaxed order when it changes under readers; those of
 * the program never do. */
static const void *read_field(const void *field)
{
    return myc__load_relaxed_ptr((void *const *)(uintptr_t)field);
}

static const myc_behaviour *behaviour_of(const myc__actor *actor)
{
    return myc__load_acquire_ptr((void *const *)(uintptr_t)&actor->behaviour);
}

static void copy_name_of(const myc__actor *actor, char *to)
{
    const myc__annex *annex = myc__load_acquire_ptr((void *const *)(uintptr_t)&actor->annex);
    bool is_named = annex && annex->name[0]; /* constant once it is published */
    const char *name = is_named ? annex->name : read_field(&behaviour_of(actor)->name);
    snprintf(to, MYC__NAME_BYTES, "%s", name);
}

const myc_protocol *myc__protocol_from_outside(const myc__actor *actor)
{
    return read_field(&behaviour_of(actor)->protocol);
}

void myc__describe_from_outside(const myc__shard *shard, const myc__actor *actor,
                                myc_actor_info *info)
{
    *info = (myc_actor_info){.address = actor->address,
                             .worker = shard->index,
                             .protocol = myc__protocol_from_outside(actor),
                             .handled = myc__load_relaxed_u64(&actor->handled),
                             .state = MYC_ACTOR_UNKNOWN};
    copy_name_of(actor, info->name);
}

static myc_actor_state state_of(const myc__actor *actor)
{
    static const myc_actor_state of_activity[] = {
        [MYC__IDLE] = MYC_ACTOR_IDLE,
        [MYC__QUEUED] = MYC_ACTOR_QUEUED,
        [MYC__RUNNING] = MYC_ACTOR_RUNNING,
        [MYC__ASLEEP] = MYC_ACTOR_PAUSED,
    };
    if (actor->activity == MYC__AWAY) {
        return MYC_ACTOR_MOVING;
    }
    if (actor->interrupts & MYC__STOPPING) {
        return MYC_ACTOR_STOPPING;
    }
    if (actor->interrupts & MYC__STARTING) {
        return MYC_ACTOR_STARTING;
    }
    return actor->interrupts & MYC__PAUSED ? MYC_ACTOR_PAUSED : of_activity[actor->activity];
}

static void add_drops(const myc__actor *actor, uint64_t dropped_by[MYC_DROP_REASONS])
{
    for (uint32_t reason = 0; actor->annex && reason < MYC_DROP_REASONS; reason++) {
        dropped_by[reason] += actor->annex->dropped_by[reason];
    }
    myc__policy_dropped(actor, dropped_by);
}

void myc__describe(const myc__shard *shard, const myc__actor *actor, myc_actor_info *info)
{
    myc__describe_from_outside(shard, actor, info);
    info->state = state_of(actor);
    info->mailbox_depth = actor->mailbox.depth;
    info->mailbox_bound = actor->bound;
    add_drops(actor, info->dropped_by);
    info->is_profiled = myc__is_profiled(actor);
    if (info->is_profiled) {
        info->mailbox_high = actor->annex->profile->high;
        info->busy_ns = actor->annex->profile->busy_ns;
    }
}

const char *myc_actor_state_name(myc_actor_state state)
{
    static const char *const names[MYC_ACTOR_STATES] = {
        "idle", "queued", "running", "paused", "starting", "stopping", "unknown", "moving"};
    return (unsigned)state < MYC_ACTOR_STATES ? names[state] : "no state";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/drop.h"

#include "actor/policy.h"
#include "shard/flight.h"

/* Without memory for an annex the actor's own count misses it; that of the system does not. */
static void count_for_actor(myc__shard *shard, myc__actor *actor, myc_drop_reason reason)
{
    if (myc__has_policy(actor)) {
        myc__count(&actor->annex->policy->dropped_by[reason], 1);
        return;
    }
    myc__annex *annex = myc__annex_of(&shard->context, actor);
    if (annex) {
        annex->dropped_by[reason]++;
    }
}

void myc__count_drop(myc__shard *shard, myc__actor *actor, myc_drop_reason reason)
{
    count_for_actor(shard, actor, reason);
    if (MYC__UNLIKELY(shard->flight != NULL)) {
        myc__flight_note(shard->flight, &(myc__flight_event){.kind = MYC_EVENT_DROPPED,
                                                             .actor = actor->address,
                                                             .detail = reason});
    }
    myc__count_end(&shard->context.counters.dropped_by[reason], 1);
}

void myc__drop(myc__shard *shard, myc__actor *actor, const void *payload, myc_drop_reason reason)
{
    myc_release(&shard->context, payload);
    myc__count_drop(shard, actor, reason);
}

void myc__policy_dropped(const myc__actor *actor, uint64_t dropped_by[MYC_DROP_REASONS])
{
    for (uint32_t reason = 0; myc__has_policy(actor) && reason < MYC_DROP_REASONS; reason++) {
        dropped_by[reason] += myc__load_relaxed_u64(&actor->annex->policy->dropped_by[reason]);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/instrument.h"

#include "actor/profile.h"
#include "actor/trace.h"
#include "shard/flight.h"

void myc__instrument(myc__shard *shard, myc__actor *actor)
{
    if (shard->instruments & MYC__INSTRUMENT_PROFILE) {
        (void)myc__profile_begin(shard, actor);
    }
    if (shard->instruments & MYC__INSTRUMENT_TRACE) {
        (void)myc__trace_begin(shard, actor);
    }
    myc__flight_note(shard->flight,
                     &(myc__flight_event){.kind = MYC_EVENT_STARTED, .actor = actor->address});
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/instrument.h"

#include "actor/profile.h"

void myc__instrument(myc__shard *shard, myc__actor *actor)
{
    if (shard->instruments & MYC__INSTRUMENT_PROFILE) {
        (void)myc__profile_begin(shard, actor);
    }
}

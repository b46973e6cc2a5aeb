/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_TURN_H
#define MYC_ACTOR_TURN_H

#include "actor/actor.h"

/**
 * Gives the first actors of the run queue a turn each, up to a bound. Returns how many messages
 * were handled. `*turns` is set to how many actors had a turn.
 */
uint32_t myc__run_turns(myc__shard *shard, uint32_t *turns);

#endif

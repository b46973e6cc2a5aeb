/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_TURN_H
#define MYC_ACTOR_TURN_H

#include "actor/actor.h"

/**
 * Gives the first actors of the run queue a turn each, up to a bound. Returns how many had one, and
 * how many messages they handled.
 */
uint32_t myc__run_turns(myc__shard *shard, uint32_t *handled);

#endif

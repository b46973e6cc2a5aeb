/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_TURN_H
#define MYC_ACTOR_TURN_H

#include "actor/actor.h"
#include "shard/pace.h"

/**
 * Gives the first actors of the run queue a turn each, up to a bound. Returns how many had one; adds
 * to `*handled` how many messages they handled.
 */
uint32_t myc__run_turns(myc__shard *shard, uint32_t *handled);

/** The same by a test's pace. */
uint32_t myc__run_turns_paced(myc__shard *shard, const myc__pace *pace, uint32_t *handled);

/**
 * Gives an idle actor a turn with the messages for it that come next in a lane, of which there is
 * one: no mailbox, no run queue. They are for `to`, which is not its address when it has moved. Takes their payloads; their slots are the caller's to retire.
 * Returns how many messages were handled.
 */
uint32_t myc__run_from_lane(myc__shard *shard, myc__actor *actor, myc__lane_visit *visit,
                            myc_address to);

/** Does what a handler's verdict says, where the message cannot come again. */
void myc__turn_obey(myc__shard *shard, myc__actor *actor, myc_next next);

/** After such a verdict: a message that failed its actor becomes a dead letter, so that it never comes
 * again. One that the handler has moved on is with somebody else, and was handled. */
void myc__turn_bury(myc__shard *shard, myc__actor *actor, uint32_t tag, const void *payload,
                    myc_next next);

/** The message whose dispatch runs will be counted as handled at the end of the turn, but it ends in
 * another way, counted by the caller before this. */
void myc__turn_uncount(myc__shard *shard, myc__actor *actor);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_PAUSE_H
#define MYC_ACTOR_PAUSE_H

/*
 * Lossless flow: an actor whose receiver is full is paused until there is room.
 *
 * What is full may be the mailbox: then the actor waits at its receiver (wait.h), and a circle of
 * such waits is opened (circle.h).
 *
 * Or it is the lane to the receiver's worker. A worker takes what is in its lanes whatever its
 * actors do, so this wait always ends and is part of no circle. A parked message goes out ahead, by
 * the slots kept for control. For room alone the waiter is kept with the sending end, and its worker
 * looks at the lane in each pass until half of it is free. Before that worker parks it asks the
 * receiver's worker to tell it instead: the question travels behind what is in the lane, so by its
 * answer the lane is empty.
 *
 * A resume that finds the actor running or not paused does nothing: handlers look at the room again
 * anyway.
 */
#include "actor/actor.h"

/** An address in the payload word of a control envelope. */
static inline const void *myc__address_pack(myc_address address)
{
    return (const void *)(uintptr_t)((uint64_t)address.life << 32 | address.slot);
}

static inline myc_address myc__address_unpack(const void *word)
{
    uint64_t bits = (uintptr_t)word;
    return (myc_address){(uint32_t)bits, (uint32_t)(bits >> 32)};
}

static_assert(sizeof(void *) == sizeof(uint64_t), "an address fits in a pointer");

/** Lets `waiter`, an address of this worker, wait for room in a lane. False when memory is out. */
bool myc__await_lane(myc__shard *shard, uint32_t worker, myc_address waiter);

/** Tells those who wait for a lane that has room now. In each pass while `awaits_lanes`. */
void myc__grant_lanes(myc__shard *shard);

/**
 * Has the receivers of lanes that somebody waits for wake this worker when they have emptied them.
 * Before it parks. False when memory is out: then it must look again by itself.
 */
bool myc__ask_for_lanes(myc__shard *shard);

/** Another worker asks whether its lane to this one is empty: it is, what asks came last. */
void myc__lane_answer(myc__shard *shard, const void *asker);

/** The answer has come. */
void myc__lane_answered(myc__shard *shard, myc_address nobody);

/** Lets a paused actor run again, unless sends of it are parked. */
void myc__resume(myc__shard *shard, myc__actor *actor);

/** True when the mailbox has drained far enough for those who wait. */
static inline bool myc__has_drained(const myc__actor *actor)
{
    return actor->bound && actor->mailbox.depth <= actor->bound / 2;
}

#endif

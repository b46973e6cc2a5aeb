/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_MOVE_H
#define MYCELIUM_MOVE_H

/*
 * Moving an actor to another worker, while it is being sent to.
 *
 *     int error = myc_move_actor(ctx, strategy.address, 1);
 *
 * It keeps its address, its mailbox, its timers and whatever waits for it; its state stays where it
 * is in memory. What each sender sends arrives in the order sent, once.
 *
 * What it costs: an address leads to the worker the actor was spawned on, and messages go that way
 * for ever: also those of a sender on the worker where it now lives. So a message takes one lane
 * more than to an actor that has not moved, and for a sender beside it two lanes instead of none.
 * Spawn an actor where it belongs, and move it when that was wrong or has changed, not to and fro.
 * Moved back to where it was spawned it is as if it had never been away.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/**
 * Moves an actor to `worker`, between two of its turns, as soon as the order gets there. From a
 * handler it may be the calling actor. When several moves of one actor are under way, the last one
 * counts; to where it is already does nothing.
 *
 * An actor with open sources stays, since they are its worker's; so do one with a worker of its own,
 * a supervisor, those that make up a topic, and one there is no memory to move. The log says so.
 * While a move from a second worker to a third is under way, and for a moment after the end of an
 * actor that is away from its first worker, sends to it may be refused as MYC_FULL.
 *
 * Threads: any with a context. Returns 0 (the order is on its way), MYC_EINVAL (`actor` is none of
 * this process, or there is no such worker: the log line says which), MYC_ESTOPPING or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_move_actor(myc_context *ctx, myc_address actor, uint32_t worker);

MYC_EXTERN_C_END

#endif

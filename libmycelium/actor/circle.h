/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_CIRCLE_H
#define MYC_ACTOR_CIRCLE_H

/*
 * Circles of actors that wait for each other. The rule:
 *
 *     When each actor of a circle waits for room at the next, each hands the one message it waits
 *     with on, beyond the bound. So the circle turns by one place, and nobody waits for himself.
 *
 * A mailbox gets beyond its bound by no more than the sends that one handler leaves parked: by one,
 * where a handler sends one message. Such messages are counted (`circled` of myc_counts).
 *
 * How a circle is found: by chasing edges (Chandy, Misra, Haas). An edge is a wait that lies in the
 * list of its receiver (wait.h), known by its sender and number. When a wait is listed at an actor
 * that waits itself, a probe goes after the wait of that one, and so on from actor to actor, and
 * ends where one does not wait, or where the wait it came by is no longer listed. It goes to where
 * the actors live, so across workers it is an errand. If it comes to the actor it began with, still
 * in the same wait, it has gone round a circle, and goes round once more to turn it.
 *
 * Why every circle is found. Each actor of it waits and stays so (else it is none). Let e be the
 * edge that was listed last. From then on every edge is listed and every actor waits, so the probe
 * that e sends goes all the way round.
 *
 * Why nothing else is taken for one. Let a probe begin with the edge L -> X1, go through X1 -> X2 ...
 * and end with Xk -> L, and suppose some Xi -> Xi+1 is gone by then. That takes a turn of Xi+1,
 * which was waiting when the probe passed: so its wait, seen to be listed one step later, must have
 * been taken from the list by a turn of Xi+2 after that; and so on to L, which takes Xk -> L from
 * its list only in a turn. But that edge is listed as the probe ends, and L has been in one and the
 * same wait from beginning to end.
 *
 * Why it goes on. After the circle has turned, each actor of it has sent what it waited with and
 * runs until it sends again to one that is full: it handles a message, unless it has more sends
 * parked, of which there are only so many.
 *
 * Why the bound holds but for that. Beyond it comes only what a turn of a circle brings, one message
 * for each actor of it, since one waits for one at a time, so an actor is in one circle at a time. An
 * actor takes the next message out of its mailbox before it can wait again with a new handler's
 * send; and others are let in only below the bound. A probe never overtakes a turn on its way.
 */
#include "actor/actor.h"

/** The wait of `from` with that number has been listed at `actor`: is it part of a circle? */
void myc__circle_look(myc__shard *shard, struct myc__actor *actor, myc_address from,
                      uint32_t number);

#endif

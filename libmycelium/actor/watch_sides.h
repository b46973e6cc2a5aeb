/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_WATCH_SIDES_H
#define MYC_ACTOR_WATCH_SIDES_H

/*
 * A watch is one block, made by the watcher. It is in two hands: the watcher's worker has it in the
 * watcher's table, the target's worker in the target's list. Each writes its own fields, and four
 * orders go between them (by call when both are one worker):
 *
 *     WATCH, UNWATCH      watcher -> target
 *     DOWN, UNWATCHED     target -> watcher
 *
 * Orders between two workers keep their order; so do calls.
 *
 *   watcher's side   event                          does                              then
 *   WATCHING         DOWN comes                     queues the notice                 TOLD
 *   WATCHING         unwatch, or the watcher ends   out of the table, UNWATCH         FORGOTTEN
 *   TOLD             the notice's turn              out of the table, handler, frees
 *   TOLD             unwatch                        out of the table                  DEAF
 *   TOLD, DEAF       the watcher ends               frees
 *   DEAF             the notice's turn              frees
 *   FORGOTTEN        DOWN comes                     nothing                           HEARD
 *   FORGOTTEN        UNWATCHED comes, no DOWN sent  frees
 *   FORGOTTEN        UNWATCHED comes, DOWN too      nothing                           UNASKED
 *   HEARD            UNWATCHED comes                frees
 *   UNASKED          DOWN comes                     frees
 *
 *   target's side    event                          does                              then
 *   -                WATCH comes, the target lives  lists it                          listed
 *   -                WATCH comes, it does not       DOWN (unknown)                    answered
 *   listed           the target ends                unlists it, DOWN                  answered
 *   listed           UNWATCH comes                  unlists it, UNWATCHED             over
 *   answered         UNWATCH comes                  UNWATCHED                         over
 *
 * Only the watcher's side frees. It frees after DOWN only if it has sent no UNWATCH, so none can
 * find the block gone; else after UNWATCHED and, if one was sent (`is_told`), DOWN. UNWATCHED may
 * come first when the target has ended away from its first home. The target's side does not touch
 * the block after its answer until UNWATCH comes. Thus either may end at any time.
 *
 * Where memory for an order is out: without WATCH there is no watch; without DOWN the watcher is
 * not told (the log is); without UNWATCH the block comes back by DOWN alone (UNASKED); without
 * UNWATCHED it stays with the target's worker until the system ends.
 *
 *   watch.c          the watcher's side
 *   watched.c        the target's side
 *   watch_notice.c   the notice, from when it is queued until it is handled
 */
#include "actor/watch.h"

/** How the notice is handled; of `urgent` in the watch. */
extern const myc__urgent_kind myc__watch_notice_kind;

/** Frees the watch and what is left of its notice. The watcher's side, or the end of the system. */
void myc__watch_free(myc_context *ctx, myc__watch *watch);

/** Gives an order to the other side. False when memory is out: nobody got it. */
bool myc__watch_pass(myc_context *ctx, myc_address to, myc__control what, myc__watch *watch);

/** WATCH has come. `target` is NULL when it does not live. */
void myc__watched_list(myc__shard *shard, struct myc__actor *target, myc__watch *watch);

/** UNWATCH has come. `target` is NULL when it does not live. */
void myc__watched_unlist(myc__shard *shard, struct myc__actor *target, myc__watch *watch);

#endif

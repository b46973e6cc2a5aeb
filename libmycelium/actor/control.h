/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_CONTROL_H
#define MYC_ACTOR_CONTROL_H

#include "actor/actor.h"

/**
 * Sends an order to an actor's worker, ahead of user messages there and never refused: when the
 * lane is full it waits at the sender; a foreign thread's goes into the worker's order box. `to` is on another worker, or the caller is a foreign thread. Dropped, with a log
 * line, only when memory is out: returns false then.
 */
bool myc__control_send(myc_context *ctx, myc_address to, myc__control what, const void *argument);

/** Sends an order whose memory is there already: cannot fail. Takes `order`. */
void myc__control_put(myc_context *ctx, myc__order *order, myc_address to, myc__control what,
                      const void *argument);

/** Sends an order by the lane only, without a word when memory is out: returns false then. */
bool myc__control_post(myc_context *ctx, myc_address to, myc__control what, const void *argument);

#endif

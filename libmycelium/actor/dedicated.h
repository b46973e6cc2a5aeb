/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_DEDICATED_H
#define MYC_ACTOR_DEDICATED_H

/*
 * Dedicated workers: shards behind the ordinary ones, each for one actor at a time, whose handlers
 * may therefore block. Their threads sleep whenever there is nothing to do.
 *
 *   dedicated_taken     by                                      order
 *   0 -> 1  claim       a spawn, on any thread                  exchange: of several, one gets 0
 *   1 -> 0  leave       the end of the actor, on its worker;    release: the next actor comes
 *                       a spawn that fails behind its claim     behind all the last one did
 *
 * Only placement knows of them: to sends, stops and counts they are workers like the others.
 */
#include "shard/fabric.h"

/** Claims a free dedicated worker. False when there is none. Any thread. */
bool myc__dedicated_claim(myc__fabric *fabric, uint32_t *worker);

/** Gives `worker` back, if it is a dedicated one. */
void myc__dedicated_leave(myc__fabric *fabric, uint32_t worker);

static inline bool myc__is_dedicated(const myc__fabric *fabric, uint32_t worker)
{
    return worker >= fabric->worker_count;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_DEAD_LETTER_H
#define MYC_ACTOR_DEAD_LETTER_H

#include "shard/fabric.h"

/** Accounts for a message nobody will handle: tells the user's handler, counts, releases. */
void myc__dead_letter(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
                      myc_dead_reason reason);

/** Why an address does not name a live actor of its worker: it died, or never was. */
myc_dead_reason myc__dead_reason_of(const myc__shard *shard, myc_address to);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_SPAWN_OPTIONS_H
#define MYC_ACTOR_SPAWN_OPTIONS_H

/* What the options of a spawn may be, and what they are where nothing is said. */
#include "actor/actor.h"

static const myc_spawn_options myc__spawn_defaults = {.mailbox_bound = MYC__MAILBOX_BOUND_DEFAULT,
                                                      .batch_max = MYC__BATCH_DEFAULT};

/** Writes `given` with its defaults to `complete`. Returns 0, or MYC_EINVAL when one of them cannot
 * be: the log says which. */
int myc__spawn_options_complete(const myc_context *ctx, const myc_behaviour *behaviour,
                                const myc_spawn_options *given, myc_spawn_options *complete);

/** Logs why there is no such actor. Returns MYC_EINVAL. */
MYC__COLD int myc__spawn_refuse(const myc_context *ctx, const myc_behaviour *behaviour,
                                const char *fault);

#endif

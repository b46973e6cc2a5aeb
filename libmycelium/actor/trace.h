/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_TRACE_H
#define MYC_ACTOR_TRACE_H

/*
 * A step that says which message an actor handles while it does, for the watchdog, and records that
 * it did, in the flight recorder if there is one. The store for the watchdog would cost every actor
 * a nanosecond a message, a tenth of a hop, so those that nobody watches have no such step.
 */
#include "actor/interpose.h"

typedef struct myc__trace {
    myc__step step;
} myc__trace;

/** Traces an actor, unless it is traced. False when memory is out. Home worker. */
bool myc__trace_begin(myc__shard *shard, myc__actor *actor);

/** No more, if it was. */
void myc__trace_end(myc__shard *shard, myc__actor *actor);

#endif

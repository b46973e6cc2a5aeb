/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_CALL_H
#define MYC_ACTOR_CALL_H

/*
 * What another thread has a worker do, and waits for, not for ever: an errand to nobody there. The
 * block belongs to both until both are done with it.
 *
 *   state    set by                          then
 *   ASKED    who asks, before it is sent     the worker runs it
 *   DONE     the worker, after it            LEFT: the worker frees it; else who asked does
 *   LEFT     who asked, when it is tired     DONE: who asked frees it; else the worker does
 *
 * Each side changes the word once, by an exchange that publishes what it wrote (release) and sees
 * what the other wrote (acquire): the second one finds the other's mark and frees.
 *
 *     struct census { myc__call call; ... };          begins the block, of the library's memory
 */
#include "actor/errand.h"

typedef struct myc__call {
    myc__errand errand;
    void (*run)(myc__shard *shard, struct myc__call *call);
    uint32_t state; /* atomic */
} myc__call;

enum { MYC__CALL_ASKED, MYC__CALL_DONE, MYC__CALL_LEFT };

/** Sends `call` to `worker`. */
void myc__call_send(myc_context *ctx, uint32_t worker, myc__call *call);

/** True when the worker is done: what it wrote can be read. Who asked. */
bool myc__call_is_done(const myc__call *call);

/** Wants no more of it, done or not. Takes it. */
void myc__call_leave(myc_context *ctx, myc__call *call);

/** Runs it, as if it had arrived. The worker. */
void myc__call_run(myc__shard *shard, myc__call *call);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_SHARD_H
#define MYC_SHARD_SHARD_H

/*
 * One worker: its actors, its run queue, its memory and the receiving ends of its lanes. Only its
 * thread touches it, but for the words marked atomic.
 */
#include "base/timer_wheel.h"
#include "shard/context.h"
#include "shard/order_box.h"
#include "shard/slot_table.h"

/** What a worker is told to do, in order; it acknowledges each stage when it is done with it. */
typedef enum myc__stage {
    MYC__STAGE_RUN = 0,
    MYC__STAGE_CLOSE_SOURCES = 1,
    MYC__STAGE_STOP_ACTORS = 2,
    MYC__STAGE_EXIT = 3
} myc__stage;

/** How far the worker has come with giving memory back (system/tidy.c). */
typedef struct myc__tidying {
    uint64_t look_ns; /* when the next look begins; 0 = none is due */
    uint32_t stage;
    uint32_t left;   /* of the stage: actors or endpoints to look at */
    bool worked;     /* the worker had something to do since the look began */
    bool again;      /* the next look may find something, whatever happens until then */
    bool in_foreign; /* the memory of a foreign thread that has ended is being looked at */
} myc__tidying;

typedef struct myc__shard {
    myc_context context;          /* the worker's own endpoint */
    uint32_t index;               /* constant */
    struct myc__io *io;           /* sources and the wait in the kernel */
    struct myc__actor *run_first; /* actors with something to do, oldest first */
    struct myc__actor *run_last;
    struct myc__actor *grown; /* one of those whose mailboxes have grown (actor/grown.h) */
    uint32_t grown_count;
    struct myc__watch *unanswered; /* watches whose watcher could not be told (actor/watched.c) */
    myc__tidying tidying;
    struct myc__flight *flight; /* constant; NULL: what happens is not recorded */
    uint32_t instruments;       /* MYC__INSTRUMENT_...: what each actor gets when it starts */
    bool stop_begun;            /* every actor was told to stop once */
    bool awaits_lanes;          /* some actor waits for room in a lane */
    uint64_t born;              /* atomic: actors spawned here by the worker itself */
    uint64_t ended;             /* atomic: actors that lived here; written by the worker */

    myc__parking parking;
    alignas(MYC__CACHE_LINE) uint32_t stage; /* atomic: written by who stops the system */
    uint32_t stage_done;                     /* atomic: written by the worker */
    uint32_t open_sources;                   /* atomic: written by the worker */

    alignas(MYC__CACHE_LINE) myc__order_box orders; /* from foreign threads */
    myc__slot_table slots;
    uint64_t born_from_elsewhere;         /* atomic: actors spawned here by other threads */
    myc__lane *inbox[MYC__ENDPOINTS_MAX]; /* atomic: published by each sender on first use */

    uint64_t passes;    /* atomic: of the worker, so that others see it move */
    uint64_t looked_ns; /* the worker: at the clock in this pass; 0 = not yet */
    myc__wheel wheel;   /* the worker: deadlines */
} myc__shard;

static_assert(offsetof(myc__shard, context) == 0, "a worker's context begins its shard");

/** The shard of a worker's context: what `ctx->shard` says, without waiting for a load. */
static inline myc__shard *myc__shard_of(myc_context *ctx)
{
    MYC__DEBUG_CHECK(ctx->shard == (myc__shard *)(void *)ctx);
    return (myc__shard *)(void *)ctx;
}

#endif

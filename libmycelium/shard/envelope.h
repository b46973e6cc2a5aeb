/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_ENVELOPE_H
#define MYC_SHARD_ENVELOPE_H

/*
 * What travels: whom it is for, which row of its protocol, and the payload by pointer. 16 bytes, so
 * that a cache line carries four.
 */
#include <assert.h>

#include <mycelium/actor.h>

#include "base/limits.h"

typedef struct myc__envelope {
    uint32_t life_and_tag; /* generation in the upper 22 bits, tag in the lower 10 */
    uint32_t slot;         /* as in myc_address */
    const void *payload;   /* the reference moves with the envelope */
} myc__envelope;

static_assert(sizeof(myc__envelope) == 16, "four to a cache line");

/** Tags that are not rows: orders from worker to worker, which no mailbox holds back. */
typedef enum myc__control {
    MYC__CONTROL_START = MYC__CONTROL_TAG, /* run on_start; payload NULL */
    MYC__CONTROL_STOP,                     /* stop the actor; payload a packed myc_exit */
    MYC__CONTROL_AWAIT_LANE,               /* from nobody: answer when this comes out of the lane */
    MYC__CONTROL_ROOM,                     /* that answer: payload NULL */
    MYC__CONTROL_URGENT,                   /* the payload goes ahead of the mailbox */
    MYC__CONTROL_WATCH, /* actor/watch_sides.h, as the next three; payload the watch */
    MYC__CONTROL_UNWATCH,
    MYC__CONTROL_DOWN,
    MYC__CONTROL_UNWATCHED,
    MYC__CONTROL_REVIVE,  /* actor/restart.h; payload the supervisor's address */
    MYC__CONTROL_SUSPEND, /* actor/restart.h; payload NULL */
    MYC__CONTROL_ERRAND,  /* the payload knows what it wants (actor/errand.h) */
} myc__control;

enum { MYC__TAG_MASK = (1 << MYC__TAG_BITS) - 1 };
#define MYC__GENERATION_MASK ((UINT32_C(1) << MYC__GENERATION_BITS) - 1)
#define MYC__INDEX_MASK ((UINT32_C(1) << MYC__INDEX_BITS) - 1)

static inline myc__envelope myc__envelope_make(myc_address to, uint32_t tag, const void *payload)
{
    return (myc__envelope){to.life << MYC__TAG_BITS | tag, to.slot, payload};
}

/** One that has arrived: the actor that holds it knows its own address. */
static inline myc__envelope myc__envelope_opened(uint32_t tag, const void *payload)
{
    return (myc__envelope){tag, 0, payload};
}

static inline uint32_t myc__envelope_opened_tag(const myc__envelope *envelope)
{
    return envelope->life_and_tag;
}

static inline uint32_t myc__envelope_tag(const myc__envelope *envelope)
{
    return envelope->life_and_tag & MYC__TAG_MASK;
}

/** The address it was sent to: of this node, as all that travel in lanes. */
static inline myc_address myc__envelope_to(const myc__envelope *envelope)
{
    return (myc_address){envelope->slot, envelope->life_and_tag >> MYC__TAG_BITS};
}

static inline uint32_t myc__address_worker(myc_address address)
{
    return address.slot >> MYC__INDEX_BITS;
}

static inline uint32_t myc__address_index(myc_address address)
{
    return address.slot & MYC__INDEX_MASK;
}

static inline uint32_t myc__address_node(myc_address address)
{
    return address.life >> MYC__GENERATION_BITS;
}

#endif

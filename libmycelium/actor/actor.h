/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_ACTOR_H
#define MYC_ACTOR_ACTOR_H

/*
 * An actor as its home worker sees it. Nobody else touches it once it is published. Its state lies
 * right behind it in the same block.
 *
 *   interrupts     set by                        until
 *   STARTING       spawn                         its first turn has run on_start
 *   STOPPING       a stop or a verdict: `why`    this turn or the next one ends its life
 *   PAUSED         a wait for room (pause.h);    there is room; a stop; the order to start
 *                  it is dormant (restart.h)
 *   HOLDING        the verdict to come again     the message in `held` has come again
 *   URGENT         a reply, timer, notice ...    it was handled, ahead of the mailbox
 *
 * An actor without interrupts runs through its mailbox and looks at nothing else. Three more flags
 * beside them are for the beginning and the end of a turn:
 *
 *   PRESSED        its mailbox is at its bound: its slot tells senders on other workers
 *   CROWDED        it is pressed, or somebody waits for room in its mailbox
 *   GROWN          its mailbox has a ring of the pool (actor/grown.h)
 *
 * An actor is linked into the run queue (QUEUED) when it has something to do and is not paused.
 * It ends only in a turn of its own, so it is never in the queue when it is freed.
 */
#include "actor/annex.h"
#include "shard/shard.h"

enum {
    MYC__STARTING = 1,
    MYC__STOPPING = 2,
    MYC__PAUSED = 4,
    MYC__HOLDING = 8,
    MYC__URGENT = 16,
    MYC__INTERRUPTS = 31, /* all of the above */
    MYC__PRESSED = 32,
    MYC__CROWDED = 64,
    MYC__GROWN = 128,
};

/* One byte: two flags side by side would be written singly and read together, which stalls. */
enum {
    MYC__IDLE,
    MYC__QUEUED,  /* in the run queue */
    MYC__RUNNING, /* its turn runs now */
    MYC__ASLEEP,  /* paused: messages do not queue it */
    MYC__AWAY,    /* it lives on another worker: this is its stand-in (actor/stand_in.h) */
};

typedef struct myc__actor {
    const myc_behaviour *behaviour;
    struct myc__actor *run_next;
    myc_address address;
    uint32_t bound;      /* of the mailbox; 0: it is held full */
    uint32_t easy_depth; /* below it a message needs no thought: a slot is there and the bound is
                            not reached */
    uint32_t batch_max;  /* 0: it is a stand-in */
    uint8_t interrupts;  /* and the three flags beside them */
    uint8_t overflow;    /* myc_overflow */
    uint8_t activity;    /* IDLE, QUEUED, RUNNING, ASLEEP or AWAY */
    myc__envelope held;  /* with HOLDING */
    myc_exit why;        /* with STOPPING */
    myc__annex *annex;   /* NULL: it needs nothing of it */
    uint64_t handled;    /* atomic: messages, for reports; written by the home worker */
    myc__mailbox mailbox;
} myc__actor;

enum { MYC__STATE_OFFSET = (sizeof(myc__actor) + 15) & ~15 };

static_assert(sizeof(myc__header) + MYC__STATE_OFFSET + 16 <= 192,
              "with 16 bytes of state, an actor takes a block of 192 bytes");

static inline void *myc__actor_state(myc__actor *actor)
{
    return (uint8_t *)actor + MYC__STATE_OFFSET;
}

static inline const char *myc__actor_name(const myc__actor *actor)
{
    const myc__annex *annex = actor->annex;
    return annex && annex->name[0] ? annex->name : actor->behaviour->name;
}

static inline bool myc__actor_has_waiters(const myc__actor *actor)
{
    return actor->annex && actor->annex->waits_first;
}

/** True when the actor has something to do in a turn. */
static inline bool myc__actor_ready(const myc__actor *actor)
{
    if (actor->interrupts & MYC__PAUSED) {
        return (actor->interrupts & MYC__STOPPING) != 0;
    }
    return (actor->interrupts & MYC__INTERRUPTS) || actor->mailbox.depth;
}

/** Lets this turn or the next one be the actor's last. The first reason counts. */
static inline void myc__actor_condemn(myc__shard *shard, myc__actor *actor, myc_exit_reason reason,
                                      int32_t code)
{
    if (!(actor->interrupts & MYC__STOPPING)) {
        myc__count(&shard->context.counters.begun, 1);
        actor->interrupts |= MYC__STOPPING;
        actor->why = (myc_exit){reason, code};
    }
}

/** To be called when the capacity of the mailbox may have changed. What looks at every message that
 * is queued wants none to be easy. */
static inline void myc__actor_refit(myc__actor *actor)
{
    uint32_t capacity = actor->mailbox.capacity;
    bool is_watched = actor->annex && (actor->annex->policy || actor->annex->profile);
    uint32_t below_bound = actor->bound - (actor->bound > 0);
    uint32_t easy_depth = capacity < below_bound ? capacity : below_bound;
    actor->easy_depth = is_watched ? 0 : easy_depth;
}

/** The word at the actor's slot that makes senders on other workers refuse. That of one that has
 * moved is at its first home, and the stand-in there has its own bit in it. */
static inline void myc__actor_set_pressure(myc__shard *shard, myc__actor *actor, bool pressure)
{
    const myc__shard *home = shard->context.fabric->shards[myc__address_worker(actor->address)];
    myc__slot *slot = myc__slot_at(&home->slots, myc__address_index(actor->address));
    if (actor->annex && actor->annex->trip) {
        bool before = myc__load_relaxed_u32(&slot->pressure) & MYC__PRESSURE_FULL;
        (void)myc__add_relaxed_u32(&slot->pressure,
                                   (uint32_t)(pressure - before) * MYC__PRESSURE_FULL);
    } else {
        uint32_t load = myc__load_relaxed_u32(&slot->pressure) & ~(uint32_t)MYC__PRESSURE_MASK;
        myc__store_relaxed_u32(&slot->pressure, load | (pressure ? MYC__PRESSURE_FULL : 0));
    }
}

/** Links the actor, which is not there, into the run queue. */
static inline void myc__queue(myc__shard *shard, myc__actor *actor)
{
    actor->activity = MYC__QUEUED;
    actor->run_next = NULL;
    if (shard->run_last) {
        shard->run_last->run_next = actor;
    } else {
        shard->run_first = actor;
    }
    shard->run_last = actor;
}

/** Links the actor into the run queue if it is idle. */
static inline void myc__schedule(myc__shard *shard, myc__actor *actor)
{
    if (actor->activity == MYC__IDLE) {
        myc__queue(shard, actor);
    }
}

/** Queues a sleeping or idle actor if it has something to do. */
static inline void myc__actor_wake(myc__shard *shard, myc__actor *actor)
{
    if (actor->activity == MYC__ASLEEP) {
        actor->activity = MYC__IDLE;
    }
    if (myc__actor_ready(actor)) {
        myc__schedule(shard, actor);
    }
}

/** The live actor of `address` on this worker, or NULL. */
static inline myc__actor *myc__actor_find(const myc__shard *shard, myc_address address)
{
    const myc__slot *slot = myc__slot_alive(&shard->slots, address);
    return slot ? slot->actor : NULL;
}

#endif

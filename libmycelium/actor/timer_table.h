/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_TIMER_TABLE_H
#define MYC_ACTOR_TIMER_TABLE_H

/*
 * The timers of one actor. Each takes a cache line and stays where it is, as the wheel and the
 * urgent queue link it; lines lie side by side in chunks that grow from 256 bytes to 64 KiB, so
 * that timers set one after the other lie so in memory. A table whose last timer is gone begins
 * anew, with its first chunk only.
 *
 * A timer is found by its id: its place, and a serial number that no other timer of the actor has,
 * so a stale id fits none, whatever lies at its place by now, and nothing is kept for it.
 *
 *   state       is in                 until
 *   (free)      the free list         taken; its serial number is 0
 *   ARMED       the wheel             it is due, or cancelled
 *   QUEUED      the urgent queue      the actor's turn, or cancelled
 *   RUNNING     neither: its handler  the handler returns: free, ARMED again if it is periodic, or
 *               runs                  QUEUED when the message is to come again
 *   CANCELLED   the urgent queue, or  it comes out of there: free
 *               its handler runs
 */
#include "actor/urgent.h"

typedef enum myc__timer_state {
    MYC__TIMER_ARMED,
    MYC__TIMER_QUEUED,
    MYC__TIMER_RUNNING,
    MYC__TIMER_CANCELLED,
} myc__timer_state;

typedef struct myc__timer {
    union {
        myc__wheel_node node;         /* ARMED; its deadline is kept in all states */
        myc__urgent urgent;           /* QUEUED, CANCELLED: in place of the node's link */
        struct myc__timer *next_free; /* free */
    };
    const void *payload;
    uint64_t period_ns;                       /* 0: once */
    uint64_t id;                              /* serial number and index, as in myc_timer */
    uint64_t missed : 64 - 2 - MYC__TAG_BITS; /* ticks left out */
    uint64_t tag : MYC__TAG_BITS;
    uint64_t state : 2; /* myc__timer_state */
} myc__timer;

static_assert(sizeof(myc__timer) == MYC__CACHE_LINE, "a timer is a cache line");
static_assert(sizeof(myc__urgent) <= offsetof(myc__wheel_node, due_ns),
              "it may be read when queued");

/** A place in a chunk; the first of each chunk says whose it is. */
typedef union myc__timer_place {
    struct myc__timers *timers;
    myc__timer timer;
} myc__timer_place;

typedef struct myc__timers {
    struct myc__actor *actor;
    myc__timer *free;          /* those used before, the last one first */
    myc__timer_place **chunks; /* a block of its own */
    uint64_t last_serial;
    uint32_t highest; /* index in use or used before; those above it were never used */
    uint32_t live;    /* taken and not freed */
    uint32_t chunk_count;
    uint32_t chunk_room; /* of the block */
} myc__timers;

/** Gives an empty table, or NULL when memory is out. */
myc__timers *myc__timers_new(myc__memory *memory, struct myc__actor *actor);

/** Takes `timers`, whose timers are neither armed nor queued. */
void myc__timers_free(myc__timers *timers, myc__memory *memory);

/** Gives a timer with an id of its own, the rest of it not initialised. Returns 0, MYC_ENOMEM or
 * MYC_ELIMIT. */
int myc__timer_take(myc__timers *timers, myc__memory *memory, myc__timer **timer);

/** Takes a timer that is neither armed nor queued. */
void myc__timer_free(myc__timers *timers, myc__memory *memory, myc__timer *timer);

/** The timer `id` names, or NULL. */
myc__timer *myc__timer_find(const myc__timers *timers, uint64_t id);

/** Calls `visit` for each armed timer, in the order of their places. It may disarm it. */
void myc__timers_each_armed(const myc__timers *timers, void (*visit)(void *user, myc__timer *timer),
                            void *user);

static inline uint32_t myc__timer_index(uint64_t id)
{
    return (uint32_t)(id & ((UINT64_C(1) << MYC__TIMER_INDEX_BITS) - 1));
}

/** The table a live timer is in. */
static inline myc__timers *myc__timers_of(myc__timer *timer)
{
    myc__timer_place *place = (myc__timer_place *)(void *)timer;
    return place[-(int32_t)(myc__timer_index(timer->id) % MYC__TIMER_CHUNK_PLACES)].timers;
}

/** No id names the timer any more. */
static inline void myc__timer_outdate(myc__timer *timer)
{
    timer->id = myc__timer_index(timer->id);
}

#endif

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

/** What only a periodic timer has, in a block of its own. */
typedef struct myc__timer_rhythm {
    const void *payload; /* of all ticks */
    uint64_t period_ns;
    uint64_t missed; /* ticks left out */
} myc__timer_rhythm;

typedef struct myc__timer {
    union {
        myc__wheel_node node;         /* ARMED; its deadline is kept in all states */
        myc__urgent urgent;           /* QUEUED, CANCELLED: in place of the node's link */
        struct myc__timer *next_free; /* free */
    };
    uint64_t id; /* serial number and index, as in myc_timer */
    struct myc__timers *timers;
    union {
        const void *payload;       /* NULL when it is cancelled */
        myc__timer_rhythm *rhythm; /* when it is periodic */
    };
    uint16_t tag;
    uint8_t state; /* myc__timer_state */
    bool is_periodic;
} myc__timer;

static_assert(sizeof(myc__timer) == MYC__CACHE_LINE, "a timer is a cache line");
static_assert(sizeof(myc__urgent) <= offsetof(myc__wheel_node, due_ns), "the deadline stays");

typedef struct myc__timers {
    struct myc__actor *actor;
    myc__timer *free;    /* those used before, the last one first */
    myc__timer **chunks; /* a block of its own */
    uint64_t last_serial;
    uint32_t fresh; /* the first index that was never used */
    uint32_t live;  /* taken and not freed */
    uint32_t chunk_count;
    uint32_t chunk_room; /* of the block */
} myc__timers;

/** Gives an empty table, or NULL when memory is out. */
myc__timers *myc__timers_new(myc__memory *memory, struct myc__actor *actor);

/** Takes `timers`, whose timers are neither armed nor queued. */
void myc__timers_free(myc__timers *timers, myc__memory *memory);

/** Gives a timer that knows its table and its id, the rest of it not initialised. Returns 0,
 * MYC_ENOMEM or MYC_ELIMIT. */
int myc__timer_take(myc__timers *timers, myc__memory *memory, myc__timer **timer);

/** Takes a timer that is neither armed nor queued. */
void myc__timer_free(myc__timer *timer, myc__memory *memory);

/** The timer `id` names, or NULL. */
myc__timer *myc__timer_find(const myc__timers *timers, uint64_t id);

/** Calls `visit` for each timer that an id names, in the order of their places. It may free it. */
void myc__timers_each(const myc__timers *timers, void (*visit)(void *user, myc__timer *timer),
                      void *user);

static inline uint32_t myc__timer_index(uint64_t id)
{
    return (uint32_t)(id & ((UINT64_C(1) << MYC__TIMER_INDEX_BITS) - 1));
}

/** No id names the timer any more. */
static inline void myc__timer_outdate(myc__timer *timer)
{
    timer->id = myc__timer_index(timer->id);
}

#endif

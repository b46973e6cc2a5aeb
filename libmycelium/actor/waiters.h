/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_WAITERS_H
#define MYC_ACTOR_WAITERS_H

/*
 * A list of paused actors: those that wait for room in a mailbox, or in a lane. A block of the
 * worker's memory; NULL while nobody waits.
 */
#include "shard/shard.h"

typedef struct myc__waiters {
    uint32_t count;
    uint32_t capacity;
    myc_address addresses[];
} myc__waiters;

/** Adds `address` if it is not there. False when memory is out. */
bool myc__waiters_add(myc__waiters **waiters, myc__memory *memory, myc_address address);

/** Takes the oldest, up to MYC__GRANTED_PER_TURN, out. Returns how many; an empty list is freed. */
uint32_t myc__waiters_take(myc__waiters **waiters, myc__memory *memory, myc_address *taken);

/** Frees a list; NULL is ignored. */
void myc__waiters_free(myc__waiters *waiters, myc__memory *memory);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_SLOT_TABLE_H
#define MYC_SHARD_SLOT_TABLE_H

/*
 * The actors of one worker by index. A slot's generation is odd while an actor lives in it and goes
 * up by one when it is taken and when it is freed, so a ref to a dead actor never fits again; a
 * slot whose generations are used up is retired.
 *
 * Written by: whoever spawns and the home worker, which frees. Both take the lock; for its own
 * spawns the home worker takes a run of slots under one lock. Until it publishes them they look
 * like free ones (their life is even), but nobody else gets them. `life` and
 * `pressure` are read by every sender; `actor` is followed by the home worker only.
 *
 *   life      := odd     release, after `actor` is set: who sees the actor alive sees all of it
 *   life      := even    relaxed, by the home worker: a sender that still sees it alive sends a
 *                        message that the home worker turns into a dead letter
 *   pressure             relaxed: a hint; the bound is enforced by the home worker
 *
 * Chunks of slots double in size and never move: an index is found with two loads. In the first
 * chunk the second does not wait for the first, which matters: the way from an address to its actor
 * is the longest chain of dependent loads in a send.
 */
#include <pthread.h>

#include "base/allocator.h"
#include "base/check.h"
#include "base/sync.h"
#include "shard/envelope.h"

struct myc__actor;

/* What is in the low bits of `pressure`, beside the load (actor/load.h): anything but 0 means that
 * senders elsewhere refuse. Each bit has its own writer, who adds and takes away: the first the
 * actor's worker, which may just store as long as the actor is at home; the second the stand-in of an
 * actor that has moved (actor/stand_in.h). */
enum {
    MYC__PRESSURE_FULL = 1, /* its mailbox is at its bound */
    MYC__PRESSURE_WAY = 2,  /* the way on to it is full */
    MYC__PRESSURE_MASK = MYC__PRESSURE_FULL | MYC__PRESSURE_WAY,
};

typedef struct myc__slot {
    uint32_t life;     /* atomic: generation; node bits 0 */
    uint32_t pressure; /* atomic: the bits above, and the load of an actor that publishes it */
    union {
        struct myc__actor *actor; /* while it lives */
        uint32_t next_free;       /* index of the next free slot, while it is free */
    };
} myc__slot;

enum {
    MYC__SLOT_CHUNK_MIN = 1 << MYC__SLOT_CHUNK_BITS,
    MYC__SLOT_CHUNKS = MYC__INDEX_BITS - MYC__SLOT_CHUNK_BITS + 1,
    MYC__SLOT_RUN = 32,
};

typedef struct myc__slot_table {
    myc__slot *chunks[MYC__SLOT_CHUNKS]; /* atomic: published once; chunk k has MIN << k slots */
    pthread_mutex_t lock;                /* guards all below */
    uint32_t used;                       /* slots ever taken, or in the run */
    uint32_t free_oldest;                /* a queue: the longest free is taken first */
    uint32_t free_newest;
    uint32_t free_count;
    myc__allocator *allocator;
    uint32_t run[MYC__SLOT_RUN]; /* home worker only: taken together, given out one by one */
    uint32_t run_next;
    uint32_t run_count;
} myc__slot_table;

void myc__slot_table_init(myc__slot_table *table, myc__allocator *allocator);
void myc__slot_table_fini(myc__slot_table *table);

/**
 * Takes a free slot; nobody finds it yet. Any thread.
 * Sets `*index` and the generation it will live in; returns 0, MYC_ENOMEM or MYC_ELIMIT.
 */
int myc__slot_take(myc__slot_table *table, uint32_t *index, uint32_t *generation);

/** Lets senders find `actor`, which is complete, in a slot just taken. The thread that took it. */
void myc__slot_publish(myc__slot *slot, struct myc__actor *actor, uint32_t generation);

/** Ends the slot's life. Home worker. */
void myc__slot_free(myc__slot_table *table, uint32_t index);

/** Puts another actor, or a stand-in, into the slot of one that lives. Home worker. */
void myc__slot_replace(myc__slot_table *table, uint32_t index, struct myc__actor *actor);

/** Takes a slot back that was taken and never published. Any thread. */
void myc__slot_give_back(myc__slot_table *table, uint32_t index);

/** How many indices were ever used: those below may hold an actor. Any thread. */
uint32_t myc__slot_table_used(myc__slot_table *table);

/**
 * Calls `visit` for each slot an actor lives in. None of them is freed meanwhile: what is constant
 * in an actor may be read. Any thread; `visit` must not take or free slots.
 */
void myc__slot_each_alive(myc__slot_table *table,
                          void (*visit)(void *user, uint32_t index, const myc__slot *slot),
                          void *user);

static inline uint32_t myc__slot_chunk_of(uint32_t index)
{
    return 31u - (uint32_t)__builtin_clz(index + MYC__SLOT_CHUNK_MIN) - MYC__SLOT_CHUNK_BITS;
}

static inline myc__slot *myc__slot_in_later_chunk(const myc__slot_table *table, uint32_t index)
{
    uint32_t chunk = myc__slot_chunk_of(index);
    uint32_t begins_at = ((uint32_t)MYC__SLOT_CHUNK_MIN << chunk) - MYC__SLOT_CHUNK_MIN;
    myc__slot *slots = chunk < MYC__SLOT_CHUNKS
                           ? myc__load_acquire_ptr((void *const *)&table->chunks[chunk])
                           : NULL;
    return slots ? &slots[index - begins_at] : NULL;
}

/** The slot of an index, or NULL when no slot was ever there. Any thread. */
static inline myc__slot *myc__slot_at(const myc__slot_table *table, uint32_t index)
{
    if (MYC__LIKELY(index < MYC__SLOT_CHUNK_MIN)) {
        myc__slot *first = myc__load_acquire_ptr((void *const *)&table->chunks[0]);
        return first ? &first[index] : NULL;
    }
    return myc__slot_in_later_chunk(table, index);
}

/** The generation the next actor in a slot just taken lives in: nobody else changes its life. */
static inline uint32_t myc__slot_next_generation(const myc__slot_table *table, uint32_t index)
{
    uint32_t generation = myc__load_relaxed_u32(&myc__slot_at(table, index)->life) + 1;
    MYC__CHECK(generation % 2 == 1);
    return generation;
}

/** Fills the run, which is empty, and takes its first slot. Use myc__slot_take_at_home(). */
int myc__slot_take_beyond_run(myc__slot_table *table, uint32_t *index, uint32_t *generation);

/** myc__slot_take() for the home worker, which locks once for a run of slots. */
static inline int myc__slot_take_at_home(myc__slot_table *table, uint32_t *index,
                                         uint32_t *generation)
{
    if (MYC__UNLIKELY(table->run_next == table->run_count)) {
        return myc__slot_take_beyond_run(table, index, generation);
    }
    *index = table->run[table->run_next++];
    *generation = myc__slot_next_generation(table, *index);
    return 0;
}

/** True when senders on other workers are to refuse. Any thread. */
static inline bool myc__slot_is_full(const myc__slot *slot)
{
    return (myc__load_relaxed_u32(&slot->pressure) & MYC__PRESSURE_MASK) != 0;
}

/** The slot of the actor that `address` names, or NULL when it does not live. Any thread. */
static inline myc__slot *myc__slot_alive(const myc__slot_table *table, myc_address address)
{
    myc__slot *slot = myc__slot_at(table, myc__address_index(address));
    bool alive = slot && (address.life & 1) && myc__load_acquire_u32(&slot->life) == address.life;
    return alive ? slot : NULL;
}

#endif

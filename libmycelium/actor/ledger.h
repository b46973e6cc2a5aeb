/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_LEDGER_H
#define MYC_ACTOR_LEDGER_H

/*
 * What a policy knows of each queued message, in a ring beside the mailbox. Messages are numbered
 * as they are queued, so the oldest queued one has number `next - depth` whoever took those before
 * it out, and nobody has to tell the ledger.
 *
 * Messages with a key hang in chains, one for each hash, the newest first: each entry names the
 * number of the one before it. Numbers only fall along a chain, so at the first one that is below
 * that of the oldest queued message the search is over, and what has left the mailbox is never
 * unlinked.
 *
 * Home worker only.
 */
#include "actor/actor.h"

typedef struct myc__ledger_entry {
    uint64_t key;
    uint64_t queued_at_ns;
    uint64_t before; /* in its chain: the number of the next older one */
    uint32_t row;
    bool is_keyed;
} myc__ledger_entry;

typedef struct myc__ledger {
    myc__ledger_entry *entries; /* of number n: at n modulo capacity */
    uint64_t *newest;           /* of each chain; `capacity` of them; NULL without keys */
    uint64_t next;              /* the number of the next message to be queued; 0 is none's */
    uint32_t capacity;          /* a power of two */
    bool has_keys;
} myc__ledger;

enum { MYC__NO_NUMBER = 0 };

/** False when memory is out. */
bool myc__ledger_init(myc__ledger *ledger, myc__memory *memory, bool has_keys);

void myc__ledger_fini(myc__ledger *ledger, myc__memory *memory);

/** Makes room for one more beside the `depth` newest. False when memory is out. */
bool myc__ledger_make_room(myc__ledger *ledger, myc__memory *memory, uint32_t depth);

/** Shrinks to what it began with. Nothing is queued. */
void myc__ledger_shrink(myc__ledger *ledger, myc__memory *memory);

/** Enters the message queued next, for which there is room. */
void myc__ledger_add(myc__ledger *ledger, const myc__ledger_entry *entry);

/** The number of the newest message of this row and key from number `oldest` on, or NO_NUMBER. */
uint64_t myc__ledger_find(const myc__ledger *ledger, uint64_t oldest, uint32_t row, uint64_t key);

static inline myc__ledger_entry *myc__ledger_at(const myc__ledger *ledger, uint64_t number)
{
    return &ledger->entries[number & (ledger->capacity - 1)];
}

/** The number of the oldest message queued. */
static inline uint64_t myc__ledger_oldest(const myc__ledger *ledger, const myc__actor *actor)
{
    return ledger->next - actor->mailbox.depth;
}

#endif

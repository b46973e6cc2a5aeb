/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_MAILBOX_H
#define MYC_SHARD_MAILBOX_H

/*
 * The queue of one actor. Only its home worker touches it, so it is a plain ring: no atomics. It
 * begins with a few slots inside the actor, grows to a block of the pool as needed and goes back
 * when it has stayed short, so an idle actor holds no ring.
 *
 * Why not a ck_ring: between two ends on one thread its barriers only keep the compiler from
 * keeping indices in registers, and it cannot change its size.
 */
#include "message/memory.h"
#include "shard/envelope.h"

/** Lies before the slots of a ring from the pool: for a list of its owner's. Zero to begin with. */
typedef struct myc__mailbox_links {
    void *next;
    void *previous;
} myc__mailbox_links;

static_assert(sizeof(myc__mailbox_links) == sizeof(myc__envelope), "the links take one slot");

typedef struct myc__mailbox {
    myc__envelope *slots; /* inline_slots, or a block of the pool */
    uint32_t capacity;    /* slots there are now */
    uint32_t head;        /* index of the oldest */
    uint32_t tail;        /* index behind the newest: (head + depth) mod capacity */
    uint32_t depth;       /* how many are queued */
    uint32_t high_water;  /* most queued since it was last empty or shrunk */
    uint16_t quiet;       /* times in a row it ran empty without needing its size */
    uint16_t needed;      /* 1 = it grew or needed its size since it was last trimmed */
    myc__envelope inline_slots[MYC__MAILBOX_INLINE];
} myc__mailbox;

void myc__mailbox_init(myc__mailbox *mailbox);

/** Frees the ring. It must be empty: whoever queued something must have it accounted for. */
void myc__mailbox_fini(myc__mailbox *mailbox, myc__memory *memory);

/** Makes room for one more. False when memory is out; nothing has changed then. */
bool myc__mailbox_grow(myc__mailbox *mailbox, myc__memory *memory);

/** Called when it has run empty: true when its ring was not needed for many runs. */
bool myc__mailbox_is_quiet(myc__mailbox *mailbox);

/** Called at quiet moments: true when its ring was not needed since the call before. */
bool myc__mailbox_is_unneeded(myc__mailbox *mailbox);

/** Gives the ring back. It must be empty. */
void myc__mailbox_drop_ring(myc__mailbox *mailbox, myc__memory *memory);

/** True when it has a ring of the pool, with links. */
static inline bool myc__mailbox_has_ring(const myc__mailbox *mailbox)
{
    return mailbox->slots != mailbox->inline_slots;
}

/** Only when it has a ring. They stay as they are when it grows. */
static inline myc__mailbox_links *myc__mailbox_links_of(const myc__mailbox *mailbox)
{
    return (myc__mailbox_links *)(void *)(mailbox->slots - 1);
}

static inline uint32_t myc__mailbox_next(const myc__mailbox *mailbox, uint32_t slot)
{
    return slot + 1 == mailbox->capacity ? 0 : slot + 1;
}

/** Queues an envelope where there is a slot for it: depth is below capacity. */
static inline void myc__mailbox_put(myc__mailbox *mailbox, myc__envelope envelope)
{
    MYC__DEBUG_CHECK(mailbox->depth < mailbox->capacity);
    mailbox->slots[mailbox->tail] = envelope;
    mailbox->tail = myc__mailbox_next(mailbox, mailbox->tail);
    mailbox->depth++;
}

/** Queues an envelope. False when memory for a larger ring is out. */
static inline bool myc__mailbox_push(myc__mailbox *mailbox, myc__memory *memory,
                                     myc__envelope envelope)
{
    if (MYC__UNLIKELY(mailbox->depth == mailbox->capacity) && !myc__mailbox_grow(mailbox, memory)) {
        return false;
    }
    myc__mailbox_put(mailbox, envelope);
    return true;
}

/** The oldest envelope. Only when depth is not 0. */
static inline const myc__envelope *myc__mailbox_front(const myc__mailbox *mailbox)
{
    MYC__DEBUG_CHECK(mailbox->depth > 0);
    return &mailbox->slots[mailbox->head];
}

/** The envelope `ahead` places behind the oldest; below depth. */
static inline const myc__envelope *myc__mailbox_at(const myc__mailbox *mailbox, uint32_t ahead)
{
    MYC__DEBUG_CHECK(ahead < mailbox->depth);
    uint32_t slot = mailbox->head + ahead;
    return &mailbox->slots[slot < mailbox->capacity ? slot : slot - mailbox->capacity];
}

/** Puts `envelope` in the place of the one `ahead` places behind the oldest, which it returns. */
static inline myc__envelope myc__mailbox_replace(myc__mailbox *mailbox, uint32_t ahead,
                                                 myc__envelope envelope)
{
    MYC__DEBUG_CHECK(ahead < mailbox->depth);
    uint32_t slot = mailbox->head + ahead;
    myc__envelope *place =
        &mailbox->slots[slot < mailbox->capacity ? slot : slot - mailbox->capacity];
    myc__envelope replaced = *place;
    *place = envelope;
    return replaced;
}

/** Notes how full it is. At the beginning of a turn. */
static inline void myc__mailbox_mark(myc__mailbox *mailbox)
{
    if (mailbox->depth > mailbox->high_water) {
        mailbox->high_water = mailbox->depth;
    }
}

/** Called when it has run empty. */
static inline void myc__mailbox_rest(myc__mailbox *mailbox, myc__memory *memory)
{
    if (myc__mailbox_has_ring(mailbox) && myc__mailbox_is_quiet(mailbox)) {
        myc__mailbox_drop_ring(mailbox, memory);
    }
}

/** Takes the oldest envelope out. Only when depth is not 0. */
static inline void myc__mailbox_pop(myc__mailbox *mailbox)
{
    MYC__DEBUG_CHECK(mailbox->depth > 0);
    mailbox->head = myc__mailbox_next(mailbox, mailbox->head);
    mailbox->depth--;
}

#endif

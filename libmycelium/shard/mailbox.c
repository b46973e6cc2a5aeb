/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/mailbox.h"

#include <string.h>

#include "base/check.h"

enum {
    QUIET_MAX = 64
}; /* short runs before the ring is given back: no thrashing on a bursty actor */

void myc__mailbox_init(myc__mailbox *mailbox)
{
    mailbox->slots = mailbox->inline_slots;
    mailbox->capacity = MYC__MAILBOX_INLINE;
    mailbox->head = 0;
    mailbox->tail = 0;
    mailbox->depth = 0;
    mailbox->high_water = 0;
    mailbox->quiet = 0;
    mailbox->needed = 0;
}

static void free_ring(myc__mailbox *mailbox, myc__memory *memory)
{
    if (myc__mailbox_has_ring(mailbox)) {
        myc__memory_free(memory, myc__header_of(myc__mailbox_links_of(mailbox)));
    }
}

void myc__mailbox_fini(myc__mailbox *mailbox, myc__memory *memory)
{
    myc__mailbox_drop_ring(mailbox, memory);
}

static void copy_out(const myc__mailbox *mailbox, myc__envelope *to)
{
    uint32_t first = mailbox->capacity - mailbox->head;
    if (first > mailbox->depth) {
        first = mailbox->depth;
    }
    memcpy(to, mailbox->slots + mailbox->head, first * sizeof *to);
    memcpy(to + first, mailbox->slots, (mailbox->depth - first) * sizeof *to);
}

enum { HEADER_AND_LINKS = 2 }; /* in slots */

/* Blocks come in sizes of two to the n; all of one but its header and the links is slots. */
static uint32_t grown_capacity(uint32_t capacity)
{
    uint32_t block_bytes = 128;
    while (block_bytes / sizeof(myc__envelope) - HEADER_AND_LINKS <= capacity) {
        block_bytes *= 2;
    }
    return block_bytes / (uint32_t)sizeof(myc__envelope) - HEADER_AND_LINKS;
}

static myc__envelope *new_ring(const myc__mailbox *mailbox, myc__memory *memory, uint32_t capacity)
{
    myc__mailbox_links *links =
        myc__memory_new_internal(memory, (capacity + 1) * (uint32_t)sizeof(myc__envelope));
    if (!links) {
        return NULL;
    }
    *links = myc__mailbox_has_ring(mailbox) ? *myc__mailbox_links_of(mailbox)
                                            : (myc__mailbox_links){NULL, NULL};
    return (myc__envelope *)(void *)(links + 1);
}

bool myc__mailbox_grow(myc__mailbox *mailbox, myc__memory *memory)
{
    uint32_t capacity = grown_capacity(mailbox->capacity);
    myc__envelope *slots = new_ring(mailbox, memory, capacity);
    if (!slots) {
        return false;
    }
    copy_out(mailbox, slots);
    free_ring(mailbox, memory);
    mailbox->slots = slots;
    mailbox->capacity = capacity;
    mailbox->head = 0;
    mailbox->tail = mailbox->depth;
    mailbox->quiet = 0;
    mailbox->needed = 1;
    return true;
}

/* Counting runs that would have fitted in half the ring, rather than time, needs no clock. */
bool myc__mailbox_is_quiet(myc__mailbox *mailbox)
{
    MYC__DEBUG_CHECK(mailbox->depth == 0);
    bool needed = mailbox->high_water > mailbox->capacity / 2;
    mailbox->high_water = 0;
    mailbox->quiet = (uint16_t)(needed ? 0 : mailbox->quiet + 1);
    mailbox->needed |= needed;
    return mailbox->quiet >= QUIET_MAX;
}

bool myc__mailbox_is_unneeded(myc__mailbox *mailbox)
{
    bool needed = mailbox->needed || mailbox->depth;
    mailbox->needed = 0;
    return !needed;
}

void myc__mailbox_drop_ring(myc__mailbox *mailbox, myc__memory *memory)
{
    MYC__CHECK(mailbox->depth == 0);
    free_ring(mailbox, memory);
    myc__mailbox_init(mailbox);
}

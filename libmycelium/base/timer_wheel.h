/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_TIMER_WHEEL_H
#define MYC_BASE_TIMER_WHEEL_H

/*
 * Deadlines of one worker: a hierarchical timing wheel with a level for each byte of the time in
 * ns, so any deadline fits and none fires early. To arm and to disarm take a constant time and no
 * memory: a node lies in what its owner waits for.
 *
 *     node->due_ns and node->list are the wheel's while it is armed; `fire` is the owner's.
 *     myc__wheel_arm(&shard->wheel, &request->timeout, myc__shard_now_ns(shard) + timeout_ns);
 *
 * Nodes fire in the order of their deadlines, those of one deadline in the order they were armed;
 * one that was overdue when it was armed comes next.
 *
 * Threads: the worker's.
 */
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allocator.h"

typedef struct myc__wheel_link {
    struct myc__wheel_link *next; /* NULL: in no list */
    struct myc__wheel_link *previous;
} myc__wheel_link;

/** All zero but for `fire` is a node that is not armed. */
typedef struct myc__wheel_node {
    myc__wheel_link link; /* first: a link of a list is a node, or the list's head */
    uint64_t due_ns;
    /** The time has come, and the node is not armed any more: it may be armed again or freed.
     * `owner` is whose wheel it is: the shard. Any node may be armed and disarmed in it. */
    void (*fire)(void *owner, struct myc__wheel_node *node);
} myc__wheel_node;

enum {
    MYC__WHEEL_BITS = 8,
    MYC__WHEEL_LEVELS = 64 / MYC__WHEEL_BITS,
    MYC__WHEEL_SLOTS = 1 << MYC__WHEEL_BITS,
    MYC__WHEEL_STRANDS = 16,    /* lists of a slot, */
    MYC__WHEEL_PLAIN_LEVELS = 2 /* but one on these: they hold little */
};

typedef struct myc__wheel {
    alignas(MYC__CACHE_LINE) uint64_t armed; /* how many are */
    uint64_t now_ns;                         /* it has come so far; it may be behind the clock */
    myc__wheel_link *heads;                  /* of all strands; valid when in use */
    uint32_t levels;                         /* bit k: some slot of level k is occupied */
    uint32_t moving_strands;                 /* bits: those in use */
    myc__wheel_link due;                     /* to be fired, in this order */
    myc__wheel_link
        moving[MYC__WHEEL_STRANDS]; /* from a slot whose time has come to lower levels */
    uint64_t occupied[MYC__WHEEL_LEVELS][MYC__WHEEL_SLOTS / 64];
    uint16_t strands[MYC__WHEEL_LEVELS][MYC__WHEEL_SLOTS]; /* bits: those in use */
} myc__wheel;

/** `wheel` is zeroed. Returns false when memory is out. */
bool myc__wheel_init(myc__wheel *wheel, myc__allocator *allocator);

/** No node is armed any more: checked. A wheel that is zeroed is ignored. */
void myc__wheel_fini(myc__wheel *wheel, myc__allocator *allocator);

/** Lets `node`, which is not armed, fire at `due_ns` or soon after; UINT64_MAX is never. Borrows
 * the node until it fires or is disarmed. */
void myc__wheel_arm(myc__wheel *wheel, myc__wheel_node *node, uint64_t due_ns);

/** Does nothing when the node is not armed. */
void myc__wheel_disarm(myc__wheel *wheel, myc__wheel_node *node);

static inline bool myc__wheel_is_armed(const myc__wheel_node *node)
{
    return node->link.next != NULL;
}

/**
 * Fires what is due at `now_ns`, within `steps_max` steps: a node that fires is one, and so is one
 * that gets nearer to it. Returns how many steps it took: 0 = nothing is due.
 */
uint32_t myc__wheel_advance(myc__wheel *wheel, uint64_t now_ns, void *owner, uint32_t steps_max);

/** Until when there is nothing to do; exact when the next deadline is far from the others, else it
 * may be earlier. UINT64_MAX when none is armed. */
uint64_t myc__wheel_next_ns(const myc__wheel *wheel);

#endif

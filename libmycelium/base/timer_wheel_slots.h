/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_TIMER_WHEEL_SLOTS_H
#define MYC_BASE_TIMER_WHEEL_SLOTS_H

/*
 * Where a node lies follows from its deadline and the wheel's time: its level is that of the
 * highest byte in which the two differ, its slot is that byte of the deadline. So
 *
 *   - on each level, occupied slots have a higher number than the time's byte there;
 *   - the slot with the lowest number on the lowest level in use is the next one;
 *   - a node stays where it belongs until the time reaches the beginning of its slot.
 *
 * The time goes straight to the beginning of the next occupied slot, over empty ones of any number.
 * There the slot's nodes go to lower levels, in the order they have; on level 0 they are due. What
 * is alone in its slot takes no way over several levels when it is due anyway.
 *
 * To follow a list whose nodes lie anywhere takes a cache miss for each. So a slot of a higher
 * level has several lists, its strands, and their nodes move in turn: each has its miss while the
 * others move. The deadline says which strand, so that nodes of one deadline stay in order.
 *
 * Who is armed while nodes are moving goes behind them, for it may have the deadline of one.
 */
#include "base/sync.h"
#include "base/timer_wheel.h"

enum {
    MYC__WHEEL_PLAIN_HEADS = MYC__WHEEL_PLAIN_LEVELS * MYC__WHEEL_SLOTS,
    MYC__WHEEL_STRANDED_LEVELS = MYC__WHEEL_LEVELS - MYC__WHEEL_PLAIN_LEVELS,
    MYC__WHEEL_HEADS =
        MYC__WHEEL_PLAIN_HEADS + MYC__WHEEL_STRANDED_LEVELS * MYC__WHEEL_SLOTS * MYC__WHEEL_STRANDS,
};

static_assert(MYC__WHEEL_STRANDS <= 16, "16 bits have one for each");

/** Where a node belongs. */
typedef struct myc__wheel_place {
    uint32_t level;
    uint32_t slot;
    uint32_t strand;
} myc__wheel_place;

static inline myc__wheel_node *myc__wheel_node_of(myc__wheel_link *link)
{
    return (myc__wheel_node *)(void *)link;
}

static inline bool myc__wheel_is_empty(const myc__wheel_link *head)
{
    return head->next == head;
}

static inline bool myc__wheel_holds_one(const myc__wheel_link *head)
{
    return head->next == head->previous;
}

static inline void myc__wheel_clear(myc__wheel_link *head)
{
    head->next = head;
    head->previous = head;
}

static inline void myc__wheel_append(myc__wheel_link *head, myc__wheel_link *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

static inline myc__wheel_link *myc__wheel_head_at(const myc__wheel *wheel, myc__wheel_place at)
{
    uint32_t slot = at.level * MYC__WHEEL_SLOTS + at.slot;
    if (at.level < MYC__WHEEL_PLAIN_LEVELS) {
        return &wheel->heads[slot];
    }
    return &wheel->heads[MYC__WHEEL_PLAIN_HEADS +
                         (slot - MYC__WHEEL_PLAIN_HEADS) * MYC__WHEEL_STRANDS + at.strand];
}

static inline myc__wheel_place myc__wheel_place_of_head(uint32_t index)
{
    uint32_t slot = index;
    uint32_t strand = 0;
    if (index >= MYC__WHEEL_PLAIN_HEADS) {
        slot = MYC__WHEEL_PLAIN_HEADS + (index - MYC__WHEEL_PLAIN_HEADS) / MYC__WHEEL_STRANDS;
        strand = (index - MYC__WHEEL_PLAIN_HEADS) % MYC__WHEEL_STRANDS;
    }
    return (myc__wheel_place){slot / MYC__WHEEL_SLOTS, slot % MYC__WHEEL_SLOTS, strand};
}

/* Deadlines are often round, so all their bits have a say. */
static inline uint32_t myc__wheel_strand_of(uint64_t due_ns)
{
    return (uint32_t)(due_ns * UINT64_C(0x9E3779B97F4A7C15) >> 32) % MYC__WHEEL_STRANDS;
}

static inline myc__wheel_place myc__wheel_place_of(const myc__wheel *wheel, uint64_t due_ns)
{
    uint32_t highest_bit = 63u - (uint32_t)__builtin_clzll(due_ns ^ wheel->now_ns);
    uint32_t level = highest_bit / MYC__WHEEL_BITS;
    uint32_t slot = (due_ns >> level * MYC__WHEEL_BITS) % MYC__WHEEL_SLOTS;
    uint32_t strand = level < MYC__WHEEL_PLAIN_LEVELS ? 0 : myc__wheel_strand_of(due_ns);
    return (myc__wheel_place){level, slot, strand};
}

static inline void myc__wheel_occupy(myc__wheel *wheel, myc__wheel_place at)
{
    uint16_t *strands = &wheel->strands[at.level][at.slot];
    wheel->occupied[at.level][at.slot / 64] |= UINT64_C(1) << at.slot % 64;
    wheel->levels |= 1u << at.level;
    *strands = (uint16_t)(*strands | 1u << at.strand);
    myc__wheel_clear(myc__wheel_head_at(wheel, at));
}

/* The slot has no node any more. */
static inline void myc__wheel_vacate(myc__wheel *wheel, uint32_t level, uint32_t slot)
{
    uint64_t *words = wheel->occupied[level];
    wheel->strands[level][slot] = 0;
    words[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    /* Word by word: a wide load would wait for the store just done. */
    static_assert(MYC__WHEEL_SLOTS / 64 == 4, "all words of a level");
    if (!(words[0] | words[1] | words[2] | words[3])) {
        wheel->levels &= ~(1u << level);
    }
}

static inline void myc__wheel_put(myc__wheel *wheel, myc__wheel_node *node)
{
    if (node->due_ns <= wheel->now_ns) {
        myc__wheel_append(&wheel->due, &node->link);
        return;
    }
    myc__wheel_place at = myc__wheel_place_of(wheel, node->due_ns);
    if (!(wheel->strands[at.level][at.slot] & 1u << at.strand)) {
        myc__wheel_occupy(wheel, at);
    }
    myc__wheel_append(myc__wheel_head_at(wheel, at), &node->link);
}

#endif

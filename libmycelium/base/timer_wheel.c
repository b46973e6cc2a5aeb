/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timer_wheel.h"

#include "base/check.h"

/*
 * Where a node lies follows from its deadline and the wheel's time: its level is that of the highest
 * byte in which the two differ, its slot is that byte of the deadline. So
 *
 *   - on each level, occupied slots have a higher number than the time's byte there;
 *   - the slot with the lowest number on the lowest level in use is the next one;
 *   - a node stays where it belongs until the time reaches the beginning of its slot.
 *
 * The time goes straight to the beginning of the next occupied slot, over empty ones of any number.
 * There the slot's nodes go to lower levels, in the order they have; on level 0 they are due. What
 * is alone in its slot goes no way of several levels when it is due anyway.
 *
 * Whoever is armed while nodes are moving goes behind them, for it may have the deadline of one.
 */

static myc__wheel_node *node_of(myc__wheel_link *link)
{
    return (myc__wheel_node *)(void *)link;
}

static bool is_empty(const myc__wheel_link *head)
{
    return head->next == head;
}

static bool holds_one(const myc__wheel_link *head)
{
    return head->next == head->previous;
}

static void clear(myc__wheel_link *head)
{
    head->next = head;
    head->previous = head;
}

static void append(myc__wheel_link *head, myc__wheel_link *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

void myc__wheel_init(myc__wheel *wheel)
{
    clear(&wheel->due);
    clear(&wheel->moving);
}

static void occupy(myc__wheel *wheel, uint32_t level, uint32_t slot)
{
    uint64_t *word = &wheel->occupied[level][slot / 64];
    uint64_t bit = UINT64_C(1) << slot % 64;
    if (!(*word & bit)) {
        *word |= bit;
        wheel->levels |= 1u << level;
        clear(&wheel->slots[level][slot]);
    }
}

static void vacate(myc__wheel *wheel, uint32_t level, uint32_t slot)
{
    uint64_t *words = wheel->occupied[level];
    words[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    /* Word by word: a wide load would wait for the store just done. */
    static_assert(MYC__WHEEL_SLOTS / 64 == 4, "all words of a level");
    if (!(words[0] | words[1] | words[2] | words[3])) {
        wheel->levels &= ~(1u << level);
    }
}

/* `head` has lost its last node. */
static void note_empty(myc__wheel *wheel, const myc__wheel_link *head)
{
    size_t offset_bytes = (uintptr_t)head - (uintptr_t)wheel->slots;
    if (offset_bytes < sizeof wheel->slots) {
        uint32_t index = (uint32_t)(offset_bytes / sizeof *head);
        vacate(wheel, index / MYC__WHEEL_SLOTS, index % MYC__WHEEL_SLOTS);
    }
}

static void place(myc__wheel *wheel, myc__wheel_node *node)
{
    if (node->due_ns <= wheel->now_ns) {
        append(&wheel->due, &node->link);
        return;
    }
    uint32_t highest_bit = 63u - (uint32_t)__builtin_clzll(node->due_ns ^ wheel->now_ns);
    uint32_t level = highest_bit / MYC__WHEEL_BITS;
    uint32_t slot = (node->due_ns >> level * MYC__WHEEL_BITS) % MYC__WHEEL_SLOTS;
    occupy(wheel, level, slot);
    append(&wheel->slots[level][slot], &node->link);
}

void myc__wheel_arm(myc__wheel *wheel, myc__wheel_node *node, uint64_t due_ns)
{
    MYC__CHECK(!myc__wheel_is_armed(node));
    node->due_ns = due_ns;
    wheel->armed++;
    if (MYC__UNLIKELY(!is_empty(&wheel->moving))) {
        append(&wheel->moving, &node->link);
    } else {
        place(wheel, node);
    }
}

static void take_out(myc__wheel *wheel, myc__wheel_link *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    if (link->next == link->previous) {
        note_empty(wheel, link->next);
    }
    link->next = NULL;
}

void myc__wheel_disarm(myc__wheel *wheel, myc__wheel_node *node)
{
    if (myc__wheel_is_armed(node)) {
        take_out(wheel, &node->link);
        wheel->armed--;
    }
}

/* The next slot. Some slot is occupied. */
static void find_next(const myc__wheel *wheel, uint32_t *level, uint32_t *slot)
{
    *level = (uint32_t)__builtin_ctz(wheel->levels);
    const uint64_t *words = wheel->occupied[*level];
    uint32_t i = 0;
    while (!words[i]) {
        i++;
    }
    *slot = i * 64 + (uint32_t)__builtin_ctzll(words[i]);
}

static uint64_t begin_of(const myc__wheel *wheel, uint32_t level, uint32_t slot)
{
    uint32_t shift = level * MYC__WHEEL_BITS;
    uint64_t below = (UINT64_C(1) << shift << (MYC__WHEEL_BITS - 1) << 1) - 1; /* no shift by 64 */
    return (wheel->now_ns & ~below) | (uint64_t)slot << shift;
}

static void take_slot(myc__wheel *wheel, uint32_t level, uint32_t slot, myc__wheel_link *to)
{
    myc__wheel_link *head = &wheel->slots[level][slot];
    *to = (myc__wheel_link){head->next, head->previous};
    to->next->previous = to;
    to->previous->next = to;
    vacate(wheel, level, slot);
}

/* Comes to the beginning of the next slot, if that is not after `now_ns`. Nothing is due. */
static bool open_next(myc__wheel *wheel, uint64_t now_ns)
{
    uint32_t level;
    uint32_t slot;
    if (wheel->levels) {
        find_next(wheel, &level, &slot);
        uint64_t begin_ns = begin_of(wheel, level, slot);
        if (begin_ns <= now_ns) {
            wheel->now_ns = begin_ns;
            myc__wheel_link *head = &wheel->slots[level][slot];
            bool is_due = level == 0 || (holds_one(head) && node_of(head->next)->due_ns <= now_ns);
            take_slot(wheel, level, slot, is_due ? &wheel->due : &wheel->moving);
            return true;
        }
    }
    wheel->now_ns = now_ns > wheel->now_ns ? now_ns : wheel->now_ns;
    return false;
}

static void fire_first(myc__wheel *wheel, void *owner)
{
    myc__wheel_node *node = node_of(wheel->due.next);
    take_out(wheel, &node->link);
    wheel->armed--;
    node->fire(owner, node);
}

static void move_first(myc__wheel *wheel)
{
    myc__wheel_node *node = node_of(wheel->moving.next);
    take_out(wheel, &node->link);
    place(wheel, node);
}

uint32_t myc__wheel_advance(myc__wheel *wheel, uint64_t now_ns, void *owner, uint32_t steps_max)
{
    uint32_t steps = 0;
    while (steps < steps_max) {
        if (!is_empty(&wheel->due)) {
            fire_first(wheel, owner);
        } else if (!is_empty(&wheel->moving)) {
            move_first(wheel);
        } else if (!open_next(wheel, now_ns)) {
            break;
        }
        steps++;
    }
    return steps;
}

uint64_t myc__wheel_next_ns(const myc__wheel *wheel)
{
    if (!is_empty(&wheel->due) || !is_empty(&wheel->moving)) {
        return wheel->now_ns;
    }
    if (!wheel->levels) {
        return UINT64_MAX;
    }
    uint32_t level;
    uint32_t slot;
    find_next(wheel, &level, &slot);
    myc__wheel_link *first = wheel->slots[level][slot].next;
    return holds_one(&wheel->slots[level][slot]) ? node_of(first)->due_ns
                                                 : begin_of(wheel, level, slot);
}

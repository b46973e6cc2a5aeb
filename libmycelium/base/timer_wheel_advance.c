/* SPDX-License-Identifier: Apache-2.0 */
/* The time of a wheel goes on: slots are opened, nodes move to lower levels, and fire. */
#include "base/timer_wheel_slots.h"

/* The next slot and the first of its strands in use. Some slot is occupied. */
static myc__wheel_place find_next(const myc__wheel *wheel)
{
    uint32_t level = (uint32_t)__builtin_ctz(wheel->levels);
    const uint64_t *words = wheel->occupied[level];
    uint32_t i = 0;
    while (!words[i]) {
        i++;
    }
    uint32_t slot = i * 64 + (uint32_t)__builtin_ctzll(words[i]);
    return (myc__wheel_place){level, slot, (uint32_t)__builtin_ctz(wheel->strands[level][slot])};
}

static uint64_t begin_of(const myc__wheel *wheel, myc__wheel_place at)
{
    uint32_t shift = at.level * MYC__WHEEL_BITS;
    uint64_t below = (UINT64_C(1) << shift << (MYC__WHEEL_BITS - 1) << 1) - 1; /* no shift by 64 */
    return (wheel->now_ns & ~below) | (uint64_t)at.slot << shift;
}

static bool is_alone(const myc__wheel *wheel, myc__wheel_place at)
{
    return wheel->strands[at.level][at.slot] == 1u << at.strand &&
           myc__wheel_holds_one(myc__wheel_head_at(wheel, at));
}

static void take_strand(const myc__wheel *wheel, myc__wheel_place at, myc__wheel_link *to)
{
    *to = *myc__wheel_head_at(wheel, at);
    to->next->previous = to;
    to->previous->next = to;
}

static void take_slot(myc__wheel *wheel, myc__wheel_place at)
{
    uint32_t strands = wheel->strands[at.level][at.slot];
    for (uint32_t left = strands; left; left &= left - 1) {
        at.strand = (uint32_t)__builtin_ctz(left);
        take_strand(wheel, at, &wheel->moving[at.strand]);
    }
    wheel->moving_strands = strands;
}

static void fire(myc__wheel *wheel, myc__wheel_node *node, void *owner)
{
    node->link.next = NULL;
    wheel->armed--;
    node->fire(owner, node);
}

static void fire_first(myc__wheel *wheel, void *owner)
{
    myc__wheel_link *link = wheel->due.next;
    wheel->due.next = link->next;
    link->next->previous = &wheel->due;
    fire(wheel, myc__wheel_node_of(link), owner);
}

static void open_slot(myc__wheel *wheel, myc__wheel_place at, uint64_t now_ns, void *owner)
{
    myc__wheel_node *first = myc__wheel_node_of(myc__wheel_head_at(wheel, at)->next);
    if (is_alone(wheel, at) && first->due_ns <= now_ns) {
        myc__wheel_vacate(wheel, at.level, at.slot);
        fire(wheel, first, owner);
        return;
    }
    if (at.level == 0) {
        take_strand(wheel, at, &wheel->due);
    } else {
        take_slot(wheel, at);
    }
    myc__wheel_vacate(wheel, at.level, at.slot);
}

/* Comes to the beginning of the next slot, if that is not after `now_ns`. Nothing is due. */
static bool open_next(myc__wheel *wheel, uint64_t now_ns, void *owner)
{
    myc__wheel_place at = wheel->levels ? find_next(wheel) : (myc__wheel_place){0};
    uint64_t begin_ns = wheel->levels ? begin_of(wheel, at) : UINT64_MAX;
    if (!wheel->levels || begin_ns > now_ns) {
        wheel->now_ns = now_ns > wheel->now_ns ? now_ns : wheel->now_ns;
        return false;
    }
    wheel->now_ns = begin_ns;
    open_slot(wheel, at, now_ns, owner);
    return true;
}

/* The link back of the node behind it is left wrong. */
static void move_first(myc__wheel *wheel, uint32_t strand)
{
    myc__wheel_link *head = &wheel->moving[strand];
    myc__wheel_link *link = head->next;
    head->next = link->next;
    myc__prefetch_to_write(link->next);
    if (myc__wheel_is_empty(head)) {
        wheel->moving_strands &= ~(1u << strand);
    }
    myc__wheel_put(wheel, myc__wheel_node_of(link));
}

static void mend_moving(myc__wheel *wheel)
{
    for (uint32_t left = wheel->moving_strands; left; left &= left - 1) {
        myc__wheel_link *head = &wheel->moving[__builtin_ctz(left)];
        head->next->previous = head;
    }
}

/* One of each strand in turn. */
static uint32_t move_some(myc__wheel *wheel, uint32_t count_max)
{
    uint32_t count = 0;
    while (wheel->moving_strands && count < count_max) {
        for (uint32_t left = wheel->moving_strands; left && count < count_max; left &= left - 1) {
            move_first(wheel, (uint32_t)__builtin_ctz(left));
            count++;
        }
    }
    mend_moving(wheel);
    return count;
}

static uint32_t step(myc__wheel *wheel, uint64_t now_ns, void *owner, uint32_t steps_max)
{
    if (!myc__wheel_is_empty(&wheel->due)) {
        fire_first(wheel, owner);
        return 1;
    }
    if (wheel->moving_strands) {
        return move_some(wheel, steps_max);
    }
    return open_next(wheel, now_ns, owner);
}

uint32_t myc__wheel_advance(myc__wheel *wheel, uint64_t now_ns, void *owner, uint32_t steps_max)
{
    uint32_t steps = 0;
    uint32_t more = 1;
    while (more && steps < steps_max) {
        more = step(wheel, now_ns, owner, steps_max - steps);
        steps += more;
    }
    return steps;
}

uint64_t myc__wheel_next_ns(const myc__wheel *wheel)
{
    if (!myc__wheel_is_empty(&wheel->due) || wheel->moving_strands) {
        return wheel->now_ns;
    }
    if (!wheel->levels) {
        return UINT64_MAX;
    }
    myc__wheel_place at = find_next(wheel);
    return is_alone(wheel, at) ? myc__wheel_node_of(myc__wheel_head_at(wheel, at)->next)->due_ns
                               : begin_of(wheel, at);
}

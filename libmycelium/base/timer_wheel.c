/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timer_wheel.h"

#include "base/check.h"
#include "base/sync.h"

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

enum {
    PLAIN_HEADS = MYC__WHEEL_PLAIN_LEVELS * MYC__WHEEL_SLOTS,
    STRANDED_LEVELS = MYC__WHEEL_LEVELS - MYC__WHEEL_PLAIN_LEVELS,
    HEADS = PLAIN_HEADS + STRANDED_LEVELS * MYC__WHEEL_SLOTS * MYC__WHEEL_STRANDS,
};

static_assert(MYC__WHEEL_STRANDS <= 16, "16 bits have one for each");

/** Where a node belongs. */
typedef struct place {
    uint32_t level;
    uint32_t slot;
    uint32_t strand;
} place;

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

bool myc__wheel_init(myc__wheel *wheel, myc__allocator *allocator)
{
    wheel->heads = myc__allocate_raw(allocator, HEADS * sizeof *wheel->heads, MYC__CACHE_LINE);
    clear(&wheel->due);
    return wheel->heads != NULL;
}

void myc__wheel_fini(myc__wheel *wheel, myc__allocator *allocator)
{
    MYC__CHECK(wheel->armed == 0);
    myc__free(allocator, wheel->heads, HEADS * sizeof *wheel->heads);
}

/* ---- slots and strands ---- */

static myc__wheel_link *head_at(const myc__wheel *wheel, place at)
{
    uint32_t slot = at.level * MYC__WHEEL_SLOTS + at.slot;
    if (at.level < MYC__WHEEL_PLAIN_LEVELS) {
        return &wheel->heads[slot];
    }
    return &wheel->heads[PLAIN_HEADS + (slot - PLAIN_HEADS) * MYC__WHEEL_STRANDS + at.strand];
}

static place place_of_head(uint32_t index)
{
    uint32_t slot = index;
    uint32_t strand = 0;
    if (index >= PLAIN_HEADS) {
        slot = PLAIN_HEADS + (index - PLAIN_HEADS) / MYC__WHEEL_STRANDS;
        strand = (index - PLAIN_HEADS) % MYC__WHEEL_STRANDS;
    }
    return (place){slot / MYC__WHEEL_SLOTS, slot % MYC__WHEEL_SLOTS, strand};
}

/* Deadlines are often round, so all their bits have a say. */
static uint32_t strand_of(uint64_t due_ns)
{
    return (uint32_t)(due_ns * UINT64_C(0x9E3779B97F4A7C15) >> 32) % MYC__WHEEL_STRANDS;
}

static place place_of(const myc__wheel *wheel, uint64_t due_ns)
{
    uint32_t highest_bit = 63u - (uint32_t)__builtin_clzll(due_ns ^ wheel->now_ns);
    uint32_t level = highest_bit / MYC__WHEEL_BITS;
    uint32_t slot = (due_ns >> level * MYC__WHEEL_BITS) % MYC__WHEEL_SLOTS;
    uint32_t strand = level < MYC__WHEEL_PLAIN_LEVELS ? 0 : strand_of(due_ns);
    return (place){level, slot, strand};
}

static void occupy(myc__wheel *wheel, place at)
{
    uint16_t *strands = &wheel->strands[at.level][at.slot];
    wheel->occupied[at.level][at.slot / 64] |= UINT64_C(1) << at.slot % 64;
    wheel->levels |= 1u << at.level;
    *strands = (uint16_t)(*strands | 1u << at.strand);
    clear(head_at(wheel, at));
}

/* The slot has no node any more. */
static void vacate(myc__wheel *wheel, uint32_t level, uint32_t slot)
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

static void put(myc__wheel *wheel, myc__wheel_node *node)
{
    if (node->due_ns <= wheel->now_ns) {
        append(&wheel->due, &node->link);
        return;
    }
    place at = place_of(wheel, node->due_ns);
    if (!(wheel->strands[at.level][at.slot] & 1u << at.strand)) {
        occupy(wheel, at);
    }
    append(head_at(wheel, at), &node->link);
}

/* ---- arming ---- */

MYC__COLD static void put_behind_moving(myc__wheel *wheel, myc__wheel_node *node)
{
    uint32_t strand = strand_of(node->due_ns);
    myc__wheel_link *head = &wheel->moving[strand];
    if (!(wheel->moving_strands & 1u << strand)) {
        wheel->moving_strands |= 1u << strand;
        clear(head);
    }
    append(head, &node->link);
}

void myc__wheel_arm(myc__wheel *wheel, myc__wheel_node *node, uint64_t due_ns)
{
    MYC__CHECK(!myc__wheel_is_armed(node));
    node->due_ns = due_ns;
    wheel->armed++;
    if (MYC__UNLIKELY(wheel->moving_strands != 0)) {
        put_behind_moving(wheel, node);
    } else {
        put(wheel, node);
    }
}

/* `head` has lost its last node. */
static void note_empty(myc__wheel *wheel, const myc__wheel_link *head)
{
    size_t offset_bytes = (uintptr_t)head - (uintptr_t)wheel->heads;
    if (offset_bytes < HEADS * sizeof *head) {
        place at = place_of_head((uint32_t)(offset_bytes / sizeof *head));
        uint16_t *strands = &wheel->strands[at.level][at.slot];
        *strands = (uint16_t)(*strands & ~(1u << at.strand));
        if (*strands == 0) {
            vacate(wheel, at.level, at.slot);
        }
    } else if (head != &wheel->due) {
        wheel->moving_strands &= ~(1u << (head - wheel->moving));
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

/* ---- the time goes on ---- */

/* The next slot and the first of its strands in use. Some slot is occupied. */
static place find_next(const myc__wheel *wheel)
{
    uint32_t level = (uint32_t)__builtin_ctz(wheel->levels);
    const uint64_t *words = wheel->occupied[level];
    uint32_t i = 0;
    while (!words[i]) {
        i++;
    }
    uint32_t slot = i * 64 + (uint32_t)__builtin_ctzll(words[i]);
    return (place){level, slot, (uint32_t)__builtin_ctz(wheel->strands[level][slot])};
}

static uint64_t begin_of(const myc__wheel *wheel, place at)
{
    uint32_t shift = at.level * MYC__WHEEL_BITS;
    uint64_t below = (UINT64_C(1) << shift << (MYC__WHEEL_BITS - 1) << 1) - 1; /* no shift by 64 */
    return (wheel->now_ns & ~below) | (uint64_t)at.slot << shift;
}

static bool is_alone(const myc__wheel *wheel, place at)
{
    return wheel->strands[at.level][at.slot] == 1u << at.strand && holds_one(head_at(wheel, at));
}

static void take_strand(const myc__wheel *wheel, place at, myc__wheel_link *to)
{
    *to = *head_at(wheel, at);
    to->next->previous = to;
    to->previous->next = to;
}

static void take_slot(myc__wheel *wheel, place at)
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
    fire(wheel, node_of(link), owner);
}

static void open_slot(myc__wheel *wheel, place at, uint64_t now_ns, void *owner)
{
    myc__wheel_node *first = node_of(head_at(wheel, at)->next);
    if (is_alone(wheel, at) && first->due_ns <= now_ns) {
        vacate(wheel, at.level, at.slot);
        fire(wheel, first, owner);
        return;
    }
    if (at.level == 0) {
        take_strand(wheel, at, &wheel->due);
    } else {
        take_slot(wheel, at);
    }
    vacate(wheel, at.level, at.slot);
}

/* Comes to the beginning of the next slot, if that is not after `now_ns`. Nothing is due. */
static bool open_next(myc__wheel *wheel, uint64_t now_ns, void *owner)
{
    place at = wheel->levels ? find_next(wheel) : (place){0};
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
    if (is_empty(head)) {
        wheel->moving_strands &= ~(1u << strand);
    }
    put(wheel, node_of(link));
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
    if (!is_empty(&wheel->due)) {
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
    if (!is_empty(&wheel->due) || wheel->moving_strands) {
        return wheel->now_ns;
    }
    if (!wheel->levels) {
        return UINT64_MAX;
    }
    place at = find_next(wheel);
    return is_alone(wheel, at) ? node_of(head_at(wheel, at)->next)->due_ns : begin_of(wheel, at);
}

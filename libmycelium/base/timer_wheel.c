/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes are armed and disarmed. Where they lie is in timer_wheel_slots.h. */
#include "base/timer_wheel.h"

#include "base/check.h"
#include "base/timer_wheel_slots.h"

bool myc__wheel_init(myc__wheel *wheel, myc__allocator *allocator)
{
    wheel->heads =
        myc__allocate_raw(allocator, MYC__WHEEL_HEADS * sizeof *wheel->heads, MYC__CACHE_LINE);
    myc__wheel_clear(&wheel->due);
    return wheel->heads != NULL;
}

void myc__wheel_fini(myc__wheel *wheel, myc__allocator *allocator)
{
    MYC__CHECK(wheel->armed == 0);
    myc__free(allocator, wheel->heads, MYC__WHEEL_HEADS * sizeof *wheel->heads);
}

MYC__COLD static void put_behind_moving(myc__wheel *wheel, myc__wheel_node *node)
{
    uint32_t strand = myc__wheel_strand_of(node->due_ns);
    myc__wheel_link *head = &wheel->moving[strand];
    if (!(wheel->moving_strands & 1u << strand)) {
        wheel->moving_strands |= 1u << strand;
        myc__wheel_clear(head);
    }
    myc__wheel_append(head, &node->link);
}

void myc__wheel_arm(myc__wheel *wheel, myc__wheel_node *node, uint64_t due_ns)
{
    MYC__CHECK(!myc__wheel_is_armed(node));
    node->due_ns = due_ns;
    wheel->armed++;
    if (MYC__UNLIKELY(wheel->moving_strands != 0)) {
        put_behind_moving(wheel, node);
    } else {
        myc__wheel_put(wheel, node);
    }
}

/* `head` has lost its last node. */
static void note_empty(myc__wheel *wheel, const myc__wheel_link *head)
{
    size_t offset_bytes = (uintptr_t)head - (uintptr_t)wheel->heads;
    if (offset_bytes < MYC__WHEEL_HEADS * sizeof *head) {
        myc__wheel_place at = myc__wheel_place_of_head((uint32_t)(offset_bytes / sizeof *head));
        uint16_t *strands = &wheel->strands[at.level][at.slot];
        *strands = (uint16_t)(*strands & ~(1u << at.strand));
        if (*strands == 0) {
            myc__wheel_vacate(wheel, at.level, at.slot);
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
